//! Quotas and maximum sizes.

pub use vfs_abi::Limits;

/// Maximum length of a name in bytes (POSIX `NAME_MAX` on Linux).
pub const MAX_NAME: usize = 255;
/// Maximum length of a path or of a symbolic link's target in bytes (POSIX `PATH_MAX` on Linux).
pub const MAX_PATH: usize = 4096;
/// Maximum number of symbolic links followed in one path (Linux `MAXSYMLINKS`).
pub const MAX_LINKS_FOLLOWED: u32 = 40;
/// Maximum number of bytes that one read returns.
pub const MAX_READ: u64 = 1 << 20;
