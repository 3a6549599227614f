//! `--json`: every name that docs/json.md has, and no other.

use std::fs;

use serde_json::{Value, json as value};

use crate::here::Here;
use crate::programs::{UNMET, writes};
#[cfg(unix)]
use crate::serve::Running;

in_both_forms! {
    composing_and_inspecting_have_the_same_names
    no_limit_is_null
    images_are_told
    files_are_listed_on_demand
    a_run_tells_how_it_ended
    a_run_of_what_is_composed_tells_the_same
    what_is_printed_is_told_beside
    every_key_of_a_manifest_is_told
    #[cfg(unix)] a_server_tells_each_event
}

const DOCUMENT: &str = include_str!("../../../docs/json.md");

fn json(here: &Here, args: &[&str]) -> Value {
    serde_json::from_slice(&here.ok(args)).unwrap()
}

/// Fails unless all names are in the document.
fn check_names(value: &Value, within: &str) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        let path = format!("{within}{name}");
        let last = path.rsplit('.').next().unwrap();
        let is_there = [format!("`{path}`"), format!("`{path}."), format!("`{last}`")];
        let is_there = is_there.iter().any(|written| DOCUMENT.contains(written));
        assert!(is_there, "`{path}` is not in docs/json.md");
        if !["policy", "example"].contains(&name.as_str()) {
            check_names(value, &format!("{path}."));
        }
    }
}

fn composing_and_inspecting_have_the_same_names(here: &Here) {
    let composed = json(here, &["app.wasm", "--image", "files", "--json", "-o", "out.wasm"]);
    let inspected = json(here, &["inspect", "--json", "out.wasm"]);
    check_names(&composed, "");
    check_names(&inspected, "");
    for name in ["schema", "file", "size", "digest", "imports", "exports"] {
        assert_eq!(composed[name], inspected[name], "{name}");
    }
    for name in ["form", "needs", "not-linked", "size"] {
        assert_eq!(composed["vfs"][name], inspected["vfs"][name], "{name}");
    }
    for name in ["size", "digest", "files", "directories", "symlinks"] {
        assert_eq!(composed["vfs"]["image"][name], inspected["vfs"]["image"][name], "{name}");
    }
    assert_eq!(composed["schema"], 1);
    assert_eq!(composed["vfs"]["form"], here.form);
    let needs = if here.form == "linked" { value!(["multi-memory"]) } else { value!([]) };
    assert_eq!(composed["vfs"]["needs"], needs);
    assert_eq!(composed["digest"].as_str().map(str::len), Some("sha256:".len() + 64));
    assert_eq!((&composed["warnings"], &composed["notes"]), (&value!([]), &value!([])));
    let alone = json(here, &["vfs", "--image", "files", "--json", "-o", "vfs.wasm"]);
    let inspected = json(here, &["inspect", "--json", "vfs.wasm"]);
    assert_eq!(alone["vfs"]["image"]["digest"], inspected["vfs"]["image"]["digest"]);
    assert_eq!(alone["vfs"]["size"], inspected["vfs"]["size"]);
    assert_eq!(inspected["vfs"]["form"], Value::Null);
    assert!(here.text(&["inspect", "vfs.wasm"]).lines().next().unwrap().ends_with(", a vfs alone"));
    assert_eq!((&alone["app"], &alone["vfs"]["form"]), (&Value::Null, &Value::Null));
    assert_eq!(json(here, &["inspect", "--json", "app.wasm"])["vfs"], Value::Null);
}

fn no_limit_is_null(here: &Here) {
    let limits = |flags: &[&str]| {
        here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"], flags].concat());
        json(here, &["inspect", "--json", "out.wasm"])["vfs"]["limits"].clone()
    };
    assert_eq!(limits(&[]), value!({ "bytes": null, "nodes": null, "open": 1 << 20 }));
    let given = limits(&["--max-bytes", "10MB", "--max-nodes", "7", "--max-open", "9"]);
    assert_eq!(given, value!({ "bytes": 10_000_000, "nodes": 7, "open": 9 }));
}

fn images_are_told(here: &Here) {
    let built = json(here, &["image", "build", "files", "--json", "-o", "files.erofs"]);
    let verified = json(here, &["image", "verify", "--json", "files.erofs"]);
    let inspected = json(here, &["inspect", "--json", "files.erofs"]);
    let listed = json(here, &["image", "ls", "--json", "files.erofs"]);
    let extracted = json(here, &["image", "extract", "--json", "files.erofs", "to"]);
    for value in [&built, &verified, &inspected, &listed, &extracted] {
        check_names(value, "");
        assert_eq!((&value["schema"], &value["file"]), (&1.into(), &"files.erofs".into()));
    }
    assert_eq!(verified["image"], inspected["image"]);
    for name in ["size", "digest", "files"] {
        assert_eq!(built["image"][name], verified["image"][name], "{name}");
    }
    let entry = &listed["entries"][0];
    check_names(entry, "entries.");
    assert_eq!((&entry["path"], &entry["kind"], &entry["size"]), (&"hello.txt".into(), &"file".into(), &6.into()));
}

/// All reports list the same, as `image ls -R` does, with `-v`.
fn files_are_listed_on_demand(here: &Here) {
    fs::create_dir(here.path("files/deep")).unwrap();
    fs::write(here.path("files/deep/large"), vec![7; 100_000]).unwrap();
    let image = ["image", "build", "files", "-o", "files.erofs", "--json"];
    let compose = ["app.wasm", "--image", "files", "-o", "out.wasm", "--json"];
    let of_image = ["app.wasm", "--image", "files.erofs", "-o", "out.wasm", "--json"];
    let vfs = ["vfs", "--image", "files", "-o", "vfs.wasm", "--json"];
    let inspect = ["inspect", "out.wasm", "--json"];
    let verify = ["image", "verify", "files.erofs", "--json"];
    for args in [&image[..], &compose, &of_image, &vfs, &inspect, &verify] {
        let image = |value: Value| if value["vfs"].is_null() { value } else { value["vfs"].clone() }["image"].clone();
        assert_eq!(image(json(here, args)).get("entries"), None, "{args:?}");
        let listed = image(json(here, &[args, &["-v"]].concat()))["entries"].clone();
        assert_eq!(listed, json(here, &["image", "ls", "-R", "--json", "files.erofs"])["entries"], "{args:?}");
        let paths: Vec<_> = listed.as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["deep", "deep/large", "hello.txt"]);
    }
}

/// The report of a program that ends by `end`: the last line of standard error.
fn report(here: &Here, args: &[&str]) -> (i32, Value) {
    let output = here.run(&[args, &["--json"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 1, "{said}");
    let report = serde_json::from_str(lines[0]).unwrap_or_else(|error| panic!("{error}: {said}"));
    check_names(&report, "");
    (output.status.code().unwrap(), report)
}

fn a_run_tells_how_it_ended(here: &Here) {
    for (end, flags, ended, code, files) in [
        ("", &[][..], "returned", 0, value!(3)),
        ("(call $exit (i32.const 7))", &[], "exited", 7, value!(3)),
        ("(call $exit (i32.const 7))", &["--exit-code", "bool"], "exited", 1, value!(3)),
        ("unreachable", &[], "trapped", 1, Value::Null),
        ("(loop $on (br $on))", &["--timeout", "300ms"], "timed-out", 124, Value::Null),
        ("", &["--max-memory", "1K"], "out-of-memory", 1, Value::Null),
        ("", &["--read-only"], "trapped", 1, Value::Null),
    ] {
        fs::write(here.path("writes.wasm"), writes(end)).unwrap();
        let (exit, report) = report(here, &[&["run", "writes.wasm", "--image", "files"], flags].concat());
        let told = [&report["ended"], &report["exit-code"], &report["files-written"]];
        assert_eq!((exit, told), (code, [&ended.into(), &code.into(), &files]), "{end} {flags:?}: {report}");
        assert_eq!(report["error"].is_null(), ["returned", "exited"].contains(&ended), "{report}");
        assert_eq!((&report["schema"], &report["file"]), (&1.into(), &"writes.wasm".into()));
        let notes: Vec<_> = report["notes"].as_array().unwrap().iter().map(|note| &note["code"]).collect();
        assert_eq!(notes.contains(&&"files-lost".into()), files == 3, "{report}");
    }
    fs::write(here.path("writes.wasm"), writes("")).unwrap();
    let (_, warned) = report(here, &["run", "writes.wasm", "--image", "files", "--config", "a=b"]);
    assert_eq!(warned["warnings"][0]["code"], "no-effect", "{warned}");
    fs::write(here.path("unmet.wasm"), wat::parse_str(UNMET).unwrap()).unwrap();
    let (code, unmet) = report(here, &["run", "unmet.wasm"]);
    assert_eq!((code, &unmet["ended"], &unmet["exit-code"]), (1, &"not-begun".into(), &1.into()), "{unmet}");
    assert!(unmet["error"].as_str().unwrap().contains("other:thing/needed"), "{unmet}");
    // It is not there: no program has ended.
    let (code, said) = here.fails(&["run", "nothing.wasm", "--json"]);
    assert!(code == 1 && said.starts_with("error: cannot read `nothing.wasm`"), "{said}");
}

fn a_run_of_what_is_composed_tells_the_same(here: &Here) {
    fs::write(here.path("writes.wasm"), writes("")).unwrap();
    here.ok(&["writes.wasm", "--image", "files", "-q", "-o", "made.wasm"]);
    let (code, report) = report(here, &["run", "made.wasm", "--sockets", "inherit"]);
    assert_eq!((code, &report["ended"], &report["files-written"]), (0, &"returned".into(), &Value::Null));
    assert_eq!(report["warnings"][0]["code"], "no-effect");
    assert_eq!(report["notes"][0]["code"], "not-counted");
}

/// Contents go to standard output, and what they are to standard error; where there is nothing to tell, that is said.
fn what_is_printed_is_told_beside(here: &Here) {
    here.ok(&["image", "build", "files", "-q", "-o", "files.erofs"]);
    let output = here.run(&["image", "cat", "files.erofs", "/hello.txt", "--json"]);
    assert_eq!(output.stdout, b"hello\n");
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    check_names(&report, "");
    let entry = &report["entries"][0];
    check_names(entry, "entries.");
    assert_eq!(
        (&report["file"], &entry["path"], &entry["size"]),
        (&"files.erofs".into(), &"/hello.txt".into(), &6.into())
    );
    let digest = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    assert_eq!(entry["digest"], digest);
    for args in [&["completions", "bash", "--json"][..], &["man", "--json"]] {
        let (code, said) = here.fails(args);
        assert!(code == 2 && said.contains("only commands that report something take it"), "{said}");
    }
}

fn every_key_of_a_manifest_is_told(here: &Here) {
    let told = json(here, &["manifest", "--json"]);
    check_names(&told, "");
    let keys = told["keys"].as_array().unwrap();
    let names: Vec<_> = keys.iter().map(|key| key["key"].as_str().unwrap()).collect();
    assert!(
        ["image", "env", "max-bytes", "wall-clock", "deny", "form", "output"].iter().all(|key| names.contains(key))
    );
    for key in keys {
        check_names(key, "keys.");
        assert!(!key["about"].as_str().unwrap().is_empty() && !key["example"].is_null(), "{key}");
    }
    let image = &keys[0];
    assert_eq!((&image["key"], &image["example"]), (&"image".into(), &value!(["./files::/"])));
}

/// A script reads the first line and knows the address.
#[cfg(unix)]
fn a_server_tells_each_event(here: &Here) {
    let running = Running::start(here, "unreachable", &["--json", "--sockets", "inherit"]);
    let begun: Value = serde_json::from_str(&running.first).unwrap();
    check_names(&begun, "");
    assert_eq!((&begun["event"], &begun["address"]), (&"listening".into(), &running.address.as_str().into()));
    assert_eq!(begun["url"], format!("http://{}/", running.address));
    running.get();
    let printed = running.end();
    let events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    events.iter().for_each(|event| check_names(event, ""));
    assert_eq!(events.len(), 2, "{printed}");
    assert_eq!((&events[0]["event"], &events[1]["event"]), (&"request-failed".into(), &"ended".into()));
    assert!(events[0]["error"].as_str().unwrap().contains("unreachable"), "{printed}");
    assert_eq!(events[1]["exit-code"], 0);
}
