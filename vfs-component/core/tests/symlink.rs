//! Making and reading symbolic links. Paths are in `resolve.rs`, rights in `open.rs`.

mod support;

use support::{Item, Test, image};
use vfs_core::{Error, Limits};

fn symlink(test: &mut Test<'_>, target: &str, path: &str) -> Result<(), Error> {
    test.fs.symlink_at(target, &test.root, path)
}

#[test]
fn what_is_made_is_read() {
    let mut test = Test::empty();
    test.mkdir("dir");
    let long = "x/".repeat(2048);
    for (number, target) in ["a", "../..", "a//b/", ".", long.as_str()].into_iter().enumerate() {
        let path = format!("dir/link{number}");
        symlink(&mut test, target, &path).unwrap();
        assert_eq!(test.fs.readlink_at(&test.root, &path), Ok(target));
        assert_eq!(test.stat(&path).unwrap().size, target.len() as u64);
    }
}

#[test]
fn what_cannot_be_made() {
    let mut test = Test::limited(Limits { max_nodes: 2, ..Limits::default() });
    test.put("file", b"");
    test.symlink("missing", "link");
    let long = "x".repeat(4097);
    for (target, path, error) in [
        ("/abs", "new", Error::NotPermitted),
        ("", "new", Error::NoEntry),
        ("a\0b", "new", Error::Invalid),
        (long.as_str(), "new", Error::NameTooLong),
        ("a", "new/", Error::NoEntry),
        ("a", "file", Error::Exist),
        ("a", "file/", Error::NotDirectory),
        ("a", "link", Error::Exist),
        ("a", ".", Error::Exist),
        ("a", "new", Error::InsufficientSpace),
    ] {
        assert_eq!(symlink(&mut test, target, path), Err(error), "{target:.9?} at {path}");
    }
    assert_eq!(test.names("."), ["file", "link"]);
}

#[test]
fn what_cannot_be_read() {
    let mut bytes = image(&[
        ("file", Item::File(b"")),
        ("dir", Item::Directory),
        ("to-dir", Item::Link("dir")),
        ("bad", Item::Link("not-utf8")),
    ]);
    let at = bytes.windows(8).position(|window| window == b"not-utf8").unwrap();
    bytes[at] = 0xff;
    let mut test = Test::over(&bytes);
    for (path, error) in [
        ("file", Error::Invalid),
        ("dir", Error::Invalid),
        (".", Error::Invalid),
        ("to-dir/", Error::Invalid),
        ("missing", Error::NoEntry),
        ("file/", Error::NotDirectory),
        ("bad", Error::IllegalByteSequence),
    ] {
        assert_eq!(test.fs.readlink_at(&test.root, path), Err(error), "{path}");
    }
}
