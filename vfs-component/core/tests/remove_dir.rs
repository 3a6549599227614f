//! Removing directories. Paths are in `resolve.rs`, rights in `open.rs`.

mod support;

use support::{Item, NO_FOLLOW, Options, READ, Test, image};
use vfs_core::{Error, Limits, OpenFlags};

#[test]
fn removing() {
    let bytes = image(&[("lower", Item::Directory), ("keep", Item::Directory)]);
    let mut test = Test::over(&bytes);
    test.mkdir("upper");
    test.rmdir("upper/").unwrap();
    test.rmdir("lower").unwrap();
    assert_eq!(test.names("."), ["keep"]);
    assert_eq!(test.stat(".").unwrap().links, 3);
}

#[test]
fn an_open_removed_directory_is_empty_and_stays_so() {
    let bytes = image(&[("lower", Item::Directory)]);
    let mut test = Test::over(&bytes);
    test.mkdir("upper");
    for path in ["lower", "upper"] {
        let dir = test.open(path, OpenFlags::NONE, READ).unwrap();
        test.rmdir(path).unwrap();
        assert_eq!(test.fs.stat(&dir).unwrap().links, 0);
        assert_eq!(support::list(&mut test.fs, &dir).unwrap(), []);
        assert_eq!(test.fs.stat_at(&dir, "x", NO_FOLLOW), Err(Error::NoEntry));
        assert!(test.fs.stat_at(&dir, ".", NO_FOLLOW).is_ok());
        assert_eq!(test.fs.create_dir_at(&dir, "x"), Err(Error::NoEntry));
        assert_eq!(test.fs.symlink_at("x", &dir, "x"), Err(Error::NoEntry));
        test.put("file", b"");
        assert_eq!(test.fs.rename_at(&test.root, "file", &dir, "x"), Err(Error::NoEntry));
        assert_eq!(test.fs.link_at(&test.root, "file", NO_FOLLOW, &dir, "x"), Err(Error::NoEntry));
        test.fs.close(dir);
    }
    test.unlink("file").unwrap();
    // Only the root has changed.
    assert_eq!(test.fs.usage().nodes, 1);
}

#[test]
fn errors() {
    let bytes = image(&[
        ("full", Item::Directory),
        ("full/file", Item::File(b"")),
        ("file", Item::File(b"")),
        ("link", Item::Link("empty")),
        ("empty", Item::Directory),
        ("out", Item::Link("..")),
        ("nowhere", Item::Link("missing")),
    ]);
    let mut test = Test::over(&bytes);
    for (path, error) in [
        ("full", Error::NotEmpty),
        ("full/", Error::NotEmpty),
        ("full/file", Error::NotDirectory),
        ("file", Error::NotDirectory),
        ("link", Error::NotDirectory),
        ("link/", Error::NotDirectory),
        ("out", Error::NotDirectory),
        ("out/", Error::NotPermitted),
        ("nowhere", Error::NotDirectory),
        ("nowhere/", Error::NoEntry),
        ("missing", Error::NoEntry),
        (".", Error::Invalid),
        ("full/.", Error::Invalid),
        ("full/..", Error::NotEmpty),
    ] {
        assert_eq!(test.rmdir(path), Err(error), "{path}");
    }
    assert_eq!(test.fs.usage().nodes, 0, "failing has changed nothing");
    test.mkdir("full/upper");
    assert_eq!(test.rmdir("full"), Err(Error::NotEmpty));

    let limits = Limits { max_nodes: 0, ..Limits::default() };
    let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
    assert_eq!(test.rmdir("empty"), Err(Error::InsufficientSpace));
    assert_eq!(test.names(".").len(), 6);
}
