//! Clocks, and waiting.

use std::collections::BTreeSet;

use vfs_abi::settings::Stdio;
use vfs_compose_rules::policy::Policy;

use super::machine::{DATA, Host, Machine, Plan, RESULT, VECTOR, i, l};

/// Waits until a descriptor can be used.
fn descriptor(fd: u32) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[0] = fd as u8;
    bytes[8] = if fd == 0 { 1 } else { 2 };
    bytes[16..20].copy_from_slice(&fd.to_le_bytes());
    bytes
}

/// Waits for nanoseconds of the monotonic clock.
fn duration(span: u64) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes[0] = 99;
    bytes[16] = 1;
    bytes[24..32].copy_from_slice(&span.to_le_bytes());
    bytes
}

/// Waits, and returns by what each event is known.
fn poll(machine: &mut Machine, all: &[[u8; 48]]) -> Vec<u8> {
    machine.put(VECTOR, &all.concat());
    let arguments = [VECTOR as i32, DATA as i32, all.len() as i32, RESULT as i32].map(i);
    assert_eq!(machine.call("poll_oneoff", &arguments), 0);
    (0..machine.u32(RESULT)).map(|event| machine.get(DATA + 32 * event, 1)[0]).collect()
}

fn now(machine: &mut Machine) -> u64 {
    assert_eq!(machine.call("clock_time_get", &[i(1), l(0), i(RESULT as i32)]), 0);
    machine.u64(RESULT)
}

#[test]
fn clocks_are_the_hosts() {
    let mut machine = Machine::new(Plan { host: Host { monotonic: 77, ..Host::default() }, ..Plan::default() });
    assert_eq!(now(&mut machine), 77);
    assert_eq!(machine.call("clock_time_get", &[i(0), l(0), i(RESULT as i32)]), 0);
    assert_eq!(machine.u64(RESULT), 12_000_000_034);
    for (id, expected) in [(0, 1000), (1, 7)] {
        assert_eq!(machine.call("clock_res_get", &[i(id), i(RESULT as i32)]), 0);
        assert_eq!(machine.u64(RESULT), expected);
    }
}

#[test]
fn a_time_that_nobody_has_is_not_made_up() {
    let without = vec!["now", "resolution"];
    let mut machine = Machine::new(Plan { without, ..Plan::default() });
    assert_eq!(machine.call("clock_time_get", &[i(0), l(0), i(RESULT as i32)]), 58);
    assert_eq!(machine.call("clock_res_get", &[i(0), i(RESULT as i32)]), 58);
}

#[test]
fn the_host_waits_and_every_pollable_is_dropped() {
    // Standard input and the time, then the streams.
    for (ready, asked, expected) in [
        (&[101][..], &[descriptor(0), duration(50)][..], &[0][..]),
        (&[200], &[descriptor(0), duration(50)], &[99]),
        (&[101, 102, 200], &[duration(50), descriptor(1), descriptor(0)], &[99, 1, 0]),
        (&[103], &[descriptor(0), descriptor(1), descriptor(2)], &[2]),
        (&[200], &[duration(50)], &[99]),
    ] {
        let host = Host { ready: BTreeSet::from_iter(ready.iter().copied()), ..Host::default() };
        let mut machine = Machine::new(Plan { host, ..Plan::default() });
        assert_eq!(poll(&mut machine, asked), expected);
        let calls = &machine.store.data().calls;
        let count = |prefix: &str| calls.iter().filter(|call| call.starts_with(prefix)).count();
        let made = count("[method]input-stream.subscribe")
            + count("[method]output-stream.subscribe")
            + count("subscribe-duration");
        assert_eq!((made, count("[resource-drop]pollable")), (asked.len(), asked.len()), "{calls:?}");
        assert_eq!(count("poll:"), 1);
    }
}

#[test]
fn a_program_that_sleeps_needs_no_time_of_a_clock() {
    let host = Host { ready: BTreeSet::from([200]), ..Host::default() };
    let mut machine = Machine::new(Plan { host, ..Plan::default() });
    poll(&mut machine, &[duration(1_000_000)]);
    let expected = ["subscribe-duration:1000000", "poll:", "[resource-drop]pollable:200"];
    let calls = &machine.store.data().calls;
    assert!(calls.iter().zip(expected).all(|(call, expected)| call.starts_with(expected)), "{calls:?}");
    assert_eq!(calls.len(), expected.len());
}

#[test]
fn waiting_moves_a_frozen_clock() {
    let mut policy = Policy::default();
    policy.monotonic_clock = Some(1000);
    let mut machine = Machine::new(Plan { policy, ..Plan::default() });
    assert_eq!(now(&mut machine), 1000);
    assert_eq!(poll(&mut machine, &[duration(500)]), [99]);
    assert_eq!(now(&mut machine), 1500);
    // A limit for something of the host is over if that is not ready at once.
    assert_eq!(poll(&mut machine, &[descriptor(0), duration(20)]), [99]);
    assert_eq!(now(&mut machine), 1520);
    machine.store.data_mut().ready.insert(101);
    assert_eq!(poll(&mut machine, &[descriptor(0), duration(20)]), [0]);
    assert_eq!(now(&mut machine), 1520);
    let calls = &machine.store.data().calls;
    let count = |name: &str| calls.iter().filter(|call| call.starts_with(name)).count();
    assert_eq!(count("[method]input-stream.subscribe"), count("[resource-drop]pollable"));
}

#[test]
fn streams_that_are_not_the_hosts_are_ready() {
    let mut policy = Policy::default();
    policy.stdin = Stdio::Null;
    policy.stdout = Stdio::Null;
    let mut machine = Machine::new(Plan { policy, ..Plan::default() });
    assert_eq!(poll(&mut machine, &[descriptor(0), descriptor(1), descriptor(2), duration(9)]), [0, 1]);
}
