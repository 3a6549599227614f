//! Devices, pipes and sockets of an image: there is nothing behind them.

mod support;

use support::{FOLLOW, Item, NO_FOLLOW, READ, Test, image};
use vfs_core::{Error, FileKind, OpenFlags};

/// An image in which `node` has this mode type and this entry type.
fn with_special(mode: u8, entry: u8) -> Vec<u8> {
    let mut bytes = image(&[("dir", Item::Directory), ("node", Item::File(b"marker-bytes"))]);
    // The contents follow the 64-byte inode.
    let contents = bytes.windows(12).position(|window| window == b"marker-bytes").unwrap();
    bytes[contents - 64 + 5] = mode << 4;
    // The names of the root follow its 12-byte entries, of which the last is the node's.
    let names = bytes.windows(10).position(|window| window == b"...dirnode").unwrap();
    bytes[names - 12 + 10] = entry;
    bytes
}

#[test]
fn they_can_be_named_but_not_opened() {
    for (mode, entry, kind) in [
        (0o02, 3, FileKind::CharacterDevice),
        (0o06, 4, FileKind::BlockDevice),
        (0o01, 5, FileKind::Fifo),
        (0o14, 6, FileKind::Socket),
    ] {
        let bytes = with_special(mode, entry);
        let mut test = Test::over(&bytes);
        let stat = test.stat("node").unwrap();
        assert_eq!((stat.kind, stat.size), (kind, 0));
        assert_eq!(support::list(&mut test.fs, &test.root).unwrap()[1], ("node".to_owned(), kind));
        for (open, error) in [
            (OpenFlags::NONE, Error::NoSuchDevice),
            (OpenFlags::CREATE, Error::NoSuchDevice),
            (OpenFlags::TRUNCATE, Error::NoSuchDevice),
            (OpenFlags::DIRECTORY, Error::NotDirectory),
            (OpenFlags::CREATE | OpenFlags::EXCLUSIVE, Error::Exist),
        ] {
            assert_eq!(test.open("node", open, READ).unwrap_err(), error, "{kind:?} {open:?}");
        }
        assert_eq!(test.fs.readlink_at(&test.root, "node"), Err(Error::Invalid));
        test.fs.link_at(&test.root, "node", FOLLOW, &test.root, "same").unwrap();
        test.rename("node", "dir/moved").unwrap();
        assert_eq!(test.stat("same").unwrap().links, 2);
        assert_eq!(test.fs.stat_at(&test.root, "dir/moved", NO_FOLLOW).unwrap().kind, kind);
        test.unlink("dir/moved").unwrap();
        test.unlink("same").unwrap();
        test.rmdir("dir").unwrap();
        assert_eq!(test.fs.usage().nodes, 1, "the root");
    }
}
