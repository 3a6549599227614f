//! Names of the vfs's functions that belong to no interface of WASI. The vfs's `export_name`s say the same; a test of the
//! composer compares.

/// Exported global of a vfs inside an app's component: a call of the app is not over, and the app's code runs meanwhile
/// to give memory for its result.
pub const BUSY: &str = "busy";

/// Functions of a vfs inside an app's component, for calls that are given handles of the vfs's and of the host's.
pub mod linked {
    /// `wasi:io/poll#poll`.
    pub const POLL: &str = "vfs-compose:linked#poll";
    /// `output-stream.splice`.
    pub const SPLICE: &str = "vfs-compose:linked#splice";
    /// `output-stream.blocking-splice`.
    pub const BLOCKING_SPLICE: &str = "vfs-compose:linked#blocking-splice";
    /// A string of UTF-16 in UTF-8.
    pub const FROM_UTF16: &str = "vfs-compose:linked#from-utf16";
    /// A string of UTF-8 in UTF-16.
    pub const TO_UTF16: &str = "vfs-compose:linked#to-utf16";
    /// A string of `latin1+utf16` in UTF-8.
    pub const FROM_LATIN1_OR_UTF16: &str = "vfs-compose:linked#from-latin1-or-utf16";
    /// A string of UTF-8 in `latin1+utf16`.
    pub const TO_LATIN1_OR_UTF16: &str = "vfs-compose:linked#to-latin1-or-utf16";
}

/// Functions of a vfs in front of an app, for interfaces of the host's that share its resources.
pub mod wrapped {
    /// The host's handle behind a number.
    pub const LEND: &str = "vfs-compose:wrapped#lend";
    /// The same, which is given away.
    pub const RELEASE: &str = "vfs-compose:wrapped#release";
    /// Prints a message and ends the program, if it can.
    pub const REFUSE: &str = "vfs-compose:wrapped#refuse";
    /// Ends a call.
    pub const FINISH: &str = "vfs-compose:wrapped#finish";
    /// Makes a handle of the vfs's of the host's `error`.
    pub const ADOPT_ERROR: &str = "vfs-compose:wrapped#adopt-error";
    /// Makes a handle of the vfs's of the host's `pollable`.
    pub const ADOPT_POLLABLE: &str = "vfs-compose:wrapped#adopt-pollable";
    /// Makes a handle of the vfs's of the host's `input-stream`.
    pub const ADOPT_INPUT_STREAM: &str = "vfs-compose:wrapped#adopt-input-stream";
    /// Makes a handle of the vfs's of the host's `output-stream`.
    pub const ADOPT_OUTPUT_STREAM: &str = "vfs-compose:wrapped#adopt-output-stream";
}

/// Functions that stand in the place of WASI's where a policy asks for it.
pub mod policy {
    /// `wasi:cli/stdin#get-stdin`.
    pub const GET_STDIN: &str = "vfs-compose:policy#get-stdin";
    /// `wasi:cli/stdout#get-stdout`.
    pub const GET_STDOUT: &str = "vfs-compose:policy#get-stdout";
    /// `wasi:cli/stderr#get-stderr`.
    pub const GET_STDERR: &str = "vfs-compose:policy#get-stderr";
}

/// What the modules of imports for ends of streams and futures begin with; then comes what they carry.
pub const ENDS: &str = "vfs-compose:ends/";
