//! `run`.

use std::fs;
use std::process::Stdio;

use crate::here::{Here, run_component};

in_both_forms! {
    run_passes_the_exit_code_on
    run_takes_what_engines_take_by_default
    what_is_typed_for_the_program_is_what_it_gets
    http_is_off_unless_asked_for
    a_command_needs_no_import
    imports_that_the_engine_has_not_are_named
    a_program_without_a_network_is_told
    a_runaway_is_stopped
    a_timeout_holds_whatever_the_program_does
    memory_that_nobody_gets_does_not_count
    no_growth_takes_another_ones_memory_back
    a_server_is_no_command
    #[cfg(unix)] variables_that_are_not_text_are_left_out
    arguments_that_would_be_lost_are_refused
    what_is_no_command_says_what_it_is
    an_exit_code_is_passed_on
    the_programs_arguments_need_no_sign
    arguments_without_effect_are_named_as_typed
    no_time_at_all_is_no_limit_of_time
    what_a_program_wrote_is_counted
    what_is_denied_keeps_nothing_from_being_counted
    files_for_a_program_without_a_use_for_them_are_an_error
    access_that_a_program_does_not_ask_for_is_told
    what_a_component_inside_writes_is_not_counted
    variables_that_are_not_set_are_told
    a_denial_that_ends_a_program_is_one_line
}

fn variables_that_are_not_set_are_told(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let flags = ["--image", "files", "--inherit-env=NOT_SET_HERE,PATH"];
    let message = "`--inherit-env=NOT_SET_HERE` has no effect: this process has no variable `NOT_SET_HERE`; `--env \
                   NOT_SET_HERE=VALUE` sets one\n";
    for (app, flags) in [("tells.wasm", &flags[..]), ("made.wasm", &flags[2..])] {
        let told = |more: &[&str]| {
            let mut command = here.command(&[&["run", app], flags, more].concat());
            let output = command.env_remove("NOT_SET_HERE").output().unwrap();
            (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
        };
        assert_eq!(told(&[]), (0, format!("warning: {message}")));
        let (code, said) = told(&["--strict"]);
        assert!(code == 1 && said.starts_with(&format!("error: {message}")), "{said}");
        // Set it is, though not by this process.
        let (code, said) = told(&["--env", "NOT_SET_HERE=1"]);
        assert!(code == 0 && !said.contains("no variable"), "{said}");
    }
    // A manifest may be for several hosts.
    here.write_manifest("image = [\"tree\"]\ninherit-env = [\"NOT_SET_HERE\"]\nstrict = true\n");
    here.ok(&["run", "tells.wasm", "--manifest", "project/vfs.toml"]);
    fs::write(here.path("deaf.wasm"), wat::parse_str(command("")).unwrap()).unwrap();
    here.ok(&["deaf.wasm", "--allow-unused", "-q", "-o", "deaf-made.wasm"]);
    for app in ["deaf.wasm", "deaf-made.wasm"] {
        let said = String::from_utf8(here.run(&["run", app, "--inherit-env"]).stderr).unwrap();
        assert_eq!(said, format!("warning: `--inherit-env` has no effect: `{app}` does not ask for variables\n"));
    }
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

/// A preview1 program that prints its arguments and variables, as they lie in memory.
pub const TELLS: &str = r#"(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $print (param $from i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $from))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (drop (call $prestat (i32.const 3) (i32.const 16)))
    (drop (call $args_sizes (i32.const 16) (i32.const 20)))
    (drop (call $args (i32.const 1024) (i32.const 4096)))
    (call $print (i32.const 4096) (i32.load (i32.const 20)))
    (drop (call $environ_sizes (i32.const 16) (i32.const 20)))
    (drop (call $environ (i32.const 1024) (i32.const 4096)))
    (call $print (i32.const 4096) (i32.load (i32.const 20)))))"#;

pub fn run(here: &Here, args: &[&str]) -> String {
    let output = here.command(args).env_clear().env("INHERITED", "1").env("OTHER", "2").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn what_is_typed_for_the_program_is_what_it_gets(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    for (flags, wanted) in [
        (&[][..], "tells.wasm\0-x\0y z\0"),
        (&["--deterministic"], "tells.wasm\0-x\0y z\0"),
        (&["--deny-all", "--allow", "wasi:cli/stdout"], "tells.wasm\0-x\0y z\0"),
        (&["--deny", "wasi:cli/environment", "--inherit-env="], "tells.wasm\0-x\0y z\0"),
        (&["--deny", "wasi:cli/environment", "--arg", "first", "--env", "A=1"], "tells.wasm\0first\0-x\0y z\0A=1\0"),
        (&["--no-inherit-args", "--arg", "first"], "tells.wasm\0first\0-x\0y z\0"),
        (&["--arg", "first", "--env", "A=1"], "tells.wasm\0first\0-x\0y z\0A=1\0"),
        (&["--inherit-env"], "tells.wasm\0-x\0y z\0INHERITED=1\0OTHER=2\0"),
        (&["--inherit-env=OTHER,NONE"], "tells.wasm\0-x\0y z\0OTHER=2\0"),
    ] {
        let args = [&["run", "tells.wasm", "-q"], flags, &["--", "-x", "y z"]].concat();
        assert_eq!(run(here, &args), wanted, "{flags:?}");
    }
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    for app in ["tells.wasm", "made.wasm"] {
        let told = |more: &[&str]| {
            String::from_utf8(here.run(&[&["run", app, "--no-inherit-args"], more].concat()).stderr).unwrap()
        };
        let expected = "`--no-inherit-args` has no effect: what is typed after the app is for the program\n";
        assert!(told(&["--", "-x"]).ends_with(&format!("warning: {expected}")), "{}", told(&["--", "-x"]));
        assert!(told(&["--strict", "--", "-x"]).contains(&format!("error: {expected}")));
        assert!(!told(&[]).contains("no effect"));
        let said = String::from_utf8(here.run(&["run", app, "--inherit-args=false", "--", "-x"]).stderr).unwrap();
        assert!(said.ends_with(&expected.replacen("--no-inherit-args", "--inherit-args=false", 1)), "{said}");
    }
}

/// They begin with the first word after the app that is no flag of ours; flags of ours stand before or after the app.
fn the_programs_arguments_need_no_sign(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    for (args, wanted) in [
        (&["tells.wasm", "ls", "-l", "/"][..], "ls\0-l\0/\0"),
        (&["tells.wasm", "--image", "files", "ls", "--image", "x"], "ls\0--image\0x\0"),
        (&["--image", "files", "tells.wasm", "ls", "-q"], "ls\0-q\0"),
        (&["tells.wasm", "--image", "files", "--", "--image"], "--image\0"),
        (&["tells.wasm", "ls", "--", "-x"], "ls\0--\0-x\0"),
        (&["tells.wasm", "--", "ls", "--", "-x"], "ls\0--\0-x\0"),
    ] {
        let args = [&["run", "-q"], args].concat();
        assert_eq!(run(here, &args), format!("tells.wasm\0{wanted}"), "{args:?}");
    }
    let (code, message) = here.fails(&["run", "tells.wasm", "-l", "/"]);
    assert!(code == 2 && message.contains("unexpected argument '-l' found"), "{message}");
    assert!(message.contains("'-- -l'"), "{message}");
}

fn no_time_at_all_is_no_limit_of_time(here: &Here) {
    for time in ["0", "0ms"] {
        let (code, said) = here.fails(&["run", "app.wasm", "--timeout", time]);
        assert!(code == 2 && said.contains("it must be more than 0; without the flag there is no limit"), "{said}");
    }
    let (code, said) = here.fails(&["run", "app.wasm", "--max-memory", "0"]);
    assert!(code == 2 && said.contains("it must be more than 0; without the flag there is no limit"), "{said}");
}

fn arguments_without_effect_are_named_as_typed(here: &Here) {
    let program = command("");
    fs::write(here.path("deaf.wasm"), wat::parse_str(program).unwrap()).unwrap();
    for flags in [&["--deterministic"][..], &[]] {
        let output = here.run(&[&["run", "deaf.wasm"], flags, &["--", "x"]].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("warning: the program's arguments (from `x` on) have no effect: "), "{told}");
        assert!(!told.contains("--arg"), "{told}");
    }
    here.ok(&["deaf.wasm", "--allow-unused", "-q", "-o", "made.wasm"]);
    let told = String::from_utf8(here.run(&["run", "made.wasm", "x"]).stderr).unwrap();
    assert_eq!(told, "warning: the program's arguments have no effect: `made.wasm` does not ask for arguments\n");
}

fn http_is_off_unless_asked_for(here: &Here) {
    let asks =
        run_component(r#"(import "wasi:http/types@0.2.3" (instance (export "fields" (type (sub resource)))))"#, 0);
    fs::write(here.path("asks.wasm"), wat::parse_str(asks).unwrap()).unwrap();
    let (code, said) = here.fails(&["run", "asks.wasm", "-q"]);
    assert_eq!(code, 1);
    assert!(said.starts_with("error: `asks.wasm` imports `wasi:http/types@0.2.3`, and http is off\n"), "{said}");
    assert!(said.contains("--http inherit"), "{said}");
    here.ok(&["run", "asks.wasm", "-q", "--http", "inherit"]);
}

fn a_command_needs_no_import(here: &Here) {
    let text = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
    fs::write(here.path("plain.wasm"), wat::parse_str(text).unwrap()).unwrap();
    here.ok(&["run", "plain.wasm"]);
    here.ok(&["plain.wasm", "--allow-unused", "-q", "-o", "made.wasm"]);
    here.ok(&["run", "made.wasm"]);
}

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

fn a_program_without_a_network_is_told(here: &Here) {
    for (result, flags, is_told) in
        [(1, &[][..], true), (0, &[], false), (1, &["--sockets", "inherit"], false), (1, &["--sockets", "deny"], false)]
    {
        let looks_up = run_component(
            r#"(import "wasi:sockets/ip-name-lookup@0.2.3"
              (instance (export "resolve-address-stream" (type (sub resource)))))"#,
            result,
        );
        fs::write(here.path("looks-up.wasm"), wat::parse_str(looks_up).unwrap()).unwrap();
        let output = here.run(&[&["run", "looks-up.wasm"], flags].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        let note =
            "note: the network is off; if `looks-up.wasm` failed for want of it: `--sockets inherit` allows it\n";
        assert_eq!((output.status.code(), said.contains(note)), (Some(result), is_told), "{flags:?}: {said}");
    }
}

/// A preview1 command.
pub fn command(body: &str) -> String {
    format!(
        r#"(module
          (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
          (memory (export "memory") 1)
          (func (export "_start") {body}))"#
    )
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

#[cfg(unix)]
fn variables_that_are_not_text_are_left_out(here: &Here) {
    use std::os::unix::ffi::OsStrExt;
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    let mut command = here.command(&["run", "tells.wasm", "--inherit-env", "--image", "files"]);
    command.env_clear().env("A", "1").env("B", std::ffi::OsStr::from_bytes(b"\xff"));
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "tells.wasm\0A=1\0");
    assert!(String::from_utf8(output.stderr).unwrap().contains("the variable \"B\" is not UTF-8"));
}

fn arguments_that_would_be_lost_are_refused(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm", "--deterministic"]);
    here.ok(&["run", "made.wasm"]);
    for args in [&["run", "made.wasm", "--", "x"][..], &["run", "made.wasm", "--exclude", "x"]] {
        assert_eq!(here.fails(args).0, 2, "{args:?}");
    }
}

/// No host has what it imports.
pub const UNMET: &str = r#"(component
  (import "other:thing/needed" (instance $needed (export "f" (func (result u32)))))
  (core func $f (canon lower (func $needed "f")))
  (core module $program (import "" "f" (func $f (result i32))) (func (export "run") (result i32) call $f))
  (core instance $program (instantiate $program (with "" (instance (export "f" (func $f))))))
  (func $run (result (result)) (canon lift (core func $program "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.3" (instance $exports)))"#;

fn files_for_a_program_without_a_use_for_them_are_an_error(here: &Here) {
    fs::write(here.path("program.wasm"), wat::parse_str(command("")).unwrap()).unwrap();
    for flags in [["--image", "files"], ["--file", "/x=@app.wasm"]] {
        let (code, text) = here.fails(&[&["run", "program.wasm"][..], &flags].concat());
        assert!(code == 1 && text.starts_with("error: the app `program.wasm` imports no filesystem"), "{text}");
        here.ok(&[&["run", "program.wasm", "--allow-unused"][..], &flags].concat());
    }
    here.ok(&["run", "program.wasm"]);
}

fn access_that_a_program_does_not_ask_for_is_told(here: &Here) {
    fs::write(here.path("program.wasm"), wat::parse_str(command("")).unwrap()).unwrap();
    for flag in ["--sockets", "--http"] {
        let output = here.run(&["run", "program.wasm", flag, "inherit"]);
        let text = String::from_utf8(output.stderr).unwrap();
        let wanted = format!("warning: `{flag} inherit` has no effect: the app does not import wasi:");
        assert!(output.status.success() && text.contains(&wanted), "{text}");
    }
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

/// A preview1 program that makes the files `a` and `b` and changes `hello.txt`, and ends by `end`.
pub fn writes(end: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 64) "abhello.txt")
          (func $make (param $name i32) (param $length i32)
            (if (call $open (i32.const 3) (i32.const 0) (local.get $name) (local.get $length) (i32.const 1)
                  (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16))
              (then unreachable))
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 1))
            (if (call $write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable)))
          (func (export "_start")
            (call $make (i32.const 64) (i32.const 1))
            (call $make (i32.const 65) (i32.const 1))
            (call $make (i32.const 66) (i32.const 9))
            {end}))"#
    );
    wat::parse_str(text).unwrap()
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
