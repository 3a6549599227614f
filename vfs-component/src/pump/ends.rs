//! Built-in functions of the component model: for ends of streams and futures, and for sets of them.
//!
//! Module and name of an import describe the type. The composer replaces them by names that refer to a function of this
//! app's vfs with that type. If no function has the type, the composer puts its no-op there, and nothing here is ever
//! called.

/// The progress of a stream or future.
#[derive(Clone, Copy)]
pub struct Progress {
    /// Number of elements moved.
    pub count: usize,
    /// Whether the other end is still there.
    pub open: bool,
}

const BLOCKED: u32 = u32::MAX;
const DROPPED: u32 = 1;
/// Maximum number of elements in one read or write.
const MOST: usize = (1 << 28) - 1;

impl Progress {
    /// Decodes the result of a call. `None`: an event will bring it.
    pub fn new(code: u32) -> Option<Self> {
        (code != BLOCKED).then_some(Self { count: (code >> 4) as usize, open: code & 15 != DROPPED })
    }
}

mod sets {
    #[link(wasm_import_module = "$root")]
    unsafe extern "C" {
        #[link_name = "[waitable-set-new]"]
        pub safe fn new() -> u32;
        #[link_name = "[waitable-join]"]
        pub safe fn join(end: u32, set: u32);
    }
}

pub use sets::{join, new as new_set};

/// Splits the two ends of a new stream or future: the readable one is in the low half.
fn pair(both: u64) -> (u32, u32) {
    (both as u32, (both >> 32) as u32)
}

/// `stream<u8>`.
pub mod bytes {
    use super::{MOST, Progress, pair};

    #[link(wasm_import_module = "vfs-compose:ends/bytes")]
    unsafe extern "C" {
        #[link_name = "stream-new"]
        safe fn stream_new() -> u64;
        #[link_name = "stream-write"]
        fn stream_write(end: u32, bytes: *const u8, count: usize) -> u32;
        #[link_name = "stream-read"]
        fn stream_read(end: u32, bytes: *mut u8, count: usize) -> u32;
        #[link_name = "stream-drop-writable"]
        pub safe fn drop_writable(end: u32);
        #[link_name = "stream-drop-readable"]
        pub safe fn drop_readable(end: u32);
    }

    /// Makes a stream; returns its readable and its writable end.
    pub fn new() -> (u32, u32) {
        pair(stream_new())
    }

    /// Offers bytes. `None`: the offer stands until an event comes or it is cancelled.
    ///
    /// # Safety
    /// Until then the bytes must not move or change.
    pub unsafe fn write(end: u32, bytes: &[u8]) -> Option<Progress> {
        // SAFETY: the slice is valid now, and stays so as long as the offer stands.
        Progress::new(unsafe { stream_write(end, bytes.as_ptr(), bytes.len().min(MOST)) })
    }

    /// Takes bytes. `None`: they arrive until an event comes.
    ///
    /// # Safety
    /// Until then nobody may move or read the buffer.
    pub unsafe fn read(end: u32, buffer: &mut [u8]) -> Option<Progress> {
        // SAFETY: the slice is valid now, and stays so until the event.
        Progress::new(unsafe { stream_read(end, buffer.as_mut_ptr(), buffer.len().min(MOST)) })
    }
}

/// `stream<directory-entry>`.
pub mod entries {
    use super::{Progress, pair};
    use crate::abi::{DescriptorType, List, Pair};

    #[link(wasm_import_module = "vfs-compose:ends/entries")]
    unsafe extern "C" {
        #[link_name = "stream-new"]
        safe fn stream_new() -> u64;
        #[link_name = "stream-write"]
        fn stream_write(end: u32, entries: *const Entry, count: usize) -> u32;
        #[cfg(feature = "mounts3")]
        #[link_name = "stream-read"]
        fn stream_read(end: u32, entries: *mut Entry, count: usize) -> u32;
        #[link_name = "stream-drop-writable"]
        pub safe fn drop_writable(end: u32);
        #[cfg(feature = "mounts3")]
        #[link_name = "stream-drop-readable"]
        pub safe fn drop_readable(end: u32);
    }

    /// `directory-entry`: kind and name.
    pub type Entry = Pair<DescriptorType, List>;

    #[cfg(target_arch = "wasm32")]
    const _: () = assert!(size_of::<Entry>() == 24);

    /// Makes a stream; returns its readable and its writable end.
    pub fn new() -> (u32, u32) {
        pair(stream_new())
    }

    /// Offers entries. `None`: the offer stands until an event comes.
    ///
    /// # Safety
    /// Until then the entries and their names must not move or change.
    pub unsafe fn write(end: u32, entries: &[Entry]) -> Option<Progress> {
        // SAFETY: the slice and what it points at are valid now, and stay so as long as the offer stands.
        Progress::new(unsafe { stream_write(end, entries.as_ptr(), entries.len()) })
    }

    /// Takes entries, at most `count`, into room behind those of a buffer. `None`: they arrive until an event comes.
    ///
    /// # Safety
    /// Until then nobody may move or read the buffer, which has the room.
    #[cfg(feature = "mounts3")]
    pub unsafe fn read(end: u32, buffer: &mut Vec<Entry>, count: usize) -> Option<Progress> {
        // SAFETY: there is room, and it stays where it is until the event.
        Progress::new(unsafe { stream_read(end, buffer.spare_capacity_mut().as_mut_ptr().cast(), count) })
    }
}

/// `future<result<_, error-code>>` of `wasi:filesystem` and of `wasi:cli`: functions that make one, write its value,
/// drop it.
pub mod results {
    use super::pair;

    mod filesystem {
        #[link(wasm_import_module = "vfs-compose:ends/filesystem-result")]
        unsafe extern "C" {
            #[link_name = "future-new"]
            pub safe fn new() -> u64;
            #[link_name = "future-write"]
            pub safe fn write(end: u32, value: &'static [u32; 5]) -> u32;
            #[cfg(feature = "mounts3")]
            #[link_name = "future-read"]
            pub fn read(end: u32, value: *mut crate::abi::Res<crate::abi::Unit, crate::abi::ErrorCode>) -> u32;
            #[link_name = "future-drop-writable"]
            pub safe fn drop_writable(end: u32);
            #[link_name = "future-drop-readable"]
            pub safe fn drop_readable(end: u32);
        }
    }

    mod cli {
        #[link(wasm_import_module = "vfs-compose:ends/cli-result")]
        unsafe extern "C" {
            #[link_name = "future-new"]
            pub safe fn new() -> u64;
            #[link_name = "future-write"]
            pub safe fn write(end: u32, value: &'static [u8; 2]) -> u32;
            #[link_name = "future-drop-writable"]
            pub safe fn drop_writable(end: u32);
            #[link_name = "future-drop-readable"]
            pub safe fn drop_readable(end: u32);
        }
    }

    #[cfg(feature = "mounts3")]
    pub use filesystem::read as read_of_filesystem;

    pub use cli::{drop_readable as ignore_of_cli, drop_writable as drop_of_cli, write as write_to_cli};
    pub use filesystem::{
        drop_readable as ignore_of_filesystem, drop_writable as drop_of_filesystem, write as write_to_filesystem,
    };

    pub fn new_of_filesystem() -> (u32, u32) {
        pair(filesystem::new())
    }

    pub fn new_of_cli() -> (u32, u32) {
        pair(cli::new())
    }
}
