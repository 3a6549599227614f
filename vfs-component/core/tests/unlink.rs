//! Removing names of files. Paths are in `resolve.rs`, rights in `open.rs`, open files in `open.rs` and `write.rs`.

mod support;

use support::{Item, Options, READ_WRITE, Test, image};
use vfs_core::{Error, Limits, OpenFlags};

fn some_image() -> Vec<u8> {
    image(&[
        ("file", Item::File(b"contents")),
        ("same", Item::Same("file")),
        ("dir", Item::Directory),
        ("link", Item::Link("dir")),
    ])
}

#[test]
fn removing_one_of_two_names() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    test.tick(9);
    test.unlink("file").unwrap();
    assert_eq!(test.stat("file"), Err(Error::NoEntry));
    let stat = test.stat("same").unwrap();
    assert_eq!((stat.links, stat.changed.seconds, stat.size), (1, 9, 8));
    assert_eq!(test.stat(".").unwrap().modified.seconds, 9);
    test.unlink("same").unwrap();
    test.unlink("link").unwrap();
    assert_eq!(test.names("."), ["dir"]);
    // Of the file and the link nothing is left.
    assert_eq!(test.fs.usage().nodes, 1);
}

#[test]
fn bytes_are_free_when_the_last_name_and_the_last_open_are_gone() {
    let mut test = Test::empty();
    test.put("file", &[1; 70_000]);
    test.link("file", "same");
    let file = test.open("file", OpenFlags::NONE, READ_WRITE).unwrap();
    for path in ["file", "same"] {
        test.unlink(path).unwrap();
        assert_eq!(test.fs.usage().bytes, 70_000);
    }
    let again = test.fs.reopen(&file).unwrap();
    test.fs.close(file);
    assert_eq!(test.contents(&again).unwrap(), [1; 70_000]);
    test.fs.close(again);
    let usage = test.fs.usage();
    assert_eq!((usage.bytes, usage.nodes, usage.open), (0, 0, 1));
}

#[test]
fn errors() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    for (path, error) in [
        ("dir", Error::IsDirectory),
        ("dir/", Error::IsDirectory),
        (".", Error::IsDirectory),
        ("dir/..", Error::IsDirectory),
        ("file/", Error::NotDirectory),
        ("link/", Error::NotDirectory),
        ("missing", Error::NoEntry),
        ("missing/", Error::NoEntry),
    ] {
        assert_eq!(test.unlink(path), Err(error), "{path}");
    }
    assert_eq!(test.fs.usage().nodes, 0);

    let limits = Limits { max_nodes: 1, ..Limits::default() };
    let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
    // The other name's count cannot be noted.
    assert_eq!(test.unlink("file"), Err(Error::InsufficientSpace));
    assert_eq!(test.stat("same").unwrap().links, 2);
    assert_eq!(test.get("file").unwrap(), b"contents");
    test.unlink("link").unwrap();
}
