//! Hard links. Paths are in `resolve.rs`, rights in `open.rs`.

mod support;

use support::{FOLLOW, Item, NO_FOLLOW, Options, Test, image};
use vfs_core::{Error, FileKind, FollowFinalLink, Limits};

fn some_image() -> Vec<u8> {
    image(&[
        ("file", Item::File(b"contents")),
        ("dir", Item::Directory),
        ("to-file", Item::Link("file")),
        ("to-dir", Item::Link("dir")),
        ("dangling", Item::Link("missing")),
    ])
}

fn link(test: &mut Test<'_>, from: &str, follow: FollowFinalLink, to: &str) -> Result<(), Error> {
    test.fs.link_at(&test.root, from, follow, &test.root, to)
}

#[test]
fn one_more_name() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    test.tick(5);
    link(&mut test, "file", NO_FOLLOW, "dir/new").unwrap();
    let stat = test.stat("file").unwrap();
    assert_eq!((stat.links, stat.changed.seconds), (2, 5));
    assert_eq!(test.stat("dir").unwrap().modified.seconds, 5);
    test.put("dir/new", b"changed");
    assert_eq!(test.get("file").unwrap(), b"changed");
    test.unlink("file").unwrap();
    assert_eq!(test.get("dir/new").unwrap(), b"changed");
    assert_eq!(test.stat("dir/new").unwrap().links, 1);
}

#[test]
fn links_are_followed_if_asked() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    link(&mut test, "to-file", NO_FOLLOW, "a").unwrap();
    assert_eq!(test.stat("a").unwrap().kind, FileKind::SymbolicLink);
    assert_eq!(test.stat("to-file").unwrap().links, 2);
    link(&mut test, "to-file", FOLLOW, "b").unwrap();
    assert_eq!(test.stat("b").unwrap().kind, FileKind::RegularFile);
    assert_eq!(test.stat("file").unwrap().links, 2);
    link(&mut test, "dangling", NO_FOLLOW, "c").unwrap();
}

#[test]
fn errors() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    for (from, follow, to, error) in [
        ("missing", FOLLOW, "new", Error::NoEntry),
        ("dangling", FOLLOW, "new", Error::NoEntry),
        ("file", FOLLOW, "new/", Error::NoEntry),
        ("file", FOLLOW, "file/", Error::NotDirectory),
        ("file", FOLLOW, "dir", Error::Exist),
        ("file", FOLLOW, "file", Error::Exist),
        ("file", FOLLOW, "dangling", Error::Exist),
        ("file", FOLLOW, ".", Error::Exist),
        ("file", FOLLOW, "dir/..", Error::Exist),
        ("dir", FOLLOW, "new", Error::NotPermitted),
        (".", FOLLOW, "new", Error::NotPermitted),
        ("to-dir", FOLLOW, "new", Error::NotPermitted),
        ("file/", FOLLOW, "new", Error::NotDirectory),
    ] {
        assert_eq!(link(&mut test, from, follow, to), Err(error), "{from} to {to}");
    }
    assert_eq!(test.fs.usage().nodes, 0);

    let mut test = Test::read_only(&bytes);
    assert_eq!(link(&mut test, "dir", FOLLOW, "new"), Err(Error::NotPermitted), "comes before the rights");

    for max_nodes in 0..2 {
        let limits = Limits { max_nodes, ..Limits::default() };
        let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
        assert_eq!(link(&mut test, "file", FOLLOW, "new"), Err(Error::InsufficientSpace));
        assert_eq!(test.stat("file").unwrap().links, 1);
        assert_eq!(test.stat("new"), Err(Error::NoEntry));
    }
}

#[test]
fn as_many_names_as_can_be_counted() {
    let mut bytes = some_image();
    // The extended inode of the file: its size is 8, its count of names 44 bytes in.
    let inode = (0..bytes.len() - 64)
        .step_by(32)
        .find(|at| bytes[at + 5] >> 4 == 8 && bytes[at + 8..at + 16] == 8_u64.to_le_bytes() && bytes[at + 44] == 1)
        .expect("the inode");
    bytes[inode + 44..inode + 48].fill(0xff);
    let mut test = Test::over(&bytes);
    assert_eq!(test.stat("file").unwrap().links, u64::from(u32::MAX));
    assert_eq!(link(&mut test, "file", FOLLOW, "new"), Err(Error::TooManyLinks));
    assert_eq!(test.stat("new"), Err(Error::NoEntry));
}

#[test]
fn the_old_path_is_looked_at_first() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    assert_eq!(link(&mut test, "none", NO_FOLLOW, "file/new"), Err(Error::NoEntry));
    assert_eq!(link(&mut test, "file", NO_FOLLOW, "file/new"), Err(Error::NotDirectory));
}
