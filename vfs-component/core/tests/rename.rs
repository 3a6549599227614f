//! Renaming. Paths are in `resolve.rs`, rights in `open.rs`.

mod support;

use support::{Item, Options, READ, READ_WRITE, Test, image};
use vfs_core::{Error, FileKind, Limits, OpenFlags};

/// The same tree, of the image and of the app.
fn trees() -> (Vec<u8>, Test<'static>) {
    let items = [
        ("file", Item::File(b"file")),
        ("same", Item::Same("file")),
        ("other", Item::File(b"other")),
        ("link", Item::Link("file")),
        ("empty", Item::Directory),
        ("dir", Item::Directory),
        ("dir/sub", Item::Directory),
        ("dir/sub/deep", Item::File(b"deep")),
    ];
    let mut upper = Test::empty();
    for (path, item) in items {
        match item {
            Item::Directory => upper.mkdir(path),
            Item::File(bytes) => upper.put(path, bytes),
            Item::Link(target) => upper.symlink(target, path),
            Item::Same(other) => upper.link(other, path),
        }
    }
    (image(&items), upper)
}

fn on_both(check: impl Fn(&mut Test<'_>)) {
    let (bytes, mut upper) = trees();
    check(&mut upper);
    check(&mut Test::over(&bytes));
}

#[test]
fn what_is_answered() {
    let cases = [
        ("file", "new", Ok(())),
        ("file", "dir/new", Ok(())),
        ("file", "other", Ok(())),
        ("file", "link", Ok(())),
        ("link", "other", Ok(())),
        ("file", "file", Ok(())),
        ("file", "same", Ok(())),
        ("dir", "dir", Ok(())),
        ("dir", "new", Ok(())),
        ("dir/", "new/", Ok(())),
        ("dir", "empty", Ok(())),
        ("dir/sub", "empty", Ok(())),
        ("dir/sub", "dir/sub", Ok(())),
        ("empty", "dir/sub/new", Ok(())),
        ("missing", "new", Err(Error::NoEntry)),
        ("missing", "file", Err(Error::NoEntry)),
        ("missing/", "new", Err(Error::NoEntry)),
        ("file", "dir", Err(Error::IsDirectory)),
        ("link", "empty", Err(Error::IsDirectory)),
        ("dir", "file", Err(Error::NotDirectory)),
        ("dir", "link", Err(Error::NotDirectory)),
        ("dir", "link/", Err(Error::NotDirectory)),
        ("file/", "new", Err(Error::NotDirectory)),
        ("file", "new/", Err(Error::NotDirectory)),
        ("link/", "new", Err(Error::NotDirectory)),
        ("empty", "dir", Err(Error::NotEmpty)),
        ("dir", "dir/sub", Err(Error::Invalid)),
        ("dir", "dir/new", Err(Error::Invalid)),
        ("dir", "dir/sub/new", Err(Error::Invalid)),
        ("dir/sub", "dir", Err(Error::NotEmpty)),
        ("dir/sub/deep", "dir", Err(Error::NotEmpty)),
        (".", "new", Err(Error::Busy)),
        ("dir", ".", Err(Error::Busy)),
        ("dir/.", "new", Err(Error::Busy)),
        ("dir/..", "new", Err(Error::Busy)),
        ("file", "dir/..", Err(Error::Busy)),
    ];
    for (from, to, expected) in cases {
        on_both(|test| {
            let (was, target) = (test.stat(from), test.stat(to));
            let hash = test.fs.metadata_hash_at(&test.root, from, support::NO_FOLLOW);
            assert_eq!(test.rename(from, to), expected, "{from} to {to}");
            let now = test.fs.metadata_hash_at(&test.root, to, support::NO_FOLLOW);
            if expected.is_err() {
                assert_eq!(test.stat(from), was, "{from} to {to}");
                assert_eq!(test.stat(to), target, "{from} to {to}");
            } else {
                assert_eq!(now, hash, "{from} to {to}");
                let stays = from == to || (from, to) == ("file", "same");
                assert_eq!(test.stat(from).is_ok(), stays, "{from} to {to}");
            }
        });
    }
}

#[test]
fn contents_links_and_parents_come_along() {
    on_both(|test| {
        test.rename("dir", "empty").unwrap();
        assert_eq!(test.get("empty/sub/deep").unwrap(), b"deep");
        assert_eq!(test.get("empty/sub/../../file").unwrap(), b"file");
        assert_eq!(test.stat(".").unwrap().links, 3);
        test.rename("empty/sub", "sub").unwrap();
        assert_eq!(test.stat("empty").unwrap().links, 2);
        assert_eq!(test.stat(".").unwrap().links, 4);
        // Now it is no longer below, so this is allowed.
        test.rename("empty", "sub/empty").unwrap();
        assert_eq!(test.rename("sub", "sub/empty/sub"), Err(Error::Invalid));
        assert_eq!(test.names("sub"), ["deep", "empty"]);
    });
}

#[test]
fn descriptors_below_see_the_move() {
    on_both(|test| {
        let sub = test.open("dir/sub", OpenFlags::NONE, READ).unwrap();
        test.rename("dir", "moved").unwrap();
        assert_eq!(test.fs.rename_at(&test.root, "moved", &sub, "inside"), Err(Error::Invalid));
        test.fs.rename_at(&sub, "deep", &test.root, "up").unwrap();
        assert_eq!(test.get("up").unwrap(), b"deep");
    });
}

#[test]
fn what_is_replaced_lives_on_where_it_is_open() {
    on_both(|test| {
        let other = test.open("other", OpenFlags::NONE, READ_WRITE).unwrap();
        let empty = test.open("empty", OpenFlags::NONE, READ).unwrap();
        test.rename("file", "other").unwrap();
        test.rename("dir", "empty").unwrap();
        assert_eq!(test.contents(&other).unwrap(), b"other");
        assert_eq!(test.fs.stat(&other).unwrap().links, 0);
        assert_eq!(test.fs.stat(&empty).unwrap().links, 0);
        assert_eq!(test.get("other").unwrap(), b"file");
        assert_eq!(test.stat("same").unwrap().links, 2);
    });
}

#[test]
fn replacing_one_of_two_names() {
    on_both(|test| {
        test.rename("other", "same").unwrap();
        assert_eq!(test.stat("file").unwrap().links, 1);
        assert_eq!(test.get("same").unwrap(), b"other");
    });
}

#[test]
fn into_a_removed_directory_whose_parent_is_gone_too() {
    let mut test = Test::empty();
    test.mkdir("a");
    test.mkdir("a/b");
    test.mkdir("dir");
    test.put("file", b"");
    let b = test.open("a/b", OpenFlags::NONE, READ).unwrap();
    test.rmdir("a/b").unwrap();
    test.rmdir("a").unwrap();
    // Something else is now where the parent was.
    test.put("reuse", b"");
    for from in ["dir", "file", "file/"] {
        assert_eq!(test.fs.rename_at(&test.root, from, &b, "x"), Err(Error::NoEntry));
    }
}

#[test]
fn times() {
    on_both(|test| {
        let modified = test.stat("file").unwrap().modified;
        test.tick(20_000);
        test.rename("file", "dir/file").unwrap();
        let stat = test.stat("dir/file").unwrap();
        assert_eq!((stat.modified, stat.changed.seconds), (modified, 20_000));
        assert_eq!(test.stat("dir").unwrap().modified.seconds, 20_000);
        assert_eq!(test.stat(".").unwrap().modified.seconds, 20_000);
    });
}

#[test]
fn a_moved_link_is_read_from_where_it_is() {
    on_both(|test| {
        test.rename("link", "dir/link").unwrap();
        assert_eq!(test.stat("dir/link").unwrap().kind, FileKind::SymbolicLink);
        assert_eq!(test.get("dir/link"), Err(Error::NoEntry));
    });
}

#[test]
fn no_room_for_nodes() {
    let (bytes, _) = trees();
    for max_nodes in 0..3 {
        let limits = Limits { max_nodes, ..Limits::default() };
        let mut test = Test::with(Some(&bytes), Options { limits, ..Options::default() });
        assert_eq!(test.rename("file", "dir/file"), Err(Error::InsufficientSpace));
        assert_eq!(test.get("file").unwrap(), b"file");
        assert_eq!(test.names("dir"), ["sub"]);
        assert_eq!(test.names(".").len(), 6);
    }
}
