//! Quotas.

/// Limits of one filesystem. By default only the memory itself is a limit.
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
