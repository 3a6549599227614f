//! Pointers outside of the memory: `fault`, and nothing has happened.

use vfs_core::FollowFinalLink;
use vfs_preview1_abi::Errno;

use crate::machine::*;

type Function = fn(&mut Calls<'_>, u32) -> Result<(), Errno>;

const FILE: u32 = 4;
const DIR: u32 = 5;
/// The length of the good path, which nothing has.
const NEW: u32 = 3;

/// Each function with each of its pointers. Without sockets, which look at no pointer.
const FUNCTIONS: &[(&str, Function)] = &[
    ("args_get argv", |call, bad| call.args_get(bad, DATA)),
    ("args_get argv_buf", |call, bad| call.args_get(DATA, bad)),
    ("args_sizes_get argc", |call, bad| call.args_sizes_get(bad, OTHER)),
    ("args_sizes_get size", |call, bad| call.args_sizes_get(RESULT, bad)),
    ("environ_get environ", |call, bad| call.environ_get(bad, DATA)),
    ("environ_get environ_buf", |call, bad| call.environ_get(DATA, bad)),
    ("environ_sizes_get count", |call, bad| call.environ_sizes_get(bad, OTHER)),
    ("environ_sizes_get size", |call, bad| call.environ_sizes_get(RESULT, bad)),
    ("clock_res_get", |call, bad| call.clock_res_get(0, bad)),
    ("clock_time_get", |call, bad| call.clock_time_get(0, 0, bad)),
    ("fd_fdstat_get", |call, bad| call.fd_fdstat_get(FILE, bad)),
    ("fd_filestat_get", |call, bad| call.fd_filestat_get(FILE, bad)),
    ("fd_read iovs", |call, bad| call.fd_read(FILE, bad, 1, RESULT)),
    ("fd_read size", |call, bad| call.fd_read(FILE, VECTOR, 1, bad)),
    ("fd_pread iovs", |call, bad| call.fd_pread(FILE, bad, 1, 0, RESULT)),
    ("fd_pread size", |call, bad| call.fd_pread(FILE, VECTOR, 1, 0, bad)),
    ("fd_write iovs", |call, bad| call.fd_write(FILE, bad, 1, RESULT)),
    ("fd_write size", |call, bad| call.fd_write(FILE, VECTOR, 1, bad)),
    ("fd_write stdout size", |call, bad| call.fd_write(1, VECTOR, 1, bad)),
    ("fd_pwrite iovs", |call, bad| call.fd_pwrite(FILE, bad, 1, 0, RESULT)),
    ("fd_pwrite size", |call, bad| call.fd_pwrite(FILE, VECTOR, 1, 0, bad)),
    ("fd_prestat_get", |call, bad| call.fd_prestat_get(ROOT, bad)),
    ("fd_prestat_dir_name", |call, bad| call.fd_prestat_dir_name(ROOT, bad, 2)),
    ("fd_readdir buf", |call, bad| call.fd_readdir(DIR, bad, 100, 0, RESULT)),
    ("fd_readdir size", |call, bad| call.fd_readdir(DIR, DATA, 100, 0, bad)),
    ("fd_seek", |call, bad| call.fd_seek(FILE, 3, 0, bad)),
    ("fd_tell", |call, bad| call.fd_tell(FILE, bad)),
    ("path_create_directory", |call, bad| call.path_create_directory(ROOT, bad, NEW)),
    ("path_filestat_get path", |call, bad| call.path_filestat_get(ROOT, 0, bad, NEW, RESULT)),
    ("path_filestat_get stat", |call, bad| call.path_filestat_get(ROOT, 0, PATH, NEW, bad)),
    ("path_filestat_set_times", |call, bad| call.path_filestat_set_times(ROOT, 0, bad, NEW, 1, 1, 5)),
    ("path_link old", |call, bad| call.path_link(ROOT, 0, bad, NEW, ROOT, PATH, NEW)),
    ("path_link new", |call, bad| call.path_link(ROOT, 0, OTHER_PATH, 4, ROOT, bad, NEW)),
    ("path_open path", |call, bad| call.path_open(ROOT, 0, bad, NEW, CREATE, BOTH, 0, 0, RESULT)),
    ("path_open fd", |call, bad| call.path_open(ROOT, 0, PATH, NEW, CREATE, BOTH, 0, 0, bad)),
    ("path_readlink path", |call, bad| call.path_readlink(ROOT, bad, NEW, DATA, 9, RESULT)),
    ("path_readlink buf", |call, bad| call.path_readlink(ROOT, PATH, NEW, bad, 9, RESULT)),
    ("path_readlink size", |call, bad| call.path_readlink(ROOT, PATH, NEW, DATA, 9, bad)),
    ("path_remove_directory", |call, bad| call.path_remove_directory(ROOT, bad, NEW)),
    ("path_rename old", |call, bad| call.path_rename(ROOT, bad, NEW, ROOT, PATH, NEW)),
    ("path_rename new", |call, bad| call.path_rename(ROOT, OTHER_PATH, 4, ROOT, bad, NEW)),
    ("path_symlink old", |call, bad| call.path_symlink(bad, NEW, ROOT, PATH, NEW)),
    ("path_symlink new", |call, bad| call.path_symlink(OTHER_PATH, 4, ROOT, bad, NEW)),
    ("path_unlink_file", |call, bad| call.path_unlink_file(ROOT, bad, NEW)),
    ("poll_oneoff in", |call, bad| call.poll_oneoff(bad, DATA, 1, RESULT)),
    ("poll_oneoff out", |call, bad| call.poll_oneoff(0x1800, bad, 1, RESULT)),
    ("poll_oneoff size", |call, bad| call.poll_oneoff(0x1800, DATA, 1, bad)),
    ("random_get", |call, bad| call.random_get(bad, 100)),
];

/// A program with a file, a directory, and arguments that are good.
fn machine() -> Machine {
    let items = [("file", Item::File(b"0123")), ("dir", Item::Directory), ("dir/in", Item::File(b""))];
    let mut machine = Machine::new(&items);
    assert_eq!(machine.open_at(ROOT, "file", 0, BOTH, 0), Ok(FILE));
    assert_eq!(machine.open("dir"), DIR);
    machine.world().arguments = vec!["program".into()];
    machine.world().variables = vec![("A".into(), "1".into())];
    machine.vector(&[(DATA, 2)]);
    machine.memory.put(PATH, b"new");
    machine.memory.put(OTHER_PATH, b"file");
    // A subscription to a file that can be read.
    machine.memory.put(0x1800 + 8, &[1]);
    machine.memory.put(0x1800 + 16, &FILE.to_le_bytes());
    machine
}

/// All that a call can change.
pub fn state(machine: &mut Machine) -> (Vec<u8>, String) {
    let memory = machine.memory.all();
    let world = machine.world();
    let root = world.session.open_directory(&mut world.volume, "/").unwrap();
    let stat = |volume: &mut vfs_core::Fs<'static, TestClock>, path| volume.stat_at(&root, path, FollowFinalLink::No);
    let nodes = ["file", "dir", "new", "dir/in"].map(|path| stat(&mut world.volume, path));
    world.volume.close(root);
    let usage = world.volume.usage();
    let rest = format!("{nodes:?} {usage:?} {:?} {:?} {:?}", world.out, world.waits, world.stdin);
    (memory, rest)
}

#[test]
fn nothing_is_done() {
    for (name, function) in FUNCTIONS {
        let mut machine = machine();
        let before = state(&mut machine);
        for bad in [PAGE - 1, PAGE, PAGE + 1, 1 << 31, u32::MAX - 1, u32::MAX] {
            assert_eq!(machine.call(|call| function(call, bad)), Err(Errno::Fault), "{name} {bad:#x}");
        }
        assert!(state(&mut machine) == before, "{name}");
        assert_eq!(machine.tell(FILE), Ok(0), "{name}");
        assert_eq!(machine.open("file"), 6, "{name}: no number is used up");
    }
}

#[test]
fn with_good_pointers_each_function_gets_further() {
    for (name, function) in FUNCTIONS {
        let mut machine = machine();
        assert_ne!(machine.call(|call| function(call, DATA + 0x100)), Err(Errno::Fault), "{name}");
    }
}

#[test]
fn buffers_of_a_vector() {
    for bad in [(PAGE - 1, 2), (PAGE, 1), (u32::MAX, 1), (1, u32::MAX), (PAGE / 2, PAGE)] {
        // The first, one of the first sixteen, and later ones.
        for at in [0, 1, 15, 16, 40] {
            let mut machine = machine();
            let buffers: Vec<_> = (0..41).map(|place| if place == at { bad } else { (DATA, 1) }).collect();
            machine.vector(&buffers);
            let before = state(&mut machine);
            for result in [
                machine.call(|call| call.fd_read(FILE, VECTOR, 41, RESULT)),
                machine.call(|call| call.fd_pread(FILE, VECTOR, 41, 0, RESULT)),
                machine.call(|call| call.fd_write(FILE, VECTOR, 41, RESULT)),
                machine.call(|call| call.fd_pwrite(FILE, VECTOR, 41, 0, RESULT)),
                machine.call(|call| call.fd_read(0, VECTOR, 41, RESULT)),
                machine.call(|call| call.fd_write(1, VECTOR, 41, RESULT)),
            ] {
                assert_eq!(result, Err(Errno::Fault), "{bad:?} {at}");
            }
            assert!(state(&mut machine) == before);
            assert_eq!(machine.tell(FILE), Ok(0));
        }
    }
}

#[test]
fn lists_that_wrap_around() {
    let mut machine = machine();
    for count in [1 << 29, (1 << 29) + 1, u32::MAX] {
        assert_eq!(machine.call(|call| call.fd_read(FILE, 0, count, RESULT)), Err(Errno::Fault));
        assert_eq!(machine.call(|call| call.fd_write(FILE, 0, count, RESULT)), Err(Errno::Fault));
    }
    for count in [1_400, 1 << 28, 89_478_486, u32::MAX] {
        assert_eq!(machine.call(|call| call.poll_oneoff(0, 0, count, RESULT)), Err(Errno::Fault));
    }
}

#[test]
fn what_has_no_bytes_lies_anywhere() {
    let mut machine = machine();
    machine.vector(&[(u32::MAX, 0), (PAGE, 0)]);
    assert_eq!(machine.call(|call| call.fd_read(FILE, VECTOR, 2, RESULT)), Ok(()));
    assert_eq!(machine.call(|call| call.fd_write(FILE, u32::MAX, 0, RESULT)), Ok(()));
    assert_eq!(machine.call(|call| call.fd_readdir(DIR, u32::MAX, 0, 0, RESULT)), Ok(()));
    assert_eq!(machine.call(|call| call.path_unlink_file(ROOT, u32::MAX, 0)), Err(Errno::Noent));
}

#[test]
fn up_to_the_last_byte() {
    let mut machine = machine();
    machine.vector(&[(PAGE - 4, 4)]);
    machine.call(|call| call.fd_read(FILE, VECTOR, 1, RESULT)).unwrap();
    assert_eq!(machine.memory.get(PAGE - 4, 4), b"0123");
    machine.call(|call| call.fd_tell(FILE, PAGE - 8)).unwrap();
    assert_eq!(machine.memory.u64(PAGE - 8), 4);
    machine.call(|call| call.fd_readdir(DIR, PAGE - 30, 30, 0, RESULT)).unwrap();
    assert_eq!(machine.memory.get(PAGE - 30, 1), [1]);
    machine.memory.put(PAGE - 4, b"file");
    machine.call(|call| call.path_unlink_file(ROOT, PAGE - 4, 4)).unwrap();
}

#[test]
fn a_program_without_a_memory() {
    let mut machine = Machine::over(crate::core_support::image(&[]), Default::default(), 0);
    assert_eq!(machine.call(|call| call.fd_tell(0, 0)), Err(Errno::Fault));
    assert_eq!(machine.call(|call| call.path_open(ROOT, 0, 0, 1, 0, 0, 0, 0, 0)), Err(Errno::Fault));
    assert_eq!(machine.call(|call| call.fd_close(0)), Ok(()));
    assert_eq!(machine.call(|call| call.sched_yield()), Ok(()));
}

#[test]
fn pointers_need_not_be_aligned() {
    let mut machine = machine();
    for (place, part) in [(VECTOR + 3, DATA + 1), (VECTOR + 7, 3)] {
        machine.memory.put(place, &part.to_le_bytes());
    }
    machine.call(|call| call.fd_read(FILE, VECTOR + 3, 1, RESULT + 1)).unwrap();
    assert_eq!((machine.memory.u32(RESULT + 1), machine.memory.get(DATA + 1, 3)), (3, b"012".to_vec()));
    machine.call(|call| call.fd_filestat_get(FILE, OTHER + 5)).unwrap();
    assert_eq!(machine.memory.u64(OTHER + 5 + 32), 4);
    machine.call(|call| call.args_get(VECTOR + 1, DATA + 3)).unwrap();
    assert_eq!(machine.memory.u32(VECTOR + 1), DATA + 3);
}
