//! The memory of the program.

use super::machine::{CREATE, DATA, FAULT, MEMORY_ONLY, Machine, PATH, Plan, RESULT, ROOT, VECTOR, i, l};
use super::streams::stdin;

const PAGES: u32 = 2;
const END: u32 = PAGES << 16;

/// Bytes of which none is like those around it.
fn pattern() -> Vec<u8> {
    (0..END).map(|place| (place * 31 + place / 251 + 1) as u8).collect()
}

/// Calls a function of preview1 after all memory was filled, and checks that it has changed only these parts.
fn check(
    machine: &mut Machine,
    name: &str,
    arguments: &[wasmtime::Val],
    input: &[(u32, Vec<u8>)],
    parts: &[(u32, u32)],
) {
    machine.put(0, &pattern());
    for (address, bytes) in input {
        machine.put(*address, bytes);
    }
    let before = machine.all();
    assert_eq!(machine.call(name, arguments), 0, "{name}");
    let after = machine.all();
    let is_inside = |place: u32| parts.iter().any(|(start, length)| (*start..start + length).contains(&place));
    let changed = (0..END).filter(|place| before[*place as usize] != after[*place as usize]);
    let outside: Vec<_> = changed.filter(|place| !is_inside(*place)).collect();
    assert!(outside.is_empty(), "{name} has changed {:?}", &outside[..outside.len().min(9)]);
    // Not all of the new bytes can be like the old ones.
    for (start, length) in parts {
        let part = *start as usize..(start + length) as usize;
        assert_ne!(before[part.clone()], after[part], "{name} has changed nothing at {start}");
    }
}

#[test]
fn a_call_changes_nothing_but_its_results() {
    let mut host = stdin(&[&[0xAA; 5000]]);
    host.arguments = vec!["name".into(), "argument".into()];
    host.environment = vec![("NAME".into(), "value".into())];
    let mut machine = Machine::new(Plan { host, ..Plan::default() });
    let contents: Vec<u8> = (0..30_000_u32).map(|place| (place / 7) as u8).collect();
    let fd = machine.open("file", CREATE).unwrap();
    assert_eq!(machine.write(fd, &contents), Ok(30_000));
    let vector = |parts: &[(u32, u32)]| -> (u32, Vec<u8>) {
        (
            VECTOR,
            parts.iter().flat_map(|(address, length)| [address.to_le_bytes(), length.to_le_bytes()].concat()).collect(),
        )
    };
    let result = (RESULT, 4);
    let m = &mut machine;
    let [at, path, data] = [VECTOR, PATH, DATA].map(|address| i(address as i32));
    let to = i(RESULT as i32);
    // Reads of every kind of length: what loads and stores copy, and what `memory.copy` does.
    for length in [1, 3, 8, 63, 64, 65, 4096, 30_000] {
        let input = [vector(&[(DATA + 1, length)])];
        let arguments = [i(fd), at, i(1), l(100), to];
        check(m, "fd_pread", &arguments, &input, &[result, (DATA + 1, length.min(29_900))]);
        assert_eq!(m.get(DATA + 1, length.min(29_900) as usize), contents[100..][..length.min(29_900) as usize]);
    }
    let input = [vector(&[(DATA, 0), (END - 9, 9), (0, 10)])];
    check(m, "fd_pread", &[i(fd), at, i(3), l(0), to], &input, &[result, (END - 9, 9), (0, 10)]);
    let input = [vector(&[(DATA, 8192)])];
    check(m, "fd_read", &[i(0), at, i(1), to], &input, &[result, (DATA, 5000)]);
    check(m, "fd_write", &[i(1), at, i(1), to], &input, &[result]);
    check(m, "fd_write", &[i(fd), at, i(1), to], &input, &[result]);
    check(m, "fd_readdir", &[i(ROOT), data, i(60), l(0), to], &[], &[result, (DATA, 60)]);
    check(m, "fd_filestat_get", &[i(fd), data], &[], &[(DATA, 64)]);
    check(m, "fd_fdstat_get", &[i(fd), data], &[], &[(DATA, 24)]);
    check(m, "fd_prestat_get", &[i(ROOT), data], &[], &[(DATA, 8)]);
    check(m, "fd_prestat_dir_name", &[i(ROOT), data, i(1)], &[], &[(DATA, 1)]);
    check(m, "fd_tell", &[i(fd), data], &[], &[(DATA, 8)]);
    check(m, "random_get", &[data, i(9999)], &[], &[(DATA, 9999)]);
    check(m, "clock_time_get", &[i(0), l(0), data], &[], &[(DATA, 8)]);
    check(m, "args_sizes_get", &[to, data], &[], &[result, (DATA, 4)]);
    check(m, "args_get", &[at, data], &[], &[(VECTOR, 8), (DATA, 14)]);
    check(m, "environ_get", &[at, data], &[], &[(VECTOR, 4), (DATA, 11)]);
    let input = [(PATH, b"file".to_vec())];
    check(m, "path_filestat_get", &[i(ROOT), i(0), path, i(4), data], &input, &[(DATA, 64)]);
    let arguments = [path, i(4), i(ROOT), path, i(5)];
    check(m, "path_symlink", &arguments, &[(PATH, b"file1".to_vec())], &[]);
    let arguments = [i(ROOT), path, i(5), data, i(100), to];
    check(m, "path_readlink", &arguments, &[(PATH, b"file1".to_vec())], &[result, (DATA, 4)]);
    check(m, "path_unlink_file", &[i(ROOT), path, i(5)], &[(PATH, b"file1".to_vec())], &[]);
    // A clock that is over at once.
    let mut subscription = vec![0; 48];
    subscription[0] = 7;
    check(m, "poll_oneoff", &[at, data, i(1), to], &[(VECTOR, subscription)], &[result, (DATA, 32)]);
}

#[test]
fn a_pointer_outside_is_a_fault_and_nothing_is_done() {
    let mut machine = Machine::new(Plan::default());
    let fd = machine.open("file", CREATE).unwrap();
    assert_eq!(machine.write(fd, b"contents"), Ok(8));
    machine.put(0, &pattern());
    machine.put(PATH, b"new");
    machine
        .put(VECTOR, &[DATA.to_le_bytes(), 8_u32.to_le_bytes(), (END - 4).to_le_bytes(), 5_u32.to_le_bytes()].concat());
    let (before, [at, path, data]) = (machine.all(), [VECTOR, PATH, DATA].map(|address| i(address as i32)));
    let [end, last] = [i(END as i32), i(END as i32 - 3)];
    let calls = [
        // The second of two buffers, the vector, and the place of the result.
        ("fd_write", vec![i(fd), at, i(2), i(RESULT as i32)]),
        ("fd_write", vec![i(1), at, i(2), i(RESULT as i32)]),
        ("fd_read", vec![i(fd), at, i(2), i(RESULT as i32)]),
        ("fd_read", vec![i(0), at, i(2), i(RESULT as i32)]),
        ("fd_read", vec![i(fd), i(END as i32 - 4), i(1), i(RESULT as i32)]),
        ("fd_read", vec![i(fd), at, i(0x2000_0000), i(RESULT as i32)]),
        ("fd_write", vec![i(fd), at, i(1), last]),
        ("fd_seek", vec![i(fd), l(0), i(0), last]),
        ("fd_readdir", vec![i(ROOT), data, i(-1), l(0), i(RESULT as i32)]),
        ("path_open", vec![i(ROOT), i(0), path, i(3), i(CREATE), l(64), l(0), i(0), last]),
        ("path_open", vec![i(ROOT), i(0), i(END as i32 - 2), i(3), i(CREATE), l(64), l(0), i(0), i(RESULT as i32)]),
        ("path_create_directory", vec![i(ROOT), i(-1), i(3)]),
        ("path_filestat_get", vec![i(ROOT), i(0), path, i(3), end]),
        ("random_get", vec![last, i(4)]),
        ("args_sizes_get", vec![last, i(RESULT as i32)]),
        ("clock_time_get", vec![i(0), l(0), end]),
        ("poll_oneoff", vec![end, at, i(1), i(RESULT as i32)]),
    ];
    for (name, arguments) in calls {
        assert_eq!(machine.call(name, &arguments), FAULT, "{name} {arguments:?}");
        assert!(machine.all() == before, "{name} has changed the memory");
    }
    assert_eq!(machine.store.data().calls, [] as [&str; 0], "the host was asked");
    // Nothing was written, nothing was made, no position has moved.
    assert_eq!(machine.call("fd_tell", &[i(fd), i(RESULT as i32)]), 0);
    assert_eq!(machine.u64(RESULT), 8);
    assert_eq!(machine.call("fd_filestat_get", &[i(fd), i(RESULT as i32)]), 0);
    assert_eq!(machine.u64(RESULT + 32), 8);
    assert_eq!(machine.open("new", 0), Err(44));
}

#[test]
fn a_program_without_a_memory_has_no_pointers() {
    let program = "(module)".into();
    let mut machine = Machine::new(Plan { program, ..Plan::default() });
    assert_eq!(machine.call("fd_write", &[i(1), i(0), i(1), i(0)]), FAULT);
    assert_eq!(machine.call("random_get", &[i(0), i(1)]), FAULT);
    // What needs no memory works.
    assert_eq!(machine.call("random_get", &[i(0), i(0)]), 0);
    assert_eq!(machine.call("fd_close", &[i(ROOT)]), 0);
    assert_eq!(machine.call("sched_yield", &[]), 0);
}

#[test]
fn a_memory_may_grow() {
    let mut machine = Machine::new(Plan { program: MEMORY_ONLY.into(), ..Plan::default() });
    assert_eq!(machine.call("random_get", &[i(END as i32), i(8)]), FAULT);
    machine.memory.unwrap().grow(&mut machine.store, 1).unwrap();
    assert_eq!(machine.call("random_get", &[i(END as i32), i(8)]), 0);
    assert_ne!(machine.get(END, 8), [0; 8]);
}
