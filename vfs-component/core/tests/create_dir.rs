//! Making directories. Paths are in `resolve.rs`, rights in `open.rs`.

mod support;

use support::{Item, READ, Test, image};
use vfs_core::{Error, Limits, OpenFlags};

#[test]
fn making() {
    let mut test = Test::empty();
    test.tick(2);
    test.mkdir("a");
    test.mkdir("a/b/");
    test.put("a/b/file", b"x");
    assert_eq!(test.names("a"), ["b"]);
    let stat = test.stat("a").unwrap();
    assert_eq!((stat.links, stat.modified.seconds), (3, 2));
}

#[test]
fn in_a_directory_of_the_image() {
    let bytes = image(&[("a", Item::Directory), ("a/file", Item::File(b"x"))]);
    let mut test = Test::over(&bytes);
    test.mkdir("a/b");
    assert_eq!(test.names("a"), ["file", "b"]);
    assert_eq!(test.get("a/file").unwrap(), b"x");
    assert_eq!(test.stat("a").unwrap().links, 3);
}

#[test]
fn errors() {
    let mut test = Test::limited(Limits { max_nodes: 3, ..Limits::default() });
    test.mkdir("dir");
    test.put("file", b"");
    test.symlink("missing", "link");
    for path in ["dir", "dir/", "file", "file/", "link", "link/", ".", "dir/.", "dir/.."] {
        assert_eq!(test.fs.create_dir_at(&test.root, path), Err(Error::Exist), "{path}");
    }
    assert_eq!(test.fs.create_dir_at(&test.root, "more"), Err(Error::InsufficientSpace));
    assert_eq!(test.names("."), ["dir", "file", "link"]);
    let dir = test.open("dir", OpenFlags::NONE, READ).unwrap();
    test.rmdir("dir").unwrap();
    assert_eq!(test.fs.create_dir_at(&dir, "more"), Err(Error::NoEntry));
}
