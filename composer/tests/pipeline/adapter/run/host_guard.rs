//! Functions that cannot use the vfs's handles.

use super::rig::{RESULT, Rig, SIZE, TAG, made, words};

const HOST: &str = "package test:foreign;
    interface api {
        resource input-stream;
        resource of-host;
        enum error-code { io, not-supported }
        variant failure { closed, internal-error(option<string>) }
        variant end { number(u64), both(tuple<input-stream, option<of-host>>), none }
        watch: func(source: borrow<input-stream>, name: string) -> u64;
        send: func(connection: borrow<of-host>, body: input-stream, ticket: of-host) -> result<u64, error-code>;
        join: func(sources: list<borrow<input-stream>>) -> result;
        connect: func(end: end) -> result<_, failure>;
        many: func(a: string, b: string, c: string, d: string, e: string, f: string, g: string, h: string,
            source: option<input-stream>, more: list<tuple<u8, input-stream>>) -> result<list<u8>>;
    }";

#[test]
fn the_host_is_called_with_its_own_handles() {
    let mut rig = Rig::new(HOST);
    rig.store.data_mut().answer = Some(7);
    rig.put_in_app(100, words(&[1, 2]));
    // Strings, places of results and cases are the host's to judge.
    for (name, args) in [
        ("watch", vec![9, 0xffff_ffff, 5]),
        ("send", vec![1, 2, 3, 0xffff_ffff]),
        ("join", vec![100, 2]),
        ("join", vec![SIZE.into(), 0]),
        ("connect", vec![0, TAG, 0, 0, 0xffff_fff0]),
        ("connect", vec![1, 5, 1, 6, 0xffff_fff0]),
        ("connect", vec![99, 0, 0, 0, 0]),
    ] {
        assert!(rig.call(name, &args).is_some(), "{name}");
        assert_eq!(rig.calls(), [made(&format!("host {name}"), &args)]);
    }
}

#[test]
fn without_words_the_way_out_is_taken() {
    let mut rig = Rig::new(HOST);
    assert_eq!(rig.call("watch", &[TAG | 9, 0, 0]), None);
    assert_eq!(rig.calls(), [made("refuse watch", &[])]);
}

#[test]
fn an_error_is_answered_and_what_was_given_is_gone() {
    let mut rig = Rig::new(HOST);
    rig.put_in_app(256, [9; 16]);
    assert!(rig.call("send", &[1, TAG | 2, 3, 256]).is_some());
    // The error is the second case of the result, and the second error, 8 bytes after it.
    assert_eq!((rig.app_bytes(256, 1), rig.app_bytes(264, 1)), (&[1][..], &[1][..]));
    assert_eq!(rig.calls(), [made("vfs [dtor]input-stream", &[2]), made("host [resource-drop]of-host", &[3])]);
    for place in [255, u64::from(SIZE), u64::from(SIZE) - 8] {
        rig.traps_untouched("send", &[1, TAG | 2, 3, place]);
    }
}

#[test]
fn a_list_is_searched() {
    let mut rig = Rig::new(HOST);
    rig.put_in_app(100, words(&[1, TAG as u32 | 2, 3]));
    assert_eq!(rig.call("join", &[100, 3]), Some(vec![1]));
    assert_eq!(rig.calls(), []);
    assert_eq!(rig.call("join", &[100, 1]), Some(vec![RESULT.into()]));
    assert_eq!(rig.calls(), [made("host join", &[100, 1])]);
    for (address, length) in [(100, 0x4000_0000), (101, 1), (u64::from(SIZE) - 4, 2), (0, 0xffff_ffff)] {
        rig.traps_untouched("join", &[address, length]);
    }
}

#[test]
fn only_the_case_that_is_there_counts() {
    let mut rig = Rig::new(HOST);
    rig.put_in_app(256, [9; 24]);
    assert!(rig.call("connect", &[1, TAG | 5, 1, 6, 256]).is_some());
    // `internal-error(none)`, 4 bytes after the result's case.
    assert_eq!([0, 4, 8].map(|at| rig.app_bytes(256 + at, 1)[0]), [1, 1, 0]);
    assert_eq!(rig.calls(), [made("vfs [dtor]input-stream", &[5]), made("host [resource-drop]of-host", &[6])]);
    assert!(rig.call("connect", &[1, TAG | 5, 0, 6, 256]).is_some());
    assert_eq!(rig.calls(), [made("vfs [dtor]input-stream", &[5])]);
}

#[test]
fn parameters_in_memory_are_searched() {
    let mut rig = Rig::new(HOST);
    // Eight strings, an option of a handle, a list.
    let record = |source: [u32; 2], list: [u32; 2]| {
        let mut record = words(&[0; 16]);
        record.extend(words(&[source[0], source[1], list[0], list[1]]));
        record
    };
    let tagged = TAG as u32;
    rig.put_in_app(100, words(&[0, 4, 0, 5, 0, tagged | 6]));
    rig.put_in_app(512, record([0, tagged | 3], [100, 2]));
    assert!(rig.call("many", &[512, 256]).is_some());
    assert_eq!(rig.calls(), [made("host many", &[512, 256])]);
    rig.put_in_app(512, record([1, 3], [100, 3]));
    assert!(rig.call("many", &[512, 256]).is_some());
    assert_eq!(rig.app_bytes(256, 1), [1]);
    let host = "host [resource-drop]input-stream";
    assert_eq!(
        rig.calls(),
        [made(host, &[3]), made(host, &[4]), made(host, &[5]), made("vfs [dtor]input-stream", &[6])]
    );
    rig.traps_untouched("many", &[u64::from(SIZE) - 4, 256]);
}

const APP: &str = "package test:returned;
    interface api {
        resource input-stream;
        body: func(name: string) -> input-stream;
        bodies: func() -> result<list<tuple<u8, input-stream>>>;
    }";

#[test]
fn a_result_that_is_the_host_s_is_returned() {
    let mut rig = Rig::new(APP);
    rig.store.data_mut().answer = Some(5);
    assert_eq!(rig.call("body", &[100, 3]), Some(vec![5]));
    assert_eq!(rig.calls(), [made("host body", &[100, 3])]);
    rig.store.data_mut().answer = Some(512);
    rig.put_in_app(512, words(&[0, 100, 2]));
    rig.put_in_app(100, words(&[0, 1, 0, 2]));
    assert_eq!(rig.call("bodies", &[]), Some(vec![512]));
    // The list is not there.
    rig.put_in_app(512, words(&[1, 100, 0xffff_ffff]));
    assert_eq!(rig.call("bodies", &[]), Some(vec![512]));
}

#[test]
fn a_result_that_is_the_vfs_s_is_not() {
    let mut rig = Rig::new(APP);
    rig.store.data_mut().answer = Some(TAG | 5);
    assert_eq!(rig.call("body", &[100, 3]), None);
    assert_eq!(rig.calls(), [made("host body", &[100, 3]), made("refuse result of body", &[])]);
    rig.store.data_mut().answer = Some(512);
    rig.put_in_app(512, words(&[0, 100, 2]));
    rig.put_in_app(100, words(&[0, 1, 0, TAG as u32 | 2]));
    assert_eq!(rig.call("bodies", &[]), None);
    assert_eq!(rig.calls(), [made("host bodies", &[]), made("refuse result of bodies", &[])]);
}
