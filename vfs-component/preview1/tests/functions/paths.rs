//! Functions of names.

use vfs_preview1_abi::Errno;

use crate::machine::*;

const ITEMS: &[(&str, Item<'_>)] = &[
    ("file", Item::File(b"0123")),
    ("dir", Item::Directory),
    ("dir/in", Item::File(b"in")),
    ("empty", Item::Directory),
    ("link", Item::Link("file")),
    ("far", Item::Link("/etc")),
];

fn mkdir(machine: &mut Machine, path: &str) -> Result<(), Errno> {
    machine.at(path, |call, path, length| call.path_create_directory(ROOT, path, length))
}

fn rmdir(machine: &mut Machine, path: &str) -> Result<(), Errno> {
    machine.at(path, |call, path, length| call.path_remove_directory(ROOT, path, length))
}

fn unlink(machine: &mut Machine, path: &str) -> Result<(), Errno> {
    machine.at(path, |call, path, length| call.path_unlink_file(ROOT, path, length))
}

fn rename(machine: &mut Machine, (from, old): (u32, &str), (to, new): (u32, &str)) -> Result<(), Errno> {
    machine.at_two(old, new, |call, old, new| call.path_rename(from, old.0, old.1, to, new.0, new.1))
}

fn link(machine: &mut Machine, flags: u32, (from, old): (u32, &str), (to, new): (u32, &str)) -> Result<(), Errno> {
    machine.at_two(old, new, |call, old, new| call.path_link(from, flags, old.0, old.1, to, new.0, new.1))
}

fn symlink(machine: &mut Machine, target: &str, fd: u32, path: &str) -> Result<(), Errno> {
    machine.at_two(target, path, |call, target, path| call.path_symlink(target.0, target.1, fd, path.0, path.1))
}

fn readlink(machine: &mut Machine, path: &str, room: u32) -> Result<Vec<u8>, Errno> {
    machine.memory.put(DATA, &[b'!'; 100]);
    machine.at(path, |call, path, length| call.path_readlink(ROOT, path, length, DATA, room, RESULT))?;
    let used = machine.memory.u32(RESULT);
    assert_eq!(machine.memory.get(DATA + used, 1), b"!", "not a byte more");
    Ok(machine.memory.get(DATA, used))
}

#[test]
fn directories() {
    let mut machine = Machine::new(ITEMS);
    for (path, wanted) in [
        ("new", Ok(())),
        ("new", Err(Errno::Exist)),
        ("file", Err(Errno::Exist)),
        ("missing/new", Err(Errno::Noent)),
        ("file/new", Err(Errno::Notdir)),
        ("../new", Err(Errno::Perm)),
        ("", Err(Errno::Noent)),
    ] {
        assert_eq!(mkdir(&mut machine, path), wanted, "{path:?}");
    }
    for (path, wanted) in [
        ("new", Ok(())),
        ("new", Err(Errno::Noent)),
        ("empty/", Ok(())),
        ("dir", Err(Errno::Notempty)),
        ("file", Err(Errno::Notdir)),
    ] {
        assert_eq!(rmdir(&mut machine, path), wanted, "{path:?}");
    }
}

#[test]
fn unlinking() {
    let mut machine = Machine::new(ITEMS);
    let open = machine.open("file");
    for (path, wanted) in [
        ("file", Ok(())),
        ("file", Err(Errno::Noent)),
        ("dir", Err(Errno::Isdir)),
        ("link", Ok(())),
        ("dir/in/", Err(Errno::Notdir)),
    ] {
        assert_eq!(unlink(&mut machine, path), wanted, "{path:?}");
    }
    assert_eq!(machine.read(open, 9).unwrap(), b"0123", "what is open stays");
    assert_eq!(machine.stat(open).unwrap().links, 0);
}

#[test]
fn renaming() {
    let mut machine = Machine::new(ITEMS);
    let dir = machine.open("dir");
    rename(&mut machine, (ROOT, "file"), (dir, "moved")).unwrap();
    assert_eq!(machine.contents("dir/moved"), b"0123");
    rename(&mut machine, (dir, "moved"), (dir, "in")).unwrap();
    assert_eq!(machine.contents("dir/in"), b"0123");
    for (from, to, wanted) in [
        ((ROOT, "file"), (ROOT, "x"), Errno::Noent),
        ((ROOT, "dir"), (dir, "below"), Errno::Inval),
        ((ROOT, "dir"), (ROOT, "link"), Errno::Notdir),
        ((ROOT, "link"), (ROOT, "dir"), Errno::Isdir),
    ] {
        assert_eq!(rename(&mut machine, from, to), Err(wanted), "{from:?} {to:?}");
    }
}

#[test]
fn linking() {
    let mut machine = Machine::new(ITEMS);
    let dir = machine.open("dir");
    link(&mut machine, 0, (ROOT, "file"), (dir, "twin")).unwrap();
    assert_eq!(machine.stat_at("dir/twin", 0).unwrap(), machine.stat_at("file", 0).unwrap());
    link(&mut machine, 0, (ROOT, "link"), (ROOT, "the-link")).unwrap();
    assert_eq!(machine.stat_at("the-link", 0).unwrap().kind, 7);
    link(&mut machine, 1, (ROOT, "link"), (ROOT, "the-file")).unwrap();
    assert_eq!(machine.stat_at("the-file", 0).unwrap().kind, 4);
    for (flags, from, to, wanted) in [
        (0, (ROOT, "file"), (dir, "twin"), Errno::Exist),
        (0, (ROOT, "dir"), (ROOT, "x"), Errno::Perm),
        (0, (ROOT, "missing"), (ROOT, "x"), Errno::Noent),
        (2, (ROOT, "file"), (ROOT, "x"), Errno::Inval),
    ] {
        assert_eq!(link(&mut machine, flags, from, to), Err(wanted), "{from:?} {to:?}");
    }
}

#[test]
fn symbolic_links() {
    let mut machine = Machine::new(ITEMS);
    symlink(&mut machine, "dir/in", ROOT, "new").unwrap();
    assert_eq!(machine.contents("new"), b"in");
    for (target, path, wanted) in
        [("/etc", "x", Errno::Perm), ("", "x", Errno::Noent), ("file", "dir", Errno::Exist), ("x", "", Errno::Noent)]
    {
        assert_eq!(symlink(&mut machine, target, ROOT, path), Err(wanted), "{target:?} {path:?}");
    }
    for (room, wanted) in [(100, &b"dir/in"[..]), (6, b"dir/in"), (3, b"dir"), (0, b"")] {
        assert_eq!(readlink(&mut machine, "new", room).unwrap(), wanted);
    }
    for (path, wanted) in [("file", Errno::Inval), ("missing", Errno::Noent), ("far", Errno::Perm)] {
        assert_eq!(readlink(&mut machine, path, 9), Err(wanted));
    }
}

#[test]
fn metadata_by_path() {
    let mut machine = Machine::new(ITEMS);
    assert_eq!(machine.stat_at("link", 0).unwrap().kind, 7);
    assert_eq!(machine.stat_at("link", 1).unwrap(), machine.stat_at("file", 1).unwrap());
    for (path, flags, wanted) in [
        ("missing", 1, Errno::Noent),
        ("far", 1, Errno::Perm),
        ("file/", 1, Errno::Notdir),
        ("/", 1, Errno::Perm),
        ("file", 2, Errno::Inval),
    ] {
        assert_eq!(machine.stat_at(path, flags), Err(wanted), "{path}");
    }
    assert_eq!(machine.stat_at("far", 0).unwrap().kind, 7);
}

#[test]
fn times_by_path() {
    let mut machine = Machine::new(ITEMS);
    let mut set = |flags, times, time_flags| {
        machine.at("link", |call, path, length| {
            call.path_filestat_set_times(ROOT, flags, path, length, times, times + 1, time_flags)
        })
    };
    assert_eq!(set(1, 5, 5), Ok(()));
    assert_eq!(set(0, 8, 5), Ok(()));
    for (flags, time_flags) in [(2, 5), (0, 3), (0, 12), (0, 16)] {
        assert_eq!(set(flags, 9, time_flags), Err(Errno::Inval));
    }
    assert_eq!(machine.stat_at("file", 0).unwrap().times[..2], [5, 6]);
    assert_eq!(machine.stat_at("link", 0).unwrap().times[..2], [8, 9]);
}

/// All functions of paths, each with one path, or with its two paths where the other one is good.
fn each_function(machine: &mut Machine, fd: u32, path: (u32, u32)) -> Vec<Result<(), Errno>> {
    machine.memory.put(OTHER_PATH, b"other");
    let good = (OTHER_PATH, 5);
    vec![
        machine.call(|call| call.path_open(fd, 1, path.0, path.1, 0, FD_READ, 0, 0, RESULT)),
        machine.call(|call| call.path_filestat_get(fd, 1, path.0, path.1, RESULT)),
        machine.call(|call| call.path_filestat_set_times(fd, 1, path.0, path.1, 1, 1, 5)),
        machine.call(|call| call.path_create_directory(fd, path.0, path.1)),
        machine.call(|call| call.path_remove_directory(fd, path.0, path.1)),
        machine.call(|call| call.path_unlink_file(fd, path.0, path.1)),
        machine.call(|call| call.path_readlink(fd, path.0, path.1, DATA, 10, RESULT)),
        machine.call(|call| call.path_rename(fd, path.0, path.1, fd, good.0, good.1)),
        machine.call(|call| call.path_rename(fd, good.0, good.1, fd, path.0, path.1)),
        machine.call(|call| call.path_link(fd, 0, path.0, path.1, fd, good.0, good.1)),
        machine.call(|call| call.path_link(fd, 0, good.0, good.1, fd, path.0, path.1)),
        machine.call(|call| call.path_symlink(path.0, path.1, fd, good.0, good.1)),
        machine.call(|call| call.path_symlink(good.0, good.1, fd, path.0, path.1)),
    ]
}

#[test]
fn names_that_are_not_utf8() {
    let mut machine = Machine::new(ITEMS);
    for bytes in [&b"\xff"[..], b"fil\xc3", b"\xed\xa0\x80", b"a\xf8bc"] {
        machine.memory.put(PATH, bytes);
        for (at, result) in each_function(&mut machine, ROOT, (PATH, bytes.len() as u32)).into_iter().enumerate() {
            assert_eq!(result, Err(Errno::Ilseq), "{at}");
        }
    }
    assert_eq!(machine.world().volume.usage().nodes, 0, "nothing was changed");
}

#[test]
fn paths_that_are_too_long() {
    let mut machine = Machine::over(crate::core_support::image(ITEMS), Default::default(), 2 * PAGE);
    machine.memory.put(PAGE, &[b'/'; 0x8000]);
    for length in [4_097, 0x8000] {
        for (at, result) in each_function(&mut machine, ROOT, (PAGE, length)).into_iter().enumerate() {
            assert_eq!(result, Err(Errno::Nametoolong), "{at}");
        }
    }
    let path = format!("{}file", "./".repeat(2_046));
    assert_eq!(path.len(), 4_096);
    assert_eq!(machine.contents(&path), b"0123");
}

#[test]
fn what_a_path_does_not_begin_at() {
    let mut machine = Machine::new(ITEMS);
    let file = machine.open("file");
    machine.memory.put(PATH, b"\xff");
    for (fd, wanted) in [(file, Errno::Notdir), (0, Errno::Badf), (99, Errno::Badf), (u32::MAX, Errno::Badf)] {
        // Before any look at the path.
        for (at, result) in each_function(&mut machine, fd, (PATH, 1)).into_iter().enumerate() {
            assert_eq!(result, Err(wanted), "{at}");
        }
    }
    for (one, other, wanted) in [(ROOT, file, Errno::Notdir), (file, 99, Errno::Badf), (99, ROOT, Errno::Badf)] {
        assert_eq!(rename(&mut machine, (one, "file"), (other, "x")), Err(wanted));
        assert_eq!(link(&mut machine, 0, (one, "file"), (other, "x")), Err(wanted));
    }
}
