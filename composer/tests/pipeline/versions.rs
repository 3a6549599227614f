//! Law 1 and 2 over the versions of WASI 0.2.

use std::collections::BTreeSet;

use super::{FORMS, apps};
use vfs_compose::{Composer, FormChoice};

/// In each form.
fn imports_of(app: &[u8]) -> [BTreeSet<String>; 2] {
    FORMS.map(|form| imports_in(form, app))
}

fn imports_in(form: FormChoice, app: &[u8]) -> BTreeSet<String> {
    let directory = tempfile::tempdir().unwrap();
    let composed = Composer::new(app).image(directory.path()).form(form).compose().unwrap();
    composed.report().imports.iter().cloned().collect()
}

#[test]
fn every_version_is_served_at_that_version() {
    for version in ["0.2.0", "0.2.1", "0.2.3", "0.2.6", "0.2.9", "0.2.12", "0.2.13"] {
        for imports in imports_of(&apps::command(version)) {
            assert!(!imports.is_empty());
            for import in imports {
                assert!(import.ends_with(&format!("@{version}")), "{import} in an app of {version}");
                assert!(!import.starts_with("wasi:filesystem/"), "{import} in an app of {version}");
            }
        }
    }
}

#[test]
fn a_reader_of_files_alone_needs_nothing_of_the_host() {
    let app = apps::dummy(&["0.2.3"], "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;");
    // The dummy names the clock and the streams for their types; the vfs may then ask for them, and for nothing else.
    for import in imports_of(&app).into_iter().flatten() {
        assert!(import.starts_with("wasi:clocks/") || import.starts_with("wasi:io/"), "{import}");
    }
}

#[test]
fn a_clock_is_imported_only_if_the_app_imports_it() {
    let without = apps::written(
        &["0.2.3"],
        "import wasi:filesystem/preopens@0.2.3;",
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func (param i32)))
          (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))"#,
    );
    assert_eq!(imports_of(&without), [BTreeSet::new(), BTreeSet::new()]);
}

#[test]
fn several_versions_in_one_app() {
    let body = format!("{}{}export wasi:cli/run@0.2.12;", apps::all_imports("0.2.3"), apps::all_imports("0.2.12"));
    // Linked, what stays the host's is imported as the app imports it.
    let imports = imports_in(FormChoice::Plugged, &apps::dummy(&["0.2.3", "0.2.12"], &body));
    assert!(imports.iter().all(|import| import.ends_with("@0.2.12")), "{imports:?}");
}

#[test]
fn several_versions_of_different_interfaces() {
    let body =
        "import wasi:cli/stdout@0.2.0; import wasi:filesystem/preopens@0.2.6; import wasi:clocks/wall-clock@0.2.9;
        export wasi:cli/run@0.2.0;";
    for imports in imports_of(&apps::dummy(&["0.2.0", "0.2.6", "0.2.9"], body)) {
        assert!(imports.contains("wasi:cli/stdout@0.2.0"), "{imports:?}");
        assert!(!imports.contains("wasi:cli/stdin@0.2.0"), "{imports:?}");
    }
}

#[test]
fn an_interface_that_uses_the_types_of_another_version() {
    let body =
        "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3; import wasi:io/streams@0.2.12;
        import wasi:cli/stdout@0.2.3; export wasi:cli/run@0.2.3;";
    let app = apps::merged(&["0.2.3", "0.2.12"], body);
    let imported = vfs_compose_ir::Edge::of(&app).unwrap().imports;
    assert!(!imported.contains(&"wasi:io/streams@0.2.3".to_owned()), "{imported:?}");
    for imports in imports_of(&app) {
        assert!(imports.contains("wasi:cli/stdout@0.2.3") && imports.contains("wasi:io/streams@0.2.12"), "{imports:?}");
    }
}

/// Reads the first byte of `f` through one version's own descriptor and stream types; an engine traps where a handle has another type.
fn reader(version: &str) -> String {
    format!(
        r#"
  (import "wasi:filesystem/preopens@{version}" "get-directories" (func $dirs-{version} (param i32)))
  (import "wasi:filesystem/types@{version}" "[method]descriptor.open-at"
    (func $open-{version} (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@{version}" "[method]descriptor.read-via-stream" (func $stream-{version} (param i32 i64 i32)))
  (import "wasi:io/streams@{version}" "[method]input-stream.blocking-read" (func $read-{version} (param i32 i64 i32)))
  (import "wasi:io/streams@{version}" "[resource-drop]input-stream" (func $drop-stream-{version} (param i32)))
  (import "wasi:filesystem/types@{version}" "[resource-drop]descriptor" (func $drop-{version} (param i32)))
  (func $first-{version} (result i32)
    (local $dir i32) (local $file i32) (local $stream i32)
    (call $dirs-{version} (i32.const 16))
    (local.set $dir (i32.load (i32.load (i32.const 16))))
    (call $open-{version} (local.get $dir) (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then unreachable))
    (local.set $file (i32.load (i32.const 20)))
    (call $stream-{version} (local.get $file) (i64.const 0) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then unreachable))
    (local.set $stream (i32.load (i32.const 20)))
    (call $read-{version} (local.get $stream) (i64.const 1) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then unreachable))
    (call $drop-stream-{version} (local.get $stream))
    (call $drop-{version} (local.get $file))
    (call $drop-{version} (local.get $dir))
    (i32.load8_u (i32.load (i32.const 20))))"#
    )
}

/// Asks, at one version, about a pollable of the host and one of a file, and moves `f` to stdout and stdin to `g`.
fn mixer(version: &str) -> String {
    format!(
        r#"
  (import "wasi:filesystem/preopens@{version}" "get-directories" (func $dirs-{version} (param i32)))
  (import "wasi:filesystem/types@{version}" "[method]descriptor.open-at"
    (func $open-{version} (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@{version}" "[method]descriptor.read-via-stream" (func $from-{version} (param i32 i64 i32)))
  (import "wasi:filesystem/types@{version}" "[method]descriptor.append-via-stream" (func $to-{version} (param i32 i32)))
  (import "wasi:filesystem/types@{version}" "[method]descriptor.read" (func $read-{version} (param i32 i64 i64 i32)))
  (import "wasi:cli/stdin@{version}" "get-stdin" (func $stdin-{version} (result i32)))
  (import "wasi:cli/stdout@{version}" "get-stdout" (func $stdout-{version} (result i32)))
  (import "wasi:clocks/monotonic-clock@{version}" "subscribe-instant" (func $instant-{version} (param i64) (result i32)))
  (import "wasi:io/streams@{version}" "[method]input-stream.subscribe" (func $subscribe-{version} (param i32) (result i32)))
  (import "wasi:io/streams@{version}" "[method]output-stream.splice" (func $splice-{version} (param i32 i32 i64 i32)))
  (import "wasi:io/streams@{version}" "[method]output-stream.blocking-splice" (func $move-{version} (param i32 i32 i64 i32)))
  (import "wasi:io/poll@{version}" "poll" (func $poll-{version} (param i32 i32 i32)))
  (func $open-it-{version} (param $name i32) (param $open i32) (param $flags i32) (result i32)
    (call $dirs-{version} (i32.const 16))
    (call $open-{version} (i32.load (i32.load (i32.const 16))) (i32.const 0) (local.get $name) (i32.const 1) (local.get $open)
      (local.get $flags) (i32.const 16))
    (if (i32.load8_u (i32.const 16)) (then unreachable))
    (i32.load (i32.const 20)))
  (func $mix-{version} (result i32)
    (local $f i32) (local $g i32)
    (call $from-{version} (call $open-it-{version} (i32.const 8) (i32.const 0) (i32.const 1)) (i64.const 0) (i32.const 16))
    (local.set $f (i32.load (i32.const 20)))
    (i32.store (i32.const 64) (call $subscribe-{version} (call $stdin-{version})))
    (i32.store (i32.const 68) (call $subscribe-{version} (local.get $f)))
    (i32.store (i32.const 72) (call $instant-{version} (i64.const -1)))
    (call $poll-{version} (i32.const 64) (i32.const 3) (i32.const 16))
    ;; The first two are ready.
    (if (i32.ne (i32.load (i32.const 20)) (i32.const 2)) (then unreachable))
    (if (i64.ne (i64.load (i32.load (i32.const 16))) (i64.const 0x100000000)) (then unreachable))
    (call $splice-{version} (call $stdout-{version}) (local.get $f) (i64.const 3) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (local.set $g (call $open-it-{version} (i32.const 9) (i32.const 1) (i32.const 3)))
    (call $to-{version} (local.get $g) (i32.const 16))
    (call $move-{version} (i32.load (i32.const 20)) (call $stdin-{version}) (i64.const 2) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then unreachable))
    (call $read-{version} (local.get $g) (i64.const 99) (i64.const 0) (i32.const 32))
    ;; Bytes that are there by now.
    (i32.load (i32.const 40)))"#
    )
}

/// A command whose `run` fails unless each version adds two bytes to `g`.
pub(super) fn mixed_mixer() -> Vec<u8> {
    let imports = |v: &str| {
        format!(
            "import wasi:filesystem/types@{v}; import wasi:filesystem/preopens@{v}; import wasi:io/streams@{v}; import wasi:io/poll@{v};
             import wasi:cli/stdin@{v}; import wasi:cli/stdout@{v}; import wasi:clocks/monotonic-clock@{v};"
        )
    };
    of_two_versions(
        mixer,
        "(func $open-it",
        imports,
        r#"(i32.or
      (i32.ne (call $mix-0.2.3) (i32.const 2))
      (i32.ne (call $mix-0.2.12) (i32.const 4)))"#,
    )
}

/// A command whose `run` fails unless both versions read the same first byte.
pub(super) fn mixed_reader() -> Vec<u8> {
    let imports = |v: &str| {
        format!("import wasi:filesystem/types@{v}; import wasi:filesystem/preopens@{v}; import wasi:io/streams@{v};")
    };
    of_two_versions(
        reader,
        "(func $first",
        imports,
        r#"(i32.or
      (i32.ne (call $first-0.2.3) (i32.const 88))
      (i32.ne (call $first-0.2.12) (i32.const 88)))"#,
    )
}

/// A command with imports and functions for each version, which begin with this text.
fn of_two_versions(text: fn(&str) -> String, first_function: &str, imports: fn(&str) -> String, run: &str) -> Vec<u8> {
    let versions = ["0.2.3", "0.2.12"];
    let body = versions.map(imports).concat();
    let functions = versions.map(text);
    // Imports come before everything else.
    let (imports, functions): (Vec<_>, Vec<_>) =
        functions.iter().map(|text| text.split_at(text.find(first_function).unwrap())).unzip();
    let module = format!(
        r#"(module {}
  (memory (export "memory") 2)
  (global $next (mut i32) (i32.const 4096))
  (data (i32.const 8) "fg")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 15)) (i32.const -16)))
    (i32.and (i32.sub (global.get $next) (local.get 3)) (i32.const -16)))
  {}
  (func (export "wasi:cli/run@0.2.3#run") (result i32) {run}))"#,
        imports.concat(),
        functions.concat()
    );
    apps::written(&versions, &format!("{body} export wasi:cli/run@0.2.3;"), &module)
}

#[test]
fn handles_have_the_type_of_the_version_that_was_called() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("f"), "XYZ").unwrap();
    for form in FORMS {
        let composed = Composer::new(mixed_reader()).image(directory.path()).form(form).compose().unwrap();
        assert_eq!(super::run::command(&composed.to_bytes().unwrap()), Ok(()));
    }
}
