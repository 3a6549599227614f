//! Absolute targets of symbolic links, where they are followed from the root. Where not: `resolve.rs` and `symlink.rs`.

mod support;

use support::{FOLLOW, Item, NO_FOLLOW, READ, READ_WRITE, Test, TestFs, image};
use vfs_core::{DescriptorFlags, Error, FileKind, Limits, OpenFile, OpenFlags, Stat};

const IN_IMAGE: &[(&str, Item<'static>)] = &[
    ("a", Item::Directory),
    ("a/b", Item::Directory),
    ("a/b/file", Item::File(b"contents")),
    ("a/b/to-file", Item::Link("/a/b/file")),
    ("a/b/to-root", Item::Link("/")),
    ("a/b/to-a", Item::Link("/a/")),
    ("a/b/many", Item::Link("///a//b///")),
    ("a/b/again", Item::Link("/a/b/to-file")),
    ("a/b/relative", Item::Link("../../a/b/again")),
    ("a/b/new", Item::Link("/a/made")),
    ("a/b/nowhere", Item::Link("/no/where")),
    ("a/b/above", Item::Link("/../a")),
    ("a/b/up", Item::Link("/a/b/../b/file")),
    ("a/b/as-directory", Item::Link("/a/b/file/")),
    ("a/b/ring", Item::Link("/a/round")),
    ("a/round", Item::Link("b/ring")),
    ("a/self", Item::Link("/a/self")),
    ("top", Item::File(b"at the top")),
];

/// A filesystem over an image, with its root and `a` open. What it has is in the image, or was made.
struct Absolute {
    test: Test<'static>,
    a: OpenFile,
}

impl Absolute {
    fn new(is_made: bool) -> Self {
        let mut test = if is_made { Test::empty() } else { Test::over(image(IN_IMAGE).leak()) };
        test.fs.set_absolute_links(true);
        for (path, item) in IN_IMAGE.iter().filter(|_| is_made) {
            match item {
                Item::Directory => test.mkdir(path),
                Item::File(bytes) => test.put(path, bytes),
                Item::Link(target) => test.symlink(target, path),
                Item::Same(_) => unreachable!(),
            }
        }
        let a = test.open("a", OpenFlags::DIRECTORY, READ | DescriptorFlags::MUTATE_DIRECTORY).unwrap();
        Self { test, a }
    }

    /// Both kinds.
    fn each(mut act: impl FnMut(Self)) {
        [false, true].into_iter().for_each(|is_made| act(Self::new(is_made)));
    }

    fn at_a(&mut self) -> (&mut TestFs<'static>, &OpenFile) {
        (&mut self.test.fs, &self.a)
    }
}

fn kind(stat: Result<Stat, Error>) -> Result<FileKind, Error> {
    stat.map(|stat| stat.kind)
}

#[test]
fn an_absolute_target_goes_on_at_the_root() {
    Absolute::each(|Absolute { mut test, .. }| {
        for path in [
            "a/b/to-file",
            "a/b/again",
            "a/b/relative",
            "a/b/up",
            "a/b/many/file",
            "a/b/many/to-file",
            "a/b/to-a/b/file",
            "a/b/to-a/b/../b/to-root/a/b/file",
            "a/b/to-root/a/b/to-root/a/b/file",
            "a/b/to-a/../a/b/file",
            "a/b/many/../b/file",
            "a/b/to-root/./a/b/file",
        ] {
            assert_eq!(test.get(path).as_deref(), Ok(&b"contents"[..]), "{path}");
        }
        assert_eq!(test.get("a/b/to-root/top").as_deref(), Ok(&b"at the top"[..]));
        let mut hash = |path| test.fs.metadata_hash_at(&test.root, path, FOLLOW).unwrap();
        assert_eq!(hash("a/b/to-root"), hash("."));
        assert_eq!(hash("a/b/to-root/"), hash("."));
        assert_eq!(hash("a/b/to-root/a/b/to-root/."), hash("."));
        assert_eq!(hash("a/b/to-a"), hash("a"));
    });
}

#[test]
fn nothing_is_above_the_root() {
    Absolute::each(|Absolute { mut test, .. }| {
        for path in ["a/b/to-root/..", "a/b/to-root/../a", "a/b/to-a/../..", "a/b/above", "a/b/above/b"] {
            assert_eq!(test.fs.stat_at(&test.root, path, FOLLOW).unwrap_err(), Error::NotPermitted, "{path}");
        }
    });
}

#[test]
fn errors_of_targets() {
    Absolute::each(|Absolute { mut test, .. }| {
        for (path, error) in [
            ("a/b/nowhere", Error::NoEntry),
            ("a/b/nowhere/x", Error::NoEntry),
            ("a/b/new/x", Error::NoEntry),
            ("a/b/to-file/x", Error::NotDirectory),
            ("a/b/to-file/", Error::NotDirectory),
            ("a/b/as-directory", Error::NotDirectory),
            ("a/b/ring", Error::Loop),
            ("a/b/ring/x", Error::Loop),
            ("a/round/", Error::Loop),
            ("a/self", Error::Loop),
        ] {
            assert_eq!(test.fs.stat_at(&test.root, path, FOLLOW).unwrap_err(), error, "{path}");
        }
    });
}

#[test]
fn absolute_links_count_as_others_do() {
    for turn in 0..2 {
        let mut test = Test::empty();
        test.fs.set_absolute_links(true);
        test.put("l0", b"end");
        for number in 1..=41 {
            let slash = if number % 2 == turn { "/" } else { "" };
            test.symlink(&format!("{slash}l{}", number - 1), &format!("l{number}"));
        }
        assert_eq!(test.get("l40").as_deref(), Ok(&b"end"[..]));
        assert_eq!(test.get("l41"), Err(Error::Loop));
    }
}

/// Whoever has `a` alone would leave it.
#[test]
fn no_other_directory_is_left() {
    Absolute::each(|mut absolute| {
        let (fs, a) = absolute.at_a();
        for path in ["b/to-file", "b/to-root", "b/to-root/top", "b/to-a/b/file", "b/relative", "b/above", "b/nowhere"] {
            assert_eq!(kind(fs.stat_at(a, path, FOLLOW)), Err(Error::NotPermitted), "{path}");
        }
        fs.symlink_at("/top", a, "out").unwrap();
        fs.symlink_at("/", a, "root").unwrap();
        fs.symlink_at("root/top", a, "by-root").unwrap();
        for path in ["out", "root", "root/top", "by-root"] {
            for open in [OpenFlags::NONE, OpenFlags::CREATE, OpenFlags::TRUNCATE] {
                let opened = fs.open_at(a, path, FOLLOW, open, READ).map(|file| fs.close(file));
                assert_eq!(opened, Err(Error::NotPermitted), "{path}");
            }
        }
        assert_eq!(fs.create_dir_at(a, "root/new"), Err(Error::NotPermitted));
        assert_eq!(fs.unlink_file_at(a, "root/top"), Err(Error::NotPermitted));
        assert_eq!(fs.rename_at(a, "out", a, "root/out"), Err(Error::NotPermitted));
        assert_eq!(fs.rename_at(a, "root/top", a, "top"), Err(Error::NotPermitted));
        assert_eq!(fs.link_at(a, "out", FOLLOW, a, "top"), Err(Error::NotPermitted));
        // With the root they lead somewhere, also where the directory is now.
        let Absolute { mut test, a } = absolute;
        test.mkdir("other");
        test.rename("a", "other/moved").unwrap();
        assert_eq!(test.get("other/moved/by-root").as_deref(), Ok(&b"at the top"[..]));
        assert_eq!(kind(test.fs.stat_at(&a, "out", FOLLOW)), Err(Error::NotPermitted));
        // A directory that takes the place of `a` is what its links lead to.
        assert_eq!(test.get("other/moved/b/to-file"), Err(Error::NoEntry));
        test.mkdir("a");
        test.mkdir("a/b");
        test.put("a/b/file", b"another");
        assert_eq!(test.get("other/moved/b/to-file").as_deref(), Ok(&b"another"[..]));
    });
}

/// However the root is opened.
#[test]
fn the_root_is_the_root_by_any_way() {
    Absolute::each(|mut absolute| {
        let test = &mut absolute.test;
        let mut roots = vec![test.fs.reopen(&test.root).unwrap()];
        for path in [".", "a/..", "a/b/to-root"] {
            roots.push(test.open(path, OpenFlags::DIRECTORY, READ).unwrap());
        }
        for root in &roots {
            assert_eq!(kind(test.fs.stat_at(root, "a/b/to-file", FOLLOW)), Ok(FileKind::RegularFile));
        }
    });
}

#[test]
fn a_file_is_made_where_a_link_leads() {
    Absolute::each(|Absolute { mut test, .. }| {
        test.put("a/b/new", b"made");
        assert_eq!(test.get("a/made").as_deref(), Ok(&b"made"[..]));
        assert_eq!(kind(test.stat("a/b/new")), Ok(FileKind::SymbolicLink));
        let exclusive = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        assert_eq!(test.open("a/b/nowhere", exclusive, READ_WRITE).unwrap_err(), Error::Exist);
        for (path, error) in [
            ("a/b/nowhere", Error::NoEntry),
            ("a/b/to-root", Error::IsDirectory),
            ("a/b/as-directory", Error::IsDirectory),
            ("a/b/ring", Error::Loop),
        ] {
            assert_eq!(test.open(path, OpenFlags::CREATE, READ_WRITE).unwrap_err(), error, "{path}");
        }
        // Names are made behind a link, not in its place.
        test.mkdir("a/b/to-root/dir");
        test.rename("a/b/many/file", "a/b/to-root/dir/file").unwrap();
        test.link("a/b/to-root/dir/file", "a/b/to-a/linked");
        test.symlink("/dir", "a/b/to-root/link");
        assert_eq!(test.get("link/file").as_deref(), Ok(&b"contents"[..]));
        assert_eq!(test.get("a/linked").as_deref(), Ok(&b"contents"[..]));
        test.unlink("a/b/to-root/link").unwrap();
        assert_eq!(test.rmdir("a/b/to-root"), Err(Error::NotDirectory));
    });
}

#[test]
fn targets_are_read_as_they_were_made() {
    Absolute::each(|mut absolute| {
        for (path, item) in IN_IMAGE {
            let (Item::Link(target), Some(below)) = (item, path.strip_prefix("a/")) else { continue };
            assert_eq!(absolute.test.fs.readlink_at(&absolute.test.root, path), Ok(*target));
            let (fs, a) = absolute.at_a();
            assert_eq!(fs.readlink_at(a, below), Ok(*target));
        }
    });
}

#[test]
fn targets_that_cannot_be_made() {
    let mut test = Test::limited(Limits { max_nodes: 1, ..Limits::default() });
    test.fs.set_absolute_links(true);
    let longest = format!("/{}", "x".repeat(4095));
    for (target, path, error) in [
        ("", "new", Error::NoEntry),
        ("/a\0b", "new", Error::Invalid),
        (&*format!("{longest}x"), "new", Error::NameTooLong),
        ("/", "/new", Error::NotPermitted),
        ("/", ".", Error::Exist),
    ] {
        assert_eq!(test.fs.symlink_at(target, &test.root, path), Err(error), "{target:.9?} at {path}");
    }
    test.symlink(&longest, "new");
    assert_eq!(test.fs.readlink_at(&test.root, "new"), Ok(&*longest));
    assert_eq!(test.fs.symlink_at("/", &test.root, "one-more"), Err(Error::InsufficientSpace));
    assert_eq!(test.names("."), ["new"]);
}

/// A path of the app itself never goes on at the root.
#[test]
fn an_absolute_path_is_refused() {
    Absolute::each(|Absolute { mut test, .. }| {
        for path in ["/", "/a", "//a/b/file"] {
            assert_eq!(test.fs.stat_at(&test.root, path, NO_FOLLOW), Err(Error::NotPermitted), "{path}");
        }
    });
}

/// Random links and paths lead where Linux says they lead from a directory that is their root, but that nothing is above
/// the root here, and Linux stays there.
#[cfg(target_os = "linux")]
#[test]
fn linux_follows_to_the_same_files() {
    use rustix::fs::{Mode, OFlags, ResolveFlags, fstat, openat2};
    use rustix::io::Errno;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    /// Numbers of splitmix64.
    fn random(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below as u64) as usize
    }

    fn path(state: &mut u64) -> String {
        const NAMES: [&str; 9] = ["d", "d", "e", "file", "l0", "l1", "..", ".", "none"];
        let names: Vec<_> = (0..1 + random(state, 3)).map(|_| NAMES[random(state, NAMES.len())]).collect();
        names.join(["/", "/", "//"][random(state, 3)]) + ["", "", "/"][random(state, 3)]
    }

    let state = &mut 18;
    let (mut led, mut by_absolute, mut above) = (0, 0, 0);
    for _ in 0..100 {
        let host = tempfile::tempdir().unwrap();
        let mut test = Test::empty();
        test.fs.set_absolute_links(true);
        let mut nodes = vec![(host.path().metadata().unwrap().ino(), ".".to_owned())];
        for directory in ["d", "d/e", "e"] {
            test.mkdir(directory);
            std::fs::create_dir(host.path().join(directory)).unwrap();
        }
        for file in ["file", "d/file", "d/e/file"] {
            test.put(file, b"");
            std::fs::write(host.path().join(file), "").unwrap();
        }
        for name in ["d", "d/e", "e", "file", "d/file", "d/e/file"] {
            nodes.push((host.path().join(name).metadata().unwrap().ino(), name.to_owned()));
        }
        for name in ["l0", "l1", "d/l0", "d/l1", "d/e/l0", "e/l1"] {
            let target = ["", "/", "/", "//"][random(state, 4)].to_owned() + &path(state);
            let target = if random(state, 12) == 0 { "/".to_owned() } else { target };
            test.symlink(&target, name);
            symlink(&target, host.path().join(name)).unwrap();
        }
        let root = std::fs::File::open(host.path()).unwrap();
        for _ in 0..40 {
            let path = path(state);
            let ours = test.fs.metadata_hash_at(&test.root, &path, FOLLOW);
            if ours == Err(Error::NotPermitted) {
                above += 1;
                continue;
            }
            let ours = ours.map(|hash| {
                nodes.iter().find(|(_, name)| test.fs.metadata_hash_at(&test.root, name, NO_FOLLOW) == Ok(hash))
            });
            let theirs = match openat2(&root, &path, OFlags::PATH, Mode::empty(), ResolveFlags::IN_ROOT) {
                // A sandbox may have no such call.
                Err(Errno::NOSYS) => return,
                Err(Errno::NOENT) => Err(Error::NoEntry),
                Err(Errno::NOTDIR) => Err(Error::NotDirectory),
                Err(Errno::LOOP) => Err(Error::Loop),
                Err(other) => panic!("{path}: {other}"),
                Ok(file) => {
                    led += 1;
                    test.fs.set_absolute_links(false);
                    by_absolute += u32::from(test.fs.stat_at(&test.root, &path, FOLLOW).is_err());
                    test.fs.set_absolute_links(true);
                    let number = fstat(file).unwrap().st_ino;
                    Ok(nodes.iter().find(|(ino, _)| *ino == number))
                }
            };
            assert_eq!(ours, theirs, "{path} from {:?}", nodes.iter().map(|(_, name)| name).collect::<Vec<_>>());
        }
    }
    let counts = format!("{led} paths lead somewhere, {by_absolute} by absolute links, and {above} above the root");
    assert!(led > 500 && by_absolute > 100 && above > 100, "{counts}");
}
