//! Waiting for files, standard streams and clocks.

use vfs_preview1_abi::{Errno, Streams};

use crate::machine::*;

const SUBSCRIPTIONS: u32 = 0x1000;
const HOUR: u64 = 3_600_000_000_000;

#[derive(Clone, Copy)]
enum Wanted {
    /// A clock, a time, and flags.
    Clock(u32, u64, u16),
    Read(u32),
    Write(u32),
    /// A kind that preview1 does not have.
    Other,
}

/// An event: its number, error, kind, bytes and flags.
type Event = (u64, u16, u8, u64, u16);

/// Waits, with the numbers 100, 101, ...
fn poll(machine: &mut Machine, all: &[Wanted]) -> Result<Vec<Event>, Errno> {
    for (at, wanted) in all.iter().enumerate() {
        let place = SUBSCRIPTIONS + 48 * at as u32;
        machine.memory.put(place, &[0xcc; 48]);
        machine.memory.put(place, &(100 + at as u64).to_le_bytes());
        let (tag, number) = match *wanted {
            Wanted::Clock(id, timeout, flags) => {
                machine.memory.put(place + 24, &timeout.to_le_bytes());
                machine.memory.put(place + 40, &flags.to_le_bytes());
                (0, id)
            }
            Wanted::Read(fd) => (1, fd),
            Wanted::Write(fd) => (2, fd),
            Wanted::Other => (3, 0),
        };
        machine.memory.put(place + 8, &[tag]);
        machine.memory.put(place + 16, &number.to_le_bytes());
    }
    machine.memory.put(DATA, &[0xee; 0x1000]);
    machine.call(|call| call.poll_oneoff(SUBSCRIPTIONS, DATA, all.len() as u32, RESULT))?;
    let count = machine.memory.u32(RESULT);
    assert_eq!(machine.memory.get(DATA + 32 * count, 1), [0xee], "not an event more");
    let event = |at| {
        let place = DATA + 32 * at;
        let short = |offset| u16::from_le_bytes(machine.memory.get(place + offset, 2).try_into().unwrap());
        let kind = machine.memory.get(place + 10, 1)[0];
        (machine.memory.u64(place), short(8), kind, machine.memory.u64(place + 16), short(24))
    };
    Ok((0..count).map(event).collect())
}

const STDIN: Streams = Streams { stdin: true, stdout: false, stderr: false };
const ALL: Streams = Streams { stdin: true, stdout: true, stderr: true };

#[test]
fn nothing_is_nothing_to_wait_for() {
    assert_eq!(poll(&mut Machine::new(&[]), &[]), Err(Errno::Inval));
}

#[test]
fn a_clock_alone() {
    let mut machine = Machine::new(&[]);
    for id in [0, 1] {
        assert_eq!(poll(&mut machine, &[Wanted::Clock(id, 5_000, 0)]).unwrap(), [(100, 0, 0, 0, 0)]);
    }
    assert_eq!(machine.world().waits, [(Streams::default(), Some(5_000)); 2]);
    assert_eq!(machine.world().looks, 0, "no clock need be there for a duration");
    for (wanted, errno) in [
        (Wanted::Clock(2, 1, 0), Errno::Inval),
        (Wanted::Clock(9, 1, 0), Errno::Inval),
        (Wanted::Clock(0, 1, 2), Errno::Inval),
        (Wanted::Other, Errno::Inval),
    ] {
        assert_eq!(poll(&mut machine, &[wanted]), Err(errno));
    }
    assert_eq!(machine.world().waits.len(), 2);
}

#[test]
fn times_of_both_clocks() {
    let mut machine = Machine::new(&[]);
    // The clocks show 1,000,000,001 and 501 at the first look.
    let until = [Wanted::Clock(0, 1_000_000_031, 1), Wanted::Clock(1, 527, 1), Wanted::Clock(1, 40, 0)];
    assert_eq!(poll(&mut machine, &until).unwrap(), [(101, 0, 0, 0, 0)]);
    assert_eq!(machine.world().waits.pop(), Some((Streams::default(), Some(25))));
    // What is over is over, and nobody waits.
    let past = [Wanted::Clock(0, 7, 1), Wanted::Clock(1, HOUR, 0), Wanted::Clock(1, 0, 0), Wanted::Clock(1, 3, 1)];
    assert_eq!(poll(&mut machine, &past).unwrap(), [(100, 0, 0, 0, 0), (102, 0, 0, 0, 0), (103, 0, 0, 0, 0)]);
    assert_eq!(machine.world().waits, []);
}

#[test]
fn several_clocks_that_end_together() {
    let mut machine = Machine::new(&[]);
    let all = [Wanted::Clock(1, 9, 0), Wanted::Clock(1, 8, 0), Wanted::Clock(0, 8, 0)];
    assert_eq!(poll(&mut machine, &all).unwrap(), [(101, 0, 0, 0, 0), (102, 0, 0, 0, 0)]);
}

#[test]
fn files_are_always_ready() {
    let mut machine = Machine::new(&[("file", Item::File(b"0123"))]);
    let fd = machine.open_at(ROOT, "file", 0, BOTH, 0).unwrap();
    machine.seek(fd, 1, 0).unwrap();
    let all = [Wanted::Clock(1, HOUR, 0), Wanted::Read(fd), Wanted::Write(fd)];
    assert_eq!(poll(&mut machine, &all).unwrap(), [(101, 0, 1, 3, 0), (102, 0, 2, 1, 0)]);
    machine.seek(fd, 4, 0).unwrap();
    assert_eq!(poll(&mut machine, &[Wanted::Read(fd)]).unwrap(), [(100, 0, 1, 0, 1)], "the end");
    assert_eq!(machine.world().waits, [], "nobody is asked");
}

#[test]
fn standard_streams() {
    let mut machine = Machine::new(&[]);
    machine.world().ready = ALL;
    let all = [Wanted::Write(2), Wanted::Read(0), Wanted::Write(1), Wanted::Clock(1, HOUR, 0)];
    let events = [(100, 0, 2, 1, 0), (101, 0, 1, 1, 0), (102, 0, 2, 1, 0)];
    assert_eq!(poll(&mut machine, &all).unwrap(), events);
    assert_eq!(machine.world().waits.pop(), Some((ALL, Some(HOUR))));
    assert_eq!(poll(&mut machine, &all[1..2]).unwrap(), [(100, 0, 1, 1, 0)]);
    assert_eq!(machine.world().waits.pop(), Some((STDIN, None)), "for as long as it takes");
    machine.world().ready = Streams::default();
    assert_eq!(poll(&mut machine, &all).unwrap(), [(103, 0, 0, 0, 0)]);
}

#[test]
fn a_stream_beside_a_file_is_only_looked_at() {
    let mut machine = Machine::new(&[("file", Item::File(b"x"))]);
    let fd = machine.open("file");
    for (ready, wanted) in
        [(Streams::default(), vec![(101, 0, 1, 1, 0)]), (STDIN, vec![(100, 0, 1, 1, 0), (101, 0, 1, 1, 0)])]
    {
        machine.world().ready = ready;
        let all = [Wanted::Read(0), Wanted::Read(fd), Wanted::Clock(0, 5, 0)];
        assert_eq!(poll(&mut machine, &all).unwrap(), wanted);
        assert_eq!(machine.world().waits.pop(), Some((STDIN, Some(0))));
    }
}

#[test]
fn what_cannot_be_waited_for() {
    let mut machine = Machine::new(&[("file", Item::File(b"x"))]);
    let reader = machine.open("file");
    let writer = machine.open_at(ROOT, "file", 0, FD_WRITE, 0).unwrap();
    for wanted in [
        Wanted::Read(99),
        Wanted::Write(99),
        Wanted::Read(ROOT),
        Wanted::Write(ROOT),
        Wanted::Read(1),
        Wanted::Write(0),
        Wanted::Write(reader),
        Wanted::Read(writer),
    ] {
        // Before anything is waited for.
        assert_eq!(poll(&mut machine, &[Wanted::Clock(1, HOUR, 0), wanted]), Err(Errno::Badf));
    }
    assert_eq!(machine.world().waits, []);
}

#[test]
fn more_than_anybody_would_allocate() {
    let mut machine = Machine::new(&[("file", Item::File(b"x"))]);
    let fd = machine.open("file");
    let all = vec![Wanted::Read(fd); 120];
    assert_eq!(poll(&mut machine, &all).unwrap().len(), 120);
    // Events over the subscriptions: each was read before its place is written.
    machine.call(|call| call.poll_oneoff(SUBSCRIPTIONS, SUBSCRIPTIONS, 120, RESULT)).unwrap();
    let numbers: Vec<_> = (0..120).map(|at| machine.memory.u64(SUBSCRIPTIONS + 32 * at)).collect();
    assert!(numbers.into_iter().eq(100..220));
}
