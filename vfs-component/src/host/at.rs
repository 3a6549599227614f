//! What the host's filesystem has in common in WASI 0.2 and 0.3.

use vfs_core::{Error, FileKind, FollowFinalLink, NewTimestamp, Timestamp};

/// Follows no link at the end of a path.
pub const NO_FOLLOW: u32 = 0;

/// A path, from an open directory of the host.
#[derive(Clone, Copy)]
pub struct At<'p> {
    pub base: u32,
    pub path: &'p [u8],
    /// Whether the host follows a link at its end, where it is asked for what is there. Changes never do.
    pub follow: FollowFinalLink,
}

impl At<'_> {
    /// Returns `path-flags`.
    pub fn path_flags(&self) -> u32 {
        match self.follow {
            FollowFinalLink::Yes => 1,
            FollowFinalLink::No => NO_FOLLOW,
        }
    }
}

/// Entries of a directory, each with its kind and name.
#[derive(Default)]
pub struct Entries {
    pub list: Vec<(FileKind, Vec<u8>)>,
    /// How the listing has ended, so that nothing more can be asked for. `None`: ask, and get none at the end.
    pub end: Option<Result<(), Error>>,
}

/// Encodes `new-timestamp` in its flat form: case, seconds, nanoseconds.
pub fn flat(time: NewTimestamp) -> (u32, u64, u32) {
    match time {
        NewTimestamp::NoChange => (0, 0, 0),
        NewTimestamp::Now => (1, 0, 0),
        NewTimestamp::At(Timestamp { seconds, nanoseconds }) => (2, seconds, nanoseconds),
    }
}

pub fn copy(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
