//! Listing directories.

use vfs_preview1_abi::Errno;

use crate::machine::*;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    next: u64,
    inode: u64,
    kind: u8,
    name: String,
}

/// The whole entries of one call, and how many bytes were used.
fn page(machine: &mut Machine, fd: u32, room: u32, cookie: u64) -> Result<(Vec<Entry>, u32), Errno> {
    machine.memory.put(DATA, &[0xee; 0x7000]);
    machine.call(|call| call.fd_readdir(fd, DATA, room, cookie, RESULT))?;
    let used = machine.memory.u32(RESULT);
    assert!(used <= room);
    assert_eq!(machine.memory.get(DATA + used, 1), [0xee], "not a byte more");
    let (mut entries, mut at) = (Vec::new(), 0);
    while at + 24 <= used {
        let length = machine.memory.u32(DATA + at + 16);
        if at + 24 + length > used {
            break;
        }
        entries.push(Entry {
            next: machine.memory.u64(DATA + at),
            inode: machine.memory.u64(DATA + at + 8),
            kind: machine.memory.get(DATA + at + 20, 1)[0],
            name: String::from_utf8(machine.memory.get(DATA + at + 24, length)).unwrap(),
        });
        at += 24 + length;
    }
    Ok((entries, used))
}

/// All entries, through buffers of one size, as a C library lists.
fn list(machine: &mut Machine, fd: u32, room: u32) -> Vec<Entry> {
    let (mut all, mut cookie) = (Vec::new(), 0);
    loop {
        let (entries, used) = page(machine, fd, room, cookie).unwrap();
        assert!(!entries.is_empty() || used < room, "a longer buffer is needed");
        cookie = entries.last().map_or(cookie, |entry| entry.next);
        all.extend(entries);
        if used < room {
            return all;
        }
    }
}

fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

fn many() -> Machine {
    let names: Vec<String> = (0..200).map(|at| format!("dir/name-{at:03}{}", "x".repeat(at % 7))).collect();
    let mut items = vec![("dir", Item::Directory)];
    items.extend(names.iter().map(|name| (name.as_str(), Item::File(b""))));
    Machine::new(&items)
}

#[test]
fn kinds_and_inodes() {
    let items = [
        ("dir", Item::Directory),
        ("dir/sub", Item::Directory),
        ("file", Item::File(b"")),
        ("link", Item::Link("file")),
    ];
    let mut machine = Machine::new(&items);
    machine.create("new");
    let all = list(&mut machine, ROOT, 4096);
    assert_eq!(names(&all), [".", "..", "dir", "file", "link", "new"]);
    assert_eq!(all.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [3, 3, 3, 4, 7, 4]);
    for entry in &all[2..] {
        assert_eq!(machine.stat_at(&entry.name, 0).unwrap().inode, entry.inode, "{}", entry.name);
    }
    let root = machine.stat(ROOT).unwrap().inode;
    assert_eq!((all[0].inode, all[1].inode), (root, root), "the root is in itself");
    let sub = machine.open("dir/sub");
    let all = list(&mut machine, sub, 4096);
    let inodes = ["dir/sub", "dir"].map(|path| machine.stat_at(path, 0).unwrap().inode);
    assert_eq!((names(&all), [all[0].inode, all[1].inode]), (vec![".", ".."], inodes));
    assert!(all.iter().all(|entry| entry.inode != 0));
}

#[test]
fn buffers_of_any_size() {
    let mut machine = many();
    for changed in [false, true] {
        if changed {
            machine.create("dir/new");
        }
        let dir = machine.open("dir");
        let wanted = list(&mut machine, dir, 0x6000);
        assert_eq!(wanted.len(), 202 + usize::from(changed));
        for room in (41..120).chain([500, 1_000, 4_096]) {
            assert_eq!(list(&mut machine, dir, room), wanted, "{room}");
        }
        for room in 0..60 {
            let used = page(&mut machine, dir, room, 0).unwrap().1;
            assert_eq!(used, room, "filled, because there is more");
        }
    }
}

#[test]
fn any_cookie_at_any_time() {
    let mut machine = many();
    for changed in [false, true] {
        if changed {
            machine.create("dir/new");
        }
        let dir = machine.open("dir");
        let all = list(&mut machine, dir, 0x6000);
        for (at, entry) in all.iter().enumerate().rev() {
            let (rest, _) = page(&mut machine, dir, 0x6000, entry.next).unwrap();
            assert_eq!(rest, all[at + 1..]);
        }
        let end = all.last().unwrap().next;
        for cookie in [end, end + 1, 1 << 40, u64::MAX - 1, u64::MAX] {
            assert_eq!(page(&mut machine, dir, 1000, cookie), Ok((vec![], 0)));
        }
        let mut cookies: Vec<_> = all.iter().map(|entry| entry.next).collect();
        cookies.dedup();
        assert_eq!((cookies.len(), cookies[0] > 0), (all.len(), true));
    }
}

#[test]
fn names_that_go_and_come_meanwhile() {
    let mut machine = many();
    let dir = machine.open("dir");
    let (mut cookie, mut seen) = (0, Vec::new());
    loop {
        let (entries, used) = page(&mut machine, dir, 150, cookie).unwrap();
        for entry in entries {
            cookie = entry.next;
            if entry.name.starts_with("name") {
                let path = format!("dir/{}", entry.name);
                machine.at(&path, |call, path, length| call.path_unlink_file(ROOT, path, length)).unwrap();
                seen.push(entry.name);
            }
        }
        if used < 150 {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 200);
    assert_eq!(names(&list(&mut machine, dir, 4096)), [".", ".."]);
    machine.create("dir/new");
    assert_eq!(names(&list(&mut machine, dir, 4096)), [".", "..", "new"]);
}

#[test]
fn two_listings_in_turn() {
    let mut machine = many();
    let (one, other) = (machine.open("dir"), machine.open("dir"));
    let wanted = list(&mut machine, one, 0x6000);
    let (mut at, mut all) = ([0, 0], [Vec::new(), Vec::new()]);
    for _ in 0..600 {
        for (which, fd) in [one, other].into_iter().enumerate() {
            let room = if which == 0 { 60 } else { 200 };
            let (entries, _) = page(&mut machine, fd, room, at[which]).unwrap();
            at[which] = entries.last().map_or(at[which], |entry| entry.next);
            all[which].extend(entries);
        }
    }
    assert!(all.iter().all(|all| *all == wanted));
}

#[test]
fn a_directory_that_was_removed() {
    let mut machine = Machine::new(&[("dir", Item::Directory)]);
    let dir = machine.open("dir");
    machine.at("dir", |call, path, length| call.path_remove_directory(ROOT, path, length)).unwrap();
    let all = list(&mut machine, dir, 4096);
    assert_eq!(names(&all), [".", ".."]);
    assert_eq!(all[0].inode, all[1].inode);
}

#[test]
fn what_cannot_be_listed() {
    let mut machine = Machine::new(&[("file", Item::File(b""))]);
    let file = machine.open("file");
    for (fd, wanted) in [(file, Errno::Notdir), (0, Errno::Badf), (99, Errno::Badf)] {
        assert_eq!(page(&mut machine, fd, 100, 0), Err(wanted));
    }
}

/// An image with names that are not UTF-8 before, between and after others.
fn with_bad_names() -> Vec<u8> {
    use vfs_image::{Attributes, Layout, Timestamp, Tree};
    let attributes = Attributes { mode: 0o755, modified: Timestamp::default() };
    let mut tree = Tree::new(attributes);
    let root = tree.root();
    for name in [&b"\x80first"[..], b"a", b"b\xff", b"b\xfe", b"c", b"\xffz"] {
        tree.add_file(root, name, attributes, 0, Vec::<u8>::new()).unwrap();
    }
    let mut bytes = Vec::new();
    let layout = Layout::new(&tree, Timestamp::default()).unwrap();
    layout.write(&mut bytes, |source| Ok(std::io::Cursor::new(source.clone())), |_| {}).unwrap();
    bytes
}

#[test]
fn names_that_are_not_utf8_are_told_once_and_passed_over() {
    let mut machine = Machine::over(with_bad_names(), Default::default(), PAGE);
    let (mut all, mut cookie, mut told) = (Vec::new(), 0, 0);
    loop {
        match page(&mut machine, ROOT, 60, cookie) {
            Err(errno) => {
                assert_eq!(errno, Errno::Ilseq);
                told += 1;
                assert!(told < 9, "the listing goes on");
            }
            Ok((entries, used)) => {
                cookie = entries.last().map_or(cookie, |entry| entry.next);
                all.extend(entries);
                if used < 60 {
                    break;
                }
            }
        }
    }
    assert_eq!((names(&all), told), (vec![".", "..", "a", "c"], 4));
}
