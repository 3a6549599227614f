//! What is known about nodes, and telling them apart. What is wrong with a path is in `resolve.rs`.

mod support;

use std::collections::HashSet;

use support::{BUILT, FOLLOW, Item, NO_FOLLOW, NoClock, Options, READ, Test, WRITE, image};
use vfs_core::{Error, FileKind, Fs, Limits, OpenFlags, Rights, Timestamp};
use vfs_image::Image;

fn some_image() -> Vec<u8> {
    image(&[
        ("dir", Item::Directory),
        ("dir/sub", Item::Directory),
        ("dir/file", Item::File(b"12345")),
        ("dir/link", Item::Link("file")),
        ("same", Item::Same("dir/file")),
    ])
}

#[test]
fn nodes_of_the_image() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    for (path, kind, links, size) in [
        ("dir/file", FileKind::RegularFile, 2, 5),
        ("same", FileKind::RegularFile, 2, 5),
        ("dir/link", FileKind::SymbolicLink, 1, 4),
        ("dir", FileKind::Directory, 3, test.stat("dir").unwrap().size),
    ] {
        let stat = test.stat(path).unwrap();
        assert_eq!((stat.kind, stat.links, stat.size), (kind, links, size), "{path}");
        assert_eq!([stat.accessed, stat.modified, stat.changed], [BUILT; 3], "{path}");
    }
    // Looking has made no node of the app.
    assert_eq!(test.fs.usage().nodes, 0);
    // Opening changes nothing of it.
    let before = test.stat("dir").unwrap();
    let dir = test.open("dir", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.stat(&dir).unwrap(), before);
}

#[test]
fn nodes_of_the_app() {
    let mut test = Test::empty();
    test.tick(3);
    test.mkdir("dir");
    test.put("dir/file", b"12345");
    test.mkdir("dir/sub");
    test.symlink("file", "dir/link");
    test.link("dir/file", "same");
    for (path, kind, links, size) in [
        ("dir/file", FileKind::RegularFile, 2, 5),
        ("same", FileKind::RegularFile, 2, 5),
        ("dir/link", FileKind::SymbolicLink, 1, 4),
        ("dir", FileKind::Directory, 3, 4096),
        ("dir/sub", FileKind::Directory, 2, 4096),
    ] {
        let stat = test.stat(path).unwrap();
        assert_eq!((stat.kind, stat.links, stat.size), (kind, links, size), "{path}");
        assert_eq!(stat.accessed.seconds, 3, "{path}");
    }
}

#[test]
fn reading_does_not_change_times() {
    let mut test = Test::empty();
    test.put("file", b"x");
    test.mkdir("dir");
    test.symlink("file", "link");
    test.tick(7);
    test.get("link").unwrap();
    test.names("dir");
    test.fs.readlink_at(&test.root, "link").unwrap();
    for path in ["file", "dir", "link"] {
        let stat = test.stat(path).unwrap();
        assert_eq!([stat.accessed.seconds, stat.modified.seconds], [0, 0], "{path}");
    }
}

#[test]
fn without_a_clock_time_counts_up_from_the_images() {
    let bytes = some_image();
    let mut fs = Fs::new(Some(Image::new(&bytes).unwrap()), NoClock, Limits::default()).unwrap();
    let root = fs.open_root(Rights::default()).unwrap();
    let mut last = BUILT;
    for path in ["a", "b", "c"] {
        fs.create_dir_at(&root, path).unwrap();
        let made = fs.stat_at(&root, path, NO_FOLLOW).unwrap().modified;
        assert_eq!(made, Timestamp { nanoseconds: last.nanoseconds + 1, ..last });
        last = made;
    }
}

#[test]
fn identities_are_never_shared_and_stay() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    let paths = ["dir", "dir/sub", "dir/file", "dir/link", "."];
    let hash = |test: &mut Test<'_>, path: &str| test.fs.metadata_hash_at(&test.root, path, NO_FOLLOW).unwrap();
    let before = paths.map(|path| hash(&mut test, path));
    assert_eq!(hash(&mut test, "same"), before[2]);

    // Changing, opening and moving keep it.
    let file = test.open("dir/file", OpenFlags::NONE, WRITE).unwrap();
    test.fs.write(&file, 0, b"changed").unwrap();
    assert_eq!(test.fs.metadata_hash(&file).unwrap(), before[2]);
    let other = test.open("same", OpenFlags::NONE, READ).unwrap();
    assert!(test.fs.is_same(&file, &other).unwrap());
    assert!(!test.fs.is_same(&file, &test.root).unwrap());
    test.put("dir/new", b"");
    test.rename("dir", "moved").unwrap();
    let after = ["moved", "moved/sub", "moved/file", "moved/link", "."].map(|path| hash(&mut test, path));
    assert_eq!(after, before);
    assert_eq!(test.fs.metadata_hash_at(&test.root, "moved/link", FOLLOW).unwrap(), before[2]);

    // New nodes get none that was ever there, in either half.
    let mut seen: HashSet<u64> = before.iter().flat_map(|&(lower, upper)| [lower, upper]).collect();
    assert_eq!(seen.len(), 2 * before.len());
    for _ in 0..100 {
        test.put("again", b"");
        let (lower, upper) = hash(&mut test, "again");
        assert!(seen.insert(lower) && seen.insert(upper));
        test.unlink("again").unwrap();
    }
}

#[test]
fn a_file_of_another_filesystem_is_a_bad_descriptor() {
    let mut one = Test::empty();
    one.put("file", b"");
    let file = one.open("file", OpenFlags::NONE, READ).unwrap();
    let mut other = Test::with(None, Options::default());
    other.put("gone", b"");
    other.unlink("gone").unwrap();
    assert_eq!(other.fs.stat(&file), Err(Error::BadDescriptor));
    assert_eq!(other.fs.metadata_hash(&file), Err(Error::BadDescriptor));
    assert_eq!(other.fs.sync(&file), Err(Error::BadDescriptor));
    assert_eq!(other.fs.sync_data(&file), Err(Error::BadDescriptor));
}

#[test]
fn metadata_and_identity_by_one_walk() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    test.put("new", b"123");
    for path in ["dir", "dir/sub/", "dir/file", "dir/link", "new", "missing", "new/"] {
        for follow in [FOLLOW, NO_FOLLOW] {
            let Test { fs, root, .. } = &mut test;
            let wanted =
                fs.stat_at(root, path, follow).and_then(|stat| Ok((stat, fs.metadata_hash_at(root, path, follow)?)));
            assert_eq!(fs.stat_and_hash_at(root, path, follow), wanted, "{path}");
        }
    }
}

#[test]
fn the_directory_above() {
    let bytes = some_image();
    let mut test = Test::over(&bytes);
    test.mkdir("new");
    let hash = |test: &mut Test<'_>, path: &str| test.fs.metadata_hash_at(&test.root, path, FOLLOW).unwrap();
    let (root, dir, new) = (hash(&mut test, "."), hash(&mut test, "dir"), hash(&mut test, "new"));
    assert_eq!(test.fs.parent_hash(&test.root), Ok(root));
    let sub = test.open("dir/sub", OpenFlags::DIRECTORY, READ).unwrap();
    assert_eq!(test.fs.parent_hash(&sub), Ok(dir));
    test.rename("dir/sub", "new/sub").unwrap();
    assert_eq!(test.fs.parent_hash(&sub), Ok(new));
    test.rmdir("new/sub").unwrap();
    test.rmdir("new").unwrap();
    assert_eq!(test.fs.parent_hash(&sub), Ok(test.fs.metadata_hash(&sub).unwrap()), "removed: it is in nothing");
    let file = test.open("same", OpenFlags::NONE, READ).unwrap();
    assert_eq!(test.fs.parent_hash(&file), Err(Error::NotDirectory));
}
