//! Strings as parameters, and what cannot be one.

use super::rig::{RESULT, Rig, SIZE, TAG, VFS_HEAP, made, words};

const LINK: &str = "package test:virtual;
    interface api {
        resource file {
            link: func(source: string, to: borrow<file>, path: string);
        }
    }";

#[test]
fn strings_arrive() {
    let mut rig = Rig::new(LINK);
    rig.put_in_app(100, "one.txt");
    rig.put_in_app(200, "the other.txt");
    assert_eq!(rig.call("[method]file.link", &[TAG | 7, 100, 7, TAG | 8, 200, 13]), Some(vec![]));
    let (name, args) = rig.call_made();
    assert_eq!(name, "vfs test:virtual/api#[method]file.link");
    let [7, one, 7, 8, other, 13] = args[..] else { panic!("{args:?}") };
    assert_eq!(rig.vfs_bytes(one as u32, 7), b"one.txt");
    assert_eq!(rig.vfs_bytes(other as u32, 13), b"the other.txt");
}

#[test]
fn the_end_of_memory_is_inside() {
    let mut rig = Rig::new(LINK);
    let end = u64::from(SIZE);
    assert!(rig.call("[method]file.link", &[TAG, end - 4, 4, TAG, end, 0]).is_some());
}

#[test]
fn wild_strings_trap() {
    let mut rig = Rig::new(LINK);
    let end = u64::from(SIZE);
    for (address, length) in [
        (end, 1),
        (end - 4, 5),
        (end + 1, 0),
        (0, end + 1),
        (0, 0xffff_ffff),
        (0xffff_ffff, 1),
        (0xffff_ffff, 0xffff_ffff),
        (0x8000_0000, 0x8000_0000),
    ] {
        rig.traps_untouched("[method]file.link", &[TAG, address, length, TAG, 0, 0]);
        rig.traps_untouched("[method]file.link", &[TAG, 0, 4, TAG, address, length]);
    }
}

#[test]
fn a_string_in_a_wider_parameter_arrives() {
    let mut rig = Rig::new(
        "package test:virtual;
        interface api {
            variant name { number(u64), text(string), none }
            set: func(name: option<string>, other: name);
        }",
    );
    rig.put_in_app(100, "abc");
    assert!(rig.call("set", &[1, 100, 3, 1, 100, 2]).is_some());
    let (_, args) = rig.call_made();
    let [1, one, 3, 1, other, 2] = args[..] else { panic!("{args:?}") };
    assert_eq!(rig.vfs_bytes(one as u32, 3), b"abc");
    assert_eq!(rig.vfs_bytes(other as u32, 2), b"ab");
    // What is not a string is not read as one.
    assert!(rig.call("set", &[0, 0xffff_ffff, 3, 0, u64::MAX, 2]).is_some());
    let made = rig.call_made();
    assert_eq!(made.1, [0, 0xffff_ffff, 3, 0, u64::MAX, 2]);
    rig.traps_untouched("set", &[2, 0, 0, 0, 0, 0]);
    rig.traps_untouched("set", &[0, 0, 0, 3, 0, 0]);
    rig.traps_untouched("set", &[0, 0, 0, 1, SIZE.into(), 1]);
}

#[test]
fn parameters_that_are_too_many_arrive_in_memory() {
    let mut rig = Rig::new(
        "package test:virtual;
        interface api {
            resource file {
                many: func(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64, i: u64, j: u64, k: u64, l: u64, m: u64,
                    n: u64, source: string, to: borrow<file>, path: option<string>);
            }
        }",
    );
    // self, padding, fourteen numbers, an address and a length, a handle, a discriminant, an address and a length.
    let mut record = words(&[TAG as u32 | 5, 0]);
    for number in 1..=14_u64 {
        record.extend(number.to_le_bytes());
    }
    record.extend(words(&[100, 3, TAG as u32 | 6, 1, 200, 4]));
    rig.put_in_app(100, "abc");
    rig.put_in_app(200, "defg");
    rig.put_in_app(512, &record);
    assert!(rig.call("[method]file.many", &[512]).is_some());
    let (_, args) = rig.call_made();
    let at = args[0] as u32;
    assert_eq!(at, VFS_HEAP);
    assert_eq!(rig.vfs_word(at), 5);
    assert_eq!(rig.vfs_bytes(at + 8, 112), &record[8..120]);
    assert_eq!(rig.vfs_list(at + 120), b"abc");
    assert_eq!((rig.vfs_word(at + 128), rig.vfs_word(at + 132)), (6, 1));
    assert_eq!(rig.vfs_list(at + 136), b"defg");

    rig.traps_untouched("[method]file.many", &[516]);
    rig.traps_untouched("[method]file.many", &[u64::from(SIZE) - 136]);
    // Handles and strings in there are looked at too, before the vfs is called.
    for (offset, word) in [(0, 5), (128, 6), (124, SIZE), (120, SIZE), (132, 2)] {
        rig.put_in_app(512, &record);
        rig.put_in_app(512 + offset, words(&[word]));
        assert_eq!(rig.call("[method]file.many", &[512]), None);
        assert!(rig.calls().iter().all(|(name, _)| name == "vfs cabi_realloc"));
    }
}

#[test]
fn a_core_result_comes_back() {
    let mut rig =
        Rig::new("package test:virtual; interface api { resource file { size: func(path: string) -> u64; } }");
    rig.store.data_mut().answer = Some(u64::MAX - 3);
    assert_eq!(rig.call("[method]file.size", &[TAG | 1, 0, 0]), Some(vec![u64::MAX - 3]));
    rig.store.data_mut().answer = Some(RESULT.into());
    assert_eq!(rig.call("[method]file.size", &[TAG | 2, 0, 0]), Some(vec![RESULT.into()]));
    assert_eq!(rig.calls().last(), Some(&made("vfs test:virtual/api#[method]file.size", &[2, VFS_HEAP.into(), 0])));
}
