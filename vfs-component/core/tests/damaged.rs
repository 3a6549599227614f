//! Damaged and hostile images: errors, never a panic, a hang or bytes from elsewhere.

mod support;

use std::sync::LazyLock;

use proptest::prelude::*;
use support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, Test, TestClock, TestFs, image, list, read_all};
use vfs_core::check::Trust;
use vfs_core::{Error, FileKind, Fs, ImageLayer, Journal, Limits, NewTimestamp, OpenFile, OpenFlags, Rights, Tracked};
use vfs_image::Image;

fn some_image() -> Vec<u8> {
    static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(make_image);
    IMAGE.clone()
}

fn make_image() -> Vec<u8> {
    image(&[
        ("a", Item::Directory),
        ("a/b", Item::Directory),
        ("a/b/c", Item::Directory),
        ("a/b/c/file", Item::File(&[7; 5000])),
        ("a/file", Item::File(&[8; 70_000])),
        ("a/link", Item::Link("b/c/file")),
        ("a/up", Item::Link("../z")),
        ("same", Item::Same("a/file")),
        ("z", Item::File(b"z")),
    ])
}

/// Does something of everything, and does not care what is answered.
fn use_all(fs: &mut TestFs<'_, impl Journal>, root: &OpenFile) {
    let paths = ["a", "a/b", "a/b/c", "a/b/c/file", "a/file", "a/link", "a/up", "same", "z", "a/b/../../z", "new"];
    for path in paths {
        let _ = fs.stat_at(root, path, FOLLOW);
        let _ = fs.metadata_hash_at(root, path, NO_FOLLOW);
        let _ = fs.readlink_at(root, path);
        if let Ok(file) = fs.open_at(root, path, FOLLOW, OpenFlags::NONE, READ) {
            let _ = fs.stat(&file);
            if fs.kind(&file) == FileKind::Directory {
                let _ = list(fs, &file);
            } else {
                let mut gather = Vec::new();
                for offset in [0, 4095, 65_530, 1 << 40] {
                    let _ = fs.read(&file, offset, 5000, &mut gather);
                }
            }
            fs.close(file);
        }
        if let Ok(file) = fs.open_at(root, path, FOLLOW, OpenFlags::CREATE, READ_WRITE) {
            let size = fs.stat(&file).map_or(0, |stat| stat.size);
            let _ = fs.write(&file, 3000, b"abc");
            let _ = fs.write(&file, size.min(1 << 40), b"def");
            let _ = fs.set_size(&file, 4000);
            let _ = read_all(fs, &file);
            fs.close(file);
        }
        let _ = fs.set_times_at(root, path, FOLLOW, NewTimestamp::Now, NewTimestamp::NoChange);
    }
    for (from, to) in [("a/b", "moved"), ("a", "moved/c/in"), ("moved", "a"), ("z", "a/link"), ("a/b/c", "a/b/d")] {
        let _ = fs.rename_at(root, from, root, to);
        let _ = fs.link_at(root, to, NO_FOLLOW, root, "linked");
    }
    for path in paths.into_iter().rev() {
        let _ = fs.create_dir_at(root, &format!("{path}/made"));
        let _ = fs.symlink_at("target", root, &format!("{path}/made-link"));
        let _ = fs.unlink_file_at(root, path);
        let _ = fs.remove_dir_at(root, path);
    }
    let _ = list(fs, root);
}

/// Uses whatever of the bytes is taken for an image.
fn try_bytes(bytes: &[u8]) {
    let Ok(image) = Image::new(bytes) else { return };
    let Ok(mut fs) = Fs::new(Some(image), TestClock::default(), Limits::default()) else { return };
    let Ok(root) = fs.open_root(Rights::default()) else { return };
    use_all(&mut fs, &root);
    fs.check(Trust::Untrusted).unwrap();
    fs.close(root);
    list_changes(bytes);
}

/// The same with a journal, and lists of what changed.
fn list_changes(bytes: &[u8]) {
    let layer = ImageLayer::new(Image::new(bytes).ok());
    let Ok(mut fs) = TestFs::<Tracked>::over(layer, TestClock::default(), Limits::default()) else { return };
    let Ok(root) = fs.open_root(Rights::default()) else { return };
    let mut marks = Vec::new();
    for _ in 0..2 {
        use_all(&mut fs, &root);
        for mark in [None].into_iter().chain(marks.iter().map(Some)) {
            let _ = fs.changes(mark);
        }
        fs.check(Trust::Untrusted).unwrap();
        marks.push(fs.mark().unwrap());
    }
    for mark in marks {
        fs.release_mark(mark);
        fs.check(Trust::Untrusted).unwrap();
    }
    fs.close(root);
}

#[test]
fn cut_anywhere() {
    let bytes = some_image();
    for end in (0..bytes.len()).step_by(61) {
        let mut cut = bytes[..end].to_vec();
        try_bytes(&cut);
        // Of full length again, but empty behind the cut.
        cut.resize(bytes.len(), 0);
        try_bytes(&cut);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_changed_where_the_metadata_is(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = some_image();
        // The files' contents are repeated bytes; what is left is metadata.
        let interesting: Vec<usize> =
            (1024..bytes.len()).filter(|&at| !matches!(bytes[at - 1..=at], [7, 7] | [8, 8])).collect();
        for (at, byte) in changes {
            bytes[interesting[at.index(interesting.len())]] = byte;
        }
        try_bytes(&bytes);
    }
}

/// Where the 12-byte entry of a name in a directory is, by the directory's names in order.
fn entry_of(bytes: &[u8], names: &[&str], name: &str) -> usize {
    let all = names.concat();
    let start = bytes.windows(all.len()).position(|window| window == all.as_bytes()).expect("the directory's names");
    let place = names.iter().position(|other| *other == name).expect("the name");
    start - 12 * (names.len() - place)
}

#[test]
fn a_directory_that_contains_the_one_it_is_in() {
    let mut bytes = some_image();
    // `c` in `a/b` becomes another name of `a`, whose number `a` has in the root.
    let a = entry_of(&bytes, &[".", "..", "a", "same", "z"], "a");
    let c = entry_of(&bytes, &[".", "..", "c"], "c");
    bytes.copy_within(a..a + 8, c);
    let mut test = Test::over(&bytes);
    let deep = "a/b/c/b/c/b/c";
    assert_eq!(test.stat(&format!("{deep}/file")).unwrap().size, 70_000);
    // Into itself by a way that the parents do not show: no hang.
    let _ = test.rename("a/b", &format!("{deep}/x"));
    let _ = test.rename("a", &format!("{deep}/x"));
    use_all(&mut test.fs, &test.root);
}

#[test]
fn parents_that_go_round_in_a_circle() {
    let mut bytes = some_image();
    // `..` of `a/b/c` and of `a/b` become `a/b/c`.
    let c = entry_of(&bytes, &[".", "..", "c"], "c");
    let parent_of_b = entry_of(&bytes, &[".", "..", "c"], "..");
    let parent_of_c = entry_of(&bytes, &[".", "..", "file"], "..");
    bytes.copy_within(c..c + 8, parent_of_b);
    bytes.copy_within(c..c + 8, parent_of_c);
    let mut test = Test::over(&bytes);
    assert_eq!(test.rename("a", "a/b/c/x"), Err(Error::Io));
    assert_eq!(test.stat("a/b/c/x"), Err(Error::NoEntry));
    assert_eq!(test.stat("a/b/c/../../../z").unwrap().size, 1, "a walk goes back the way it came");
    use_all(&mut test.fs, &test.root);
}

#[test]
fn damage_is_an_io_error_and_only_where_it_is() {
    let good = some_image();
    let mut bytes = good.clone();
    // The node of `z` in the root lies far outside.
    let z = entry_of(&bytes, &[".", "..", "a", "same", "z"], "z");
    bytes[z..z + 8].fill(0xff);
    let mut test = Test::over(&bytes);
    assert_eq!(test.stat("z"), Err(Error::Io));
    assert_eq!(test.open("z", OpenFlags::NONE, READ).unwrap_err(), Error::Io);
    assert_eq!(test.open("z", OpenFlags::TRUNCATE, READ).unwrap_err(), Error::Io);
    assert_eq!(test.fs.set_times_at(&test.root, "z", FOLLOW, NewTimestamp::Now, NewTimestamp::Now), Err(Error::Io));
    assert_eq!(test.fs.link_at(&test.root, "z", FOLLOW, &test.root, "new"), Err(Error::Io));
    assert_eq!(test.rename("z", "new"), Err(Error::Io));
    assert_eq!(test.unlink("z"), Err(Error::Io));
    let usage = test.fs.usage();
    assert_eq!((usage.bytes, usage.open), (0, 1));
    assert_eq!(test.stat("a/file"), Test::over(&good).stat("a/file"));
    assert_eq!(test.names("."), ["a", "same", "z"]);

    // The first name's place in the root's block cannot be.
    let mut bytes = good.clone();
    let first = entry_of(&bytes, &[".", "..", "a", "same", "z"], ".");
    bytes[first + 8] = 1;
    let mut test = Test::over(&bytes);
    assert_eq!(test.stat("z"), Err(Error::Io));
    assert_eq!(test.fs.create_dir_at(&test.root, "new"), Err(Error::Io));
    assert_eq!(test.fs.remove_dir_at(&test.root, "a"), Err(Error::Io));
    assert_eq!(test.fs.symlink_at("x", &test.root, "new"), Err(Error::Io));
    let Test { fs, root, .. } = &mut test;
    assert_eq!(list(fs, root), Err(Error::Io));
}

#[test]
fn a_root_that_is_no_directory() {
    let mut bytes = image(&[]);
    let image = Image::new(&bytes).unwrap();
    let root = image.root().0 as usize * 32;
    // The mode is the two bytes at 4; 8 in its highest four bits is a regular file.
    assert_eq!(bytes[root + 5] >> 4, 4);
    bytes[root + 5] = 0x81;
    let fs = Fs::new(Some(Image::new(&bytes).unwrap()), TestClock::default(), Limits::default());
    assert_eq!(fs.err(), Some(Error::Io));
}

#[test]
fn a_link_target_of_an_impossible_length() {
    let mut bytes = some_image();
    // The target follows the 64-byte inode, whose size is 8 bytes in.
    let inode = bytes.windows(8).position(|window| window == b"b/c/file").unwrap() - 64;
    assert_eq!(bytes[inode + 8], 8);
    bytes[inode + 8] = 0;
    let mut test = Test::over(&bytes);
    assert_eq!(test.fs.readlink_at(&test.root, "a/link"), Err(Error::Io));
    assert_eq!(test.fs.stat_at(&test.root, "a/link", FOLLOW), Err(Error::Io));
    assert_eq!(test.stat("a/link").unwrap().size, 0);
    test.unlink("a/link").unwrap();
}

/// A path with a NUL is invalid, whatever is in the image.
#[test]
fn a_name_with_a_nul_in_it() {
    // The last name of a block ends where a NUL is; any other has a length.
    let mut bytes = image(&[("d", Item::Directory), ("d/an odd name", Item::File(b"x")), ("d/last", Item::File(b"y"))]);
    let at = bytes.windows(11).position(|window| window == b"an odd name").unwrap();
    bytes[at + 2] = 0;
    let image = Image::new(&bytes).unwrap();
    let mut fs = Fs::new(Some(image), TestClock::default(), Limits::default()).unwrap();
    let root = fs.open_root(Rights::default()).unwrap();
    for path in ["d/an\0odd name", "d/an\0odd name/"] {
        assert_eq!(fs.stat_at(&root, path, FOLLOW), Err(Error::Invalid), "{path:?}");
    }
    let directory = fs.open_at(&root, "d", FOLLOW, OpenFlags::NONE, READ).unwrap();
    assert_eq!(fs.stat_at(&directory, "an\0odd name", FOLLOW), Err(Error::Invalid));
}

/// The root's names in the order that is given, and whether the directory can be listed and changed.
fn names_of(bytes: &[u8]) -> (Result<usize, Error>, Result<(), Error>) {
    let mut test = Test::over(bytes);
    let Test { fs, root, .. } = &mut test;
    let listed = list(fs, root).map(|names| names.len());
    let changed = fs.create_dir_at(root, "new");
    fs.check(Trust::Untrusted).unwrap();
    (listed, changed)
}

#[test]
fn names_out_of_order_or_twice_cannot_be_changed() {
    let good =
        image(&[("d", Item::Directory), ("d/x", Item::File(b"x")), ("k", Item::File(b"k")), ("m", Item::File(b"m"))]);
    assert_eq!(names_of(&good), (Ok(3), Ok(())));
    let names = good.windows(6).position(|window| window == b"...dkm").unwrap();
    for name in [b"z", b"d", b"m"] {
        let mut bytes = good.clone();
        // In the place of `k`.
        bytes[names + 4] = name[0];
        assert_eq!(names_of(&bytes), (Ok(3), Err(Error::Io)), "{name:?}");
        if name != b"d" {
            let mut test = Test::over(&bytes);
            assert_eq!(test.unlink("d/x"), Ok(()), "another directory can be changed");
        }
    }
}

#[test]
fn a_name_with_a_slash_is_an_error_of_its_directory() {
    let mut bytes = image(&[
        ("d", Item::Directory),
        ("d/a.b", Item::File(b"x")),
        ("d/z", Item::File(b"z")),
        ("k", Item::File(b"k")),
    ]);
    let at = bytes.windows(3).position(|window| window == b"a.b").unwrap();
    bytes[at + 1] = b'/';
    let mut test = Test::over(&bytes);
    let directory = test.open("d", OpenFlags::NONE, READ).unwrap();
    assert_eq!(list(&mut test.fs, &directory), Err(Error::Io));
    assert_eq!(test.fs.create_dir_at(&directory, "new"), Err(Error::Io));
    assert_eq!(test.get("d/z").unwrap(), b"z");
    assert_eq!(test.rename("k", "l"), Ok(()));
    test.fs.check(Trust::Untrusted).unwrap();
}

/// A file would get a name that no path can say.
#[test]
fn a_link_with_a_nul_in_its_target_is_not_followed() {
    let mut bytes = image(&[("file", Item::File(b"x")), ("link", Item::Link("new!name"))]);
    let at = bytes.windows(8).position(|window| window == b"new!name").unwrap();
    bytes[at + 3] = 0;
    let mut test = Test::over(&bytes);
    assert_eq!(test.open("link", OpenFlags::CREATE, READ_WRITE).unwrap_err(), Error::Io);
    assert_eq!(test.fs.readlink_at(&test.root, "link"), Err(Error::Io));
    assert_eq!(test.fs.stat_at(&test.root, "link/x", FOLLOW), Err(Error::Io));
    assert_eq!(test.names("."), ["file", "link"]);
    test.unlink("link").unwrap();
    test.fs.check(Trust::Untrusted).unwrap();
}

/// Two names of one directory, which hard links to files may be and directories may not.
#[test]
fn a_second_name_of_a_directory() {
    let mut bytes =
        image(&[("a", Item::Directory), ("a/x", Item::File(b"x")), ("b", Item::Directory), ("k", Item::File(b"k"))]);
    let names = [".", "..", "a", "b", "k"];
    let (a, b) = (entry_of(&bytes, &names, "a"), entry_of(&bytes, &names, "b"));
    bytes.copy_within(a..a + 8, b);
    let mut test = Test::over(&bytes);
    assert_eq!(test.get("b/x").unwrap(), b"x");
    // One directory by two names, whatever happens to it.
    test.put("b/y", b"y");
    assert_eq!(test.get("a/y").unwrap(), b"y");
    test.fs.check(Trust::Untrusted).unwrap();
    test.unlink("a/x").unwrap();
    test.unlink("a/y").unwrap();
    test.rmdir("a").unwrap();
    let _ = test.names("b");
    assert_eq!(test.get("k").unwrap(), b"k");
    test.fs.check(Trust::Untrusted).unwrap();
    use_all(&mut test.fs, &test.root);
    test.fs.check(Trust::Untrusted).unwrap();
}

/// A file that says it is larger than the image, and one whose contents are another's inode.
#[test]
fn sizes_beyond_the_image_and_inodes_in_each_other() {
    let good = some_image();
    let inode_of = |name: &str| {
        let at = entry_of(&good, &[".", "..", "a", "same", "z"], name);
        u64::from_le_bytes(good[at..at + 8].try_into().unwrap()) as usize * 32
    };
    let (z, same) = (inode_of("z"), inode_of("same"));
    for size in [1 << 20, u64::MAX, i64::MAX as u64, good.len() as u64 + 1] {
        let mut bytes = good.clone();
        bytes[same + 8..same + 16].copy_from_slice(&size.to_le_bytes());
        let mut test = Test::over(&bytes);
        for path in ["same", "a/file"] {
            assert_eq!(test.stat(path), Err(Error::Io), "{size}");
            assert_eq!(test.get(path), Err(Error::Io), "{size}");
        }
        assert_eq!(test.get("z").unwrap(), b"z");
        assert_eq!(test.get("a/b/c/file").unwrap(), [7; 5000]);
        use_all(&mut test.fs, &test.root);
        test.fs.check(Trust::Untrusted).unwrap();
    }
    // The number of `z` is a place in the middle of another inode, or of a name.
    for place in [same / 32 + 1, z / 32 + 1, 32, 33] {
        let mut bytes = good.clone();
        let at = entry_of(&bytes, &[".", "..", "a", "same", "z"], "z");
        bytes[at..at + 8].copy_from_slice(&(place as u64).to_le_bytes());
        let mut test = Test::over(&bytes);
        let _ = test.get("z");
        let _ = test.unlink("z");
        assert_eq!(test.get("a/b/c/file").unwrap(), [7; 5000]);
        use_all(&mut test.fs, &test.root);
        test.fs.check(Trust::Untrusted).unwrap();
    }
}

/// What was written to a file that says it has no name is kept.
#[test]
fn a_file_that_counts_no_names_is_kept() {
    let good = image(&[("file", Item::File(b"x")), ("other", Item::File(b"y"))]);
    let at = entry_of(&good, &[".", "..", "file", "other"], "file");
    let mut bytes = good.clone();
    let inode = u64::from_le_bytes(good[at..at + 8].try_into().unwrap()) as usize * 32;
    bytes[inode + 44..inode + 48].fill(0);
    let mut test = Test::over(&bytes);
    test.put("file", b"written");
    assert_eq!(test.get("file").unwrap(), b"written");
    test.fs.check(Trust::Untrusted).unwrap();
    test.unlink("file").unwrap();
    assert_eq!(test.fs.usage().bytes, 0);
}

/// The search goes astray where `..` is in the wrong place, and the list, which leaves it out, does not. A name would
/// be there twice.
#[test]
fn a_search_that_does_not_find_what_the_list_has() {
    let mut bytes =
        image(&[("a", Item::File(b"a")), ("b", Item::File(b"b")), ("d", Item::Directory), ("d/x", Item::File(b"x"))]);
    let at = bytes.windows(6).position(|window| window == b"...abd").unwrap();
    // `a` comes before `..`: the third name begins a byte sooner.
    bytes[at..at + 6].copy_from_slice(b".a..bd");
    bytes[at - 3 * 12 + 8] -= 1;
    let mut test = Test::over(&bytes);
    assert_eq!(test.stat("a"), Err(Error::NoEntry));
    assert_eq!(test.names("."), ["a", "b", "d"]);
    assert_eq!(test.fs.create_dir_at(&test.root, "a"), Err(Error::Io));
    assert_eq!(test.fs.symlink_at("x", &test.root, "a"), Err(Error::Io));
    assert_eq!(test.fs.usage().nodes, 0);
    test.fs.check(Trust::Untrusted).unwrap();
}

/// Whether a directory keeps what is put in it when directories leave it, whatever the image says of its links.
#[test]
fn a_directory_whose_links_are_not_counted_keeps_its_changes() {
    let bytes = image(&[
        ("d", Item::Directory),
        ("d/one", Item::Directory),
        ("d/three", Item::Directory),
        ("d/two", Item::Directory),
        ("file", Item::File(b"file")),
    ]);
    for links in [1, 2] {
        let mut bytes = bytes.clone();
        let at = entry_of(&bytes, &[".", "..", "d", "file"], "d");
        let inode = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize * 32;
        assert_eq!(bytes[inode + 44], 5, "an extended inode has its links here");
        bytes[inode + 44] = links;
        let mut test = Test::over(&bytes);
        test.put("d/new", b"new");
        for name in ["d/one", "d/two"] {
            test.rmdir(name).unwrap();
        }
        test.rename("d/three", "three").unwrap();
        for _ in 0..2 {
            let directory = test.open("d", OpenFlags::DIRECTORY, READ).unwrap();
            test.fs.close(directory);
            assert_eq!(test.get("d/new").unwrap(), b"new", "{links} links");
            assert_eq!(test.stat("d/one"), Err(Error::NoEntry));
            assert!(test.stat("d").unwrap().links >= 1);
            test.mkdir("d/more");
            test.rename("d/more", "d/renamed").unwrap();
            test.rmdir("d/renamed").unwrap();
        }
        test.unlink("d/new").unwrap();
        test.rmdir("d").unwrap();
        assert_eq!(test.stat("d"), Err(Error::NoEntry));
    }
}
