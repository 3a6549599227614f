//! The settings, which hold for a program of preview1 as for a component.

use vfs_abi::settings::{Settings, Stdio};
use vfs_compose_rules::policy::{Inherited, Policy};
use vfs_image::Timestamp;

use super::machine::{CREATE, DATA, Host, IO, Machine, Plan, RESULT, i, l};
use super::streams::stdin;

fn host() -> Host {
    Host {
        arguments: vec!["host".into(), "one".into()],
        environment: vec![("A".into(), "of the host".into()), ("B".into(), String::new()), ("C".into(), "c".into())],
        ..stdin(&[b"of the host"])
    }
}

fn arguments(machine: &mut Machine) -> Vec<String> {
    machine.texts("args_sizes_get", "args_get")
}

fn environment(machine: &mut Machine) -> Vec<String> {
    machine.texts("environ_sizes_get", "environ_get")
}

#[test]
fn without_settings_all_is_the_hosts() {
    let mut machine = Machine::new(Plan { host: host(), ..Plan::default() });
    assert_eq!(arguments(&mut machine), ["host", "one"]);
    assert_eq!(environment(&mut machine), ["A=of the host", "B=", "C=c"]);
    let mut machine = Machine::new(Plan::default());
    assert!(arguments(&mut machine).is_empty() && environment(&mut machine).is_empty());
}

#[test]
fn settings_come_first() {
    let mut policy = Policy::default();
    policy.environment = Inherited::Only(vec!["A".into(), "C".into()]);
    policy.program = Some("name".into());
    let settings = Settings {
        environment: vec![("A".into(), "ours".into()), ("D".into(), "d".into())],
        arguments: vec!["--flag".into()],
        ..Settings::default()
    };
    let mut machine = Machine::new(Plan { policy, settings, host: host(), ..Plan::default() });
    assert_eq!(arguments(&mut machine), ["name", "--flag", "one"]);
    assert_eq!(environment(&mut machine), ["C=c", "A=ours", "D=d"]);
}

#[test]
fn a_deterministic_program_asks_the_host_for_nothing() {
    let mut policy = Policy::default();
    policy.deterministic();
    policy.wall_clock = Some(Timestamp { seconds: 5, nanoseconds: 6 });
    let mut machine = Machine::new(Plan { policy, host: host(), ..Plan::default() });
    assert_eq!(arguments(&mut machine), ["app"]);
    assert!(environment(&mut machine).is_empty());
    let time = |machine: &mut Machine, name: &str, id| {
        let arguments = if name == "clock_res_get" { vec![i(id)] } else { vec![i(id), l(0)] };
        assert_eq!(machine.call(name, &[&arguments[..], &[i(RESULT as i32)]].concat()), 0);
        machine.u64(RESULT)
    };
    assert_eq!(time(&mut machine, "clock_time_get", 0), 5_000_000_006);
    assert_eq!(time(&mut machine, "clock_time_get", 1), 0);
    assert_eq!(time(&mut machine, "clock_res_get", 0), 1);
    assert_eq!(time(&mut machine, "clock_res_get", 1), 1);
    assert_eq!(machine.call("random_get", &[i(DATA as i32), i(100)]), 0);
    assert_eq!(machine.store.data().calls, [] as [&str; 0]);
}

#[test]
fn seeded_numbers_are_those_of_a_component() {
    let bytes = |seed, length: u32| {
        let mut policy = Policy::default();
        policy.seed = Some(seed);
        let name = "wasi:random/random#get-random-bytes";
        let mut machine = Machine::new(Plan { policy: policy.clone(), beside: vec![name], ..Plan::default() });
        let list = machine.try_call(name, &[l(length.into())]).unwrap()[0].unwrap_i32() as usize;
        let memory = machine.vfs.get_memory(&mut machine.store, "memory").unwrap();
        let word =
            |place: usize| u32::from_le_bytes(memory.data(&machine.store)[place..][..4].try_into().unwrap()) as usize;
        let of_component = memory.data(&machine.store)[word(list)..][..word(list + 4)].to_vec();
        let mut machine = Machine::new(Plan { policy, ..Plan::default() });
        assert_eq!(machine.call("random_get", &[i(DATA as i32), i(length as i32)]), 0);
        assert!(machine.get(DATA, length as usize) == of_component, "{length} bytes");
        of_component
    };
    for length in [1, 7, 64, 4096, 4097, 30_001] {
        assert_ne!(bytes(1, length), bytes(2, length));
    }
}

#[test]
fn random_numbers_are_the_hosts_otherwise() {
    let mut machine = Machine::new(Plan::default());
    assert_eq!(machine.call("random_get", &[i(DATA as i32), i(5000)]), 0);
    let of_host = |length: u32| (0..length).map(|place| (place as u8).wrapping_mul(7));
    assert!(machine.get(DATA, 5000).into_iter().eq(of_host(4096).chain(of_host(904))));
}

#[test]
fn standard_streams_are_files_if_settings_say_so() {
    let mut policy = Policy::default();
    policy.stdin = Stdio::File("/in".into());
    policy.stdout = Stdio::File("/out".into());
    policy.stderr = Stdio::Append("/out".into());
    let mut machine = Machine::new(Plan { policy, host: host(), ..Plan::default() });
    let file = machine.open("in", CREATE).unwrap();
    assert_eq!(machine.write(file, b"from a file"), Ok(11));
    assert_eq!(machine.read(0, 4), Ok(b"from".to_vec()));
    assert_eq!(machine.read(0, 100), Ok(b" a file".to_vec()));
    assert_eq!(machine.read(0, 100), Ok(Vec::new()));
    let large = vec![b'x'; 9000];
    assert_eq!(machine.write(1, &large), Ok(9000));
    assert_eq!(machine.write(2, b"end"), Ok(3));
    let out = machine.open("out", 0).unwrap();
    assert_eq!(machine.read(out, 10_000), Ok([&large[..], b"end"].concat()));
    assert_eq!(machine.store.data().calls, [] as [&str; 0], "nothing of this is the host's");
}

#[test]
fn standard_streams_can_be_nothing_or_denied() {
    let mut policy = Policy::default();
    policy.stdin = Stdio::Null;
    policy.stdout = Stdio::Null;
    policy.stderr = Stdio::Denied("no".into());
    let mut machine = Machine::new(Plan { policy, host: host(), ..Plan::default() });
    assert_eq!(machine.read(0, 10), Ok(Vec::new()));
    assert_eq!(machine.write(1, b"gone"), Ok(4));
    assert_eq!(machine.write(2, b"refused"), Err(IO));
    let mut policy = Policy::default();
    policy.stdin = Stdio::Denied("no".into());
    policy.stdout = Stdio::File("/missing/out".into());
    let mut machine = Machine::new(Plan { policy, host: host(), ..Plan::default() });
    assert_eq!(machine.read(0, 10), Err(IO));
    // The error of the file.
    assert_eq!(machine.write(1, b"nowhere"), Err(44));
}

#[test]
fn what_is_not_the_hosts_is_no_terminal() {
    let mut policy = Policy::default();
    policy.stdout = Stdio::Null;
    let mut machine = Machine::new(Plan { policy, ..Plan::default() });
    assert_eq!(machine.call("fd_fdstat_get", &[i(1), i(RESULT as i32)]), 0);
    assert_eq!(machine.get(RESULT, 1), [0]);
}

#[test]
fn a_read_only_tree_is_one_for_a_program_too() {
    let settings = Settings { read_only: true, ..Settings::default() };
    let mut machine = Machine::new(Plan { settings, ..Plan::default() });
    assert_eq!(machine.open("file", CREATE), Err(69));
}
