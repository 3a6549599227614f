//! Any calls with any arguments: nothing panics, the tree stays whole, and nothing is written outside of the memory.

use proptest::prelude::*;
use vfs_preview1_abi::Errno;

use crate::machine::*;

/// A parameter, from any number.
trait Parameter {
    fn of(number: u64) -> Self;
}

impl Parameter for u32 {
    fn of(number: u64) -> Self {
        number as Self
    }
}

impl Parameter for u64 {
    fn of(number: u64) -> Self {
        number
    }
}

impl Parameter for i64 {
    fn of(number: u64) -> Self {
        number as Self
    }
}

/// Generates a list of functions that take their arguments from a list.
macro_rules! functions {
    ($($name:ident $($parameter:ident)*;)*) => {
        type Function = fn(&mut Calls<'_>, [u64; 9]) -> Result<(), Errno>;

        const FUNCTIONS: &[(&str, Function)] = &[$((stringify!($name), |call, arguments| {
            let [$($parameter,)* ..] = arguments;
            call.$name($(Parameter::of($parameter)),*)
        }),)*];
    };
}

// All but `proc_exit`, which is a function of a number.
functions! {
    args_get a b;
    args_sizes_get a b;
    environ_get a b;
    environ_sizes_get a b;
    clock_res_get a b;
    clock_time_get a b c;
    fd_advise a b c d;
    fd_allocate a b c;
    fd_close a;
    fd_datasync a;
    fd_fdstat_get a b;
    fd_fdstat_set_flags a b;
    fd_fdstat_set_rights a b c;
    fd_filestat_get a b;
    fd_filestat_set_size a b;
    fd_filestat_set_times a b c d;
    fd_pread a b c d e;
    fd_prestat_get a b;
    fd_prestat_dir_name a b c;
    fd_pwrite a b c d e;
    fd_read a b c d;
    fd_readdir a b c d e;
    fd_renumber a b;
    fd_seek a b c d;
    fd_sync a;
    fd_tell a b;
    fd_write a b c d;
    path_create_directory a b c;
    path_filestat_get a b c d e;
    path_filestat_set_times a b c d e f g;
    path_link a b c d e f g;
    path_open a b c d e f g h i;
    path_readlink a b c d e f;
    path_remove_directory a b c;
    path_rename a b c d e f;
    path_symlink a b c d e;
    path_unlink_file a b c;
    poll_oneoff a b c d;
    proc_raise a;
    sched_yield;
    random_get a b;
    sock_accept a b c;
    sock_recv a b c d e f;
    sock_send a b c d e;
    sock_shutdown a b;
}

/// Numbers that mean something: descriptors, flags, places in the memory, lengths, and those at the edges.
fn argument() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..10_u64,
        2 => prop::sample::select(vec![RESULT, OTHER, VECTOR, PATH, OTHER_PATH, DATA]).prop_map(u64::from),
        1 => 10..300_u64,
        1 => prop::sample::select(vec![
            u64::from(PAGE) - 1,
            u64::from(PAGE),
            (1 << 31) - 1,
            1 << 31,
            u64::from(u32::MAX),
            (1 << 63) - 1,
            1 << 63,
            u64::MAX,
        ]),
        1 => any::<u64>(),
    ]
}

#[test]
fn all_functions_are_there() {
    assert_eq!(FUNCTIONS.len(), 45);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn calls(calls in prop::collection::vec((0..FUNCTIONS.len(), prop::array::uniform9(argument())), 1..100)) {
        let items = [
            ("file", Item::File(&[7; 5_000])),
            ("d", Item::Directory),
            ("d/in", Item::File(b"in")),
            ("link", Item::Link("d")),
        ];
        let limits = vfs_core::Limits { max_bytes: 1 << 20, max_nodes: 20, max_open: 12 };
        let settings = vfs_core::settings::Settings { limits, ..Default::default() };
        let mut machine = Machine::over(crate::core_support::image(&items), settings, PAGE);
        machine.world().arguments = vec!["program".into(), String::new()];
        machine.world().variables = vec![("A".into(), "1".into())];
        machine.world().stdin.push_back(vec![b'x'; 100]);
        for (function, arguments) in calls {
            // Calls before may have written over these. Any number of first bytes is a path, and so are later ones.
            machine.memory.put(PATH, b"d/in/../file/./link/d\0\xff");
            machine.memory.put(OTHER_PATH, b"d/../new");
            machine.vector(&[(DATA, 5), (DATA + 100, 0), (PATH, 70), (DATA, 9_000), (RESULT, 3)]);
            let (name, function) = FUNCTIONS[function];
            let before = machine.memory.all();
            let result = machine.call(|call| function(call, arguments));
            if result == Err(Errno::Fault) {
                prop_assert!(machine.memory.all() == before, "{} {:?}", name, arguments);
            }
            prop_assert_eq!(machine.world().volume.check(vfs_core::check::Trust::Sound), Ok(()), "{}", name);
        }
    }
}
