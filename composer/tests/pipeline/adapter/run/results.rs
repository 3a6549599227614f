//! Results in memory.

use super::rig::{APP_HEAP, RESULT, Rig, SIZE, TAG, made, words};

const READ: &str = "package test:virtual;
    interface api {
        resource error;
        variant stream-error { last-operation-failed(error), closed }
        resource input-stream {
            read: func(len: u64) -> result<list<u8>, stream-error>;
        }
    }";

#[test]
fn bytes_come_back() {
    let mut rig = Rig::new(READ);
    rig.put_in_vfs(RESULT, words(&[0, 5000, 11]));
    rig.put_in_vfs(5000, "hello world");
    assert!(rig.call("[method]input-stream.read", &[TAG | 9, 64, 256]).is_some());
    assert_eq!(rig.app_bytes(256, 1), [0]);
    assert_eq!(rig.app_list(260), b"hello world");
    assert_eq!(
        rig.calls(),
        [made("vfs test:virtual/api#[method]input-stream.read", &[9, 64]), made("app realloc", &[0, 0, 1, 11]),]
    );
}

#[test]
fn errors_come_back_without_asking_for_memory() {
    let mut rig = Rig::new(READ);
    // last-operation-failed, with a handle; closed, with what looks like a list behind it.
    for error in [[1, 0, TAG as u32 | 77], [1, 1, 0xffff_ffff]] {
        rig.put_in_vfs(RESULT, words(&error));
        assert!(rig.call("[method]input-stream.read", &[TAG | 9, 64, 256]).is_some());
        assert_eq!(rig.app_bytes(256, 12), words(&error));
        assert_eq!(rig.call_made().0, "vfs test:virtual/api#[method]input-stream.read");
    }
}

#[test]
fn places_for_results_that_are_none_trap() {
    let mut rig = Rig::new(READ);
    for place in [257, 258, 259, SIZE, SIZE - 8, 0xffff_fff8, 0xffff_ffff] {
        rig.traps_untouched("[method]input-stream.read", &[TAG | 9, 64, place.into()]);
    }
    rig.put_in_vfs(RESULT, words(&[1, 1, 0]));
    assert!(rig.call("[method]input-stream.read", &[TAG | 9, 64, u64::from(SIZE) - 12]).is_some());
}

#[test]
fn memory_that_is_none_traps() {
    for (size, skew) in [(11, SIZE), (SIZE - APP_HEAP + 1, 0)] {
        let mut rig = Rig::new(READ);
        rig.put_in_vfs(RESULT, words(&[0, 0, size]));
        rig.store.data_mut().app_skew = skew;
        assert_eq!(rig.call("[method]input-stream.read", &[TAG | 9, 64, 256]), None);
    }
    let mut rig = Rig::new("package test:virtual; interface api { get: func() -> list<u32>; }");
    rig.put_in_vfs(RESULT, words(&[0, 1]));
    rig.store.data_mut().app_skew = 2;
    assert_eq!(rig.call("get", &[256]), None);
}

/// The adapter for preview1 knows what it is asked for by the order.
#[test]
fn memory_is_asked_for_from_the_outside_in() {
    let mut rig = Rig::new(
        "package test:virtual;
        interface api {
            resource descriptor;
            get-directories: func() -> list<tuple<descriptor, string>>;
        }",
    );
    let tag = TAG as u32;
    rig.put_in_vfs(RESULT, words(&[5000, 2]));
    rig.put_in_vfs(5000, words(&[tag | 1, 6000, 1, tag | 2, 6001, 5]));
    rig.put_in_vfs(6000, "/data/");
    assert!(rig.call("get-directories", &[256]).is_some());
    assert_eq!(
        rig.calls(),
        [
            made("vfs test:virtual/api#get-directories", &[]),
            made("app realloc", &[0, 0, 4, 24]),
            made("app realloc", &[0, 0, 1, 1]),
            made("app realloc", &[0, 0, 1, 5]),
        ]
    );
    let list = rig.app_word(256);
    assert_eq!((rig.app_word(list), rig.app_word(list + 12)), (tag | 1, tag | 2));
    assert_eq!((rig.app_list(list + 4), rig.app_list(list + 16)), (&b"/"[..], &b"data/"[..]));
}

#[test]
fn pairs_of_strings_come_back() {
    let mut rig = Rig::new("package test:virtual; interface api { env: func() -> list<tuple<string, string>>; }");
    rig.put_in_vfs(RESULT, words(&[5000, 2]));
    rig.put_in_vfs(5000, words(&[6000, 4, 6004, 2, 6006, 1, 6007, 0]));
    rig.put_in_vfs(6000, "LANGenA");
    assert!(rig.call("env", &[256]).is_some());
    let list = rig.app_word(256);
    let strings = [0, 8, 16, 24].map(|at| rig.app_list(list + at).to_vec());
    assert_eq!(strings, [&b"LANG"[..], b"en", b"A", b""]);
}

#[test]
fn options_of_records_come_back() {
    let mut rig = Rig::new(
        "package test:virtual;
        interface api {
            enum error-code { io, full }
            enum kind { file, directory }
            record entry { kind: kind, name: string }
            next: func() -> result<option<entry>, error-code>;
        }",
    );
    // Tag, tag, kind, address and length.
    rig.put_in_vfs(RESULT, words(&[0, 1, 1, 5000, 4]));
    rig.put_in_vfs(5000, "name");
    assert!(rig.call("next", &[256]).is_some());
    assert_eq!(rig.app_bytes(256, 12), words(&[0, 1, 1]));
    assert_eq!(rig.app_list(268), b"name");
    rig.calls();
    for nothing in [[0, 0, 1, 5000, 4], [1, 1, 1, 5000, 4]] {
        rig.put_in_vfs(RESULT, words(&nothing));
        assert!(rig.call("next", &[256]).is_some());
        assert_eq!(rig.call_made().0, "vfs test:virtual/api#next");
        assert_eq!(rig.app_bytes(256, 8), words(&nothing[..2]));
    }
}

#[test]
fn large_and_small_records_come_back_whole() {
    for (fields, size) in [("a: u8, b: u16, c: u8, d: u32", 12), ("a: u64, b: u8", 16)] {
        let mut rig = Rig::new(&format!(
            "package test:virtual; interface api {{ record r {{ {fields} }} record s {{ a: r, b: r, c: r, d: r, e: r,
                f: r, g: r, h: r, i: r, j: r }} one: func() -> r; all: func() -> s; }}"
        ));
        let bytes: Vec<_> = (1..=size * 10).collect();
        rig.put_in_vfs(RESULT, &bytes);
        assert!(rig.call("one", &[256]).is_some());
        assert_eq!(rig.app_bytes(256, size.into()), &bytes[..size.into()]);
        assert_eq!(rig.app_bytes(256 + u32::from(size), 8), [0; 8]);
        assert!(rig.call("all", &[512]).is_some());
        assert_eq!(rig.app_bytes(512, u32::from(size) * 10), bytes);
        assert_eq!(rig.app_bytes(512 + u32::from(size) * 10, 8), [0; 8]);
    }
}
