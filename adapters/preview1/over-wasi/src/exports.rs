//! The functions of preview1, and `run`.

use core::cell::RefCell;
use core::mem::ManuallyDrop;

use vfs_preview1_abi::{Call, Errno, Process, exit_code};

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

/// Exports functions of preview1, with their parameters, which are called in a way.
macro_rules! exports {
    ($call:ident: $($name:ident($($param:ident: $ty:ty),*);)*) => {
        $(
            #[unsafe(no_mangle)]
            extern "C" fn $name($($param: $ty),*) -> i32 {
                $call(|mut call| call.$name($($param),*))
            }
        )*
    };
}

exports! { call_without_descriptors:
    args_get(argv: u32, argv_buf: u32);
    args_sizes_get(count: u32, bytes: u32);
    clock_res_get(id: u32, resolution: u32);
    clock_time_get(id: u32, precision: u64, time: u32);
    environ_get(environ: u32, environ_buf: u32);
    environ_sizes_get(count: u32, bytes: u32);
    proc_raise(signal: u32);
    random_get(buf: u32, buf_len: u32);
    sched_yield();
}

exports! { call:
    fd_advise(fd: u32, offset: u64, length: u64, advice: u32);
    fd_allocate(fd: u32, offset: u64, length: u64);
    fd_close(fd: u32);
    fd_datasync(fd: u32);
    fd_fdstat_get(fd: u32, stat: u32);
    fd_fdstat_set_flags(fd: u32, flags: u32);
    fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
    fd_filestat_get(fd: u32, stat: u32);
    fd_filestat_set_size(fd: u32, size: u64);
    fd_filestat_set_times(fd: u32, atim: u64, mtim: u64, flags: u32);
    fd_pread(fd: u32, iovs: u32, iovs_len: u32, offset: u64, size: u32);
    fd_prestat_dir_name(fd: u32, path: u32, path_len: u32);
    fd_prestat_get(fd: u32, prestat: u32);
    fd_pwrite(fd: u32, iovs: u32, iovs_len: u32, offset: u64, size: u32);
    fd_read(fd: u32, iovs: u32, iovs_len: u32, size: u32);
    fd_readdir(fd: u32, buf: u32, buf_len: u32, cookie: u64, size: u32);
    fd_renumber(fd: u32, to: u32);
    fd_seek(fd: u32, offset: i64, whence: u32, position: u32);
    fd_sync(fd: u32);
    fd_tell(fd: u32, position: u32);
    fd_write(fd: u32, iovs: u32, iovs_len: u32, size: u32);
    path_create_directory(fd: u32, path: u32, path_len: u32);
    path_filestat_get(fd: u32, flags: u32, path: u32, path_len: u32, stat: u32);
    path_filestat_set_times(fd: u32, flags: u32, path: u32, path_len: u32, atim: u64, mtim: u64, time_flags: u32);
    path_link(fd: u32, flags: u32, old: u32, old_len: u32, new_fd: u32, new: u32, new_len: u32);
    path_open(
        fd: u32,
        lookup_flags: u32,
        path: u32,
        path_len: u32,
        open_flags: u32,
        rights: u64,
        inheriting: u64,
        flags: u32,
        opened: u32
    );
    path_readlink(fd: u32, path: u32, path_len: u32, buf: u32, buf_len: u32, size: u32);
    path_remove_directory(fd: u32, path: u32, path_len: u32);
    path_rename(fd: u32, old: u32, old_len: u32, new_fd: u32, new: u32, new_len: u32);
    path_symlink(target: u32, target_len: u32, fd: u32, path: u32, path_len: u32);
    path_unlink_file(fd: u32, path: u32, path_len: u32);
    poll_oneoff(subscriptions: u32, events: u32, count: u32, size: u32);
    sock_accept(fd: u32, flags: u32, accepted: u32);
    sock_recv(fd: u32, data: u32, data_len: u32, flags: u32, size: u32, out_flags: u32);
    sock_send(fd: u32, data: u32, data_len: u32, flags: u32, size: u32);
    sock_shutdown(fd: u32, how: u32);
}

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
