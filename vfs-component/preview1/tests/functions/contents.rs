//! Reading and writing.

use vfs_preview1_abi::Errno;

use crate::machine::*;

const MAX: u64 = i64::MAX as u64;

fn long() -> Vec<u8> {
    (0..20_000_u32).map(|at| (at % 251) as u8).collect()
}

#[test]
fn a_read_goes_on_where_the_last_one_ended() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123456789"))]);
    let fd = machine.open("file");
    assert_eq!(machine.read(fd, 4).unwrap(), b"0123");
    assert_eq!(machine.read(fd, 100).unwrap(), b"456789");
    assert_eq!(machine.read(fd, 100).unwrap(), b"");
    assert_eq!(machine.tell(fd), Ok(10));
    assert_eq!(machine.pread(fd, 3, 5).unwrap(), b"567");
    assert_eq!(machine.tell(fd), Ok(10), "left as it was");
}

#[test]
fn contents_are_copied_once() {
    let long = long();
    let mut machine = Machine::new(&[("file", Item::File(&long))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    machine.pwrite(fd, b"owned", 4_000).unwrap();
    machine.vector(&[(DATA, 10_000)]);
    let before = machine.memory.copied_out.get();
    machine.call(|call| call.fd_read(fd, VECTOR, 1, RESULT)).unwrap();
    // The number of bytes is a result of four bytes.
    assert_eq!(machine.memory.copied_out.get() - before, 10_000 + 4);
    let mut wanted = long[..10_000].to_vec();
    wanted[4_000..4_005].copy_from_slice(b"owned");
    assert!(machine.memory.get(DATA, 10_000) == wanted);

    let before = machine.memory.copied_in.get();
    machine.call(|call| call.fd_write(fd, VECTOR, 1, RESULT)).unwrap();
    // The vector has eight bytes.
    assert_eq!(machine.memory.copied_in.get() - before, 10_000 + 8);
    assert!(machine.pread(fd, 10_000, 10_000).unwrap() == wanted);
}

#[test]
fn vectors_of_any_length() {
    let long = long();
    let mut machine = Machine::new(&[("file", Item::File(&long))]);
    for count in [0, 1, 15, 16, 17, 31, 32, 33, 100] {
        let fd = machine.open("file");
        // One of three is empty.
        let buffers: Vec<_> = (0..count).map(|at| (DATA + at * 10, if at % 3 == 1 { 0 } else { 7 + at % 2 })).collect();
        let sum: u32 = buffers.iter().map(|buffer| buffer.1).sum();
        machine.vector(&buffers);
        machine.call(|call| call.fd_read(fd, VECTOR, count, RESULT)).unwrap();
        assert_eq!(machine.memory.u32(RESULT), sum);
        let read: Vec<u8> = buffers.iter().flat_map(|(at, length)| machine.memory.get(*at, *length)).collect();
        assert!(read == long[..sum as usize], "{count}");

        let copy = machine.open_at(ROOT, "copy", CREATE | TRUNCATE, BOTH, 0).unwrap();
        machine.call(|call| call.fd_write(copy, VECTOR, count, RESULT)).unwrap();
        assert_eq!((machine.memory.u32(RESULT), machine.tell(copy)), (sum, Ok(sum.into())));
        assert!(machine.contents("copy") == read);
        machine.vector(&buffers);
        machine.call(|call| call.fd_pwrite(copy, VECTOR, count, 5, RESULT)).unwrap();
        assert_eq!(machine.memory.u32(RESULT), sum);
        assert!(machine.contents("copy")[5.min(sum as usize)..] == read);
        machine.vector(&buffers);
        machine.call(|call| call.fd_pread(fd, VECTOR, count, 19_990, RESULT)).unwrap();
        assert_eq!(machine.memory.u32(RESULT), sum.min(10), "the file ends");
    }
}

#[test]
fn a_vector_that_a_read_changes() {
    // The first buffer lies over the second one's place in the vector, and makes it point outside.
    let bytes = [0xff; 16];
    let mut machine = Machine::new(&[("file", Item::File(&bytes))]);
    let fd = machine.open("file");
    let buffers: Vec<_> =
        (0..20).map(|at| if at == 0 { (VECTOR + 16 * 8, 8) } else { (DATA, u32::from(at == 16)) }).collect();
    machine.vector(&buffers);
    machine.call(|call| call.fd_read(fd, VECTOR, 20, RESULT)).unwrap();
    assert_eq!((machine.memory.u32(RESULT), machine.tell(fd)), (8, Ok(8)), "a short count");
}

#[test]
fn a_failure_after_the_first_bytes_is_a_short_count() {
    let limits = vfs_core::Limits { max_bytes: 10, ..Default::default() };
    let settings = vfs_core::settings::Settings { limits, ..Default::default() };
    let mut machine = Machine::over(crate::core_support::image(&[]), settings, PAGE);
    let fd = machine.create("file");
    machine.vector(&[(DATA, 8), (DATA, 8)]);
    machine.call(|call| call.fd_write(fd, VECTOR, 2, RESULT)).unwrap();
    assert_eq!((machine.memory.u32(RESULT), machine.tell(fd)), (8, Ok(8)));
    assert_eq!(machine.call(|call| call.fd_write(fd, VECTOR, 2, RESULT)), Err(Errno::Nospc));
    assert_eq!((machine.tell(fd), machine.stat(fd).unwrap().size), (Ok(8), 8));
}

#[test]
fn a_vector_with_too_many_bytes() {
    let mut machine = Machine::new(&[("file", Item::File(b"x"))]);
    let fd = machine.open("file");
    // As often as needed, over the same bytes.
    let count = 7_000;
    for at in 0..count {
        machine.memory.put(at * 8, &[0; 4]);
        machine.memory.put(at * 8 + 4, &PAGE.to_le_bytes());
    }
    assert_eq!(machine.call(|call| call.fd_read(fd, 0, count, 65_000)), Ok(()), "below 4 GiB");
    machine.memory.put(0, &[0; 4]);
    let mut machine = Machine::over(crate::core_support::image(&[]), Default::default(), 17 * PAGE);
    let fd = machine.create("file");
    let (count, size) = (4_200, 16 * PAGE);
    for at in 0..count {
        machine.memory.put(at * 8, &0_u32.to_le_bytes());
        machine.memory.put(at * 8 + 4, &size.to_le_bytes());
    }
    for result in [
        machine.call(|call| call.fd_read(fd, 0, count, 65_000)),
        machine.call(|call| call.fd_write(fd, 0, count, 65_000)),
    ] {
        assert_eq!(result, Err(Errno::Inval));
    }
    assert_eq!(machine.stat(fd).unwrap().size, 0);
}

#[test]
fn offsets_at_the_edges() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    for (offset, length, wanted) in [
        (4, 10, Ok(vec![])),
        (MAX - 10, 10, Ok(vec![])),
        (MAX, 0, Ok(vec![])),
        (MAX - 10, 11, Err(Errno::Inval)),
        (MAX, 1, Err(Errno::Inval)),
        (MAX + 1, 0, Err(Errno::Inval)),
        (MAX + 1, 1, Err(Errno::Inval)),
        (u64::MAX, 1, Err(Errno::Inval)),
    ] {
        assert_eq!(machine.pread(fd, length, offset), wanted, "{offset} {length}");
    }
    for offset in [MAX - 1, MAX, MAX + 1, u64::MAX] {
        assert_eq!(machine.pwrite(fd, b"ab", offset), Err(Errno::Inval), "{offset}");
    }
    assert_eq!(machine.pwrite(fd, b"", u64::MAX), Err(Errno::Inval));
    assert_eq!(machine.pwrite(fd, b"", MAX), Ok(0), "nothing is written nowhere");
    assert_eq!(machine.stat(fd).unwrap().size, 4);
    assert_eq!(machine.pwrite(fd, b"a", MAX - 1), Ok(1));
    assert_eq!(machine.stat(fd).unwrap().size, MAX);
    assert_eq!(machine.pread(fd, 1, MAX - 1).unwrap(), b"a");
    assert_eq!(machine.seek(fd, 0, 2), Ok(MAX));
    assert_eq!(machine.read(fd, 0).unwrap(), b"");
    assert_eq!(machine.read(fd, 1), Err(Errno::Inval));
    assert_eq!(machine.write(fd, b"a"), Err(Errno::Inval));
    assert_eq!(machine.tell(fd), Ok(MAX));
}

#[test]
fn positions_at_the_edges() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open("file");
    for (offset, whence, wanted) in [
        (2, 0, Ok(2)),
        (1, 1, Ok(3)),
        (-3, 1, Ok(0)),
        (-1, 1, Err(Errno::Inval)),
        (-4, 2, Ok(0)),
        (-5, 2, Err(Errno::Inval)),
        (10, 2, Ok(14)),
        (-1, 0, Err(Errno::Inval)),
        (i64::MIN, 0, Err(Errno::Inval)),
        (i64::MAX, 0, Ok(MAX)),
        (1, 1, Err(Errno::Inval)),
        (i64::MAX, 1, Err(Errno::Inval)),
        (i64::MIN, 1, Err(Errno::Inval)),
        (i64::MAX, 2, Err(Errno::Inval)),
        (0, 3, Err(Errno::Inval)),
    ] {
        let before = machine.tell(fd);
        assert_eq!(machine.seek(fd, offset, whence), wanted, "{offset} {whence}");
        assert_eq!(machine.tell(fd), wanted.or(before));
    }
}

#[test]
fn a_write_at_the_end() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, APPEND).unwrap();
    assert_eq!(machine.write(fd, b"45"), Ok(2));
    assert_eq!(machine.tell(fd), Ok(6));
    // As on Linux, an offset changes nothing about that, and the position stays.
    assert_eq!(machine.seek(fd, 1, 0), Ok(1));
    assert_eq!(machine.pwrite(fd, b"67", 0), Ok(2));
    assert_eq!(machine.tell(fd), Ok(1));
    machine.vector(&[(DATA, 1), (DATA + 1, 1)]);
    machine.memory.put(DATA, b"89");
    machine.call(|call| call.fd_write(fd, VECTOR, 2, RESULT)).unwrap();
    assert_eq!((machine.memory.u32(RESULT), machine.tell(fd)), (2, Ok(10)));
    assert_eq!(machine.contents("file"), b"0123456789");
}

#[test]
fn what_cannot_be_read_or_written() {
    let mut machine = Machine::new(&[("file", Item::File(b"x")), ("dir", Item::Directory)]);
    let (reader, dir) = (machine.open("file"), machine.open("dir"));
    let writer = machine.open_at(ROOT, "file", 0, FD_WRITE, 0).unwrap();
    for length in [0, 1] {
        for (fd, wanted) in [(writer, Errno::Badf), (dir, Errno::Badf), (1, Errno::Badf), (99, Errno::Badf)] {
            assert_eq!(machine.read(fd, length), Err(wanted), "{fd}");
            assert_eq!(machine.pread(fd, length, 0), Err(wanted), "{fd}");
        }
        assert_eq!(machine.pread(0, length, 0), Err(Errno::Spipe));
    }
    for bytes in ["", "y"] {
        for fd in [reader, dir, 0, 99] {
            assert_eq!(machine.write(fd, bytes.as_bytes()), Err(Errno::Badf), "{fd}");
            assert_eq!(machine.pwrite(fd, bytes.as_bytes(), 0), Err(Errno::Badf), "{fd}");
        }
        assert_eq!(machine.pwrite(1, bytes.as_bytes(), 0), Err(Errno::Spipe));
    }
    assert_eq!(machine.contents("file"), b"x");
}

#[test]
fn standard_input_comes_piece_by_piece() {
    let mut machine = Machine::new(&[]);
    machine.world().stdin.extend([b"one".to_vec(), b"two".to_vec()]);
    machine.vector(&[(DATA, 0), (DATA, 2), (DATA + 2, 10)]);
    machine.call(|call| call.fd_read(0, VECTOR, 3, RESULT)).unwrap();
    assert_eq!(machine.memory.u32(RESULT), 2, "nobody waits for more than the first buffer");
    assert_eq!(machine.read(0, 0).unwrap(), b"", "and nobody for nothing");
    assert_eq!(machine.read(0, 10).unwrap(), b"e");
    assert_eq!(machine.read(0, 10).unwrap(), b"two");
    assert_eq!(machine.read(0, 10).unwrap(), b"");
}

#[test]
fn standard_output_takes_what_it_can() {
    let mut machine = Machine::new(&[]);
    assert_eq!(machine.write(1, b"to the output"), Ok(13));
    assert_eq!(machine.write(2, b"to the errors"), Ok(13));
    assert_eq!(machine.write(1, b""), Ok(0));
    assert_eq!(machine.world().out, [b"to the output".to_vec(), b"to the errors".to_vec()]);
    machine.world().out_at_once = 3;
    machine.memory.put(DATA, b"abcdefg");
    machine.vector(&[(DATA, 3), (DATA + 3, 4), (DATA, 1)]);
    machine.call(|call| call.fd_write(1, VECTOR, 3, RESULT)).unwrap();
    assert_eq!(machine.memory.u32(RESULT), 6, "a part of the second");
    machine.world().out_at_once = 0;
    assert_eq!(machine.write(1, b"x"), Err(Errno::Pipe));
    assert_eq!(machine.world().out[0], b"to the outputabcdef");
}
