//! The types of preview1's functions, for whoever exports them and whoever calls them.

/// A function of preview1, as a core function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub parameters: &'static [Number],
    /// Whether it returns an error number, an `i32`. One does not return.
    pub has_errno: bool,
}

/// A type of a core value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Of 32 bits.
    I32,
    /// Of 64 bits.
    I64,
}

use Number::{I32, I64};

/// Returns the type of a function that returns an error number.
const fn function(name: &'static str, parameters: &'static [Number]) -> Signature {
    Signature { name, parameters, has_errno: true }
}

/// The name of the core module that programs import the functions from.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// All functions, by name.
pub const SIGNATURES: [Signature; 46] = [
    function("args_get", &[I32; 2]),
    function("args_sizes_get", &[I32; 2]),
    function("clock_res_get", &[I32; 2]),
    function("clock_time_get", &[I32, I64, I32]),
    function("environ_get", &[I32; 2]),
    function("environ_sizes_get", &[I32; 2]),
    function("fd_advise", &[I32, I64, I64, I32]),
    function("fd_allocate", &[I32, I64, I64]),
    function("fd_close", &[I32]),
    function("fd_datasync", &[I32]),
    function("fd_fdstat_get", &[I32; 2]),
    function("fd_fdstat_set_flags", &[I32; 2]),
    function("fd_fdstat_set_rights", &[I32, I64, I64]),
    function("fd_filestat_get", &[I32; 2]),
    function("fd_filestat_set_size", &[I32, I64]),
    function("fd_filestat_set_times", &[I32, I64, I64, I32]),
    function("fd_pread", &[I32, I32, I32, I64, I32]),
    function("fd_prestat_dir_name", &[I32; 3]),
    function("fd_prestat_get", &[I32; 2]),
    function("fd_pwrite", &[I32, I32, I32, I64, I32]),
    function("fd_read", &[I32; 4]),
    function("fd_readdir", &[I32, I32, I32, I64, I32]),
    function("fd_renumber", &[I32; 2]),
    function("fd_seek", &[I32, I64, I32, I32]),
    function("fd_sync", &[I32]),
    function("fd_tell", &[I32; 2]),
    function("fd_write", &[I32; 4]),
    function("path_create_directory", &[I32; 3]),
    function("path_filestat_get", &[I32; 5]),
    function("path_filestat_set_times", &[I32, I32, I32, I32, I64, I64, I32]),
    function("path_link", &[I32; 7]),
    function("path_open", &[I32, I32, I32, I32, I32, I64, I64, I32, I32]),
    function("path_readlink", &[I32; 6]),
    function("path_remove_directory", &[I32; 3]),
    function("path_rename", &[I32; 6]),
    function("path_symlink", &[I32; 5]),
    function("path_unlink_file", &[I32; 3]),
    function("poll_oneoff", &[I32; 4]),
    Signature { name: "proc_exit", parameters: &[I32], has_errno: false },
    function("proc_raise", &[I32]),
    function("random_get", &[I32; 2]),
    function("sched_yield", &[]),
    function("sock_accept", &[I32; 3]),
    function("sock_recv", &[I32; 6]),
    function("sock_send", &[I32; 5]),
    function("sock_shutdown", &[I32; 2]),
];
