//! Lists as parameters.

use super::rig::{Rig, SIZE, TAG, words};

#[test]
fn lists_arrive_aligned() {
    let mut rig = Rig::new("package test:virtual; interface api { set: func(name: string, words: list<u64>); }");
    rig.put_in_app(100, "abc");
    rig.put_in_app(104, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    assert!(rig.call("set", &[100, 3, 104, 2]).is_some());
    let (_, args) = rig.call_made();
    assert_eq!((args[2] % 8, args[3]), (0, 2));
    assert_eq!(rig.vfs_bytes(args[2] as u32, 16), rig.app_bytes(104, 16));
}

#[test]
fn lists_whose_bytes_are_too_many_trap() {
    let mut rig = Rig::new("package test:virtual; interface api { set: func(words: list<u64>); }");
    for (address, length) in
        [(0, 8193), (8, 8192), (0, 0x2000_0000), (0, 0x2000_0001), (0, 0xffff_ffff), (4, 1), (1, 0)]
    {
        rig.traps_untouched("set", &[address, length]);
    }
    assert!(rig.call("set", &[0, 8192]).is_some());
}

#[test]
fn strings_in_a_list_arrive() {
    let mut rig = Rig::new("package test:virtual; interface api { join: func(parts: list<string>) -> u32; }");
    rig.put_in_app(100, "onetwo");
    rig.put_in_app(200, words(&[100, 3, 0, 0, 103, 3]));
    assert!(rig.call("join", &[200, 3]).is_some());
    let (_, args) = rig.call_made();
    let list = args[0] as u32;
    assert_eq!(
        (rig.vfs_list(list), rig.vfs_list(list + 8), rig.vfs_list(list + 16)),
        (&b"one"[..], &b""[..], &b"two"[..])
    );
    rig.put_in_app(220, words(&[SIZE]));
    assert_eq!(rig.call("join", &[200, 3]), None);
    assert!(rig.calls().iter().all(|(name, _)| name == "vfs cabi_realloc"));
}

#[test]
fn handles_in_a_list_must_be_the_vfs_s() {
    let mut rig = Rig::new(
        "package test:virtual;
        interface api {
            resource file;
            close: func(borrowed: list<borrow<file>>, owned: list<file>);
        }",
    );
    let tag = TAG as u32;
    rig.put_in_app(100, words(&[tag | 1, tag | 2, tag | 3]));
    assert!(rig.call("close", &[100, 3, 104, 2]).is_some());
    let (_, args) = rig.call_made();
    assert_eq!(rig.vfs_bytes(args[0] as u32, 12), words(&[1, 2, 3]));
    // An owned handle is what the vfs made of it, tag and all.
    assert_eq!(rig.vfs_bytes(args[2] as u32, 8), words(&[tag | 2, tag | 3]));
    rig.put_in_app(104, words(&[2]));
    assert_eq!(rig.call("close", &[100, 3, 108, 1]), None);
    assert_eq!(rig.call("close", &[108, 1, 100, 2]), None);
    assert!(rig.calls().iter().all(|(name, _)| name == "vfs cabi_realloc"));
}
