//! Apps that give files to functions which only know the host's resources, in both forms.

mod returned;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, Lower, Resource, ResourceType, Val};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

use super::linked::{link, plug, reason};
use super::run::{End, Ran, Running, State, add_exit};
use super::{FORMS, apps};
use vfs_compose::error::Unlinkable;
use vfs_compose::{FormChoice, inspect};
use vfs_compose_adapter::AdapterError;

/// A package of the host's that knows WASI's streams, in every place that a type has.
const HOST: &str = "import host: interface {
    use wasi:io/streams@0.2.3.{input-stream, output-stream};
    use wasi:io/error@0.2.3.{error};
    enum failure { io, not-supported }
    record pair { source: input-stream, target: option<output-stream> }
    variant end { number(u64), pair(pair), none }
    watch: func(source: borrow<input-stream>) -> u64;
    take: func(source: input-stream) -> result<u64, failure>;
    join: func(sources: list<borrow<input-stream>>) -> result;
    connect: func(end: end) -> result<_, failure>;
    many: func(a: string, b: string, c: string, d: string, e: string, f: string, g: string, h: string, pair: pair) -> result<u64, failure>;
    reason: func(err: borrow<error>) -> option<failure>;
    keep: func(source: input-stream) -> result;
    resource token { mint: static func() -> token; }
    hand: func(token: token, source: input-stream) -> result;
    send: func(tokens: list<borrow<token>>, bytes: list<u8>, source: input-stream) -> result<list<u64>, failure>;
}";

type Input = Resource<DynInputStream>;

/// A resource of the host's package.
struct Token;

#[derive(ComponentType, Lift, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
enum Failure {
    #[component(name = "io")]
    Io,
    #[component(name = "not-supported")]
    #[expect(dead_code, reason = "the glue answers it")]
    NotSupported,
}

#[derive(ComponentType, Lift)]
#[component(record)]
struct Pair {
    source: Input,
    target: Option<Resource<DynOutputStream>>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
enum Either {
    #[component(name = "number")]
    Number(u64),
    #[component(name = "pair")]
    Pair(Pair),
    #[component(name = "none")]
    None,
}

type Strings = (String, String, String, String, String, String, String, String, Pair);

fn host(linker: &mut Linker<State>) {
    let mut host = linker.instance("host").unwrap();
    host.func_wrap("watch", |mut store: StoreContextMut<'_, State>, (_,): (Input,)| {
        store.data_mut().log.push("watch".into());
        Ok((7_u64,))
    })
    .unwrap();
    host.func_wrap("take", |mut store: StoreContextMut<'_, State>, (_,): (Input,)| {
        store.data_mut().log.push("take".into());
        Ok((Ok::<_, Failure>(8_u64),))
    })
    .unwrap();
    host.func_wrap("join", |mut store: StoreContextMut<'_, State>, (sources,): (Vec<Input>,)| {
        store.data_mut().log.push(format!("join {}", sources.len()));
        Ok((Ok::<_, ()>(()),))
    })
    .unwrap();
    host.func_wrap("connect", |mut store: StoreContextMut<'_, State>, (end,): (Either,)| {
        store.data_mut().log.push(match end {
            Either::Number(number) => format!("connect {number}"),
            Either::Pair(Pair { source, target }) => format!("connect {} {}", source.owned(), target.is_some()),
            Either::None => "connect nothing".into(),
        });
        Ok((Ok::<_, Failure>(()),))
    })
    .unwrap();
    host.func_wrap("many", |mut store: StoreContextMut<'_, State>, strings: Strings| {
        store.data_mut().log.push(format!("many {}", strings.7));
        Ok((Ok::<_, Failure>(9_u64),))
    })
    .unwrap();
    host.func_wrap("keep", |mut store: StoreContextMut<'_, State>, (_,): (Input,)| {
        store.data_mut().log.push("keep".into());
        Ok((Ok::<_, ()>(()),))
    })
    .unwrap();
    let dropped = |mut store: StoreContextMut<'_, State>, _| {
        store.data_mut().log.push("dropped".into());
        Ok(())
    };
    host.resource("token", ResourceType::host::<Token>(), dropped).unwrap();
    host.func_wrap("[static]token.mint", |_: StoreContextMut<'_, State>, ()| Ok((Resource::<Token>::new_own(1),)))
        .unwrap();
    let sent = |_: StoreContextMut<'_, State>, (tokens, bytes, _): (Vec<Resource<Token>>, Vec<u8>, Input)| {
        let sum = bytes.into_iter().map(u64::from).sum();
        let seen = std::iter::once(sum).chain(tokens.iter().map(|token| u64::from(token.rep())));
        Ok((Ok::<Vec<u64>, Failure>(seen.collect()),))
    };
    host.func_wrap("send", sent).unwrap();
    host.func_wrap("hand", |_: StoreContextMut<'_, State>, _: (Resource<Token>, Input)| Ok((Ok::<_, ()>(()),)))
        .unwrap();
    host.func_wrap("reason", |mut store: StoreContextMut<'_, State>, _: (Resource<wasmtime_wasi::p2::IoError>,)| {
        store.data_mut().log.push("reason".into());
        Ok((Some(Failure::Io),))
    })
    .unwrap();
}

/// What the app has besides files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    Nothing,
    Stderr,
    StderrAndExit,
    StderrAndExitWithCode,
}

/// A command that imports the host's package. It has `$file`, which opens `f` and gives a stream of it, `$stdin`, and `$open`.
fn app(has: Has, run: &str) -> Vec<u8> {
    exporting(
        has,
        "",
        &format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) (local $one i32) (local $other i32) {run})"#),
    )
}

fn exporting(has: Has, exports: &str, functions: &str) -> Vec<u8> {
    let stderr = r#"(import "wasi:cli/stderr@0.2.3" "get-stderr" (func (result i32)))"#;
    let exit = r#"(import "wasi:cli/exit@0.2.3" "exit" (func (param i32)))"#;
    let (stderr, exit) = match has {
        Has::Nothing => ("", ""),
        Has::Stderr => (stderr, ""),
        Has::StderrAndExit => (stderr, exit),
        Has::StderrAndExitWithCode => (stderr, r#"(import "wasi:cli/exit@0.2.3" "exit-with-code" (func (param i32)))"#),
    };
    let body = format!(
        "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3; import wasi:cli/stdin@0.2.3;
         import wasi:cli/stderr@0.2.3; import wasi:cli/exit@0.2.3; import wasi:io/streams@0.2.3; {HOST} {exports}
         export wasi:cli/run@0.2.3;"
    );
    let run = r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) i32.const 0)"#;
    let run = if functions.contains("wasi:cli/run") { "" } else { run };
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.read-via-stream" (func $read-via-stream (param i32 i64 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.write-via-stream" (func $write-via-stream (param i32 i64 i32)))
          (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
          (import "wasi:io/streams@0.2.3" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
          (import "wasi:io/streams@0.2.3" "[resource-drop]input-stream" (func $drop (param i32)))
          (import "wasi:io/streams@0.2.3" "[method]input-stream.subscribe" (func $subscribe (param i32) (result i32)))
          (import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
          (import "wasi:io/poll@0.2.3" "[resource-drop]pollable" (func $drop-pollable (param i32)))
          (import "wasi:cli/stdin@0.2.3" "get-stdin" (func $stdin (result i32)))
          {stderr} {exit}
          (import "host" "watch" (func $watch (param i32) (result i64)))
          (import "host" "take" (func $take (param i32 i32)))
          (import "host" "join" (func $join (param i32 i32) (result i32)))
          (import "host" "connect" (func $connect (param i32 i64 i32 i32 i32)))
          (import "host" "many" (func $many (param i32 i32)))
          (import "host" "reason" (func $reason (param i32 i32)))
          (import "host" "keep" (func $keep (param i32) (result i32)))
          (import "host" "[static]token.mint" (func $mint (result i32)))
          (import "host" "hand" (func $hand (param i32 i32) (result i32)))
          (import "host" "send" (func $send (param i32 i32 i32 i32 i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 8) "f")
          (global $next (mut i32) (i32.const 4096))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (i32.const 64))))
          (func $open (param $flags i32) (result i32)
            (call $dirs (i32.const 16))
            (call $open-at (i32.load (i32.load (i32.const 16)))
              (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 0) (local.get $flags) (i32.const 16))
            (if (i32.load8_u (i32.const 16)) (then unreachable))
            (i32.load (i32.const 20)))
          (func $file (result i32)
            (call $read-via-stream (call $open (i32.const 1)) (i64.const 0) (i32.const 16))
            (if (i32.load8_u (i32.const 16)) (then unreachable))
            (i32.load (i32.const 20)))
          (func $assert (param i32) (if (i32.eqz (local.get 0)) (then unreachable)))
          {functions} {run})"#
    );
    apps::written(&["0.2.3"], &body, &module)
}

fn compose(form: FormChoice, app: Vec<u8>) -> Vec<u8> {
    match form {
        FormChoice::Plugged => plug(app).unwrap(),
        _ => link(app).unwrap(),
    }
}

fn run(form: FormChoice, app: Vec<u8>) -> Ran {
    Running::new(&compose(form, app), host).run()
}

const OK: End = End::Returned(Ok(()));

#[test]
fn the_host_s_own_resources_go_to_the_host() {
    FORMS.into_iter().for_each(|form| {
        let ran = run(
            form,
            app(
                Has::StderrAndExit,
                r#"
        (local.set $one (call $stdin))
        (call $assert (i64.eq (call $watch (local.get $one)) (i64.const 7)))
        (call $take (call $stdin) (i32.const 32))
        (call $assert (i32.and (i32.eqz (i32.load8_u (i32.const 32))) (i64.eq (i64.load (i32.const 40)) (i64.const 8))))
        (i32.store (i32.const 64) (local.get $one))
        (i32.store (i32.const 68) (local.get $one))
        (call $assert (i32.eqz (call $join (i32.const 64) (i32.const 2))))
        (call $connect (i32.const 0) (i64.const 0x7fffffffffffffff) (i32.const 0) (i32.const 0) (i32.const 32))
        (call $connect (i32.const 1) (i64.extend_i32_u (call $stdin)) (i32.const 0) (i32.const 0) (i32.const 32))
        (call $assert (i32.eqz (i32.load8_u (i32.const 32))))
        ;; Eight strings, a stream and an option.
        (i32.store (i32.const 184) (i32.const 8))
        (i32.store (i32.const 188) (i32.const 1))
        (i32.store (i32.const 192) (call $stdin))
        (i32.store (i32.const 196) (i32.const 0))
        (call $many (i32.const 128) (i32.const 32))
        (call $assert (i32.eqz (i32.load8_u (i32.const 32))))
        i32.const 0"#,
            ),
        );
        assert_eq!((ran.end, ran.stderr.as_str()), (OK, ""));
        assert_eq!(ran.log, ["watch", "take", "join 2", "connect 9223372036854775807", "connect true false", "many f"]);
    });
}

#[test]
fn a_file_is_answered_with_the_function_s_own_error() {
    FORMS.into_iter().for_each(|form| {
        let ran = run(
            form,
            app(
                Has::StderrAndExit,
                r#"
        ;; `not-supported` is the second error, and lies where the result's alignment puts it.
        (call $take (call $file) (i32.const 32))
        (call $assert (i32.and (i32.load8_u (i32.const 32)) (i32.load8_u (i32.const 40))))
        (i32.store (i32.const 64) (call $stdin))
        (i32.store (i32.const 68) (call $file))
        (call $assert (call $join (i32.const 64) (i32.const 2)))
        (call $connect (i32.const 1) (i64.extend_i32_u (call $file)) (i32.const 0) (i32.const 0) (i32.const 32))
        (call $assert (i32.and (i32.load8_u (i32.const 32)) (i32.load8_u (i32.const 33))))
        (i32.store (i32.const 192) (call $file))
        (call $many (i32.const 128) (i32.const 32))
        (call $assert (i32.and (i32.load8_u (i32.const 32)) (i32.load8_u (i32.const 40))))
        ;; What was borrowed is still there.
        (call $read (i32.load (i32.const 68)) (i64.const 1) (i32.const 32))
        (call $assert (i32.eq (i32.load8_u (i32.load (i32.const 36))) (i32.const 88)))
        i32.const 0"#,
            ),
        );
        assert_eq!((ran.end, ran.stderr.as_str(), ran.log), (OK, "", vec![]));
    });
}

#[test]
fn what_was_given_away_is_gone() {
    FORMS.into_iter().for_each(|form| {
    let ran = run(form, app(
        Has::Nothing,
        r#"
        (local.set $one (call $file))
        (call $take (local.get $one) (i32.const 32))
        (call $drop (local.get $one))
        i32.const 0"#,
    ));
    assert!(matches!(ran.end, End::Trapped(_)), "{:?}", ran.end);
    // A host's stream beside a file's, too.
    let twice = r#"
        (local.set $one (call $stdin))
        (i32.store (i32.const 192) (local.get $one))
        (i32.store (i32.const 196) (i32.const 1))
        (i32.store (i32.const 200) (call $output))
        (call $many (i32.const 128) (i32.const 32))
        (call $assert (i32.load8_u (i32.const 32)))"#;
    let output = r#"(func $output (result i32)
        (call $write-via-stream (call $open (i32.const 2)) (i64.const 0) (i32.const 16))
        (i32.load (i32.const 20)))"#;
    let run_with = |then: &str| {
        let functions = format!(
            r#"{output} (func (export "wasi:cli/run@0.2.3#run") (result i32) (local $one i32) {twice} {then} i32.const 0)"#
        );
        run(form, exporting(Has::Nothing, "", &functions))
    };
    assert_eq!(run_with("").end, OK);
    let ran = run_with("(call $drop (local.get $one))");
    assert!(matches!(&ran.end, End::Trapped(error) if error.contains("unknown handle index")), "{:?}", ran.end);
    });
}

/// Its result is one core value, so there is no memory to write the error to.
#[test]
fn what_was_given_away_to_a_function_whose_error_has_no_memory() {
    FORMS.into_iter().for_each(|form| {
        let ran = run(
            form,
            app(
                Has::Nothing,
                r#"
        (call $assert (i32.eqz (call $keep (call $stdin))))
        (local.set $one (call $file))
        (call $assert (call $keep (local.get $one)))
        i32.const 0"#,
            ),
        );
        assert_eq!((ran.end, ran.log), (OK, vec!["keep".into()]));
        let ran = run(
            form,
            app(
                Has::Nothing,
                r#"
        (local.set $one (call $file))
        (drop (call $keep (local.get $one)))
        (call $drop (local.get $one))
        i32.const 0"#,
            ),
        );
        assert!(matches!(ran.end, End::Trapped(_)), "{:?}", ran.end);
    });
}

/// The app never drops a token, and so has no name for the type.
#[test]
fn a_resource_of_the_host_s_that_was_given_away_beside_a_file() {
    FORMS.into_iter().for_each(|form| {
        let ran = run(form, app(Has::Nothing, "(call $assert (call $hand (call $mint) (call $file))) i32.const 0"));
        assert_eq!((ran.end, ran.log), (OK, vec!["dropped".into()]));
    });
}

/// What a call takes lies where it is until the call is over, though a stream is given away meanwhile.
#[test]
fn a_stream_of_the_host_s_that_is_given_away_beside_lists() {
    FORMS.into_iter().for_each(|form| {
        let send = r#"
        (call $send (i32.const 64) (i32.const 2) (i32.const 65536) (i32.const 131072) (call $stdin) (i32.const 32))
        (call $assert (i32.eqz (i32.load8_u (i32.const 32))))
        (call $assert (i32.eq (i32.load (i32.const 40)) (i32.const 3)))
        (local.set $one (i32.load (i32.const 36)))
        (call $assert (i64.eq (i64.load (local.get $one)) (i64.const 12)))
        (call $assert (i64.eq (i64.load offset=8 (local.get $one)) (i64.const 1)))
        (call $assert (i64.eq (i64.load offset=16 (local.get $one)) (i64.const 1)))"#;
        let ran = run(
            form,
            app(
                Has::Nothing,
                &format!(
                    r#"
        (drop (memory.grow (i32.const 3)))
        (i32.store8 (i32.const 65536) (i32.const 3))
        (i32.store8 (i32.const 131072) (i32.const 4))
        (i32.store8 (i32.const 196607) (i32.const 5))
        (i32.store (i32.const 64) (call $mint))
        (i32.store (i32.const 68) (call $mint))
        {send} {send}
        i32.const 0"#
                ),
            ),
        );
        assert_eq!((ran.end, ran.log), (OK, vec![]), "{form:?}");
    });
}

const WATCHED: &str = "vfs-compose: `host#watch` was given a stream or another resource of the virtual filesystem, which the host cannot \
                       use. Use one of the host's, and copy the bytes.";

#[test]
fn a_function_without_an_error_says_so_and_exits() {
    FORMS.into_iter().for_each(|form| {
        let watch = "(drop (call $watch (call $file))) i32.const 0";
        let ran = run(form, app(Has::StderrAndExit, watch));
        assert_eq!((ran.end, ran.stderr), (End::Exited(1), format!("{WATCHED}\n")));
        let composed = compose(form, app(Has::StderrAndExitWithCode, watch));
        let ran = Running::new(&composed, |linker| {
            add_exit(linker, "0.2.3");
            host(linker);
        });
        let ran = ran.run();
        assert_eq!((ran.end, ran.stderr), (End::Exited(1), format!("{WATCHED}\n")), "{form:?}");
        let ran = run(form, app(Has::Stderr, watch));
        assert!(matches!(ran.end, End::Trapped(_)), "{:?}", ran.end);
        assert_eq!(ran.stderr, format!("{WATCHED}\n"));
        let ran = run(form, app(Has::Nothing, watch));
        assert!(matches!(&ran.end, End::Trapped(error) if error.contains(WATCHED)), "{:?}", ran.end);
        assert_eq!((ran.stderr.as_str(), ran.log), ("", vec![]));
    });
}

/// The host may forget a stream that was given to it, and its pollables are the app's all the same.
#[test]
fn a_pollable_outlives_its_stream_that_was_given_away() {
    FORMS.into_iter().for_each(|form| {
        let ran = run(
            form,
            app(
                Has::StderrAndExit,
                r#"
        (local.set $one (call $stdin))
        (local.set $other (call $subscribe (local.get $one)))
        (call $assert (i32.eqz (call $keep (local.get $one))))
        (call $block (local.get $other))
        (call $drop-pollable (local.get $other))
        i32.const 0"#,
            ),
        );
        assert_eq!((ran.end, ran.log), (OK, vec!["keep".to_owned()]), "{form:?}");
    });
}

#[test]
fn nothing_is_imported_for_it() {
    for form in FORMS {
        for (has, wanted) in [(Has::Nothing, false), (Has::StderrAndExit, true)] {
            let app = app(has, "i32.const 0");
            let imports = inspect(&compose(form, app.clone())).unwrap().imports;
            assert_eq!(imports.contains(&"wasi:cli/stderr@0.2.3".to_owned()), wanted, "{imports:?}");
            assert!(imports.iter().all(|import| vfs_compose_ir::Edge::of(&app).unwrap().imports.contains(import)));
        }
    }
}

#[test]
fn an_error_of_a_file_means_nothing_to_the_host() {
    let app = app(
        Has::Nothing,
        r#"
        ;; A stream that begins beyond all files takes no byte.
        (call $write-via-stream (call $open (i32.const 2)) (i64.const -2) (i32.const 16))
        (call $assert (i32.eqz (i32.load8_u (i32.const 16))))
        (call $write (i32.load (i32.const 20)) (i32.const 8) (i32.const 8) (i32.const 32))
        ;; An error, and not the one that the stream is closed.
        (call $assert (i32.load8_u (i32.const 32)))
        (call $assert (i32.eqz (i32.load8_u (i32.const 36))))
        (call $assert (i32.and (i32.load (i32.const 40)) (i32.const 0x40000000)))
        (i32.store8 (i32.const 64) (i32.const 9))
        (call $reason (i32.load (i32.const 40)) (i32.const 64))
        (i32.load8_u (i32.const 64))"#,
    );
    let ran = run(FormChoice::Linked, app);
    assert_eq!((ran.end, ran.log), (OK, vec![]));
}

/// The functions of WASI that are of this kind.
#[test]
fn an_error_of_a_file_is_none_of_sockets_or_http() {
    for (interface, name) in
        [("wasi:sockets/network@0.2.3", "network-error-code"), ("wasi:http/types@0.2.3", "http-error-code")]
    {
        let module = format!(
            r#"(module
              (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
              (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
              (import "wasi:filesystem/types@0.2.3" "[method]descriptor.write-via-stream" (func $stream (param i32 i64 i32)))
              (import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
              (import "{interface}" "{name}" (func $reason (param i32 i32)))
              (memory (export "memory") 1)
              (data (i32.const 8) "f")
              (global $next (mut i32) (i32.const 4096))
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (global.get $next)
                (global.set $next (i32.add (global.get $next) (i32.const 64))))
              (func (export "wasi:cli/run@0.2.3#run") (result i32)
                (call $dirs (i32.const 16))
                (call $open (i32.load (i32.load (i32.const 16)))
                  (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 16))
                (if (i32.load8_u (i32.const 16)) (then unreachable))
                ;; A file cannot be so large.
                (call $stream (i32.load (i32.const 20)) (i64.const -2) (i32.const 16))
                (if (i32.load8_u (i32.const 16)) (then unreachable))
                (call $write (i32.load (i32.const 20)) (i32.const 8) (i32.const 8) (i32.const 16))
                (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 1)) (then unreachable))
                (if (i32.load8_u (i32.const 20)) (then unreachable))
                (i32.store8 (i32.const 64) (i32.const 9))
                (call $reason (i32.load (i32.const 24)) (i32.const 64))
                (i32.load8_u (i32.const 64))))"#
        );
        let body = format!(
            "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3; import wasi:io/streams@0.2.3;
             import {interface}; export wasi:cli/run@0.2.3;"
        );
        let host = |linker: &mut Linker<State>| {
            let mut instance = linker.instance(interface).unwrap();
            let asked = |mut store: StoreContextMut<'_, State>, _, _: &[Val], results: &mut [Val]| {
                store.data_mut().log.push("asked".into());
                results[0] = Val::Option(None);
                Ok(())
            };
            instance.func_new(name, asked).unwrap();
        };
        for form in FORMS {
            let composed = compose(form, apps::written(&["0.2.3"], &body, &module));
            let ran = Running::new(&composed, host).run();
            assert_eq!((ran.end, ran.log), (OK, vec![]), "{name} {form:?}");
        }
    }
}

#[test]
fn a_function_that_gives_a_stream_and_sockets_are_no_matter() {
    let import = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
        import wrapper: interface { use wasi:io/streams@0.2.3.{input-stream}; unwrap: func() -> input-stream; }
        import wasi:sockets/tcp@0.2.3; import wasi:sockets/network@0.2.3; import wasi:http/outgoing-handler@0.2.3;
        export wasi:http/incoming-handler@0.2.3;";
    let [linked, plugged] = [link, plug].map(|compose| compose(apps::dummy(&["0.2.3"], import)).unwrap());
    let mut imports = inspect(&plugged).unwrap().imports;
    imports.retain(|import| inspect(&linked).unwrap().imports.contains(import));
    for wanted in ["wrapper", "wasi:sockets/tcp@0.2.3", "wasi:sockets/network@0.2.3", "wasi:http/types@0.2.3"] {
        assert!(imports.iter().any(|import| import == wanted), "{imports:?}");
    }
}

#[test]
fn a_function_that_is_an_import_itself() {
    let import = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
        use wasi:io/streams@0.2.3.{output-stream}; import wrap: func(s: list<output-stream>);";
    let linked = link(apps::dummy(&["0.2.3"], import)).unwrap();
    let text = wasmprinter::print_bytes(&linked).unwrap();
    assert!(text.contains("vfs-compose: `wrap` was given a stream"), "{text}");
}

/// Each is refused with a name of its own.
#[test]
fn a_function_that_is_imported_and_exported() {
    let import = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
        import same: interface { use wasi:io/streams@0.2.3.{input-stream}; f: func(s: input-stream) -> input-stream; }
        export same: interface { use wasi:io/streams@0.2.3.{input-stream}; f: func(s: input-stream) -> input-stream; }";
    let linked = link(apps::dummy(&["0.2.3"], import)).unwrap();
    let text = wasmprinter::print_bytes(&linked).unwrap();
    assert!(text.contains("vfs-compose: `same#f` was given a stream"), "{text}");
    assert!(text.contains("vfs-compose: `same#f` returned a stream"), "{text}");
}

#[test]
fn what_glue_cannot_look_into() {
    let import = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
        import host: interface { use wasi:io/streams@0.2.3.{input-stream}; f: func(s: list<input-stream, 4>); }";
    let error = reason(apps::dummy(&["0.2.3"], import));
    assert!(
        matches!(&error, Unlinkable::Adapter(AdapterError::Type { function, .. }) if function == "host#f"),
        "{error}"
    );
}
