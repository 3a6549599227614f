//! Apps whose strings are not in UTF-8, in both forms.

use wit_component::StringEncoding;

use super::apps;
use super::run::{End, Running};
use vfs_compose::{Composer, FormChoice};

/// Names with characters of one, two, three and four bytes of UTF-8; the second has only those of Latin-1.
const NAMES: [&str; 4] = ["plain", "Größe", "目录", "a\u{e9}\u{6f22}\u{1f600}z"];

const ENCODINGS: [StringEncoding; 3] = [StringEncoding::UTF8, StringEncoding::UTF16, StringEncoding::CompactUTF16];

/// A string as an app of this encoding has it, and its length there.
fn encoded(encoding: StringEncoding, text: &str) -> (Vec<u8>, u32) {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = units.len() as u32 / 2;
    let latin1: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(character).ok()).collect();
    match (encoding, latin1) {
        (StringEncoding::UTF8, _) => (text.into(), text.len() as u32),
        (StringEncoding::UTF16, _) => (units, length),
        (StringEncoding::CompactUTF16, Some(bytes)) => (bytes.clone(), bytes.len() as u32),
        (StringEncoding::CompactUTF16, None) => (units, length | 1 << 31),
    }
}

/// A command that returns an error unless it finds `d/NAME` by its name, among the entries of `d`, behind the link `l`, and in the
/// environment, and can make another of the kind.
fn finder(encoding: StringEncoding, name: &str) -> Vec<u8> {
    let strings = ["d", "l", name, &format!("d/{name}"), &format!("new {name}")].map(|text| encoded(encoding, text));
    let data: String = strings
        .iter()
        .zip((256..).step_by(64))
        .map(|((bytes, _), at)| {
            let hex: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
            format!("(data (i32.const {at}) \"{hex}\")\n")
        })
        .collect();
    let string =
        |number: usize| format!("(i32.const {}) (i32.const {})", 256 + 64 * number, strings[number].1.cast_signed());
    let same = |number: usize, at: &str| {
        let size = strings[number].0.len();
        format!(
            "(call $same (i32.load (i32.const {at})) (i32.load offset=4 (i32.const {at})) {} (i32.const {size}))",
            string(number)
        )
    };
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.read-directory" (func $list (param i32 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]directory-entry-stream.read-directory-entry" (func $entry (param i32 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.readlink-at" (func $readlink (param i32 i32 i32 i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.rename-at" (func $rename (param i32 i32 i32 i32 i32 i32 i32)))
          (import "wasi:cli/environment@0.2.3" "get-environment" (func $environment (param i32)))
          (memory (export "memory") 1)
          {data}
          (global $next (mut i32) (i32.const 4096))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            ;; An engine that translates asks for the worst, and gives the rest back.
            (if (local.get 0) (then (return (local.get 0))))
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (i32.const 256))))
          (func $same (param $at i32) (param $length i32) (param $wanted i32) (param $wanted-length i32) (param $size i32)
            (if (i32.ne (local.get $length) (local.get $wanted-length)) (then unreachable))
            (block $done (loop $next
              (br_if $done (i32.eqz (local.get $size)))
              (local.set $size (i32.sub (local.get $size) (i32.const 1)))
              (if (i32.ne (i32.load8_u (i32.add (local.get $at) (local.get $size)))
                          (i32.load8_u (i32.add (local.get $wanted) (local.get $size)))) (then unreachable))
              (br $next))))
          (func $assert-ok (if (i32.load8_u (i32.const 16)) (then unreachable)))
          (func (export "wasi:cli/run@0.2.3#run") (result i32) (local $root i32)
            (call $dirs (i32.const 16))
            (local.set $root (i32.load (i32.load (i32.const 16))))
            (call $open (local.get $root) (i32.const 0) {d_name} (i32.const 0) (i32.const 1) (i32.const 16)) (call $assert-ok)
            (call $open (local.get $root) (i32.const 0) {d} (i32.const 0) (i32.const 1) (i32.const 16)) (call $assert-ok)
            (call $list (i32.load (i32.const 20)) (i32.const 16)) (call $assert-ok)
            (call $entry (i32.load (i32.const 20)) (i32.const 16)) (call $assert-ok)
            {same_name}
            (call $readlink (local.get $root) {l} (i32.const 16)) (call $assert-ok)
            {same_target}
            (call $environment (i32.const 16))
            ;; The value of the first variable.
            (i64.store (i32.const 32) (i64.load offset=8 (i32.load (i32.const 16))))
            {same_value}
            (call $rename (local.get $root) {d_name} (local.get $root) {new} (i32.const 16)) (call $assert-ok)
            (call $open (local.get $root) (i32.const 0) {new} (i32.const 0) (i32.const 1) (i32.const 16)) (call $assert-ok)
            (call $open (local.get $root) (i32.const 0) {d_name} (i32.const 0) (i32.const 1) (i32.const 16))
            ;; It is not there any more.
            (i32.eqz (i32.load8_u (i32.const 16)))))"#,
        d = string(0),
        l = string(1),
        d_name = string(3),
        new = string(4),
        // The entry is an option of a record with the type before the name.
        same_name = same(2, "28"),
        same_target = same(3, "20"),
        same_value = same(2, "32"),
    );
    let body =
        "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3; import wasi:cli/environment@0.2.3;
        export wasi:cli/run@0.2.3;";
    apps::written_in(encoding, &["0.2.3"], body, &module)
}

#[test]
fn names_are_the_same_in_every_encoding() {
    for name in NAMES {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("d")).unwrap();
        std::fs::write(directory.path().join("d").join(name), "XYZ").unwrap();
        std::os::unix::fs::symlink(format!("d/{name}"), directory.path().join("l")).unwrap();
        for encoding in ENCODINGS {
            for form in [FormChoice::Linked, FormChoice::Plugged] {
                let composer = Composer::new(finder(encoding, name)).image(directory.path()).env("K", name).form(form);
                let composed = composer.compose().unwrap().to_bytes().unwrap();
                let ran = Running::new(&composed, |_| ()).run();
                assert_eq!(ran.end, End::Returned(Ok(())), "{name} {encoding:?} {form:?}");
            }
        }
    }
}

/// A command that makes a directory whose name are these code units.
fn maker(encoding: StringEncoding, units: &[u16], length: u32) -> Vec<u8> {
    let hex: String = units.iter().flat_map(|unit| unit.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect();
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
          (import "wasi:filesystem/types@0.2.3" "[method]descriptor.create-directory-at" (func $make (param i32 i32 i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 256) "{hex}")
          (global $next (mut i32) (i32.const 4096))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (if (local.get 0) (then (return (local.get 0))))
            (global.get $next)
            (global.set $next (i32.add (global.get $next) (i32.const 256))))
          (func (export "wasi:cli/run@0.2.3#run") (result i32)
            (call $dirs (i32.const 16))
            (call $make (i32.load (i32.load (i32.const 16))) (i32.const 256) (i32.const {}) (i32.const 16))
            (i32.load8_u (i32.const 16))))"#,
        length.cast_signed()
    );
    let body = "import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3; export wasi:cli/run@0.2.3;";
    apps::written_in(encoding, &["0.2.3"], body, &module)
}

#[test]
fn lone_surrogates_trap() {
    let directory = tempfile::tempdir().unwrap();
    let end = |encoding, units: &[u16], tag: u32, form| {
        let app = maker(encoding, units, units.len() as u32 | tag);
        let composed = Composer::new(app).image(directory.path()).form(form).compose().unwrap();
        Running::new(&composed.to_bytes().unwrap(), |_| ()).run().end
    };
    for (encoding, tag) in [(StringEncoding::UTF16, 0), (StringEncoding::CompactUTF16, 1 << 31)] {
        for form in [FormChoice::Linked, FormChoice::Plugged] {
            assert_eq!(end(encoding, &[0x61, 0xd83d, 0xde00], tag, form), End::Returned(Ok(())));
            for units in [&[0xd83d_u16][..], &[0xde00], &[0xd83d, 0x61], &[0xde00, 0xd83d], &[0xd83d, 0xd83d, 0xde00]] {
                assert!(matches!(end(encoding, units, tag, form), End::Trapped(_)), "{units:x?}");
            }
        }
    }
}

#[test]
fn what_translates_is_there_only_if_it_is_called() {
    let directory = tempfile::tempdir().unwrap();
    let size = |encoding| {
        let composed = Composer::new(finder(encoding, "plain")).image(directory.path()).form(FormChoice::Linked);
        wasmprinter::print_bytes(composed.compose().unwrap().to_bytes().unwrap()).unwrap()
    };
    let has = |encoding, name: &str| size(encoding).contains(&format!("vfs-compose:linked#{name}"));
    assert!(!["from-utf16", "to-utf16", "from-latin1-or-utf16"].iter().any(|name| has(StringEncoding::UTF8, name)));
    assert!(has(StringEncoding::UTF16, "from-utf16") && !has(StringEncoding::UTF16, "to-latin1-or-utf16"));
    assert!(has(StringEncoding::CompactUTF16, "to-latin1-or-utf16") && !has(StringEncoding::CompactUTF16, "to-utf16"));
}
