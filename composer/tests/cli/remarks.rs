//! Warnings and notes: what is lost or has no effect is told, and `--strict` makes it an error.

use std::fs;

use crate::here::{APP, Here};

in_both_forms! {
    what_has_no_effect_is_told
    strict_makes_warnings_errors_and_leaves_notes
    a_program_reads_them_with_their_kind
    what_is_composed_is_not_composed_again
    the_last_value_of_a_key_counts
}

/// Imports the preopens, and exports a function that no component can export.
const REACTOR: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "add") (param i32) (result i32) local.get 0))"#;

fn told(here: &Here, flags: &[&str]) -> Vec<String> {
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
        ("`--stdin`", &["--stdin", "from:/hello.txt"]),
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
    assert_eq!(told(here, &["--http", "allow:"]).len(), 2);
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
    // An app that never had any export loses none.
    fs::write(here.path("app.wasm"), wat::parse_str(APP).unwrap()).unwrap();
    here.ok(&["app.wasm", "--image", "files", "-o", "out.wasm"]);
}
