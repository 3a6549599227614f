//! Input of files and output of the image.

use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;

use crate::layout::Layout;
use crate::memory::filled;
use crate::superblock::BLOCK;
use crate::transfer::{Sink, Source};
use crate::tree::NodeIndex;
use crate::write_error::WriteError;

const BLOCK_SIZE: usize = BLOCK as usize;
/// Number of bytes read and written at once: a whole number of blocks.
const PIECE: usize = 64 * BLOCK_SIZE;

/// A file that is read.
pub(crate) struct Input<'l, S, R> {
    layout: &'l Layout<'l, S>,
    index: NodeIndex,
    reader: R,
    /// Number of bytes read.
    done: u64,
}

impl<'l, S, R: Source> Input<'l, S, R> {
    pub fn new(layout: &'l Layout<'l, S>, index: NodeIndex, reader: R) -> Self {
        Input { layout, index, reader, done: 0 }
    }

    /// Reads at least one byte, unless the file has ended.
    fn read<W>(&mut self, room: &mut [u8]) -> Result<usize, WriteError<R::Error, W>> {
        match self.reader.read(room) {
            Ok(count) => {
                self.done += count as u64;
                Ok(count)
            }
            Err(source) => Err(WriteError::Read { path: self.path(), source }),
        }
    }

    /// Reads until `room` is full.
    pub fn fill<W>(&mut self, mut room: &mut [u8]) -> Result<(), WriteError<R::Error, W>> {
        while !room.is_empty() {
            match self.read(room)? {
                0 => return Err(self.shorter()),
                count => room = &mut room[count..],
            }
        }
        Ok(())
    }

    pub fn expect_end<W>(&mut self) -> Result<(), WriteError<R::Error, W>> {
        match self.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(WriteError::Longer { path: self.path(), expected: self.layout.place(self.index).size }),
        }
    }

    fn shorter<W>(&self) -> WriteError<R::Error, W> {
        let expected = self.layout.place(self.index).size;
        WriteError::Shorter { path: self.path(), expected, found: self.done }
    }

    fn path(&self) -> String {
        self.layout.tree.path(self.index)
    }
}

/// The output, written in large pieces.
pub(crate) struct Output<W, P> {
    out: W,
    progress: P,
    piece: Vec<u8>,
    /// Number of bytes of `piece` that wait to be written.
    filled: usize,
    /// Number of bytes written.
    written: u64,
}

impl<W: Sink, P: FnMut(u64)> Output<W, P> {
    pub fn new(out: W, progress: P) -> Result<Self, TryReserveError> {
        Ok(Output { out, progress, piece: filled(PIECE)?, filled: 0, written: 0 })
    }

    pub fn put<R>(&mut self, mut bytes: &[u8]) -> Result<(), WriteError<R, W::Error>> {
        while !bytes.is_empty() {
            let count = bytes.len().min(PIECE - self.filled);
            let (now, later) = bytes.split_at(count);
            self.piece[self.filled..self.filled + count].copy_from_slice(now);
            self.took(count)?;
            bytes = later;
        }
        Ok(())
    }

    /// Reads `length` bytes of a file directly into the current piece.
    pub fn copy<S, R: Source>(
        &mut self,
        file: &mut Input<'_, S, R>,
        mut length: u64,
    ) -> Result<(), WriteError<R::Error, W::Error>> {
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

    /// Fills the block with zeros.
    pub fn pad<R>(&mut self) -> Result<(), WriteError<R, W::Error>> {
        // A piece is a whole number of blocks, so its length gives the position in a block.
        self.put(&[0; BLOCK_SIZE][..self.filled.next_multiple_of(BLOCK_SIZE) - self.filled])
    }

    /// Counts bytes that were put into the piece, and writes it when it is full.
    fn took<R>(&mut self, count: usize) -> Result<(), WriteError<R, W::Error>> {
        self.filled += count;
        if self.filled == PIECE { self.send() } else { Ok(()) }
    }

    fn send<R>(&mut self) -> Result<(), WriteError<R, W::Error>> {
        self.out.write(&self.piece[..self.filled]).map_err(|source| WriteError::Write { source })?;
        self.written += self.filled as u64;
        self.filled = 0;
        (self.progress)(self.written);
        Ok(())
    }

    pub fn finish<R>(mut self) -> Result<(), WriteError<R, W::Error>> {
        if self.filled > 0 {
            self.send()?;
        }
        self.out.finish().map_err(|source| WriteError::Write { source })
    }
}
