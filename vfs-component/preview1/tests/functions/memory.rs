//! Memory that ends: each allocation of each call fails once. The call says so, and nothing has happened.

use vfs_preview1_abi::Errno;

use crate::allocator::with_allocations;
use crate::faults::state;
use crate::machine::*;

type Function = fn(&mut Calls<'_>) -> Result<(), Errno>;

/// A path of 104 bytes, longer than those of the calls before.
const LONG_PATH: u32 = 0x6000;

/// Calls with paths, which need memory for the path, and then for what they do.
const FUNCTIONS: &[(&str, Function)] = &[
    ("path_open", |call| call.path_open(ROOT, 1, PATH, 3, CREATE, BOTH, 0, 0, RESULT)),
    ("path_filestat_get", |call| call.path_filestat_get(ROOT, 1, LONG_PATH, 104, RESULT)),
    ("path_create_directory", |call| call.path_create_directory(ROOT, PATH, 3)),
    ("path_link", |call| call.path_link(ROOT, 0, OTHER_PATH, 4, ROOT, PATH, 3)),
    ("path_rename", |call| call.path_rename(ROOT, OTHER_PATH, 4, ROOT, PATH, 3)),
    ("path_symlink", |call| call.path_symlink(OTHER_PATH, 4, ROOT, PATH, 3)),
    ("path_unlink_file", |call| call.path_unlink_file(ROOT, OTHER_PATH, 4)),
    ("fd_write", |call| call.fd_write(4, VECTOR, 1, RESULT)),
    ("fd_pwrite", |call| call.fd_pwrite(4, VECTOR, 1, 9, RESULT)),
];

fn machine() -> Machine {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    assert_eq!(machine.create("file"), 4);
    machine.vector(&[(DATA, 2)]);
    machine.memory.put(PATH, b"new");
    machine.memory.put(OTHER_PATH, b"file");
    machine.memory.put(LONG_PATH, format!("{}file", "./".repeat(50)).as_bytes());
    machine
}

#[test]
fn each_allocation_fails_once() {
    for (name, function) in FUNCTIONS {
        let mut failed = 0;
        for allowed in 0.. {
            let mut machine = machine();
            let before = state(&mut machine);
            let result = with_allocations(allowed, || machine.call(*function));
            if result.is_ok() {
                break;
            }
            failed += 1;
            assert_eq!(result, Err(Errno::Nomem), "{name} with {allowed} allocations");
            assert!(state(&mut machine) == before, "{name} with {allowed} allocations");
            assert_eq!(machine.call(*function), Ok(()), "{name} again");
        }
        assert!(failed > 0, "{name} needs memory");
    }
}

#[test]
fn a_program_that_begins_without_memory_has_no_descriptors() {
    let mut machine = Machine::new(&[]);
    with_allocations(0, || {
        assert_eq!(machine.call(|call| call.fd_close(0)), Err(Errno::Badf));
    });
    assert_eq!(machine.call(|call| call.fd_close(0)), Err(Errno::Badf));
    assert_eq!(machine.call(|call| call.clock_time_get(0, 0, RESULT)), Ok(()));
}

#[test]
fn many_descriptors_until_memory_ends() {
    let mut machine = Machine::new(&[("file", Item::File(b"x"))]);
    let mut open = 0;
    machine.memory.put(PATH, b"file");
    let call = |machine: &mut Machine| machine.call(|call| call.path_open(ROOT, 1, PATH, 4, 0, FD_READ, 0, 0, RESULT));
    call(&mut machine).unwrap();
    let result = with_allocations(3, || {
        loop {
            match call(&mut machine) {
                Ok(()) => open += 1,
                Err(errno) => break errno,
            }
        }
    });
    assert_eq!(result, Errno::Nomem);
    assert_eq!(machine.world().volume.usage().open, open + 2, "what has no number is not open");
}
