//! How a program ends under `run`: exit codes, limits, and what it wrote.

use std::fs;
use std::process::Stdio;

use crate::here::{Here, run_component};
use crate::programs::{TELLS, command, writes};

in_both_forms! {
    a_denial_that_ends_a_program_is_one_line
    run_passes_the_exit_code_on
    no_time_at_all_is_no_limit_of_time
    a_runaway_is_stopped
    a_timeout_holds_whatever_the_program_does
    memory_that_nobody_gets_does_not_count
    no_growth_takes_another_ones_memory_back
    an_exit_code_is_passed_on
    what_a_program_wrote_is_counted
    what_is_denied_keeps_nothing_from_being_counted
    what_a_component_inside_writes_is_not_counted
}

/// The engine's words are of no use to whoever denied it.
fn a_denial_that_ends_a_program_is_one_line(here: &Here) {
    let calls = |import: &str, function: &str, of_core: &str, call: &str| {
        let app = format!(
            r#"(component
              (import "{import}" (instance $denied {function}))
              (core func $f (canon lower (func $denied "f")))
              (core module $program
                (import "" "f" (func $f {of_core}))
                (func (export "run") (result i32) {call} unreachable))
              (core instance $program (instantiate $program (with "" (instance (export "f" (func $f))))))
              (func $run (result (result)) (canon lift (core func $program "run")))
              (instance $exports (export "run" (func $run)))
              (export "wasi:cli/run@0.2.3" (instance $exports)))"#
        );
        app.replace(r#""f" (func (param "status-code""#, r#""exit-with-code" (func (param "status-code""#)
    };
    let exits = calls(
        "wasi:cli/exit@0.2.12",
        r#"(export "exit-with-code" (func (param "status-code" u8)))"#,
        "(param i32)",
        "(call $f (i32.const 42))",
    );
    let exits = exits.replace(r#"(func $denied "f")"#, r#"(func $denied "exit-with-code")"#);
    let random = calls(
        "wasi:random/random@0.2.3",
        r#"(export "get-random-u64" (func (result u64)))"#,
        "(result i64)",
        "(drop (call $f))",
    );
    let random = random.replace(r#"(func $denied "f")"#, r#"(func $denied "get-random-u64")"#);
    let exit =
        "error: the program was stopped: it ended with exit code 42, and exiting with a code is denied\n  hint: ";
    let number = "error: the program was stopped: it called what is denied, wasi:random/random";
    for (app, flags, wanted, way_out) in [
        (&exits, &["--exit", "deny"][..], exit, "`--exit inherit` allows it\n"),
        (&exits, &["--deny", "wasi:cli/exit"], exit, "omit `--deny wasi:cli/exit`, which denies it\n"),
        (&exits, &["--deny-all"], exit, "`--exit inherit` allows it\n"),
        (&random, &["--random", "deny"], number, "`--allow` and the other flags of denials"),
    ] {
        fs::write(here.path("program.wasm"), wat::parse_str(app).unwrap()).unwrap();
        let (code, said) = here.fails(&[&["run", "program.wasm", "-q"], flags].concat());
        assert!(code == 1 && said.starts_with(wanted) && said.contains(way_out), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
        here.ok(&[&["program.wasm", "--allow-unused", "-q", "-o", "made.wasm"], flags].concat());
        let (code, said) = here.fails(&["run", "made.wasm", "-q"]);
        assert!(code == 1 && said.starts_with(wanted), "{said}");
        assert!(said.ends_with("hint: compose the app again without the denial\n"), "{said}");
    }
}

fn run_passes_the_exit_code_on(here: &Here) {
    for result in [0, 1] {
        fs::write(here.path("program.wasm"), wat::parse_str(run_component("", result)).unwrap()).unwrap();
        let output = here.run(&["run", "program.wasm", "--", "-x"]);
        assert_eq!(output.status.code(), Some(result), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn no_time_at_all_is_no_limit_of_time(here: &Here) {
    for time in ["0", "0ms"] {
        let (code, said) = here.fails(&["run", "app.wasm", "--timeout", time]);
        assert!(code == 2 && said.contains("it must be more than 0; without the flag there is no limit"), "{said}");
    }
    let (code, said) = here.fails(&["run", "app.wasm", "--max-memory", "0"]);
    assert!(code == 2 && said.contains("it must be more than 0; without the flag there is no limit"), "{said}");
}

fn a_runaway_is_stopped(here: &Here) {
    for (body, flags, code, said) in [
        (
            "(loop $on (br $on))",
            ["--timeout", "300ms"],
            124,
            "error: the program was stopped after 300ms (--timeout)\n",
        ),
        (
            "(loop $on (br_if $on (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))",
            ["--max-memory", "32M"],
            1,
            "error: the program wanted more than 32 MiB of memory (--max-memory)\n",
        ),
    ] {
        let program = command(body);
        fs::write(here.path("runaway.wasm"), wat::parse_str(program).unwrap()).unwrap();
        let output = here.run(&[&["run", "runaway.wasm", "-q"], &flags[..]].concat());
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(code), said.into()));
    }
}

/// Neither a wait for the host's input nor a start function outlasts it.
fn a_timeout_holds_whatever_the_program_does(here: &Here) {
    let waits = r#"(module
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (i32.store (i32.const 4) (i32.const 8))
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;
    let starts = r#"(module
      (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
      (memory (export "memory") 1)
      (func $loop (loop $on (br $on)))
      (start $loop)
      (func (export "_start")))"#;
    for program in [waits, starts] {
        fs::write(here.path("runaway.wasm"), wat::parse_str(program).unwrap()).unwrap();
        let mut command = here.command(&["run", "runaway.wasm", "-q", "--timeout", "300ms"]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Open as long as the program runs, so that it waits.
        let stdin = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(124));
        drop(stdin);
    }
}

/// Growth that fails anyway uses nothing up.
fn memory_that_nobody_gets_does_not_count(here: &Here) {
    let body = "(local $i i32)
      (loop $on
        (drop (memory.grow (i32.const 60000)))
        (br_if $on (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))";
    let program = command(body).replace("(memory (export \"memory\") 1)", "(memory (export \"memory\") 1 20)");
    fs::write(here.path("modest.wasm"), wat::parse_str(program).unwrap()).unwrap();
    let output = here.run(&["run", "modest.wasm", "-q", "--max-memory", "64MiB"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The engine tells of the failure of a growth that it never asked about.
fn no_growth_takes_another_ones_memory_back(here: &Here) {
    let grows = r#"(component
      (core module $program
        (memory 1)
        (table $large i64 1 funcref)
        (func (export "run") (result i32) (local $i i32)
          (loop $on
            (drop (memory.grow (i32.const 160)))
            (drop (table.grow $large (ref.null func) (i64.const -1)))
            (br_if $on (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
          i32.const 0))
      (core instance $program (instantiate $program))
      (func $run (result (result)) (canon lift (core func $program "run")))
      (instance $exports (export "run" (func $run)))
      (export "wasi:cli/run@0.2.3" (instance $exports)))"#;
    fs::write(here.path("grows.wasm"), wat::parse_str(grows).unwrap()).unwrap();
    let (code, text) = here.fails(&["run", "grows.wasm", "-q", "--max-memory", "64MiB"]);
    assert_eq!((code, &*text), (1, "error: the program wanted more than 64 MiB of memory (--max-memory)\n"));
}

/// `exit-with-code` gives what it says.
fn an_exit_code_is_passed_on(here: &Here) {
    let app = r#"(component
      (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
      (core func $exit (canon lower (func $exit "exit-with-code")))
      (core module $program
        (import "" "exit" (func $exit (param i32)))
        (func (export "run") (result i32) (call $exit (i32.const 42)) unreachable))
      (core instance $program (instantiate $program (with "" (instance (export "exit" (func $exit))))))
      (func $run (result (result)) (canon lift (core func $program "run")))
      (instance $exports (export "run" (func $run)))
      (export "wasi:cli/run@0.2.3" (instance $exports)))"#;
    fs::write(here.path("program.wasm"), wat::parse_str(app).unwrap()).unwrap();
    let output = here.run(&["run", "program.wasm", "-q"]);
    assert_eq!(output.status.code(), Some(42), "{}", String::from_utf8_lossy(&output.stderr));
}

/// At the end of `run`, and before `exit`.
fn what_a_program_wrote_is_counted(here: &Here) {
    const NOTE: &str = "note: 3 files that the program wrote were in memory only and are gone\n";
    for (end, code, is_told) in [
        ("", 0, true),
        ("(call $exit (i32.const 7))", 7, true),
        ("(call $exit (i32.const 263))", 7, true),
        ("unreachable", 1, false),
    ] {
        fs::write(here.path("writes.wasm"), writes(end)).unwrap();
        let output = here.run(&["run", "writes.wasm", "--image", "files"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.contains(NOTE)), (Some(code), is_told), "{end}: {said}");
    }
    fs::write(here.path("writes.wasm"), writes("")).unwrap();
    let quiet = here.run(&["run", "writes.wasm", "--image", "files", "-q"]);
    assert_eq!(String::from_utf8(quiet.stderr).unwrap(), "");
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    let nothing = here.run(&["run", "tells.wasm", "--image", "files"]);
    assert!(!String::from_utf8(nothing.stderr).unwrap().contains("gone"));
}

fn what_is_denied_keeps_nothing_from_being_counted(here: &Here) {
    fs::write(here.path("writes.wasm"), writes("")).unwrap();
    let output = here.run(&["run", "writes.wasm", "--image", "files", "--deny-all"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("note: 3 files that the program wrote"), "{said}");
}

fn what_a_component_inside_writes_is_not_counted(here: &Here) {
    let composition = r#"(component
      (import "wasi:filesystem/types@0.2.3" (instance (export "descriptor" (type (sub resource)))))
      (component $inner
        (core module $program (func (export "run") (result i32) i32.const 0))
        (core instance $program (instantiate $program))
        (func $run (result (result)) (canon lift (core func $program "run")))
        (instance $exports (export "run" (func $run)))
        (export "wasi:cli/run@0.2.3" (instance $exports)))
      (instance $inner (instantiate $inner))
      (alias export $inner "wasi:cli/run@0.2.3" (instance $run))
      (export "wasi:cli/run@0.2.3" (instance $run)))"#;
    fs::write(here.path("composition.wasm"), wat::parse_str(composition).unwrap()).unwrap();
    let output = here.run(&["run", "composition.wasm", "--image", "files"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains(
            "note: the files that it writes are not counted: its `run` belongs to a component inside the app\n"
        )
    );
}
