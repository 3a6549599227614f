//! Calls that ask a disk for something.

mod support;

use support::{READ, Test};
use vfs_core::{Error, OpenFlags};

#[test]
fn they_succeed_and_do_nothing() {
    let mut test = Test::empty();
    test.put("file", b"x");
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    for file in [&file, &test.root] {
        assert_eq!(test.fs.sync(file), Ok(()));
        assert_eq!(test.fs.sync_data(file), Ok(()));
    }
    assert_eq!(test.fs.advise(&file, 0), Ok(()));
    assert_eq!(test.fs.advise(&file, i64::MAX as u64), Ok(()));
}

#[test]
fn errors() {
    let mut test = Test::empty();
    test.put("file", b"x");
    let file = test.open("file", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.advise(&test.root, 1), Err(Error::BadDescriptor));
    for length in [i64::MAX as u64 + 1, u64::MAX] {
        assert_eq!(test.fs.advise(&file, length), Err(Error::Invalid));
    }
}
