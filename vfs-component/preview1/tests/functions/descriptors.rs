//! Descriptors: numbers, flags, rights, metadata.

use vfs_preview1_abi::{Errno, Stream};

use crate::machine::*;

const SEEK: u64 = 4;
const READDIR: u64 = 1 << 14;

#[test]
fn numbers_are_the_lowest_free_ones() {
    let mut machine = Machine::new(&[("file", Item::File(b""))]);
    assert_eq!([machine.open("file"), machine.open("file"), machine.open("file")], [4, 5, 6]);
    machine.close(4).unwrap();
    machine.close(5).unwrap();
    assert_eq!([machine.open("file"), machine.open("file"), machine.open("file")], [4, 5, 7]);
    // Standard streams are numbers like any other.
    machine.close(0).unwrap();
    assert_eq!(machine.close(0), Err(Errno::Badf));
    assert_eq!(machine.open("file"), 0);
    assert_eq!(machine.read(0, 1).unwrap(), b"");
    for fd in [99, u32::MAX] {
        assert_eq!(machine.close(fd), Err(Errno::Badf));
    }
}

#[test]
fn renumbering_moves_a_description() {
    let mut machine = Machine::new(&[("a", Item::File(b"0123")), ("b", Item::File(b"abcd"))]);
    let (a, b) = (machine.open("a"), machine.open("b"));
    machine.seek(a, 2, 0).unwrap();
    let open = machine.world().volume.usage().open;
    machine.call(|call| call.fd_renumber(a, b)).unwrap();
    assert_eq!(machine.world().volume.usage().open, open - 1, "what had the number is closed");
    assert_eq!(machine.read(b, 9).unwrap(), b"23");
    assert_eq!(machine.read(a, 9), Err(Errno::Badf));
    for (from, to) in [(b, a), (a, b), (b, 99), (99, b), (99, 99)] {
        assert_eq!(machine.call(|call| call.fd_renumber(from, to)), Err(Errno::Badf));
    }
    machine.call(|call| call.fd_renumber(b, b)).unwrap();
    assert_eq!(machine.tell(b), Ok(4));
    assert_eq!(machine.open("a"), a, "its number is free");
    // A standard stream becomes a file, and a preopen moves with its name.
    machine.call(|call| call.fd_renumber(b, 1)).unwrap();
    assert_eq!(machine.tell(1), Ok(4));
    machine.call(|call| call.fd_renumber(ROOT, 2)).unwrap();
    machine.call(|call| call.fd_prestat_get(2, RESULT)).unwrap();
    assert_eq!(machine.call(|call| call.fd_prestat_get(ROOT, RESULT)), Err(Errno::Badf));
}

#[test]
fn flags_of_a_file() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    for flags in [1, 4, 5, 0] {
        machine.call(|call| call.fd_fdstat_set_flags(fd, flags)).unwrap();
        assert_eq!(machine.fdstat(fd).unwrap().1, flags as u16);
    }
    machine.call(|call| call.fd_fdstat_set_flags(fd, APPEND)).unwrap();
    machine.write(fd, b"4").unwrap();
    machine.call(|call| call.fd_fdstat_set_flags(fd, 0)).unwrap();
    machine.seek(fd, 0, 0).unwrap();
    machine.write(fd, b"x").unwrap();
    assert_eq!(machine.contents("file"), b"x1234");

    // The others are those that it was opened with.
    for flags in [2, 8, 16, 31, 32, u32::MAX] {
        assert_eq!(machine.call(|call| call.fd_fdstat_set_flags(fd, flags)), Err(Errno::Inval));
    }
    let synced = machine.open_at(ROOT, "file", 0, BOTH, 2 | 8 | 16).unwrap();
    assert_eq!(machine.fdstat(synced).unwrap().1, 26);
    machine.call(|call| call.fd_fdstat_set_flags(synced, 26 | 1)).unwrap();
    assert_eq!(machine.fdstat(synced).unwrap().1, 27);
    assert_eq!(machine.call(|call| call.fd_fdstat_set_flags(synced, 2)), Err(Errno::Inval));
    for fd in [0, 1, 2, ROOT, 99] {
        assert_eq!(machine.call(|call| call.fd_fdstat_set_flags(fd, 0)), Err(Errno::Badf));
    }
}

#[test]
fn rights_tell_how_a_file_was_opened() {
    let mut machine = Machine::new(&[("file", Item::File(b"")), ("dir", Item::Directory)]);
    for (rights, flags, wanted) in
        [(FD_READ, 0, FD_READ), (FD_WRITE, 0, FD_WRITE), (BOTH, APPEND, BOTH), (0, 0, FD_READ)]
    {
        let fd = machine.open_at(ROOT, "file", 0, rights, flags).unwrap();
        let (kind, seen, own, inherited) = machine.fdstat(fd).unwrap();
        assert_eq!((kind, u32::from(seen), own & BOTH), (4, flags, wanted));
        assert_eq!((own & SEEK, own & READDIR, inherited), (SEEK, 0, own));
    }
    let dir = machine.open("dir");
    for fd in [dir, ROOT] {
        let (kind, flags, own, inherited) = machine.fdstat(fd).unwrap();
        // C libraries open files below with no more than what is inherited.
        assert_eq!((kind, flags, own & (BOTH | SEEK | READDIR), inherited & BOTH), (3, 0, READDIR, BOTH));
        assert_eq!(own & !inherited, 0);
    }
    assert_eq!(machine.fdstat(0).unwrap(), (0, 0, FD_READ, FD_READ));
    assert_eq!(machine.fdstat(1).unwrap(), (0, 0, FD_WRITE, FD_WRITE));
    machine.world().terminals = vec![Stream::Stderr];
    assert_eq!(machine.fdstat(2).unwrap(), (2, 0, FD_WRITE, FD_WRITE));
    assert_eq!(machine.fdstat(99), Err(Errno::Badf));

    for (fd, wanted) in [(dir, Errno::Notsup), (ROOT, Errno::Notsup), (0, Errno::Badf), (99, Errno::Badf)] {
        assert_eq!(machine.call(|call| call.fd_fdstat_set_rights(fd, 0, 0)), Err(wanted));
    }
}

#[test]
fn metadata() {
    let mut machine =
        Machine::new(&[("file", Item::File(b"0123")), ("twin", Item::Same("file")), ("dir", Item::Directory)]);
    let (file, twin, dir) = (machine.open("file"), machine.open("twin"), machine.open("dir"));
    let seen = machine.stat(file).unwrap();
    let built = 1_000_000_000_005;
    assert_eq!((seen.device, seen.kind, seen.links, seen.size, seen.times), (1, 4, 2, 4, [built; 3]));
    assert_eq!(machine.stat(twin).unwrap(), seen);
    assert_ne!(machine.stat(dir).unwrap().inode, seen.inode);
    assert_eq!(machine.stat(dir).unwrap().kind, 3);
    assert_eq!(machine.stat_at("file", 0).unwrap(), seen);
    machine.world().terminals = vec![Stream::Stdin];
    let stream = |kind| Filestat { device: 0, inode: 0, kind, links: 0, size: 0, times: [0; 3] };
    assert_eq!((machine.stat(0).unwrap(), machine.stat(1).unwrap()), (stream(2), stream(0)));
    assert_eq!(machine.stat(99), Err(Errno::Badf));
}

#[test]
fn times_of_files_and_directories() {
    let mut machine = Machine::new(&[("file", Item::File(b"")), ("dir", Item::Directory)]);
    let built = 1_000_000_000_005;
    let now = 77_000_000_000;
    for path in ["file", "dir", "."] {
        let fd = machine.open(path);
        let mut wanted = [built, built];
        for (flags, accessed, modified) in [
            (0, None, None),
            (1, Some(u64::MAX), None),
            (4, None, Some(1)),
            (5, Some(1_500_000_000), Some(2)),
            (2, Some(now), None),
            (10, Some(now), Some(now)),
            (6, Some(now), Some(7)),
        ] {
            let given = |time: Option<u64>| time.unwrap_or(55);
            machine.call(|call| call.fd_filestat_set_times(fd, given(accessed), given(modified), flags)).unwrap();
            wanted = [accessed.unwrap_or(wanted[0]), modified.unwrap_or(wanted[1])];
            let seen = machine.stat(fd).unwrap().times;
            assert_eq!(seen[..2], wanted, "{path} {flags}");
            assert_eq!(seen[2], if flags == 0 { built } else { now });
        }
        for flags in [3, 12, 15, 16, u32::MAX] {
            assert_eq!(machine.call(|call| call.fd_filestat_set_times(fd, 0, 0, flags)), Err(Errno::Inval));
        }
    }
    for fd in [0, 1, 2, 99] {
        assert_eq!(machine.call(|call| call.fd_filestat_set_times(fd, 0, 0, 5)), Err(Errno::Badf));
    }
}

#[test]
fn times_that_preview1_cannot_express() {
    let mut machine = Machine::new(&[("file", Item::File(b""))]);
    let file = machine.open("file");
    let world = machine.world();
    let root = world.session.open_directory(&mut world.volume, "/").unwrap();
    let at = |seconds| vfs_core::NewTimestamp::At(vfs_core::Timestamp { seconds, nanoseconds: 9 });
    // A second before 1970, and a year after 2554.
    let (early, late) = (at(-1_i64 as u64), at(20_000_000_000));
    world.volume.set_times_at(&root, "file", vfs_core::FollowFinalLink::Yes, early, late).unwrap();
    world.volume.close(root);
    assert_eq!(machine.stat(file).unwrap().times[..2], [0, u64::MAX]);
}

#[test]
fn sizes() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    for (size, wanted) in [(2, &b"01"[..]), (4, b"01\0\0"), (0, b"")] {
        machine.call(|call| call.fd_filestat_set_size(fd, size)).unwrap();
        assert_eq!(machine.contents("file"), wanted);
    }
    machine.call(|call| call.fd_filestat_set_size(fd, i64::MAX as u64)).unwrap();
    for size in [1 << 63, u64::MAX] {
        assert_eq!(machine.call(|call| call.fd_filestat_set_size(fd, size)), Err(Errno::Inval));
    }
    let reader = machine.open("file");
    assert_eq!(machine.call(|call| call.fd_filestat_set_size(reader, 1)), Err(Errno::Inval));
    for fd in [0, ROOT, 99] {
        assert_eq!(machine.call(|call| call.fd_filestat_set_size(fd, 1)), Err(Errno::Badf));
    }
}

#[test]
fn advice_and_room() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    for advice in 0..6 {
        machine.call(|call| call.fd_advise(fd, 0, 4, advice)).unwrap();
    }
    for (offset, length, advice) in [(0, 0, 6), (0, 0, u32::MAX), (0, 1 << 63, 0), (0, u64::MAX, 0)] {
        assert_eq!(machine.call(|call| call.fd_advise(fd, offset, length, advice)), Err(Errno::Inval));
    }
    assert_eq!(machine.call(|call| call.fd_allocate(fd, 0, 10)), Err(Errno::Notsup));
    for fd in [0, ROOT, 99] {
        assert_eq!(machine.call(|call| call.fd_advise(fd, 0, 0, 0)), Err(Errno::Badf));
        assert_eq!(machine.call(|call| call.fd_allocate(fd, 0, 0)), Err(Errno::Badf));
    }
    assert_eq!(machine.stat(fd).unwrap().size, 4);
}

#[test]
fn syncing_files_and_directories() {
    let mut machine = Machine::new(&[("file", Item::File(b"")), ("dir", Item::Directory)]);
    for fd in [machine.open("file"), machine.open("dir"), ROOT] {
        machine.call(|call| call.fd_sync(fd)).unwrap();
        machine.call(|call| call.fd_datasync(fd)).unwrap();
    }
    for fd in [0, 1, 2, 99] {
        assert_eq!(machine.call(|call| call.fd_sync(fd)), Err(Errno::Badf));
        assert_eq!(machine.call(|call| call.fd_datasync(fd)), Err(Errno::Badf));
    }
}

#[test]
fn positions_belong_to_files() {
    let mut machine = Machine::new(&[]);
    for (fd, wanted) in
        [(0, Errno::Spipe), (1, Errno::Spipe), (2, Errno::Spipe), (ROOT, Errno::Badf), (99, Errno::Badf)]
    {
        assert_eq!(machine.seek(fd, 0, 0), Err(wanted));
        assert_eq!(machine.tell(fd), Err(wanted));
    }
}

#[test]
fn preopens() {
    let bytes = crate::core_support::image(&[("home", Item::Directory), ("home/file", Item::File(b"here"))]);
    let pair = |path: &str, name: &str| (path.to_owned(), name.to_owned());
    // The second one does not exist.
    let preopens = vec![pair("/", "/"), pair("/missing", "gone"), pair("/home", "a long name")];
    let settings = vfs_core::settings::Settings { preopens, ..Default::default() };
    let mut machine = Machine::over(bytes, settings, PAGE);
    for (fd, name) in [(3, "/"), (4, "a long name")] {
        machine.memory.put(RESULT, &[0xff; 8]);
        machine.call(|call| call.fd_prestat_get(fd, RESULT)).unwrap();
        assert_eq!((machine.memory.u32(RESULT), machine.memory.u32(RESULT + 4)), (0, name.len() as u32));
        for room in [name.len() as u32, 100] {
            machine.memory.put(DATA, &[b'!'; 100]);
            machine.call(|call| call.fd_prestat_dir_name(fd, DATA, room)).unwrap();
            assert_eq!(machine.memory.get(DATA, name.len() as u32 + 1), format!("{name}!").as_bytes());
        }
        let short = machine.call(|call| call.fd_prestat_dir_name(fd, DATA, name.len() as u32 - 1));
        assert_eq!(short, Err(Errno::Nametoolong));
    }
    let file = machine.open_at(4, "file", 0, FD_READ, 0).unwrap();
    assert_eq!(machine.read(file, 9).unwrap(), b"here");
    let dir = machine.open("home");
    for fd in [0, file, dir] {
        assert_eq!(machine.call(|call| call.fd_prestat_get(fd, RESULT)), Err(Errno::Badf));
        assert_eq!(machine.call(|call| call.fd_prestat_dir_name(fd, DATA, 9)), Err(Errno::Notdir));
    }
    assert_eq!(machine.call(|call| call.fd_prestat_get(99, RESULT)), Err(Errno::Badf));
    assert_eq!(machine.call(|call| call.fd_prestat_dir_name(99, DATA, 9)), Err(Errno::Badf));
}
