//! Names of the vfs's functions that belong to no interface of WASI. They are also in the vfs's `export_name`s; a test
//! of the composer compares both.

/// Exported global of a vfs inside an app's component. It is set while the app's realloc runs in the middle of a call.
pub const BUSY: &str = "busy";

/// Functions of a vfs inside an app's component, for calls with handles of both the vfs and the host.
pub mod linked {
    /// `wasi:io/poll#poll`.
    pub const POLL: &str = "vfs-compose:linked#poll";
    /// `output-stream.splice`.
    pub const SPLICE: &str = "vfs-compose:linked#splice";
    /// `output-stream.blocking-splice`.
    pub const BLOCKING_SPLICE: &str = "vfs-compose:linked#blocking-splice";
    /// Converts a string from UTF-16 to UTF-8.
    pub const FROM_UTF16: &str = "vfs-compose:linked#from-utf16";
    /// Converts a string from UTF-8 to UTF-16.
    pub const TO_UTF16: &str = "vfs-compose:linked#to-utf16";
    /// Converts a string from `latin1+utf16` to UTF-8.
    pub const FROM_LATIN1_OR_UTF16: &str = "vfs-compose:linked#from-latin1-or-utf16";
    /// Converts a string from UTF-8 to `latin1+utf16`.
    pub const TO_LATIN1_OR_UTF16: &str = "vfs-compose:linked#to-latin1-or-utf16";
}

/// Functions of a vfs inside an app's component, for reads whose bytes the host has.
pub mod direct {
    /// Tells where the bytes of a read of a descriptor are: its handle, a length and an offset.
    pub const DESCRIPTOR: &str = "vfs-compose:linked#direct-read";
    /// Tells where the next bytes of a stream are: its handle, and a length.
    pub const STREAM: &str = "vfs-compose:linked#direct-read-of-stream";
    /// Moves a stream by the number of bytes that were read.
    pub const ADVANCE: &str = "vfs-compose:linked#advance";
}

/// Functions of a vfs in front of an app, for interfaces of the host that share its resources.
pub mod wrapped {
    /// Returns the host's handle behind a number.
    pub const LEND: &str = "vfs-compose:wrapped#lend";
    /// Gives away the host's handle behind a number.
    pub const RELEASE: &str = "vfs-compose:wrapped#release";
    /// Prints a message and ends the program, if it can.
    pub const REFUSE: &str = "vfs-compose:wrapped#refuse";
    /// Ends a call.
    pub const FINISH: &str = "vfs-compose:wrapped#finish";
    /// Makes a handle of the vfs for an `error` of the host.
    pub const ADOPT_ERROR: &str = "vfs-compose:wrapped#adopt-error";
    /// Makes a handle of the vfs for a `pollable` of the host.
    pub const ADOPT_POLLABLE: &str = "vfs-compose:wrapped#adopt-pollable";
    /// Makes a handle of the vfs for an `input-stream` of the host.
    pub const ADOPT_INPUT_STREAM: &str = "vfs-compose:wrapped#adopt-input-stream";
    /// Makes a handle of the vfs for an `output-stream` of the host.
    pub const ADOPT_OUTPUT_STREAM: &str = "vfs-compose:wrapped#adopt-output-stream";
}

/// Functions that replace WASI's if a policy requires it.
pub mod policy {
    /// `wasi:cli/stdin#get-stdin`.
    pub const GET_STDIN: &str = "vfs-compose:policy#get-stdin";
    /// `wasi:cli/stdout#get-stdout`.
    pub const GET_STDOUT: &str = "vfs-compose:policy#get-stdout";
    /// `wasi:cli/stderr#get-stderr`.
    pub const GET_STDERR: &str = "vfs-compose:policy#get-stderr";
    /// `wasi_snapshot_preview1#args_get` and so on: functions that use the environment.
    pub const OF_ENVIRONMENT: [Pair; 4] = [
        ("wasi_snapshot_preview1#args_get", "vfs-compose:policy#args_get"),
        ("wasi_snapshot_preview1#args_sizes_get", "vfs-compose:policy#args_sizes_get"),
        ("wasi_snapshot_preview1#environ_get", "vfs-compose:policy#environ_get"),
        ("wasi_snapshot_preview1#environ_sizes_get", "vfs-compose:policy#environ_sizes_get"),
    ];
    /// The same for random numbers.
    pub const OF_RANDOM: [Pair; 1] = [("wasi_snapshot_preview1#random_get", "vfs-compose:policy#random_get")];
    /// The same for the standard streams. They keep streams for each other, so all of them are replaced, or none.
    pub const OF_STREAMS: [Pair; 3] = [
        ("wasi_snapshot_preview1#fd_read", "vfs-compose:policy#fd_read"),
        ("wasi_snapshot_preview1#fd_write", "vfs-compose:policy#fd_write"),
        ("wasi_snapshot_preview1#poll_oneoff", "vfs-compose:policy#poll_oneoff"),
    ];

    /// A function, and the one that replaces it.
    pub type Pair = (&'static str, &'static str);
}

/// Imports of a vfs with mounts, beside those of `wasi:filesystem`. They are WASI's functions, but not for the app's
/// streams: inside an app's component, they are those that fit what the host's files return.
pub mod mounts {
    /// `wasi:io/streams`.
    pub const STREAMS: &str = "vfs-compose:mounts/streams";
    /// `wasi:io/error`.
    pub const ERROR: &str = "vfs-compose:mounts/error";
    /// `wasi:cli/stderr`.
    pub const STDERR: &str = "vfs-compose:mounts/stderr";
    /// `wasi:cli/exit`.
    pub const EXIT: &str = "vfs-compose:mounts/exit";

    /// Returns the interface of WASI that stands behind the module of an import; `None` if it is none of these.
    #[must_use]
    pub fn interface_behind(module: &str) -> Option<&'static str> {
        match module {
            STREAMS => Some("wasi:io/streams"),
            ERROR => Some("wasi:io/error"),
            STDERR => Some("wasi:cli/stderr"),
            EXIT => Some("wasi:cli/exit"),
            _ => None,
        }
    }
}

/// Imports of a vfs for a program of preview1: the memory of that program.
pub mod program {
    /// The module that they are imported from.
    pub const MODULE: &str = "program";
    /// Returns the bytes of the memory; 0 if there is none. `() -> i64`
    pub const SIZE: &str = "size";
    /// Copies bytes of the program to the vfs. `(from: i32, to: i32, length: i32)`
    pub const COPY_IN: &str = "copy-in";
    /// Copies bytes of the vfs to the program. `(from: i32, to: i32, length: i32)`
    pub const COPY_OUT: &str = "copy-out";
    /// Returns eight bytes of the program. `(from: i32) -> i64`
    pub const LOAD: &str = "load";
    /// Stores four bytes in the program's memory. `(number: i32, to: i32)`
    pub const STORE: &str = "store";
    /// All of these.
    pub const FUNCTIONS: [&str; 5] = [SIZE, COPY_IN, COPY_OUT, LOAD, STORE];
    /// The name by which modules export and import their memories.
    pub const MEMORY: &str = "memory";
}

/// Prefix of the modules of imports for ends of streams and futures; the type of their elements follows.
pub const ENDS: &str = "vfs-compose:ends/";

/// Modules that stand beside a preview1 module in its component.
pub mod preview1 {
    /// The custom section by which a module shows that it is preview1 over WASI 0.2, which the vfs can take the place of.
    /// It comes first, and is empty.
    pub const SECTION: &str = "vfs-compose:preview1";
    /// The name by which preview1 over WASI imports the bridge to the program's memory.
    pub const BRIDGE: &str = "bridge";
    /// The name by which preview1 over WASI imports the program's `_start`.
    pub const MAIN_MODULE: &str = "__main_module__";
}
