//! Opening files.

use vfs_core::settings::Settings;
use vfs_preview1_abi::Errno;

use crate::machine::*;

const ITEMS: &[(&str, Item<'_>)] = &[
    ("file", Item::File(b"0123")),
    ("dir", Item::Directory),
    ("dir/in", Item::File(b"in")),
    ("link", Item::Link("file")),
];

#[test]
fn flags_of_opening() {
    let mut machine = Machine::new(ITEMS);
    let mut open = |path: &str, flags, rights| machine.open_at(ROOT, path, flags, rights, 0);
    for (path, flags, rights, wanted) in [
        ("new", 0, BOTH, Err(Errno::Noent)),
        ("new", CREATE, BOTH, Ok(())),
        ("new", CREATE | EXCLUSIVE, BOTH, Err(Errno::Exist)),
        ("file", DIRECTORY, FD_READ, Err(Errno::Notdir)),
        ("dir", DIRECTORY, FD_READ, Ok(())),
        ("dir", 0, FD_READ, Ok(())),
        ("dir", 0, BOTH, Err(Errno::Isdir)),
        ("dir", CREATE | DIRECTORY, FD_READ, Err(Errno::Inval)),
        ("dir/in", 0, FD_READ, Ok(())),
        ("link", 0, FD_READ, Ok(())),
        ("", 0, FD_READ, Err(Errno::Noent)),
        ("/file", 0, FD_READ, Err(Errno::Perm)),
        ("../file", 0, FD_READ, Err(Errno::Perm)),
        ("file/", 0, FD_READ, Err(Errno::Notdir)),
        ("fi\0le", 0, FD_READ, Err(Errno::Inval)),
        ("file", 16, FD_READ, Err(Errno::Inval)),
        // Rights that preview1 does not have are none.
        ("file", 0, u64::MAX, Ok(())),
    ] {
        assert_eq!(open(path, flags, rights).map(drop), wanted, "{path:?} {flags}");
    }
    let fd = open("file", TRUNCATE, BOTH).unwrap();
    assert_eq!(machine.stat(fd).unwrap().size, 0);
    assert_eq!(machine.open_at(ROOT, "file", 0, BOTH, 32), Err(Errno::Inval));
}

#[test]
fn links_are_followed_if_asked() {
    let mut machine = Machine::new(ITEMS);
    let mut open = |flags| {
        machine.at("link", |call, path, length| call.path_open(ROOT, flags, path, length, 0, FD_READ, 0, 0, RESULT))
    };
    assert_eq!([open(0), open(1), open(2)], [Err(Errno::Loop), Ok(()), Err(Errno::Inval)]);
}

#[test]
fn what_paths_do_not_begin_at() {
    let mut machine = Machine::new(ITEMS);
    let file = machine.open("file");
    for (fd, wanted) in [(file, Errno::Notdir), (0, Errno::Badf), (99, Errno::Badf)] {
        assert_eq!(machine.open_at(fd, "file", 0, FD_READ, 0), Err(wanted));
    }
    assert_eq!(machine.open("file"), file + 1, "no number is used up");
}

#[test]
fn a_directory_that_was_opened_is_like_the_preopen() {
    let mut machine = Machine::new(ITEMS);
    let dir = machine.open("dir");
    let new = machine.open_at(dir, "new", CREATE, BOTH, 0).unwrap();
    machine.write(new, b"x").unwrap();
    assert_eq!(machine.contents("dir/new"), b"x");
    assert_eq!(machine.open_at(dir, "../file", 0, FD_READ, 0), Err(Errno::Perm));
}

#[test]
fn a_tree_that_cannot_be_changed() {
    let settings = Settings { read_only: true, ..Settings::default() };
    let mut machine = Machine::over(crate::core_support::image(ITEMS), settings, PAGE);
    for (path, flags, rights) in [("file", 0, BOTH), ("new", CREATE, FD_READ), ("file", TRUNCATE, FD_READ)] {
        assert_eq!(machine.open_at(ROOT, path, flags, rights, 0), Err(Errno::Rofs));
    }
    let file = machine.open("file");
    assert_eq!(machine.call(|call| call.fd_filestat_set_times(file, 0, 0, 5)), Err(Errno::Rofs));
}

#[test]
fn without_a_place_for_the_number_nothing_is_made() {
    let mut machine = Machine::new(ITEMS);
    let before = machine.memory.all();
    let fault = machine
        .at("new", |call, path, length| call.path_open(ROOT, 1, path, length, CREATE | TRUNCATE, BOTH, 0, 0, PAGE - 3));
    assert_eq!(fault, Err(Errno::Fault));
    assert_eq!(machine.open_at(ROOT, "new", 0, FD_READ, 0), Err(Errno::Noent));
    assert_eq!(machine.memory.get(0, PATH), before[..PATH as usize]);
}
