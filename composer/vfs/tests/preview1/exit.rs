//! The end of a program.

use super::machine::{Machine, Plan, i};

/// Ends a program, and returns what the host was told.
fn ended(without: &[&'static str], code: i32) -> (String, Option<i32>) {
    let mut machine = Machine::new(Plan { without: without.to_vec(), ..Plan::default() });
    // The state is there already.
    machine.call("sched_yield", &[]);
    let error = machine.try_call("wasi_snapshot_preview1#proc_exit", &[i(code)]).unwrap_err();
    (format!("{:#}", error.root_cause()), machine.store.data().reentry)
}

#[test]
fn the_host_gets_the_code_and_may_enter_meanwhile() {
    for (code, expected) in [(0, 0), (10, 10), (255, 255), (-1, 255), (256, 1)] {
        assert_eq!(ended(&[], code), (format!("exit-with-code({expected})"), Some(0)));
    }
}

#[test]
fn a_host_without_codes_gets_success_or_failure() {
    for (code, expected) in [(0, 0), (10, 1), (256, 1)] {
        assert_eq!(ended(&["exit-with-code"], code), (format!("exit({expected})"), Some(0)));
    }
}

#[test]
fn without_an_exit_it_traps() {
    let (message, reentry) = ended(&["exit-with-code", "exit"], 10);
    assert!(message.contains("unreachable"), "{message}");
    assert_eq!(reentry, None);
}
