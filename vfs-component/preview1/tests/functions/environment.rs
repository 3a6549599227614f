//! Arguments, variables, clocks, random numbers, signals.

use vfs_preview1_abi::Errno;

use crate::machine::*;

/// The texts behind pointers, each up to its zero.
fn texts(machine: &Machine, pointers: u32, count: u32) -> Vec<String> {
    let text = |at: u32| {
        let start = machine.memory.u32(pointers + at * 4);
        let bytes: Vec<u8> =
            (start..).map(|place| machine.memory.get(place, 1)[0]).take_while(|byte| *byte != 0).collect();
        String::from_utf8(bytes).unwrap()
    };
    (0..count).map(text).collect()
}

#[test]
fn arguments_and_variables() {
    let mut machine = Machine::new(&[]);
    machine.world().arguments = ["program", "", "an argument", "ö"].map(String::from).to_vec();
    machine.world().variables = [("A", "1"), ("EMPTY", ""), ("B", "x=y")].map(|(n, v)| (n.into(), v.into())).to_vec();
    // What is there before is no zero.
    machine.memory.put(DATA, &[b'!'; 200]);

    machine.call(|call| call.args_sizes_get(RESULT, OTHER)).unwrap();
    assert_eq!((machine.memory.u32(RESULT), machine.memory.u32(OTHER)), (4, 8 + 1 + 12 + 3));
    machine.call(|call| call.args_get(VECTOR, DATA)).unwrap();
    assert_eq!(texts(&machine, VECTOR, 4), ["program", "", "an argument", "ö"]);
    assert_eq!(machine.memory.get(DATA + 24, 1), b"!", "not a byte more");

    machine.call(|call| call.environ_sizes_get(RESULT, OTHER)).unwrap();
    assert_eq!((machine.memory.u32(RESULT), machine.memory.u32(OTHER)), (3, 4 + 7 + 6));
    machine.call(|call| call.environ_get(VECTOR, DATA)).unwrap();
    assert_eq!(texts(&machine, VECTOR, 3), ["A=1", "EMPTY=", "B=x=y"]);
}

#[test]
fn without_any_no_pointer_is_looked_at() {
    let mut machine = Machine::new(&[]);
    machine.call(|call| call.args_get(u32::MAX, u32::MAX)).unwrap();
    machine.call(|call| call.environ_get(u32::MAX, u32::MAX)).unwrap();
    machine.call(|call| call.environ_sizes_get(RESULT, OTHER)).unwrap();
    assert_eq!((machine.memory.u32(RESULT), machine.memory.u32(OTHER)), (0, 0));
}

#[test]
fn texts_that_end_where_the_memory_ends() {
    let mut machine = Machine::new(&[]);
    machine.world().arguments = vec!["1234".into()];
    machine.call(|call| call.args_get(PAGE - 4 - 5, PAGE - 5)).unwrap();
    assert_eq!(machine.memory.get(PAGE - 5, 5), b"1234\0");
    let before = machine.memory.all();
    for (pointers, bytes) in [(PAGE - 3, DATA), (DATA, PAGE - 4)] {
        assert_eq!(machine.call(|call| call.args_get(pointers, bytes)), Err(Errno::Fault));
    }
    assert!(machine.memory.all() == before);
}

#[test]
fn clocks() {
    let mut machine = Machine::new(&[]);
    for (id, time, resolution) in [(0, 1_000_000_001, 1000), (1, 502, 1)] {
        machine.call(|call| call.clock_time_get(id, 0, RESULT)).unwrap();
        assert_eq!(machine.memory.u64(RESULT), time);
        machine.call(|call| call.clock_res_get(id, RESULT)).unwrap();
        assert_eq!(machine.memory.u64(RESULT), resolution);
    }
    for (id, errno) in [(2, Errno::Badf), (3, Errno::Badf), (4, Errno::Inval), (u32::MAX, Errno::Inval)] {
        assert_eq!(machine.call(|call| call.clock_time_get(id, 0, RESULT)), Err(errno));
        assert_eq!(machine.call(|call| call.clock_res_get(id, RESULT)), Err(errno));
    }
}

#[test]
fn random_bytes_fill_the_buffer() {
    let mut machine = Machine::new(&[]);
    machine.call(|call| call.random_get(DATA, 300)).unwrap();
    assert!(machine.memory.get(DATA, 300).iter().all(|byte| *byte != 0));
    assert_eq!(machine.memory.get(DATA + 300, 1), [0]);
    machine.call(|call| call.random_get(u32::MAX, 0)).unwrap();
}

#[test]
fn signals_and_giving_way() {
    let mut machine = Machine::new(&[]);
    assert_eq!(machine.call(|call| call.sched_yield()), Ok(()));
    for (signal, errno) in [(0, Errno::Notsup), (6, Errno::Notsup), (30, Errno::Notsup), (31, Errno::Inval)] {
        assert_eq!(machine.call(|call| call.proc_raise(signal)), Err(errno));
    }
}
