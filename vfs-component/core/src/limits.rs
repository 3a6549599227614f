//! Quotas and maximum sizes.

/// What one filesystem may hold. The defaults leave only the memory itself as the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of file content owned by the filesystem; image bytes do not count.
    pub max_bytes: u64,
    /// Nodes made or changed by the app; untouched image nodes do not count.
    pub max_nodes: u32,
    /// Open files, directory streams included.
    pub max_open: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: u64::MAX, max_nodes: u32::MAX, max_open: 1 << 20 }
    }
}

/// Longest name of a directory entry, in bytes (POSIX `NAME_MAX` on Linux).
pub const MAX_NAME: usize = 255;
/// Longest path and longest symbolic link target, in bytes (POSIX `PATH_MAX` on Linux).
pub const MAX_PATH: usize = 4096;
/// Symbolic links followed in one path before it is a loop (Linux `MAXSYMLINKS`).
pub const MAX_LINKS_FOLLOWED: u32 = 40;
/// Most bytes one read gives.
pub const MAX_READ: u64 = 1 << 20;
