//! Contents of files that go straight between the host and the caller, where the volume has nothing to add.

use vfs_core::OpenFile;
use vfs_core::late::Forward;
use vfs_core::limits::MAX_READ;

use super::{calls, now};
use crate::export::direct::Direct;
use crate::host::filesystem as host;
use crate::layer::Stop;
use crate::state::Volume;

/// Reads bytes of a file.
pub fn read<'a>(
    volume: &'a Volume,
    file: &OpenFile,
    offset: u64,
    length: u64,
    gather: &'a mut Vec<u8>,
) -> Result<&'a [u8], Stop> {
    let length = length.min(MAX_READ);
    if has_bytes(offset, length)
        && let Some(Forward { node, offset, length }) = volume.forward(file, offset, length)?
    {
        let bytes = calls::read(node, offset, length)?;
        // What the tree has changed has its size from the tree: where the host has less now, there are zeros.
        if !bytes.is_empty() || volume.contents_version(file).is_none() {
            return Ok(bytes);
        }
    }
    volume.read(file, offset, length, gather)
}

/// Returns where the host has the bytes of a read, if all of them are the host's.
pub fn direct(volume: &Volume, file: &OpenFile, offset: u64, length: u64) -> Option<Direct> {
    let length = length.min(MAX_READ);
    if !has_bytes(offset, length) || volume.contents_version(file).is_some() {
        return None;
    }
    let Forward { node, offset, length } = volume.forward(file, offset, length).ok()??;
    Some(Direct { offset, length, descriptor: calls::descriptor_of(node).ok()? })
}

/// Writes all bytes at an offset of a file.
pub fn write(volume: &mut Volume, file: &OpenFile, offset: u64, bytes: &[u8]) -> Result<(), Stop> {
    let length = bytes.len() as u64;
    if has_bytes(offset, length)
        && let Some(node) = volume.forward_write(file)?
    {
        return Ok(now(host::write(calls::descriptor_of(node)?, offset, bytes))?);
    }
    volume.write(file, offset, bytes)
}

/// Writes all bytes at the end of a file.
pub fn append(volume: &mut Volume, file: &OpenFile, bytes: &[u8]) -> Result<(), Stop> {
    if !bytes.is_empty()
        && let Some(node) = volume.forward_write(file)?
    {
        return Ok(now(host::append(calls::descriptor_of(node)?, bytes))?);
    }
    volume.append(file, bytes)
}

/// Returns whether a file can have bytes there. For others the volume has the error.
fn has_bytes(offset: u64, length: u64) -> bool {
    length > 0 && offset.checked_add(length).is_some_and(|end| i64::try_from(end).is_ok())
}
