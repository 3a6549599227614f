//! What a layer without mounts leaves to the volume.

use vfs_core::{DescriptorFlags, FollowFinalLink, OpenFile, OpenFlags, Stat};

use super::Stop;
#[cfg(not(feature = "mounts"))]
use crate::state::Session;
use crate::state::Volume;

/// Reads bytes of a file.
#[inline(always)]
pub fn read<'a>(
    volume: &'a Volume,
    file: &OpenFile,
    offset: u64,
    length: u64,
    gather: &'a mut Vec<u8>,
) -> Result<&'a [u8], Stop> {
    volume.read(file, offset, length, gather)
}

/// Writes all bytes at an offset of a file.
#[inline(always)]
pub fn write(volume: &mut Volume, file: &OpenFile, offset: u64, bytes: &[u8]) -> Result<(), Stop> {
    volume.write(file, offset, bytes)
}

/// Writes all bytes at the end of a file.
#[inline(always)]
pub fn append(volume: &mut Volume, file: &OpenFile, bytes: &[u8]) -> Result<(), Stop> {
    volume.append(file, bytes)
}

/// Opens a directory as a preopen.
#[cfg(not(feature = "mounts"))]
#[inline(always)]
pub fn open_preopen(session: &Session, volume: &mut Volume, path: &str) -> Result<OpenFile, Stop> {
    session.open_directory(volume, path)
}

/// Returns the metadata of the node at a path.
#[inline(always)]
pub fn stat_at(volume: &mut Volume, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Stat, Stop> {
    volume.stat_at(at, path, follow)
}

/// Returns the hash of the node at a path.
#[inline(always)]
pub fn metadata_hash_at(
    volume: &mut Volume,
    at: &OpenFile,
    path: &str,
    follow: FollowFinalLink,
) -> Result<(u64, u64), Stop> {
    volume.metadata_hash_at(at, path, follow)
}

/// Opens the node at a path, or makes a file there.
#[inline(always)]
pub fn open_at(
    volume: &mut Volume,
    at: &OpenFile,
    path: &str,
    follow: FollowFinalLink,
    open: OpenFlags,
    flags: DescriptorFlags,
) -> Result<OpenFile, Stop> {
    volume.open_at(at, path, follow, open, flags)
}
