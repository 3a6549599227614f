//! What a program gets by `run`: arguments, variables, access.

use std::fs;

use crate::here::{Here, run_component};
use crate::programs::{TELLS, command, run};

in_both_forms! {
    what_is_typed_for_the_program_is_what_it_gets
    the_programs_arguments_need_no_sign
    arguments_without_effect_are_named_as_typed
    arguments_that_would_be_lost_are_refused
    #[cfg(unix)] variables_that_are_not_text_are_left_out
    variables_that_are_not_set_are_told
    http_is_off_unless_asked_for
    access_that_a_program_does_not_ask_for_is_told
    a_program_without_a_network_is_told
    files_for_a_program_without_a_use_for_them_are_an_error
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
        let expected =
            "`--no-inherit-args` has no effect: what is typed after the app is for the program; leave it out\n";
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
    assert_eq!(
        told,
        "warning: the program's arguments have no effect: `made.wasm` does not ask for arguments; leave it out\n"
    );
}

fn arguments_that_would_be_lost_are_refused(here: &Here) {
    fs::write(here.path("tells.wasm"), wat::parse_str(TELLS).unwrap()).unwrap();
    here.ok(&["tells.wasm", "--image", "files", "-q", "-o", "made.wasm", "--deterministic"]);
    here.ok(&["run", "made.wasm"]);
    for args in [&["run", "made.wasm", "--", "x"][..], &["run", "made.wasm", "--exclude", "x"]] {
        assert_eq!(here.fails(args).0, 2, "{args:?}");
    }
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
        let why = match app {
            "deaf.wasm" => "the app does not import `get-environment` of `wasi:cli/environment`; leave it out",
            _ => "`deaf-made.wasm` does not ask for variables; leave it out",
        };
        assert_eq!(said, format!("warning: `--inherit-env` has no effect: {why}\n"));
    }
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

fn access_that_a_program_does_not_ask_for_is_told(here: &Here) {
    fs::write(here.path("program.wasm"), wat::parse_str(command("")).unwrap()).unwrap();
    for flag in ["--sockets", "--http"] {
        let output = here.run(&["run", "program.wasm", flag, "inherit"]);
        let text = String::from_utf8(output.stderr).unwrap();
        let wanted = format!("warning: `{flag} inherit` has no effect: the app does not import `wasi:");
        assert!(output.status.success() && text.contains(&wanted), "{text}");
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

fn files_for_a_program_without_a_use_for_them_are_an_error(here: &Here) {
    fs::write(here.path("program.wasm"), wat::parse_str(command("")).unwrap()).unwrap();
    for flags in [["--image", "files"], ["--file", "/x=@app.wasm"]] {
        let (code, text) = here.fails(&[&["run", "program.wasm"][..], &flags].concat());
        assert!(code == 1 && text.starts_with("error: the app `program.wasm` imports no filesystem"), "{text}");
        here.ok(&[&["run", "program.wasm", "--allow-unused"][..], &flags].concat());
    }
    here.ok(&["run", "program.wasm"]);
}
