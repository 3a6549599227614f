//! Warnings and notes: what is lost or has no effect is told, and `--strict` makes it an error.

use std::fs;

use crate::here::{APP, Here};

in_both_forms! {
    what_has_no_effect_is_told
    strict_makes_warnings_errors_and_leaves_notes
    a_program_reads_them_with_their_kind
    what_is_composed_is_not_composed_again
    the_last_value_of_a_key_counts
    an_app_without_files_is_not_told_that_there_are_none
    what_an_app_exports_cannot_be_denied
    values_that_stay_inside_are_told_beside_a_denial
    what_denials_and_gifts_do_not_change_is_told
    what_a_denied_package_keeps_is_told
    exit_codes_of_no_module_are_told
    a_vfs_that_cannot_be_plugged_is_told
    what_an_app_without_files_never_sees_is_told
    words_that_are_no_names_are_told
}

fn words_that_are_no_names_are_told(here: &Here) {
    let exports = r#"(instance $nothing) (export "nothing" (instance $nothing)))"#;
    let asks = format!("{}{exports}", ASKS.strip_suffix(')').unwrap());
    fs::write(here.path("app.wasm"), wat::parse_str(asks).unwrap()).unwrap();
    for name in ["none", "all", "None", "no", "FALSE"] {
        let wanted = format!(
            "warning: `--inherit-env={name}` passes on a variable whose name is `{name}`: `--no-inherit-env` \
             passes none on, `--inherit-env` all"
        );
        for names in [name.to_owned(), format!("LANG,{name}")] {
            let flag = format!("--inherit-env={names}");
            assert_eq!(told(here, &["--allow-unused", &flag]), [&*wanted], "{names}");
        }
    }
    for (flag, shown) in [
        ("--inherit-env=none", "\"none\""),
        ("--inherit-env=LANG,none", "LANG,\"none\""),
        ("--inherit-env=LANG,TZ", "LANG,TZ"),
        ("--no-inherit-env", "none"),
    ] {
        here.ok(&["app.wasm", "--allow-unused", "-q", "-o", "made.wasm", flag]);
        assert_eq!(here.policy()["inherit-env"], shown, "{flag}");
    }
    for flag in ["--inherit-env=false", "--inherit-env=true", "--inherit-env=*", "--inherit-env=LANG"] {
        assert_eq!(told(here, &["--allow-unused", flag]), [""; 0], "{flag}");
    }
}

fn values_that_stay_inside_are_told_beside_a_denial(here: &Here) {
    let denied = ["--deny", "wasi:config"];
    assert_eq!(told(here, &denied), [""; 0]);
    // What this app does not import is told of the values.
    let [line] = &told(here, &[&denied[..], &["--config", "a=1"]].concat())[..] else { panic!() };
    assert!(line.starts_with("warning: `--config` has no effect"), "{line}");
    let store = r#"(import "wasi:config/store@0.2.0-rc.1" (instance
        (export "get" (func (param "key" string) (result (option string)))))))"#;
    fs::write(here.path("app.wasm"), wat::parse_str(format!("{}{store}", APP.strip_suffix(')').unwrap())).unwrap())
        .unwrap();
    let [line] = &told(here, &[&denied[..], &["--config", "a=1"]].concat())[..] else { panic!() };
    let why = "the values of `--config` stand for the host's, and the app gets them";
    assert_eq!(line, &format!("warning: `--deny wasi:config` has no effect: {why}"));
    assert_eq!(told(here, &["--config", "a=1"]), [""; 0]);
    assert_eq!(told(here, &denied), [""; 0]);
}

/// What the vfs provides is not the host's, and what the app does not import is nobody's.
fn what_denials_and_gifts_do_not_change_is_told(here: &Here) {
    for pattern in ["wasi:io", "wasi:io/streams", "wasi:io/error", "wasi:io@0.2.3"] {
        let [line] = &told(here, &["--deny", pattern])[..] else { panic!("{pattern}") };
        assert!(line.starts_with(&format!("warning: `--deny {pattern}` has no effect: streams and")), "{line}");
    }
    for (flags, wanted) in [
        (&["--deny-all", "--allow", "wasi:filesystem"][..], "`--allow wasi:filesystem` has no effect: the app's files"),
        (&["--deny-all", "--allow", "wasi:random"], "`--allow wasi:random` has no effect: the app does not import it"),
        (&["--sockets", "inherit"], "`--sockets inherit` has no effect: the app does not import `wasi:sockets`"),
        (&["--http", "inherit"], "`--http inherit` has no effect: the app does not import `wasi:http`"),
    ] {
        let [line] = &told(here, flags)[..] else { panic!("{flags:?}") };
        assert!(line.starts_with(&format!("warning: {wanted}")), "{line}");
    }
    // What overrides a preset is no reason to speak of the rest.
    assert_eq!(told(here, &["--deterministic", "--wall-clock", "inherit"]), [""; 0]);
    let said = String::from_utf8(here.run(&["app.wasm", "--clamp-mtime", "7", "-o", "out.wasm"]).stderr).unwrap();
    assert!(said.starts_with("warning: `--clamp-mtime` has no effect: no files are given"), "{said}");
}

/// The host calls a server with requests of what it shall not have.
fn what_a_denied_package_keeps_is_told(here: &Here) {
    let serves = r#"(component
      (import "wasi:http/types@0.2.3" (instance $http
        (export "incoming-request" (type (sub resource)))
        (export "response-outparam" (type (sub resource)))))
      (alias export $http "incoming-request" (type $request))
      (alias export $http "response-outparam" (type $out))
      (core module $program (func (export "handle") (param i32 i32)))
      (core instance $program (instantiate $program))
      (func $handle (param "request" (own $request)) (param "response-out" (own $out))
        (canon lift (core func $program "handle")))
      (instance $exports (export "handle" (func $handle)))
      (export "wasi:http/incoming-handler@0.2.3" (instance $exports)))"#;
    fs::write(here.path("app.wasm"), wat::parse_str(serves).unwrap()).unwrap();
    let [line] = &told(here, &["--allow-unused", "--deny", "wasi:http"])[..] else { panic!() };
    let wanted = "warning: `--deny wasi:http` leaves `wasi:http/types@0.2.3` to the host, which calls the app's export \
                  `wasi:http/incoming-handler@0.2.3` with it; ";
    assert!(line.starts_with(wanted), "{line}");
    assert_eq!(told(here, &["--allow-unused", "--http", "deny"]), [""; 0]);
    // It needs something that a vfs has.
    let app = serves.replacen("(component", APP.split("(instance $nothing)").next().unwrap(), 1);
    fs::write(here.path("app.wasm"), wat::parse_str(app).unwrap()).unwrap();
    let output = here.run(&["vfs", "--for", "app.wasm", "--deny", "wasi:http", "-o", "vfs.wasm"]);
    assert!(String::from_utf8(output.stderr).unwrap().starts_with(wanted));
}

fn exit_codes_of_no_module_are_told(here: &Here) {
    fs::write(here.path("none.wat"), crate::programs::command("")).unwrap();
    let warning = "`--exit-code` has no effect: `none.wat` does not exit with a code (`proc_exit`); leave it out";
    let said =
        String::from_utf8(here.run(&["adapt", "none.wat", "--exit-code", "full", "-o", "a.wasm"]).stderr).unwrap();
    assert!(said.starts_with(&format!("warning: {warning}\n")), "{said}");
    let json = here.ok(&["adapt", "none.wat", "--exit-code", "full", "--json", "-o", "a.wasm"]);
    let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(report["warnings"][0]["message"], warning);
    let (code, said) = here.fails(&["vfs", "--exit-code", "full", "--strict", "-o", "no.wasm"]);
    assert!(code == 1 && said.starts_with("error: `--exit-code` has no effect: it is for a preview1 module"), "{said}");
}

/// Asks for variables alone.
const ASKS: &str = r#"(component (import "wasi:cli/environment@0.2.3" (instance
    (export "get-environment" (func (result (list (tuple string string))))))))"#;

fn what_an_app_without_files_never_sees_is_told(here: &Here) {
    fs::write(here.path("asks.wat"), ASKS).unwrap();
    let clock = ["--wall-clock", "frozen:2020-01-01"];
    for (app, flags, wanted) in [
        ("asks.wat", &clock[..], Some("`--wall-clock frozen` has no effect: the app does not import ")),
        // Its files have times.
        ("app.wasm", &clock, None),
        ("asks.wat", &["--deterministic"], None),
        (
            "asks.wat",
            &["--inherit-env=A,B", "--env", "A=1"],
            Some("`--inherit-env=A` has no effect: `--env A=...` sets"),
        ),
        ("asks.wat", &["--inherit-env=B", "--env", "A=1"], None),
    ] {
        let output = here.run(&[&[app, "--allow-unused", "-o", "out.wasm"], flags].concat());
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let told: Vec<_> = said.lines().filter(|line| line.contains("has no effect")).collect();
        assert_eq!(told.len(), wanted.iter().count(), "{app} {flags:?}: {said}");
        assert!(wanted.is_none_or(|wanted| told[0].contains(wanted)), "{said}");
    }
}

fn a_vfs_that_cannot_be_plugged_is_told(here: &Here) {
    fs::write(here.path("module.wasm"), wat::parse_str(REACTOR).unwrap()).unwrap();
    fs::write(here.path("asks.wat"), ASKS).unwrap();
    fs::write(here.path("none.wat"), "(component)").unwrap();
    for (app, wanted) in [
        ("app.wasm", &[][..]),
        (
            "module.wasm",
            &["the app is a core module, which `wac plug` refuses: `vfs-compose adapt APP` makes a component of it, "],
        ),
        ("asks.wat", &["the app imports no filesystem (`wasi:filesystem/types`), so it never sees the files"]),
    ] {
        let output = here.run(&["vfs", "--for", app, "--image", "files", "-o", "vfs.wasm"]);
        let said = String::from_utf8(output.stderr).unwrap();
        let told: Vec<_> = said.lines().filter(|line| line.starts_with("warning: ")).collect();
        assert!(output.status.success() && told.len() == wanted.len(), "{said}");
        assert!(told.iter().zip(wanted).all(|(line, wanted)| line.contains(wanted)), "{said}");
    }
    let (code, said) = here.fails(&["vfs", "--for", "none.wat", "--image", "files", "-o", "no.wasm"]);
    let wanted = "error: the app `none.wat` imports nothing that a vfs has, so none can be plugged into it\n  \
                  hint: `vfs-compose run APP` runs it without files\n";
    assert_eq!((code, &*said), (1, wanted));
    let output = here.run(&["vfs", "--for", "app.wasm", "-o", "vfs.wasm"]);
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("note: no files given"));
}

/// Imports the preopens, and exports a function that no component can export.
const REACTOR: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "add") (param i32) (result i32) local.get 0))"#;

/// The warnings of composing with flags.
pub fn told(here: &Here, flags: &[&str]) -> Vec<String> {
    let output = here.run(&[&["app.wasm", "--image", "files", "-o", "out.wasm"], flags].concat());
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines().filter(|line| line.starts_with("warning: ")).map(ToOwned::to_owned).collect()
}

fn what_has_no_effect_is_told(here: &Here) {
    assert_eq!(told(here, &[]), [""; 0]);
    // All that these set is set by `--deterministic` for whatever app it is.
    assert_eq!(told(here, &["--deterministic"]), [""; 0]);
    for (flag, flags) in [
        ("`--env`", &["--env", "A=1"][..]),
        ("`--arg`", &["--arg", "x"]),
        ("`--cwd`", &["--cwd", "/hello"]),
        ("`--inherit-env`", &["--inherit-env=A"]),
        ("`--argv0`", &["--argv0", "x"]),
        ("`--stdin`", &["--stdin", "from:/hello.txt"]),
        ("`--stdin`", &["--stdin", "null"]),
        ("`--stdout`", &["--stdout", "null"]),
        ("`--stdout`", &["--stdout", "to:/log"]),
        ("`--stderr`", &["--stderr", "append:/log"]),
        ("`--random seeded`", &["--random", "seeded:7"]),
        ("`--monotonic-clock frozen`", &["--monotonic-clock", "frozen"]),
        ("`--config`", &["--config", "k=v"]),
        ("`--http allow`", &["--http", "allow:example.com"]),
    ] {
        fs::create_dir_all(here.path("files/hello")).unwrap();
        let told = told(here, flags);
        let [line] = &told[..] else { panic!("{flag}: {told:?}") };
        assert!(line.starts_with(&format!("warning: {flag} has no effect: the app does not import ")), "{line}");
        let (_, way_out) = line.split_once("`; ").unwrap();
        let expected = match flag {
            "`--cwd`" => "such programs start in `/`, which `--preopen DIR=/` makes DIR",
            "`--config`" => "`--env` sets variables, which most programs read instead",
            _ => "leave it out",
        };
        assert_eq!(way_out, expected, "{flag}");
    }
    for (flag, flags) in [
        ("--max-bytes", &["--read-only", "--max-bytes", "1K"][..]),
        ("--max-nodes", &["--read-only", "--max-nodes", "1"]),
        ("--deny wasi:filesystem", &["--deny", "wasi:filesystem"]),
        ("--deny wasi:filesystem/types", &["--deny", "wasi:filesystem/types"]),
    ] {
        let told = told(here, flags);
        assert!(told.len() == 1 && told[0].starts_with(&format!("warning: `{flag}` has no effect: ")), "{told:?}");
    }
    assert_eq!(told(here, &["--max-bytes", "1K", "--max-nodes", "1"]), [""; 0]);
    assert_eq!(told(here, &["--max-open", "0"]).len(), 1);
    // The app has one preopen.
    let [line] = &told(here, &["--max-open", "1"])[..] else { panic!() };
    assert!(line.starts_with("warning: `--max-open 1`: the app cannot open a file"), "{line}");
    assert_eq!(told(here, &["--max-open", "2"]), [""; 0]);
    let preopens = ["--max-open", "2", "--preopen", "/", "--preopen", "/=other"];
    assert_eq!(told(here, &preopens).len(), 1);
    assert_eq!(told(here, &["--http", "allow:"]).len(), 1);
}

fn an_app_without_files_is_not_told_that_there_are_none(here: &Here) {
    fs::write(here.path("none.wasm"), wat::parse_str("(component)").unwrap()).unwrap();
    let output = here.run(&["none.wasm", "--allow-unused", "-o", "out.wasm"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && !said.contains("no files given"), "{said}");
}

fn what_an_app_exports_cannot_be_denied(here: &Here) {
    let export = r#"(instance $exports) (export "wasi:cli/run@0.2.3" (instance $exports))"#;
    let app = format!("{}{export})", APP.strip_suffix(')').unwrap());
    fs::write(here.path("app.wasm"), wat::parse_str(app).unwrap()).unwrap();
    for pattern in ["wasi:cli/run", "wasi:cli/run@0.2.3", "wasi:cli/run@0.2.0"] {
        let told = told(here, &["--deny", pattern]);
        let expected = "has no effect: the app exports it, and only what an app imports can be denied";
        assert_eq!(told, [format!("warning: `--deny {pattern}` {expected}")]);
    }
    // What an app imports may have several such names, and what it neither imports nor exports is no mistake.
    assert_eq!(told(here, &["--deny", "wasi:cli", "--deny", "wasi:sockets"]), [""; 0]);
}

fn strict_makes_warnings_errors_and_leaves_notes(here: &Here) {
    let (code, text) = here.fails(&["app.wasm", "--image", "files", "-o", "out.wasm", "--strict", "--env", "A=1"]);
    assert_eq!(code, 1);
    assert!(text.starts_with("error: `--env` has no effect"), "{text}");
    assert!(text.ends_with("hint: without --strict these are warnings\n"), "{text}");
    let output = here.run(&["app.wasm", "-o", "out.wasm", "--strict"]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("note: no files given"));
    assert!(here.run(&["app.wasm", "-o", "out.wasm", "-q"]).stderr.is_empty());
}

fn a_program_reads_them_with_their_kind(here: &Here) {
    let report: serde_json::Value =
        serde_json::from_slice(&here.ok(&["app.wasm", "--env", "A=1", "--json", "-o", "out.wasm"])).unwrap();
    assert_eq!(report["warnings"][0]["code"], "no-effect");
    assert_eq!(report["notes"][0]["code"], "no-files");
}

fn what_is_composed_is_not_composed_again(here: &Here) {
    here.ok(&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"]);
    for args in [
        &["out.wasm", "--image", "files"][..],
        &["out.wasm", "--image", "files", "--allow-unused"],
        &["vfs", "--for", "out.wasm"],
    ] {
        let (code, text) = here.fails(args);
        assert!(code == 1 && text.starts_with("error: the app `out.wasm` has been composed before"), "{text}");
    }
    // Its files are a source like any other.
    here.ok(&["app.wasm", "--image", "out.wasm::/old", "--image", "files", "-q", "-o", "new.wasm"]);
    assert_eq!(here.ok(&["image", "cat", "new.wasm", "/old/hello.txt", "/hello.txt"]), b"hello\nhello\n");
}

fn the_last_value_of_a_key_counts(here: &Here) {
    fs::create_dir_all(here.path("files/a")).unwrap();
    let flags = ["--env", "A=1", "--env", "B=2", "--env", "A=3", "--preopen", "/a=n", "--preopen", "/=n"];
    here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"], &flags[..]].concat());
    let json: serde_json::Value = serde_json::from_slice(&here.ok(&["inspect", "out.wasm", "--json"])).unwrap();
    let environment = serde_json::json!([{ "name": "B", "value": "2" }, { "name": "A", "value": "3" }]);
    assert_eq!(json["vfs"]["environment"], environment);
    assert_eq!(json["vfs"]["preopens"], serde_json::json!([{ "guest": "/", "name": "n" }]), "{json}");
}

#[test]
fn exports_that_are_lost_are_named() {
    let here = Here::new("linked");
    fs::write(here.path("app.wasm"), wat::parse_str(REACTOR).unwrap()).unwrap();
    let (code, text) = here.fails(&["app.wasm", "--allow-unused", "-o", "out.wasm"]);
    assert_eq!(code, 1);
    assert!(
        text.starts_with("error: the result would export nothing: a component cannot export `add`, for want of"),
        "{text}"
    );
    let told = told(&here, &["--allow-unused", "--allow-no-exports"]);
    assert!(told[0].starts_with("warning: the result exports nothing: a component cannot export `add`, "), "{told:?}");
    // An app that never had any export loses none, and is of no use.
    for app in ["(component)", "(module)", APP.split("(instance $nothing)").next().unwrap()] {
        let app = if app.ends_with(')') { app.into() } else { format!("{app})") };
        fs::write(here.path("app.wasm"), wat::parse_str(app).unwrap()).unwrap();
        let wanted = "warning: the result exports nothing, as the app does: there is nothing that a host could run";
        assert_eq!(self::told(&here, &["--allow-unused"]), [wanted]);
        assert_eq!(here.fails(&["app.wasm", "--allow-unused", "--strict", "-o", "no.wasm"]).0, 1);
    }
}
