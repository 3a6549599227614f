//! Standard streams of the host.

use super::machine::{DATA, Host, IO, Machine, Plan, RESULT, VECTOR, i};

/// A host with these pieces of standard input.
pub fn stdin(pieces: &[&[u8]]) -> Host {
    Host { stdin: pieces.iter().map(|piece| piece.to_vec()).collect(), ..Host::default() }
}

#[test]
fn a_large_write_goes_out_in_pieces_and_whole() {
    let mut machine = Machine::new(Plan::default());
    let bytes: Vec<u8> = (0..50_000_u32).map(|place| (place / 3) as u8).collect();
    assert_eq!(machine.write(1, &bytes), Ok(50_000));
    assert_eq!(machine.write(2, b"other"), Ok(5));
    assert_eq!(machine.write(1, b""), Ok(0));
    let host = machine.store.data();
    let of = |stream| host.out.iter().filter(move |(handle, _)| *handle == stream).map(|(_, bytes)| bytes);
    assert_eq!(of(2).flatten().copied().collect::<Vec<_>>(), bytes);
    assert!(of(2).all(|piece| piece.len() <= 4096), "WASI permits no more at once");
    assert_eq!(of(3).collect::<Vec<_>>(), [b"other"]);
    // Each stream is asked for once.
    let asked: Vec<_> = host.calls.iter().filter(|call| call.starts_with("get-")).collect();
    assert_eq!(asked, ["get-stdout", "get-stderr"]);
}

#[test]
fn what_the_host_does_not_take_is_a_short_count_and_then_an_error() {
    for is_closed in [true, false] {
        let host = Host { taken: Some(2), is_closed, ..Host::default() };
        let mut machine = Machine::new(Plan { host, ..Plan::default() });
        assert_eq!(machine.write(1, &[7; 10_000]), Ok(8192));
        assert_eq!(machine.write(1, b"more"), Err(IO));
        let dropped = machine.store.data().calls.iter().filter(|call| *call == "[resource-drop]error:9").count();
        assert_eq!(dropped, if is_closed { 0 } else { 2 }, "its error is dropped");
    }
}

#[test]
fn a_read_waits_for_the_first_bytes_and_takes_what_is_there() {
    let mut machine = Machine::new(Plan { host: stdin(&[b"first", b"", b"second"]), ..Plan::default() });
    assert_eq!(machine.read(0, 100), Ok(b"first".to_vec()));
    // A host that has waited for nothing is asked again: no bytes would be the end.
    assert_eq!(machine.read(0, 3), Ok(b"sec".to_vec()));
    assert_eq!(machine.read(0, 100), Ok(b"ond".to_vec()));
    assert_eq!(machine.read(0, 100), Ok(Vec::new()));
    assert_eq!(machine.read(0, 0), Ok(Vec::new()));
}

#[test]
fn a_large_read_comes_in_parts() {
    let all: Vec<u8> = (0..90_000_u32).map(|place| (place / 5) as u8).collect();
    // The program's memory has room for all at once.
    let program = r#"(module (memory (export "memory") 3))"#.into();
    let mut machine = Machine::new(Plan { program, host: stdin(&[&all]), ..Plan::default() });
    let mut read = Vec::new();
    loop {
        match machine.read(0, 100_000).unwrap() {
            bytes if bytes.is_empty() => break,
            bytes => read.extend(bytes),
        }
    }
    assert!(read == all);
}

#[test]
fn a_stream_that_the_result_does_not_import_is_at_its_end() {
    let without = vec!["get-stdin", "get-stdout"];
    let mut machine = Machine::new(Plan { without, host: stdin(&[b"unseen"]), ..Plan::default() });
    assert_eq!(machine.read(0, 10), Ok(Vec::new()));
    assert_eq!(machine.write(1, b"lost"), Err(IO));
}

#[test]
fn the_first_buffer_is_enough() {
    let mut machine = Machine::new(Plan { host: stdin(&[b"abc", b"def"]), ..Plan::default() });
    let parts = [DATA, 3, DATA + 100, 3].map(u32::to_le_bytes).concat();
    machine.put(VECTOR, &parts);
    assert_eq!(machine.call("fd_read", &[i(0), i(VECTOR as i32), i(2), i(RESULT as i32)]), 0);
    assert_eq!(machine.u32(RESULT), 3);
}

#[test]
fn terminals_are_the_hosts() {
    let mut machine = Machine::new(Plan::default());
    let kinds = [0, 1, 2].map(|fd| {
        assert_eq!(machine.call("fd_fdstat_get", &[i(fd), i(RESULT as i32)]), 0);
        machine.get(RESULT, 1)[0]
    });
    // A character device, and what is unknown.
    assert_eq!(kinds, [0, 2, 0]);
    let dropped = "[resource-drop]terminal-output:5";
    assert_eq!(machine.store.data().calls.iter().filter(|call| *call == dropped).count(), 1);
}
