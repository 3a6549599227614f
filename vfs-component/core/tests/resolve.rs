//! Paths: the same answers from every operation that takes one.

mod support;

use support::{FOLLOW, Item, NO_FOLLOW, READ, Test, image};
use vfs_core::{Error, FileKind, FollowFinalLink, NewTimestamp, OpenFile, OpenFlags};

/// A call with a path.
type Call = fn(&mut Test<'_>, &OpenFile, &str) -> Result<(), Error>;

/// Every operation that takes a path. Those of two paths are here once for each.
const CALLS: &[(&str, Call)] = &[
    ("open_at", |t, at, path| t.fs.open_at(at, path, FOLLOW, OpenFlags::NONE, READ).map(|file| t.fs.close(file))),
    ("open_at, creating", |t, at, path| {
        t.fs.open_at(at, path, FOLLOW, OpenFlags::CREATE, READ).map(|file| t.fs.close(file))
    }),
    ("stat_at", |t, at, path| t.fs.stat_at(at, path, FOLLOW).map(drop)),
    ("metadata_hash_at", |t, at, path| t.fs.metadata_hash_at(at, path, FOLLOW).map(drop)),
    ("set_times_at", |t, at, path| t.fs.set_times_at(at, path, FOLLOW, NewTimestamp::Now, NewTimestamp::Now)),
    ("create_dir_at", |t, at, path| t.fs.create_dir_at(at, path)),
    ("remove_dir_at", |t, at, path| t.fs.remove_dir_at(at, path)),
    ("unlink_file_at", |t, at, path| t.fs.unlink_file_at(at, path)),
    ("symlink_at", |t, at, path| t.fs.symlink_at("target", at, path)),
    ("readlink_at", |t, at, path| t.fs.readlink_at(at, path).map(drop)),
    ("link_at, old", |t, at, path| {
        let Test { fs, root, .. } = t;
        fs.link_at(at, path, FOLLOW, root, "new")
    }),
    ("link_at, new", |t, at, path| {
        let Test { fs, root, .. } = t;
        fs.link_at(root, "file", FOLLOW, at, path)
    }),
    ("rename_at, old", |t, at, path| {
        let Test { fs, root, .. } = t;
        fs.rename_at(at, path, root, "new")
    }),
    ("rename_at, new", |t, at, path| {
        let Test { fs, root, .. } = t;
        fs.rename_at(root, "file", at, path)
    }),
];

fn filled() -> Test<'static> {
    let mut test = Test::empty();
    test.put("file", b"contents");
    test.mkdir("dir");
    test.put("dir/inner", b"inner");
    test.symlink("loop", "loop");
    test.symlink("dir", "to-dir");
    test.symlink("../..", "dir/out");
    test
}

#[test]
fn paths_that_no_operation_takes() {
    let long_name = "n".repeat(256);
    let long_path = "dir/".repeat(1024) + "x";
    let long_missing = "missing/".repeat(512) + "x";
    let long_behind_missing = format!("missing/{long_name}");
    let long_behind_file = format!("file/{long_name}");
    let cases = [
        ("", Error::NoEntry),
        ("missing/x", Error::NoEntry),
        ("file/x", Error::NotDirectory),
        ("/file", Error::NotPermitted),
        ("/", Error::NotPermitted),
        ("..", Error::NotPermitted),
        ("../file", Error::NotPermitted),
        ("dir/../../file", Error::NotPermitted),
        ("dir/out/file", Error::NotPermitted),
        ("loop/x", Error::Loop),
        ("a\0b", Error::Invalid),
        ("dir/\0", Error::Invalid),
        // What is wrong with the path itself comes before what is not there.
        ("missing/\0", Error::Invalid),
        ("file/\0", Error::Invalid),
        ("loop/\0", Error::Invalid),
        (long_missing.as_str(), Error::NameTooLong),
        (long_behind_missing.as_str(), Error::NoEntry),
        (long_behind_file.as_str(), Error::NotDirectory),
        (long_path.as_str(), Error::NameTooLong),
        (long_name.as_str(), Error::NameTooLong),
    ];
    for &(name, call) in CALLS {
        for (path, error) in cases {
            let mut test = filled();
            let root = test.fs.reopen(&test.root).unwrap();
            assert_eq!(call(&mut test, &root, path), Err(error), "{name} of {path:.20?}");
            // Nothing has changed.
            let mut names = test.names(".");
            names.sort();
            assert_eq!(names, ["dir", "file", "loop", "to-dir"], "{name} of {path:.20?}");
            assert_eq!(test.names("dir"), ["inner", "out"]);
        }
        let mut test = filled();
        let file = test.open("file", OpenFlags::NONE, READ).unwrap();
        assert_eq!(call(&mut test, &file, "x"), Err(Error::NotDirectory), "{name} from a file");
    }
}

#[test]
fn a_followed_link_with_an_absolute_target_is_not_permitted() {
    // Only an image can have such a link.
    let bytes = image(&[("abs", Item::Link("/dir")), ("dir", Item::Directory), ("file", Item::File(b"x"))]);
    for &(name, call) in CALLS {
        let mut test = Test::over(&bytes);
        let root = test.fs.reopen(&test.root).unwrap();
        assert_eq!(call(&mut test, &root, "abs/x"), Err(Error::NotPermitted), "{name}");
    }
    let mut test = Test::over(&bytes);
    assert_eq!(test.fs.stat_at(&test.root, "abs", FOLLOW).unwrap_err(), Error::NotPermitted);
    assert_eq!(test.fs.readlink_at(&test.root, "abs"), Err(Error::NotPermitted));
    assert_eq!(test.stat("abs").unwrap().kind, FileKind::SymbolicLink);
    test.unlink("abs").unwrap();
}

#[test]
fn lengths_at_the_limit() {
    let mut test = filled();
    test.put(&"n".repeat(255), b"");
    assert!(test.stat(&"n".repeat(255)).is_ok());
    let longest = format!("{}file", "./".repeat(2046));
    assert_eq!(longest.len(), 4096);
    assert!(test.stat(&longest).is_ok());
    assert_eq!(test.stat(&format!("/{longest}")[1..].replace("file", "/file")), Err(Error::NameTooLong));
}

#[test]
fn ways_to_the_same_file() {
    let mut test = filled();
    let ways =
        ["dir/inner", "./dir//inner", "dir/./inner", "dir/../dir/inner", "to-dir/inner", "to-dir/../to-dir/./inner"];
    for path in ways {
        assert_eq!(test.get(path).unwrap(), b"inner", "{path}");
    }
    // `..` behind a link goes up from where the link led.
    assert_eq!(test.get("to-dir/../file").unwrap(), b"contents");
}

#[test]
fn trailing_slashes_ask_for_a_directory_and_follow_links() {
    let mut test = filled();
    assert_eq!(test.stat("file/"), Err(Error::NotDirectory));
    assert_eq!(test.stat("to-dir").unwrap().kind, FileKind::SymbolicLink);
    assert_eq!(test.stat("to-dir/").unwrap().kind, FileKind::Directory);
    assert_eq!(test.stat("to-dir/.").unwrap().kind, FileKind::Directory);
    assert_eq!(test.stat("missing/"), Err(Error::NoEntry));
}

#[test]
fn forty_links_are_followed_and_no_more() {
    let mut test = Test::empty();
    test.put("l0", b"end");
    for number in 1..=41 {
        test.symlink(&format!("l{}", number - 1), &format!("l{number}"));
    }
    assert_eq!(test.get("l40").unwrap(), b"end");
    assert_eq!(test.get("l41"), Err(Error::Loop));

    // Links on the way count like the last one.
    let mut test = Test::empty();
    test.mkdir("d");
    test.symlink(".", "d/self");
    let path = |links: usize| format!("d/{}", "self/".repeat(links));
    assert!(test.stat(&path(40)).is_ok());
    assert_eq!(test.stat(&path(41)), Err(Error::Loop));
}

#[test]
fn links_on_the_way_to_links_on_the_way() {
    let mut test = filled();
    test.mkdir("dir/low");
    test.put("dir/low/deep", b"deep");
    test.symlink("to-dir/low", "first");
    test.symlink("first/../low/", "second");
    test.symlink("./second/.//", "third");
    test.symlink("third/../../first/deep", "file-by-links");
    for path in ["first/deep", "second/deep", "third/deep", "third/../low/deep", "third/../../second/deep"] {
        assert_eq!(test.get(path).unwrap(), b"deep", "{path}");
        let gone = path.replace("deep", "gone");
        assert_eq!(test.stat(&gone), Err(Error::NoEntry), "{gone}");
        assert_eq!(test.stat(&gone.replace("gone", "deep/x")), Err(Error::NotDirectory), "{path}/x");
        test.put(&gone, b"");
        test.unlink(&gone).unwrap();
    }
    assert_eq!(test.get("file-by-links").unwrap(), b"deep");
    assert_eq!(test.stat("file-by-links/"), Err(Error::NotDirectory));
    assert_eq!(test.stat("third/../../.."), Err(Error::NotPermitted));
    assert_eq!(test.names("third"), ["deep"]);
}

#[test]
fn a_walk_starts_at_the_descriptor_wherever_it_was_moved() {
    let mut test = filled();
    let dir = test.open("dir", OpenFlags::DIRECTORY, READ).unwrap();
    test.mkdir("other");
    test.rename("dir", "other/moved").unwrap();
    assert_eq!(test.fs.stat_at(&dir, "inner", NO_FOLLOW).unwrap().size, 5);
    // Up is out, although the directory it is in can be reached otherwise.
    assert_eq!(test.fs.stat_at(&dir, "..", NO_FOLLOW), Err(Error::NotPermitted));
    assert_eq!(test.get("other/moved/../../file").unwrap(), b"contents");
}

#[test]
fn following_is_for_the_last_component_only() {
    let mut test = filled();
    let size = |test: &mut Test<'_>, path: &str, follow: FollowFinalLink| {
        test.fs.stat_at(&test.root, path, follow).map(|stat| (stat.kind, stat.size))
    };
    assert_eq!(size(&mut test, "to-dir/inner", NO_FOLLOW), Ok((FileKind::RegularFile, 5)));
    assert_eq!(size(&mut test, "to-dir", NO_FOLLOW), Ok((FileKind::SymbolicLink, 3)));
    assert_eq!(size(&mut test, "loop", FOLLOW), Err(Error::Loop));
}
