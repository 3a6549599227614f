//! A monotonic clock that stands still moves where somebody waits.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{WasiView, async_trait};

use super::run::{End, Running, State};
use super::{FORMS, apps};
use vfs_compose::{Composer, Policy};

/// A pollable of the host's: ready at once, or never.
struct Waits {
    is_ready: bool,
}

#[async_trait]
impl Pollable for Waits {
    async fn ready(&mut self) {
        if !self.is_ready {
            std::future::pending::<()>().await;
        }
    }
}

fn host(linker: &mut Linker<State>) {
    let mut waits = linker.instance("waits").unwrap();
    for (name, is_ready) in [("silent", false), ("ready", true)] {
        let make = move |mut store: StoreContextMut<'_, State>, (): ()| {
            let table = store.data_mut().ctx().table;
            let waits = table.push(Waits { is_ready })?;
            Ok((subscribe(table, waits)?,)) as wasmtime::Result<(Resource<DynPollable>,)>
        };
        waits.func_wrap(name, make).unwrap();
    }
}

/// A command that does this with `$silent` and `$ready` of the host, timers, and a clock.
fn app(run: &str) -> Vec<u8> {
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func (param i32)))
          (import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $now (result i64)))
          (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $after (param i64) (result i32)))
          (import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-instant" (func $at (param i64) (result i32)))
          (import "wasi:io/poll@0.2.3" "[method]pollable.ready" (func $is-ready (param i32) (result i32)))
          (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
          (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop (param i32)))
          (import "wasi:io/poll@0.2.3" "poll" (func $poll (param i32 i32 i32)))
          (import "waits" "silent" (func $silent (result i32)))
          (import "waits" "ready" (func $ready (result i32)))
          (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
          ;; Polls up to three pollables (0 is none) and fails unless these indexes are told, one in each byte from the lowest on.
          (func $polls (param $a i32) (param $b i32) (param $c i32) (param $count i32) (param $wanted i32)
            (local $n i32)
            (i32.store (i32.const 64) (local.get $a))
            (i32.store (i32.const 68) (local.get $b))
            (i32.store (i32.const 72) (local.get $c))
            (call $poll (i32.const 64)
              (i32.add (i32.const 1)
                (i32.add (i32.ne (local.get $b) (i32.const 0)) (i32.ne (local.get $c) (i32.const 0))))
              (i32.const 80))
            (call $same (i64.extend_i32_u (i32.load (i32.const 84))) (i64.extend_i32_u (local.get $count)))
            (loop $each
              (call $same
                (i64.extend_i32_u (i32.load (i32.add (i32.load (i32.const 80)) (i32.mul (local.get $n) (i32.const 4)))))
                (i64.extend_i32_u (i32.and (local.get $wanted) (i32.const 255))))
              (local.set $wanted (i32.shr_u (local.get $wanted) (i32.const 8)))
              (local.set $n (i32.add (local.get $n) (i32.const 1)))
              (br_if $each (i32.lt_u (local.get $n) (local.get $count)))))
          (func $same (param $seen i64) (param $wanted i64)
            (if (i64.ne (local.get $seen) (local.get $wanted)) (then unreachable)))
          (func (export "wasi:cli/run@0.2.3#run") (result i32)
            (local $a i32) (local $b i32) (local $c i32) (local $until i64)
            {run} (i32.const 0)))"#
    );
    apps::written(
        &["0.2.3"],
        "import wasi:filesystem/preopens@0.2.3; import wasi:clocks/monotonic-clock@0.2.3; import wasi:io/poll@0.2.3;
         import waits: interface { use wasi:io/poll@0.2.3.{pollable}; silent: func() -> pollable; ready: func() -> pollable; }
         export wasi:cli/run@0.2.3;",
        &module,
    )
}

/// In both forms, with a clock that stands at 5000.
fn runs(run: &str) {
    for form in FORMS {
        let policy = {
            let mut policy = Policy::default();
            policy.monotonic_clock = Some(5000);
            policy
        };
        let composed = Composer::new(app(run)).times(0).policy(policy).form(form).compose().unwrap();
        let ran = Running::new(&composed.to_bytes().unwrap(), host).run();
        assert_eq!(ran.end, End::Returned(Ok(())), "{form:?}");
    }
}

#[test]
fn the_earliest_timer_is_told_and_the_clock_is_there() {
    runs(
        "(call $same (call $now) (i64.const 5000))
         (local.set $a (call $after (i64.const 100)))
         (local.set $b (call $at (i64.const 5050)))
         (local.set $c (call $after (i64.const 50)))
         (if (call $is-ready (local.get $b)) (then unreachable))
         (call $same (call $now) (i64.const 5000))
         (call $polls (local.get $a) (local.get $b) (local.get $c) (i32.const 2) (i32.const 0x0201))
         (call $same (call $now) (i64.const 5050))
         (if (call $is-ready (local.get $a)) (then unreachable))
         (if (i32.eqz (call $is-ready (local.get $b))) (then unreachable))
         ;; One that is over does not move it.
         (call $polls (local.get $a) (local.get $b) (i32.const 0) (i32.const 1) (i32.const 1))
         (call $same (call $now) (i64.const 5050))
         (call $block (local.get $a))
         (call $block (local.get $b))
         (call $same (call $now) (i64.const 5100))
         (call $drop (local.get $a)) (call $drop (local.get $b)) (call $drop (local.get $c))",
    );
}

#[test]
fn whoever_waits_until_a_time_gets_there() {
    runs(
        "(local.set $until (i64.add (call $now) (i64.const 3600000000000)))
         (loop $again
           (local.set $a (call $after (i64.const 1000000)))
           (call $block (local.get $a))
           (call $drop (local.get $a))
           (br_if $again (i64.lt_u (call $now) (local.get $until))))
         (call $same (call $now) (local.get $until))
         ;; The end of time.
         (call $block (call $after (i64.const -1)))
         (call $same (call $now) (i64.const -1))
         (call $polls (call $after (i64.const 7)) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0))",
    );
}

#[test]
fn what_the_host_has_ready_goes_before_time() {
    runs(
        "(local.set $a (call $after (i64.const 100)))
         (local.set $b (call $ready))
         (local.set $c (call $silent))
         (call $polls (local.get $a) (local.get $b) (local.get $c) (i32.const 1) (i32.const 1))
         (call $same (call $now) (i64.const 5000))
         ;; Nothing of the host's is ready: nobody waits for it as long as there is a timer.
         (call $polls (local.get $c) (local.get $a) (i32.const 0) (i32.const 1) (i32.const 1))
         (call $same (call $now) (i64.const 5100))
         (call $polls (local.get $a) (local.get $b) (local.get $c) (i32.const 2) (i32.const 0x0100))
         (call $polls (local.get $c) (local.get $b) (i32.const 0) (i32.const 1) (i32.const 1))
         (call $same (call $now) (i64.const 5100))",
    );
}
