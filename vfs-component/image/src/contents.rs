//! A file's contents as a stream.

use std::io::{self, Read};

use crate::{Image, Inode};

/// A reader of the contents of a file in an image, from its start.
#[derive(Debug, Clone)]
pub struct Contents<'a> {
    image: Image<'a>,
    inode: Inode,
    position: u64,
}

impl<'a> Image<'a> {
    /// Returns a reader for the contents of a file; it is empty for devices, pipes and sockets.
    pub fn contents(&self, inode: &Inode) -> Contents<'a> {
        Contents { image: *self, inode: *inode, position: 0 }
    }
}

impl Read for Contents<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let run = self.image.data(&self.inode, self.position).map_err(io::Error::other)?;
        let count = run.len().min(room.len());
        room[..count].copy_from_slice(&run[..count]);
        self.position += count as u64;
        Ok(count)
    }
}
