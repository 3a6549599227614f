//! The functions of WASI 0.2 that a program's calls need, with the core signatures that the canonical ABI gives them.
//!
//! Names have no versions; `vfs-preview1` adds them. A result wider than one core value goes to memory that the caller
//! lends; [`result`] does that.

use core::mem::MaybeUninit;

use crate::lists::{Plain, Raw};

/// `result<_, error-code>`.
#[derive(Clone, Copy)]
#[repr(C, u8)]
#[expect(dead_code, reason = "only hosts make them")]
pub enum Res<T, E = u8> {
    Ok(T),
    Err(E),
}

impl<T, E> Res<T, E> {
    pub fn into_result(self) -> Result<T, E> {
        match self {
            Self::Ok(value) => Ok(value),
            Self::Err(error) => Err(error),
        }
    }
}

/// `option<T>`.
#[derive(Clone, Copy)]
#[repr(C, u8)]
#[expect(dead_code, reason = "only hosts make them")]
pub enum Opt<T> {
    None,
    Some(T),
}

/// The payload of `ok` in `result<_, E>`.
pub type Unit = [u8; 0];

/// `wasi:clocks/wall-clock.datetime`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Datetime {
    pub seconds: u64,
    pub nanoseconds: u32,
}

/// `wasi:filesystem/types.descriptor-stat`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DescriptorStat {
    pub kind: u8,
    pub links: u64,
    pub size: u64,
    pub accessed: Opt<Datetime>,
    pub modified: Opt<Datetime>,
    pub changed: Opt<Datetime>,
}

/// `wasi:filesystem/types.metadata-hash-value`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct MetadataHash {
    pub lower: u64,
    pub upper: u64,
}

/// `wasi:filesystem/types.directory-entry`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DirectoryEntry {
    pub kind: u8,
    pub name: Raw,
}

/// `wasi:filesystem/types.new-timestamp`, flat: the case, seconds, nanoseconds.
pub type NewTimestamp = (u32, u64, u32);

/// `wasi:io/streams.stream-error`.
#[derive(Clone, Copy)]
#[repr(C, u8)]
#[expect(dead_code, reason = "only hosts make them")]
pub enum StreamError {
    /// With a resource `error`.
    Failed(u32),
    Closed,
}

const _: () = {
    assert!(size_of::<Res<DescriptorStat>>() == 104 && size_of::<Opt<Datetime>>() == 24);
    assert!(size_of::<Res<Opt<DirectoryEntry>>>() == 20 && size_of::<Res<Raw>>() == 12);
    assert!(size_of::<Res<u64, StreamError>>() == 16 && size_of::<Res<Raw, StreamError>>() == 12);
    assert!(size_of::<Res<Unit, StreamError>>() == 12 && size_of::<Res<Unit>>() == 2 && size_of::<Res<u32>>() == 8);
    assert!(size_of::<(u32, Raw)>() == 12 && size_of::<Res<MetadataHash>>() == 24);
};

/// Has a function write its result to memory, and returns that.
///
/// # Safety
/// `call` writes a whole `T` to the address that it gets.
unsafe fn result<T>(call: impl FnOnce(*mut T)) -> T {
    let mut place = MaybeUninit::uninit();
    call(place.as_mut_ptr());
    // SAFETY: the caller says that it was written.
    unsafe { place.assume_init() }
}

/// Declares host functions of one interface, and a safe function for each, which returns what the host writes to
/// memory.
macro_rules! interface {
    ($interface:literal: $($name:ident = $link:literal ($($param:ident: $ty:ty),*) -> $result:ty;)*) => {
        $(
            #[allow(clippy::too_many_arguments, reason = "they are the canonical ABI's")]
            pub fn $name($($param: $ty),*) -> $result {
                #[link(wasm_import_module = $interface)]
                unsafe extern "C" {
                    #[link_name = $link]
                    fn host($($param: $ty,)* result: *mut $result);
                }
                // SAFETY: by the canonical ABI, the host writes a whole result of the type that WASI gives the function,
                // which is this one; it reads no more of other addresses than the lengths after them say.
                unsafe { result(|place| host($($param,)* place)) }
            }
        )*
    };
}

interface! { "wasi:filesystem/types":
    append_via_stream = "[method]descriptor.append-via-stream" (file: u32) -> Res<u32>;
    advise = "[method]descriptor.advise" (file: u32, offset: u64, length: u64, advice: u32) -> Res<Unit>;
    sync_data = "[method]descriptor.sync-data" (file: u32) -> Res<Unit>;
    get_flags = "[method]descriptor.get-flags" (file: u32) -> Res<u8>;
    get_type = "[method]descriptor.get-type" (file: u32) -> Res<u8>;
    set_size = "[method]descriptor.set-size" (file: u32, size: u64) -> Res<Unit>;
    set_times_raw = "[method]descriptor.set-times"
        (file: u32, a: u32, a_seconds: u64, a_nanoseconds: u32, m: u32, m_seconds: u64, m_nanoseconds: u32) -> Res<Unit>;
    read_directory = "[method]descriptor.read-directory" (file: u32) -> Res<u32>;
    sync = "[method]descriptor.sync" (file: u32) -> Res<Unit>;
    create_directory_at_raw = "[method]descriptor.create-directory-at"
        (at: u32, path: *const u8, path_len: usize) -> Res<Unit>;
    stat = "[method]descriptor.stat" (file: u32) -> Res<DescriptorStat>;
    stat_at_raw = "[method]descriptor.stat-at"
        (at: u32, flags: u32, path: *const u8, path_len: usize) -> Res<DescriptorStat>;
    set_times_at_raw = "[method]descriptor.set-times-at"
        (at: u32, flags: u32, path: *const u8, path_len: usize, a: u32, a_seconds: u64, a_nanoseconds: u32, m: u32,
        m_seconds: u64, m_nanoseconds: u32) -> Res<Unit>;
    link_at_raw = "[method]descriptor.link-at"
        (from: u32, flags: u32, old: *const u8, old_len: usize, to: u32, new: *const u8, new_len: usize) -> Res<Unit>;
    open_at_raw = "[method]descriptor.open-at"
        (at: u32, flags: u32, path: *const u8, path_len: usize, open: u32, access: u32) -> Res<u32>;
    readlink_at_raw = "[method]descriptor.readlink-at" (at: u32, path: *const u8, path_len: usize) -> Res<Raw>;
    remove_directory_at_raw = "[method]descriptor.remove-directory-at"
        (at: u32, path: *const u8, path_len: usize) -> Res<Unit>;
    rename_at_raw = "[method]descriptor.rename-at"
        (from: u32, old: *const u8, old_len: usize, to: u32, new: *const u8, new_len: usize) -> Res<Unit>;
    symlink_at_raw = "[method]descriptor.symlink-at"
        (at: u32, target: *const u8, target_len: usize, path: *const u8, path_len: usize) -> Res<Unit>;
    unlink_file_at_raw = "[method]descriptor.unlink-file-at" (at: u32, path: *const u8, path_len: usize) -> Res<Unit>;
    metadata_hash = "[method]descriptor.metadata-hash" (file: u32) -> Res<MetadataHash>;
    metadata_hash_at_raw = "[method]descriptor.metadata-hash-at"
        (at: u32, flags: u32, path: *const u8, path_len: usize) -> Res<MetadataHash>;
    filesystem_error_code = "filesystem-error-code" (error: u32) -> Opt<u8>;
    read_directory_entry = "[method]directory-entry-stream.read-directory-entry"
        (stream: u32) -> Res<Opt<DirectoryEntry>>;
}

interface! { "wasi:filesystem/preopens":
    get_directories = "get-directories" () -> Raw;
}

interface! { "wasi:cli/environment":
    get_arguments = "get-arguments" () -> Raw;
    get_environment = "get-environment" () -> Raw;
}

interface! { "wasi:cli/terminal-stdin":
    get_terminal_stdin = "get-terminal-stdin" () -> Opt<u32>;
}

interface! { "wasi:cli/terminal-stdout":
    get_terminal_stdout = "get-terminal-stdout" () -> Opt<u32>;
}

interface! { "wasi:cli/terminal-stderr":
    get_terminal_stderr = "get-terminal-stderr" () -> Opt<u32>;
}

interface! { "wasi:clocks/wall-clock":
    wall_clock_now = "now" () -> Datetime;
    wall_clock_resolution = "resolution" () -> Datetime;
}

interface! { "wasi:random/random":
    get_random_bytes = "get-random-bytes" (length: u64) -> Raw;
}

interface! { "wasi:io/poll":
    poll_raw = "poll" (pollables: *const u32, count: usize) -> Raw;
}

interface! { "wasi:io/streams":
    blocking_read = "[method]input-stream.blocking-read" (stream: u32, length: u64) -> Res<Raw, StreamError>;
    check_write = "[method]output-stream.check-write" (stream: u32) -> Res<u64, StreamError>;
    blocking_flush = "[method]output-stream.blocking-flush" (stream: u32) -> Res<Unit, StreamError>;
}

/// Declares host functions whose result is one core value, or none.
macro_rules! values {
    ($($interface:literal: { $($name:ident = $link:literal ($($param:ident: $ty:ty),*) $(-> $result:ty)?;)* })*) => {
        $(
            #[link(wasm_import_module = $interface)]
            unsafe extern "C" {
                $(
                    #[link_name = $link]
                    pub safe fn $name($($param: $ty),*) $(-> $result)?;
                )*
            }
        )*
    };
}

values! {
    "wasi:filesystem/types": {
        drop_descriptor = "[resource-drop]descriptor" (file: u32);
        drop_directory_entry_stream = "[resource-drop]directory-entry-stream" (stream: u32);
    }
    "wasi:cli/stdin": { get_stdin = "get-stdin" () -> u32; }
    "wasi:cli/stdout": { get_stdout = "get-stdout" () -> u32; }
    "wasi:cli/stderr": { get_stderr = "get-stderr" () -> u32; }
    "wasi:cli/terminal-input": { drop_terminal_input = "[resource-drop]terminal-input" (terminal: u32); }
    "wasi:cli/terminal-output": { drop_terminal_output = "[resource-drop]terminal-output" (terminal: u32); }
    "wasi:cli/exit": {
        exit = "exit" (is_failure: u32);
        exit_with_code = "exit-with-code" (code: u32);
    }
    "wasi:clocks/monotonic-clock": {
        monotonic_clock_now = "now" () -> u64;
        monotonic_clock_resolution = "resolution" () -> u64;
        subscribe_duration = "subscribe-duration" (nanoseconds: u64) -> u32;
    }
    "wasi:io/error": { drop_error = "[resource-drop]error" (error: u32); }
    "wasi:io/poll": {
        drop_pollable = "[resource-drop]pollable" (pollable: u32);
        block = "[method]pollable.block" (pollable: u32);
    }
    "wasi:io/streams": {
        subscribe_to_input = "[method]input-stream.subscribe" (stream: u32) -> u32;
        subscribe_to_output = "[method]output-stream.subscribe" (stream: u32) -> u32;
        drop_output_stream = "[resource-drop]output-stream" (stream: u32);
    }
    "__main_module__": { start = "_start" (); }
}

impl Plain for Raw2 {}
/// A pair of strings.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Raw2(pub Raw, pub Raw);

pub fn set_times(file: u32, accessed: NewTimestamp, modified: NewTimestamp) -> Res<Unit> {
    set_times_raw(file, accessed.0, accessed.1, accessed.2, modified.0, modified.1, modified.2)
}

pub fn create_directory_at(at: u32, path: &str) -> Res<Unit> {
    create_directory_at_raw(at, path.as_ptr(), path.len())
}

pub fn stat_at(at: u32, flags: u32, path: &str) -> Res<DescriptorStat> {
    stat_at_raw(at, flags, path.as_ptr(), path.len())
}

pub fn set_times_at(at: u32, flags: u32, path: &str, accessed: NewTimestamp, modified: NewTimestamp) -> Res<Unit> {
    let ((a, a_seconds, a_nanoseconds), (m, m_seconds, m_nanoseconds)) = (accessed, modified);
    set_times_at_raw(at, flags, path.as_ptr(), path.len(), a, a_seconds, a_nanoseconds, m, m_seconds, m_nanoseconds)
}

pub fn link_at(from: u32, flags: u32, old: &str, to: u32, new: &str) -> Res<Unit> {
    link_at_raw(from, flags, old.as_ptr(), old.len(), to, new.as_ptr(), new.len())
}

pub fn open_at(at: u32, flags: u32, path: &str, open: u32, access: u32) -> Res<u32> {
    open_at_raw(at, flags, path.as_ptr(), path.len(), open, access)
}

pub fn readlink_at(at: u32, path: &str) -> Res<Raw> {
    readlink_at_raw(at, path.as_ptr(), path.len())
}

pub fn remove_directory_at(at: u32, path: &str) -> Res<Unit> {
    remove_directory_at_raw(at, path.as_ptr(), path.len())
}

pub fn rename_at(from: u32, old: &str, to: u32, new: &str) -> Res<Unit> {
    rename_at_raw(from, old.as_ptr(), old.len(), to, new.as_ptr(), new.len())
}

pub fn symlink_at(target: &str, at: u32, path: &str) -> Res<Unit> {
    symlink_at_raw(at, target.as_ptr(), target.len(), path.as_ptr(), path.len())
}

pub fn unlink_file_at(at: u32, path: &str) -> Res<Unit> {
    unlink_file_at_raw(at, path.as_ptr(), path.len())
}

pub fn metadata_hash_at(at: u32, flags: u32, path: &str) -> Res<MetadataHash> {
    metadata_hash_at_raw(at, flags, path.as_ptr(), path.len())
}

pub fn poll(pollables: &[u32]) -> Raw {
    poll_raw(pollables.as_ptr(), pollables.len())
}
