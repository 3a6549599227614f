//! Strings that are not in UTF-8.

use super::rig::{RESULT, Rig, SIZE, VFS_HEAP, made, words};

const ITEMS: &str = "interface api {
    variant name { number(u64), text(string) }
    set: func(name: string, other: name);
    join: func(parts: list<string>) -> u32;
    get: func() -> tuple<u32, string>;
}";

fn rig(package: &str) -> Rig {
    Rig::new(&format!("package test:{package}; {ITEMS}"))
}

/// In a length: the string is UTF-16, and could be Latin-1.
const TAG: u64 = 1 << 31;

#[test]
fn strings_are_brought_over_before_they_are_translated() {
    for (package, length, bytes) in [("utf16", 3, 6), ("latin1-or-utf16", 3, 3), ("latin1-or-utf16", TAG | 3, 6)] {
        let mut rig = rig(package);
        rig.put_in_app(100, "abcdef");
        rig.put_in_vfs(RESULT, words(&[5000, 9]));
        assert!(rig.call("set", &[100, length, 1, 100, length]).is_some());
        let mut calls = rig.calls();
        let set = calls.pop().unwrap();
        // The second one is in a parameter of 64 bits.
        assert_eq!(set, made(&format!("vfs test:{package}/api#set"), &[5000, 9, 1, 5000, 9]));
        let copied = u64::from(VFS_HEAP);
        assert_eq!(calls[0], made("vfs cabi_realloc", &[0, 0, 2, bytes]));
        assert_eq!(calls[1], made(&format!("vfs vfs-compose:linked#from-{package}"), &[copied, length]));
        assert_eq!(calls.len(), 4);
        assert_eq!(rig.vfs_bytes(VFS_HEAP, bytes as u32), &b"abcdef"[..bytes as usize]);
    }
}

#[test]
fn strings_in_lists_are_translated() {
    let mut rig = rig("utf16");
    rig.put_in_app(100, words(&[200, 1, 204, 2]));
    rig.put_in_vfs(RESULT, words(&[5000, 9]));
    assert!(rig.call("join", &[100, 2]).is_some());
    let (_, args) = rig.calls().pop().unwrap();
    assert_eq!(rig.vfs_bytes(args[0] as u32, 16), words(&[5000, 9, 5000, 9]));
}

#[test]
fn strings_come_back_translated() {
    for (package, length, bytes) in
        [("utf16", 2, 4_u32), ("latin1-or-utf16", 4, 4), ("latin1-or-utf16", 1 << 31 | 2, 4)]
    {
        let mut rig = rig(package);
        // What the translation says is where the result was, as in the vfs.
        rig.put_in_vfs(RESULT, words(&[6000, length, 3]));
        rig.put_in_vfs(6000, "wxyz");
        assert!(rig.call("get", &[256]).is_some());
        let calls = rig.calls();
        assert_eq!(calls[1], made(&format!("vfs vfs-compose:linked#to-{package}"), &[length.into(), 3]));
        assert_eq!(calls[2], made("app realloc", &[0, 0, 2, bytes.into()]));
        assert_eq!(rig.app_word(264), length);
        assert_eq!(rig.app_bytes(rig.app_word(260), bytes), b"wxyz");
    }
}

#[test]
fn wild_strings_trap() {
    let end = u64::from(SIZE);
    for (address, length) in
        [(end, 1), (end - 2, 2), (0, end / 2 + 1), (1, 1), (0, TAG), (0, TAG - 1), (0, 0xffff_ffff)]
    {
        rig("utf16").traps_untouched("set", &[address, length, 0, 0, 0]);
        rig("utf16").traps_untouched("set", &[0, 0, 1, address, length]);
    }
    for (address, length) in [
        (end, 1),
        (end - 2, 3),
        (end - 2, TAG | 2),
        (0, end + 1),
        (0, TAG | (end / 2 + 1)),
        (1, 1),
        (0, 0xffff_ffff),
        (0, TAG - 1),
    ] {
        rig("latin1-or-utf16").traps_untouched("set", &[address, length, 0, 0, 0]);
    }
    let mut rig = rig("latin1-or-utf16");
    rig.put_in_vfs(RESULT, words(&[5000, 9]));
    assert!(rig.call("set", &[end - 4, TAG | 2, 1, end - 2, 2]).is_some());
}
