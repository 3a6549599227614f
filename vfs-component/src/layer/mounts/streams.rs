//! Streams of files and directories whose contents are the host's alone: the app gets those of the host.

use vfs_core::OpenFile;

use super::calls::descriptor_of;
use super::nodes;
use crate::handle::Position;
use crate::host::filesystem::{self as host, Streaming};
use crate::state::Volume;

/// Begins to read a file. `None`: the stream has to be the vfs's.
pub fn read(volume: &Volume, file: &OpenFile, offset: u64) -> Option<Streaming> {
    let node = volume.forward_stream(file).ok()??;
    Some(host::read_via_stream(descriptor_of(node).ok()?, offset))
}

/// Writes a stream to a file, and returns the future that tells how that ended. `None`: the vfs has to read the stream.
pub fn write(volume: &Volume, file: &OpenFile, position: Position, stream: u32) -> Option<u32> {
    let node = volume.forward_write(file).ok()??;
    let offset = match position {
        Position::At(offset) => Some(offset),
        Position::End => None,
    };
    Some(host::write_via_stream(descriptor_of(node).ok()?, offset, stream))
}

/// Begins to list a directory. `None`: the stream has to be the vfs's.
pub fn list(volume: &Volume, directory: &OpenFile) -> Option<Streaming> {
    let node = volume.forward_listing(directory)?;
    // Names of the image may be among those.
    let is_united = nodes::with(|nodes| nodes.get(node).is_ok_and(|node| node.image.is_some()));
    if is_united { None } else { host::read_directory(descriptor_of(node).ok()?).ok() }
}
