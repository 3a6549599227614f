//! From a layout to bytes, in one pass.

use std::boxed::Box;
use std::io::{self, ErrorKind, Read, Write};
use std::string::String;
use std::vec;
use std::vec::Vec;

use crate::inode::{EXTENDED, FLAT_INLINE, FLAT_PLAIN, SLOT};
use crate::layout::{Layout, Place};
use crate::superblock::{self, BLOCK};
use crate::tree::{Content, NodeIndex};
use crate::{Nid, directory};

const BLOCK_SIZE: usize = BLOCK as usize;
/// What is read and written at once.
const PIECE: usize = 256 * 1024;

/// Why an image could not be written. What was written until then is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A file's contents could not be opened.
    #[error("cannot open `{path}`")]
    Open {
        /// The file's path in the image.
        path: String,
        /// What the opener said.
        source: io::Error,
    },
    /// A file's contents could not be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file's path in the image.
        path: String,
        /// What the reader said.
        source: io::Error,
    },
    /// A file ended before the length in the tree.
    #[error("`{path}` became shorter while it was read: {found} bytes instead of {expected}")]
    Shorter {
        /// The file's path in the image.
        path: String,
        /// The length in the tree.
        expected: u64,
        /// How much there was.
        found: u64,
    },
    /// A file goes on after the length in the tree.
    #[error("`{path}` became longer while it was read: more than {expected} bytes")]
    Longer {
        /// The file's path in the image.
        path: String,
        /// The length in the tree.
        expected: u64,
    },
    /// The output does not take the image.
    #[error("cannot write the image")]
    Write {
        /// What the output said.
        source: io::Error,
    },
}

impl<S> Layout<'_, S> {
    /// Writes the image, [`Layout::size`] bytes, from its start to its end. `open` gives the contents of a file by its
    /// source; each is opened once, read to its end and dropped before the next. `progress` is told, every now and then
    /// and at the end, how many bytes are written.
    ///
    /// Holds at most about 4 MiB of contents at a time (twice that at the very worst), whatever the files' sizes.
    ///
    /// # Errors
    /// - [`WriteError::Open`], [`WriteError::Read`]: `open`, or what it gave, failed.
    /// - [`WriteError::Shorter`], [`WriteError::Longer`]: a file does not have the length that the tree says.
    /// - [`WriteError::Write`]: `out` failed.
    pub fn write<R: Read>(
        &self,
        out: impl Write,
        mut open: impl FnMut(&S) -> io::Result<R>,
        progress: impl FnMut(u64),
    ) -> Result<(), WriteError> {
        let mut out = Output { out, progress, piece: vec![0; PIECE].into_boxed_slice(), filled: 0, written: 0 };

        let mut head = [0; BLOCK_SIZE];
        for index in &self.order {
            let at = self.place(*index).inode as usize;
            if at < BLOCK_SIZE {
                let room = &mut head[at..];
                self.write_inode(*index, room);
                let room = &mut room[EXTENDED..][..usize::from(self.place(*index).tail)];
                match self.tree.node(*index).content() {
                    Content::RegularFile { source, .. } => {
                        let mut file = self.open(*index, source, &mut open)?;
                        file.fill(room)?;
                        file.expect_end()?;
                    }
                    Content::SymbolicLink(target) => room.copy_from_slice(&target[target.len() - room.len()..]),
                    // The blocks of its directory come later, with its group.
                    Content::Directory(_) => {
                        let bytes = self.directory(*index);
                        room.copy_from_slice(&bytes[bytes.len() - room.len()..]);
                    }
                }
            }
        }
        let root = (self.place(self.tree.root()).inode / SLOT) as u16;
        superblock::write(&mut head, root, self.order.len() as u64, self.blocks, self.build_time);
        out.put(&head)?;

        let mut inodes = Vec::new();
        for group in &self.groups {
            let first = u64::from(group.inodes.start) * BLOCK;
            inodes.clear();
            inodes.resize(group.inodes.len() * BLOCK_SIZE, 0);
            let members = &self.order[group.members.clone()];
            for index in members {
                let place = self.place(*index);
                let room: &mut [u8] = match place.inode.checked_sub(first) {
                    Some(at) => {
                        let room = &mut inodes[at as usize..];
                        self.write_inode(*index, room);
                        &mut room[EXTENDED..][..usize::from(place.tail)]
                    }
                    // Its inode and tail are in block 0. Only a directory there has blocks as well.
                    None => &mut [],
                };
                match self.tree.node(*index).content() {
                    Content::RegularFile { source, .. } if place.inode >= first => {
                        let mut file = self.open(*index, source, &mut open)?;
                        out.copy(&mut file, place.size - u64::from(place.tail))?;
                        out.pad()?;
                        file.fill(room)?;
                        file.expect_end()?;
                    }
                    Content::SymbolicLink(target) => {
                        let (body, tail) = target.split_at(target.len() - usize::from(place.tail));
                        out.put(body)?;
                        out.pad()?;
                        room.copy_from_slice(&tail[..room.len()]);
                    }
                    Content::RegularFile { .. } | Content::Directory(_) => {}
                }
            }
            for index in members {
                let place = self.place(*index);
                if place.directory {
                    let bytes = self.directory(*index);
                    let (body, tail) = bytes.split_at(bytes.len() - usize::from(place.tail));
                    out.put(body)?;
                    out.pad()?;
                    if let Some(at) = place.inode.checked_sub(first) {
                        inodes[at as usize + EXTENDED..][..tail.len()].copy_from_slice(tail);
                    }
                }
            }
            out.put(&inodes)?;
        }
        out.finish()
    }

    /// Writes the 64 bytes of an extended inode at the start of `room`.
    fn write_inode(&self, index: NodeIndex, room: &mut [u8]) {
        let Place { body, body_blocks, tail, size, links, serial, .. } = *self.place(index);
        let node = self.tree.node(index);
        let attributes = node.attributes();
        let layout = if tail == 0 { FLAT_PLAIN } else { FLAT_INLINE };
        let mut put = |at: usize, field: &[u8]| room[at..at + field.len()].copy_from_slice(field);
        put(0, &(layout << 1 | 1).to_le_bytes());
        put(4, &(node.kind().to_mode() | attributes.mode & 0o7777).to_le_bytes());
        put(8, &size.to_le_bytes());
        put(16, &(if body_blocks == 0 { 0 } else { body }).to_le_bytes());
        put(20, &serial.to_le_bytes());
        put(32, &attributes.modified.seconds.to_le_bytes());
        put(40, &attributes.modified.nanoseconds.min(999_999_999).to_le_bytes());
        put(44, &links.to_le_bytes());
    }

    /// The contents of a directory.
    fn directory(&self, index: NodeIndex) -> Vec<u8> {
        let Some(names) = self.tree.entries(index) else { return Vec::new() };
        directory::bytes(names, index, self.tree.node(index).parent, |node| {
            (self.nid(node), self.tree.node(node).kind())
        })
    }

    fn nid(&self, index: NodeIndex) -> Nid {
        Nid(self.place(index).inode / SLOT)
    }

    fn open<R: Read>(
        &self,
        index: NodeIndex,
        source: &S,
        open: &mut impl FnMut(&S) -> io::Result<R>,
    ) -> Result<Input<'_, S, R>, WriteError> {
        match open(source) {
            Ok(reader) => Ok(Input { layout: self, index, reader, done: 0 }),
            Err(source) => Err(WriteError::Open { path: self.tree.path(index), source }),
        }
    }
}

/// A file that is being read.
struct Input<'l, S, R> {
    layout: &'l Layout<'l, S>,
    index: NodeIndex,
    reader: R,
    /// Bytes read.
    done: u64,
}

impl<S, R: Read> Input<'_, S, R> {
    /// Reads at least one byte, unless the file has ended.
    fn read(&mut self, room: &mut [u8]) -> Result<usize, WriteError> {
        loop {
            match self.reader.read(room) {
                Ok(count) => {
                    self.done += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(WriteError::Read { path: self.path(), source }),
            }
        }
    }

    /// Reads as much as `room` holds.
    fn fill(&mut self, mut room: &mut [u8]) -> Result<(), WriteError> {
        while !room.is_empty() {
            match self.read(room)? {
                0 => return Err(self.shorter()),
                count => room = &mut room[count..],
            }
        }
        Ok(())
    }

    fn expect_end(&mut self) -> Result<(), WriteError> {
        match self.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(WriteError::Longer { path: self.path(), expected: self.layout.place(self.index).size }),
        }
    }

    fn shorter(&self) -> WriteError {
        let expected = self.layout.place(self.index).size;
        WriteError::Shorter { path: self.path(), expected, found: self.done }
    }

    fn path(&self) -> String {
        self.layout.tree.path(self.index)
    }
}

/// The output, in large pieces.
struct Output<W, P> {
    out: W,
    progress: P,
    piece: Box<[u8]>,
    /// Bytes of `piece` that wait to be written.
    filled: usize,
    /// Bytes that went out.
    written: u64,
}

impl<W: Write, P: FnMut(u64)> Output<W, P> {
    fn put(&mut self, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let count = bytes.len().min(PIECE - self.filled);
            let (now, later) = bytes.split_at(count);
            self.piece[self.filled..self.filled + count].copy_from_slice(now);
            self.took(count)?;
            bytes = later;
        }
        Ok(())
    }

    /// Reads `length` bytes of a file right into the piece that waits.
    fn copy<S, R: Read>(&mut self, file: &mut Input<'_, S, R>, mut length: u64) -> Result<(), WriteError> {
        while length > 0 {
            let room = length.min((PIECE - self.filled) as u64) as usize;
            match file.read(&mut self.piece[self.filled..self.filled + room])? {
                0 => return Err(file.shorter()),
                count => {
                    self.took(count)?;
                    length -= count as u64;
                }
            }
        }
        Ok(())
    }

    /// Fills up the block with zeros.
    fn pad(&mut self) -> Result<(), WriteError> {
        // A piece is whole blocks, so what is in it says where in a block the output is.
        self.put(&[0; BLOCK_SIZE][..self.filled.next_multiple_of(BLOCK_SIZE) - self.filled])
    }

    /// Counts bytes that were put into the piece and sends it off when it is full.
    fn took(&mut self, count: usize) -> Result<(), WriteError> {
        self.filled += count;
        if self.filled == PIECE { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), WriteError> {
        self.out.write_all(&self.piece[..self.filled]).map_err(|source| WriteError::Write { source })?;
        self.written += self.filled as u64;
        self.filled = 0;
        (self.progress)(self.written);
        Ok(())
    }

    fn finish(mut self) -> Result<(), WriteError> {
        if self.filled > 0 {
            self.send()?;
        }
        self.out.flush().map_err(|source| WriteError::Write { source })
    }
}
