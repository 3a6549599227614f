//! Whose handles they are.

use super::rig::{RESULT, Rig, TAG, made, words};

#[test]
fn a_handle_of_the_host_goes_to_the_host_untouched() {
    let mut rig = Rig::new(
        "package test:mixed;
        interface api {
            resource input-stream {
                read: func(len: u64) -> result<list<u8>>;
            }
        }",
    );
    // The place of the result is the host's to judge.
    assert!(rig.call("[method]input-stream.read", &[9, u64::MAX, 0xffff_ffff]).is_some());
    assert_eq!(rig.calls(), [made("host [method]input-stream.read", &[9, u64::MAX, 0xffff_ffff])]);
    rig.put_in_vfs(RESULT, words(&[1]));
    assert!(rig.call("[method]input-stream.read", &[TAG | 9, 3, 256]).is_some());
    assert_eq!(rig.calls(), [made("vfs test:mixed/api#[method]input-stream.read", &[9, 3])]);
}

#[test]
fn a_handle_that_is_not_the_vfs_s_traps() {
    let mut rig = Rig::new(
        "package test:virtual;
        interface api {
            resource file {
                same: func(other: borrow<file>) -> bool;
            }
        }",
    );
    for (one, other) in [(1, TAG), (TAG, 1), (1, 2), (!TAG & 0xffff_ffff, TAG)] {
        rig.traps_untouched("[method]file.same", &[one, other]);
    }
    rig.store.data_mut().answer = Some(1);
    assert_eq!(rig.call("[method]file.same", &[TAG | 3, TAG | 4]), Some(vec![1]));
    assert_eq!(rig.calls(), [made("vfs test:virtual/api#[method]file.same", &[3, 4])]);
}

#[test]
fn drops_go_to_the_owner() {
    let mut rig = Rig::new("package test:mixed; interface api { resource file; }");
    assert!(rig.call("[resource-drop]file", &[3]).is_some());
    assert!(rig.call("[resource-drop]file", &[TAG | 3]).is_some());
    assert_eq!(rig.calls(), [made("host [resource-drop]file", &[3]), made("vfs test:mixed/api#[dtor]file", &[3])]);
    let mut rig = Rig::new("package test:virtual; interface api { resource file; }");
    rig.traps_untouched("[resource-drop]file", &[3]);
    assert!(rig.call("[resource-drop]file", &[TAG | 3]).is_some());
    assert_eq!(rig.calls(), [made("vfs test:virtual/api#[dtor]file", &[3])]);
}

#[test]
fn poll_goes_to_the_vfs_if_any_handle_is_its_own() {
    let mut rig = Rig::new(
        "package wasi:io;
        interface poll {
            resource pollable;
            poll: func(in: list<borrow<pollable>>) -> list<u32>;
        }",
    );
    rig.put_in_app(100, words(&[1, 2, 3]));
    assert!(rig.call("poll", &[100, 3, 256]).is_some());
    assert!(rig.call("poll", &[100, 0, 256]).is_some());
    assert_eq!(rig.calls(), [made("host poll", &[100, 3, 256]), made("host poll", &[100, 0, 256])]);
    let mixed = words(&[1, TAG as u32 | 2, 3]);
    rig.put_in_app(100, &mixed);
    rig.put_in_vfs(RESULT, words(&[5000, 2]));
    rig.put_in_vfs(5000, words(&[0, 1]));
    assert!(rig.call("poll", &[100, 3, 256]).is_some());
    let calls = rig.calls();
    let (name, args) = &calls[1];
    assert_eq!(name, "vfs vfs-compose:linked#poll");
    assert_eq!(rig.vfs_bytes(args[0] as u32, 12), mixed);
    assert_eq!(rig.app_word(260), 2);
    assert_eq!(rig.app_bytes(rig.app_word(256), 8), words(&[0, 1]));
    for (address, length) in [(0, 0x4000_0000), (0, 0xffff_ffff), (2, 1), (0xffff_fffc, 1)] {
        rig.traps_untouched("poll", &[address, length, 256]);
    }
}

#[test]
fn splice_goes_where_both_ends_are_known() {
    for name in ["splice", "blocking-splice"] {
        let mut rig = Rig::new(&format!(
            "package wasi:io;
            interface streams {{
                resource input-stream;
                resource output-stream {{
                    {name}: func(src: borrow<input-stream>, len: u64) -> result<u64>;
                }}
            }}"
        ));
        let method = format!("[method]output-stream.{name}");
        for handles in [[1, 2], [TAG | 1, TAG | 2], [1, TAG | 2], [TAG | 1, 2]] {
            assert!(rig.call(&method, &[handles[0], handles[1], 5, 256]).is_some());
        }
        assert_eq!(
            rig.calls(),
            [
                made(&format!("host {method}"), &[1, 2, 5, 256]),
                made(&format!("vfs wasi:io/streams#{method}"), &[1, 2, 5]),
                made(&format!("vfs vfs-compose:linked#{name}"), &[1, TAG | 2, 5]),
                made(&format!("vfs vfs-compose:linked#{name}"), &[TAG | 1, 2, 5]),
            ]
        );
    }
}

#[test]
fn an_error_of_the_host_is_no_error_of_the_filesystem() {
    let mut rig = Rig::new(
        "package wasi:filesystem;
        interface types {
            resource error;
            enum error-code { io, full }
            filesystem-error-code: func(err: borrow<error>) -> option<error-code>;
        }",
    );
    rig.put_in_app(256, [9, 9]);
    assert!(rig.call("filesystem-error-code", &[5, 256]).is_some());
    assert_eq!(rig.calls(), []);
    assert_eq!(rig.app_bytes(256, 1), [0]);
    rig.put_in_vfs(RESULT, [1, 1]);
    assert!(rig.call("filesystem-error-code", &[TAG | 5, 256]).is_some());
    assert_eq!(rig.calls(), [made("vfs wasi:filesystem/types#filesystem-error-code", &[5])]);
    assert_eq!(rig.app_bytes(256, 2), [1, 1]);
}
