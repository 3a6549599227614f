//! Core values that are no values of their types.

use super::rig::{Rig, words};

const SET: &str = "package test:virtual;
    interface api {
        enum kind { file, directory, link }
        flags rights { read, write, execute }
        record all { kind: kind, rights: rights, yes: bool, letter: char }
        set: func(kind: kind, rights: rights, small: u8, signed: s16, yes: bool, letter: char, real: f64);
        set-all: func(all: list<all>);
    }";

#[test]
fn bits_that_do_not_count_are_taken_away() {
    let mut rig = Rig::new(SET);
    let real = 1.5_f64.to_bits();
    assert!(rig.call("set", &[2, 0xffff_ffff, 0x1_23, 0xffff, 2, 0x10_ffff, real]).is_some());
    assert_eq!(rig.call_made().1, [2, 7, 0x23, 0xffff_ffff, 1, 0x10_ffff, real]);
    for letter in [0xd800, 0xdfff, 0x11_0000, 0xffff_ffff] {
        rig.traps_untouched("set", &[0, 0, 0, 0, 0, letter, 0]);
    }
    assert!(rig.call("set", &[0, 0, 0, 0, 0, 0xd7ff, 0]).is_some());
    assert!(rig.call("set", &[0, 0, 0, 0, 0, 0xe000, 0]).is_some());
    rig.traps_untouched("set", &[3, 0, 0, 0, 0, 0, 0]);
    rig.traps_untouched("set", &[0xffff_ffff, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn bits_in_memory_are_too() {
    let mut rig = Rig::new(SET);
    rig.put_in_app(100, [1, 0xff, 2, 0, b'a', 0, 0, 0]);
    assert!(rig.call("set-all", &[100, 1]).is_some());
    let (_, args) = rig.call_made();
    assert_eq!(rig.vfs_bytes(args[0] as u32, 8), [1, 7, 1, 0, b'a', 0, 0, 0]);
    for (offset, word) in [(0, 3), (4, 0xd800)] {
        rig.put_in_app(200, [0; 8]);
        rig.put_in_app(200 + offset, words(&[word]));
        assert_eq!(rig.call("set-all", &[200, 1]), None);
        assert!(rig.calls().iter().all(|(name, _)| name == "vfs cabi_realloc"));
    }
}
