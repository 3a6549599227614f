//! Quotas and maximum sizes.

pub use vfs_abi::Limits;

/// Longest name of a directory entry, in bytes (POSIX `NAME_MAX` on Linux).
pub const MAX_NAME: usize = 255;
/// Longest path and longest symbolic link target, in bytes (POSIX `PATH_MAX` on Linux).
pub const MAX_PATH: usize = 4096;
/// Symbolic links followed in one path before it is a loop (Linux `MAXSYMLINKS`).
pub const MAX_LINKS_FOLLOWED: u32 = 40;
/// Most bytes one read gives.
pub const MAX_READ: u64 = 1 << 20;
