//! `--json`: every name that docs/json.md has, and no other.

use serde_json::Value;

use crate::here::Here;

in_both_forms! {
    composing_and_inspecting_have_the_same_names
    no_limit_is_null
    images_are_told
    files_are_listed_on_demand
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
        if name != "policy" {
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
    let needs = if here.form == "linked" { serde_json::json!(["multi-memory"]) } else { serde_json::json!([]) };
    assert_eq!(composed["vfs"]["needs"], needs);
    assert_eq!(composed["digest"].as_str().map(str::len), Some("sha256:".len() + 64));
    assert_eq!((&composed["warnings"], &composed["notes"]), (&serde_json::json!([]), &serde_json::json!([])));
    let alone = json(here, &["vfs", "--image", "files", "--json", "-o", "vfs.wasm"]);
    let inspected = json(here, &["inspect", "--json", "vfs.wasm"]);
    assert_eq!(alone["vfs"]["image"]["digest"], inspected["vfs"]["image"]["digest"]);
    assert_eq!(alone["vfs"]["size"], inspected["vfs"]["size"]);
    assert_eq!((&alone["app"], &alone["vfs"]["form"]), (&Value::Null, &Value::Null));
    assert_eq!(json(here, &["inspect", "--json", "app.wasm"])["vfs"], Value::Null);
}

fn no_limit_is_null(here: &Here) {
    let limits = |flags: &[&str]| {
        here.ok(&[&["app.wasm", "--image", "files", "-q", "-o", "out.wasm"], flags].concat());
        json(here, &["inspect", "--json", "out.wasm"])["vfs"]["limits"].clone()
    };
    assert_eq!(limits(&[]), serde_json::json!({ "bytes": null, "nodes": null, "open": 1 << 20 }));
    let given = limits(&["--max-bytes", "10MB", "--max-nodes", "7", "--max-open", "9"]);
    assert_eq!(given, serde_json::json!({ "bytes": 10_000_000, "nodes": 7, "open": 9 }));
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
    std::fs::create_dir(here.path("files/deep")).unwrap();
    std::fs::write(here.path("files/deep/large"), vec![7; 100_000]).unwrap();
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
