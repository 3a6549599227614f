//! What `run` runs, and what it does not.

use std::fs;

use crate::here::{Here, run_component};
use crate::programs::{UNMET, command};

in_both_forms! {
    a_command_needs_no_import
    run_takes_what_engines_take_by_default
    imports_that_the_engine_has_not_are_named
    a_server_is_no_command
    what_is_no_command_says_what_it_is
}

fn a_command_needs_no_import(here: &Here) {
    let text = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    fs::write(here.path("plain.wasm"), wat::parse_str(text).unwrap()).unwrap();
    here.ok(&["run", "plain.wasm"]);
    here.ok(&["plain.wasm", "--allow-unused", "-q", "-o", "made.wasm"]);
    here.ok(&["run", "made.wasm"]);
}

fn run_takes_what_engines_take_by_default(here: &Here) {
    for (what, functions) in YOUNGER {
        let program = format!(
            r#"(module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              {functions}
              (func (export "_start")
                (i32.store8 (i32.const 16) (call $answer))
                (i32.store (i32.const 0) (i32.const 16))
                (i32.store (i32.const 4) (i32.const 1))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#
        );
        fs::write(here.path("program.wasm"), wat::parse_str(program).unwrap()).unwrap();
        let output = here.run(&["run", "program.wasm", "--image", "files"]);
        assert_eq!(output.stdout, [33], "{what}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{what}");
    }
}

/// Each of these functions gives 33, by instructions that are younger than WebAssembly 1.0.
const YOUNGER: [(&str, &str); 6] = [
    (
        "exceptions",
        "(tag $thrown (param i32))
         (func $throw (throw $thrown (i32.const 33)))
         (func $again (param exnref) (throw_ref (local.get 0)))
         (func $answer (result i32) (local $exception exnref)
           (block $second (result i32)
             (block $first (result exnref)
               (try_table (catch_all_ref $first) (call $throw))
               unreachable)
             (local.set $exception)
             (try_table (catch $thrown $second) (call $again (local.get $exception)))
             unreachable))",
    ),
    (
        "garbage collection",
        "(type $node (struct (field $value i32) (field $next (ref null $node))))
         (func $answer (result i32) (local $list (ref null $node)) (local $count i32)
           (loop $more
             (if (i32.eqz (i32.and (local.get $count) (i32.const 7))) (then (local.set $list (ref.null $node))))
             (local.set $list (struct.new $node (local.get $count) (local.get $list)))
             (local.set $count (i32.add (local.get $count) (i32.const 1)))
             (br_if $more (i32.lt_u (local.get $count) (i32.const 1000000))))
           (i32.sub (struct.get $node $value (struct.get $node $next (local.get $list))) (i32.const 999965)))",
    ),
    (
        "tail calls",
        "(func $count (param $left i32) (param $sum i32) (result i32)
           (if (i32.eqz (local.get $left)) (then (return (local.get $sum))))
           (return_call $count (i32.sub (local.get $left) (i32.const 1)) (i32.add (local.get $sum) (i32.const 1))))
         (func $answer (result i32) (i32.sub (call $count (i32.const 5000000) (i32.const 0)) (i32.const 4999967)))",
    ),
    (
        "references of functions",
        "(type $number (func (result i32)))
         (elem declare func $thirty-three)
         (func $thirty-three (type $number) (i32.const 33))
         (func $answer (result i32) (call_ref $number (ref.func $thirty-three)))",
    ),
    (
        "SIMD",
        "(func $answer (result i32)
           (i32x4.extract_lane 3
             (i32x4.relaxed_trunc_f32x4_s (f32x4.add (v128.const f32x4 1 2 3 4) (f32x4.splat (f32.const 29))))))",
    ),
    (
        "atomics",
        "(func $answer (result i32)
           (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 33)))
           (i32.atomic.load (i32.const 64)))",
    ),
];

fn imports_that_the_engine_has_not_are_named(here: &Here) {
    for (import, hint) in
        [("wasi:config/store@0.2.0-rc.1", "`--config K=V` sets its values"), ("a:b/c@1.0.0", "`--deny a:b` denies it")]
    {
        let asks = run_component(&format!(r#"(import "{import}" (instance (export "get" (func (result u32)))))"#), 0);
        fs::write(here.path("asks.wasm"), wat::parse_str(asks).unwrap()).unwrap();
        let (code, said) = here.fails(&["run", "asks.wasm", "-q"]);
        assert_eq!(code, 1);
        assert!(said.starts_with(&format!("error: `asks.wasm` imports `{import}`, and `vfs-compose` runs")), "{said}");
        assert!(said.contains(hint), "{said}");
        // What is composed already takes no such flag.
        here.ok(&["asks.wasm", "--allow-unused", "-q", "-o", "made.wasm"]);
        let (code, said) = here.fails(&["run", "made.wasm", "-q"]);
        let flag = if import.starts_with("wasi") { "--config K=V" } else { "--deny a:b" };
        assert!(code == 1 && said.contains(&format!("hint: compose the app again with `{flag}`")), "{said}");
    }
}

/// It needs no http to say so, and its files are not spoken of.
fn a_server_is_no_command(here: &Here) {
    let serves = r#"(component
      (import "wasi:http/types@0.2.3" (instance $types
        (export "incoming-request" (type (sub resource)))
        (export "response-outparam" (type (sub resource)))))
      (import "wasi:filesystem/types@0.2.3" (instance (export "descriptor" (type (sub resource)))))
      (alias export $types "incoming-request" (type $request))
      (alias export $types "response-outparam" (type $out))
      (core module $program (func (export "handle") (param i32 i32)))
      (core instance $program (instantiate $program))
      (func $handle (param "request" (own $request)) (param "response-out" (own $out))
        (canon lift (core func $program "handle")))
      (instance $exports (export "handle" (func $handle)))
      (export "wasi:http/incoming-handler@0.2.3" (instance $exports)))"#;
    fs::write(here.path("serves.wasm"), wat::parse_str(serves).unwrap()).unwrap();
    let (code, text) = here.fails(&["run", "serves.wasm", "--image", "files"]);
    assert_eq!(code, 1);
    assert!(text.contains("error: `serves.wasm` is not a command: it exports no wasi:cli/run"), "{text}");
    assert!(text.ends_with("hint: it is a server: `vfs-compose serve serves.wasm`\n"), "{text}");
    assert!(!text.contains("counted"), "{text}");
}

fn what_is_no_command_says_what_it_is(here: &Here) {
    let (code, text) = here.fails(&["run", "app.wasm", "-q"]);
    assert_eq!(code, 1);
    assert_eq!(text, "error: `app.wasm` is not a command: it exports no wasi:cli/run (it exports nothing)\n");
    fs::write(here.path("unmet.wasm"), wat::parse_str(UNMET).unwrap()).unwrap();
    let (_, text) = here.fails(&["run", "unmet.wasm", "-q"]);
    assert!(text.starts_with("error: `unmet.wasm` imports `other:thing/needed`, and `vfs-compose` runs"), "{text}");
    fs::write(here.path("traps.wasm"), wat::parse_str(command("unreachable")).unwrap()).unwrap();
    let (code, text) = here.fails(&["run", "traps.wasm", "-q"]);
    assert!(code == 1 && text.starts_with("error: the program ended badly\n") && !text.contains("hint"), "{text}");
    let (code, text) = here.fails(&["run", "traps.wasm", "-q", "--deny-all"]);
    assert!(code == 1 && text.contains("  hint: under `--deny-all` its standard output is closed"), "{text}");
    fs::write(here.path("fails.wasm"), wat::parse_str(run_component("", 1)).unwrap()).unwrap();
    let (_, text) = here.fails(&["run", "fails.wasm", "--deny-all"]);
    assert!(text.starts_with("note: under `--deny-all` its standard output is closed"), "{text}");
    let (_, text) = here.fails(&["run", "traps.wasm", "-q", "--deny-all", "--stdout", "inherit"]);
    assert!(!text.contains("hint"), "{text}");
}
