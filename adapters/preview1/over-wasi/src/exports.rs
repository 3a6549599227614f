//! The functions of preview1, and `run`.

use core::cell::RefCell;
use core::mem::ManuallyDrop;

use vfs_preview1_abi::{Call, Errno, Process, exit_code, for_each_function};

use crate::lists::trap;
use crate::program::Caller;
use crate::system::{File, Listing, OverWasi};
use crate::wasi;

/// How many files a program can have open at a time, beside its standard streams. The host may permit fewer.
const MAX_OPEN: u32 = 1 << 20;

struct State {
    system: OverWasi,
    process: Process<File, Listing>,
}

thread_local! {
    // It is never dropped: a program that opens nothing would import what drops files.
    static STATE: RefCell<Option<ManuallyDrop<State>>> = const { RefCell::new(None) };
}

fn with_state<T>(act: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(|state| {
        let make = || ManuallyDrop::new(State { system: OverWasi::default(), process: Process::new(MAX_OPEN) });
        act(state.get_or_insert_with(make))
    })
}

/// Runs a call of the program, and returns its error number.
fn call(act: impl FnOnce(Call<'_, Caller, OverWasi>) -> Result<(), Errno>) -> i32 {
    with_state(|State { system, process }| Errno::number(act(Call::new(&Caller, system, process))))
}

/// Runs a call that uses no descriptor. So a program that makes no others imports no files.
fn call_without_descriptors(act: impl FnOnce(Call<'_, Caller, OverWasi>) -> Result<(), Errno>) -> i32 {
    with_state(|State { system, process }| Errno::number(act(Call::without_descriptors(&Caller, system, process))))
}

/// Exports functions of preview1.
macro_rules! exports {
    (plain: $($function:tt)*) => { exports! { @ call_without_descriptors: $($function)* } };
    (descriptors: $($function:tt)*) => { exports! { @ call: $($function)* } };
    (@ $call:ident: $($name:ident($($param:ident: $ty:ty),*);)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $name($($param: $ty),*) -> i32 {
                $call(|mut call| call.$name($($param),*))
            }
        )*
    };
}

for_each_function!(exports);

/// Ends the program, for hosts that take no exit codes.
#[unsafe(export_name = "proc_exit#bool")]
extern "C" fn proc_exit_bool(code: u32) {
    wasi::exit(u32::from(code != 0));
    trap();
}

/// Ends the program with a code.
#[unsafe(export_name = "proc_exit#full")]
extern "C" fn proc_exit_full(code: u32) {
    wasi::exit_with_code(exit_code(code).into());
    trap();
}

/// `wasi:cli/run.run`: runs the program. One that fails calls `proc_exit`.
#[unsafe(no_mangle)]
extern "C" fn run() -> i32 {
    wasi::start();
    0
}
