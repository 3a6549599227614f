//! Writes a layout as bytes, in one pass.

use alloc::vec::Vec;

use crate::inode::{EXTENDED, FLAT_INLINE, FLAT_PLAIN, SLOT};
use crate::layout::Layout;
use crate::names::Names;
use crate::place::{Group, Place};
use crate::stream::{Input, Output};
use crate::superblock::{self, BLOCK};
use crate::transfer::{Sink, Source};
use crate::tree::{Content, NodeIndex};
use crate::write_error::WriteError;
use crate::{Nid, directory};

const BLOCK_SIZE: usize = BLOCK as usize;

impl<S> Layout<'_, S> {
    /// Writes the image, [`Layout::size`] bytes, from start to end. `open` opens the contents of a file by its source;
    /// each is opened once, read to its end and dropped before the next. `progress` is called from time to time, and at
    /// the end, with the number of bytes written.
    ///
    /// Holds at most about 4 MiB of contents at a time (at the very worst twice that), whatever the sizes of files and
    /// directories.
    ///
    /// # Errors
    /// - [`WriteError::Open`], [`WriteError::Read`]: `open`, or a read of what it returned, failed.
    /// - [`WriteError::Shorter`], [`WriteError::Longer`]: a file does not have its length in the tree.
    /// - [`WriteError::Write`]: `out` failed.
    /// - [`WriteError::OutOfMemory`]: there is no memory for the contents that wait to be written.
    pub fn write<R: Source, W: Sink>(
        &self,
        out: W,
        mut open: impl FnMut(&S) -> Result<R, R::Error>,
        progress: impl FnMut(u64),
    ) -> Result<(), WriteError<R::Error, W::Error>> {
        let mut out = Output::new(out, progress).map_err(|_| WriteError::OutOfMemory)?;
        out.put(&self.head(&mut open)?)?;
        let mut inodes = Vec::new();
        let most = self.groups.iter().map(|group| group.inodes.len()).max().unwrap_or(0);
        inodes.try_reserve_exact(most * BLOCK_SIZE).map_err(|_| WriteError::OutOfMemory)?;
        for group in &self.groups {
            inodes.clear();
            inodes.resize(group.inodes.len() * BLOCK_SIZE, 0);
            self.write_group(group, &mut inodes, &mut out, &mut open)?;
        }
        out.finish()
    }

    /// Writes block 0: the superblock, and inodes whose contents fit behind them.
    fn head<R: Source, W>(
        &self,
        open: &mut impl FnMut(&S) -> Result<R, R::Error>,
    ) -> Result<[u8; BLOCK_SIZE], WriteError<R::Error, W>> {
        let mut head = [0; BLOCK_SIZE];
        for index in &self.order {
            let at = self.place(*index).inode;
            if at >= BLOCK {
                continue;
            }
            let tail = self.write_inode(*index, &mut head[at as usize..]);
            match self.tree.node(*index).content() {
                Content::RegularFile { source, .. } => {
                    let mut file = self.open(*index, source, open)?;
                    file.fill(tail)?;
                    file.expect_end()?;
                }
                Content::SymbolicLink(target) => tail.copy_from_slice(target),
                // It may also have blocks, which come with its group.
                Content::Directory(names) => self.write_directory(*index, names, tail, |_| Ok(()))?,
            }
        }
        let root = (self.place(self.tree.root()).inode / SLOT) as u16;
        superblock::write(&mut head, root, self.order.len() as u64, self.blocks, self.build_time);
        Ok(head)
    }

    /// Writes one group: contents, directories, and then the inodes, which are collected in `inodes`.
    fn write_group<R: Source, W: Sink, P: FnMut(u64)>(
        &self,
        group: &Group,
        inodes: &mut [u8],
        out: &mut Output<W, P>,
        open: &mut impl FnMut(&S) -> Result<R, R::Error>,
    ) -> Result<(), WriteError<R::Error, W::Error>> {
        let first = u64::from(group.inodes.start) * BLOCK;
        let members = &self.order[group.members.clone()];
        for index in members {
            // An inode that is not here is in block 0, with its tail.
            let Some(at) = self.place(*index).inode.checked_sub(first) else { continue };
            let tail = self.write_inode(*index, &mut inodes[at as usize..]);
            match self.tree.node(*index).content() {
                Content::RegularFile { size, source } => {
                    let mut file = self.open(*index, source, open)?;
                    out.copy(&mut file, size - tail.len() as u64)?;
                    out.pad()?;
                    file.fill(tail)?;
                    file.expect_end()?;
                }
                Content::SymbolicLink(target) => {
                    let (body, rest) = target.split_at(target.len() - tail.len());
                    out.put(body)?;
                    out.pad()?;
                    tail.copy_from_slice(rest);
                }
                Content::Directory(_) => {}
            }
        }
        for index in members {
            let Content::Directory(names) = self.tree.node(*index).content() else { continue };
            let Place { inode, tail, .. } = *self.place(*index);
            let tail = match inode.checked_sub(first) {
                Some(at) => &mut inodes[at as usize + EXTENDED..][..usize::from(tail)],
                None => &mut [],
            };
            self.write_directory(*index, names, tail, |block| {
                out.put(block)?;
                out.pad()
            })?;
        }
        out.put(inodes)
    }

    /// Writes the 64 bytes of an extended inode at the start of `room`, and returns the room for its tail.
    fn write_inode<'r>(&self, index: NodeIndex, room: &'r mut [u8]) -> &'r mut [u8] {
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
        &mut room[EXTENDED..][..usize::from(tail)]
    }

    /// Passes on the whole blocks of a directory, one after the other, and copies the rest to `tail`, unless that is
    /// empty.
    fn write_directory<E>(
        &self,
        index: NodeIndex,
        names: &Names,
        tail: &mut [u8],
        mut put: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Place { mut body_blocks, .. } = *self.place(index);
        let describe = |node| (self.nid(node), self.tree.node(node).kind());
        directory::blocks(names, index, self.tree.node(index).parent, describe, |block| {
            if body_blocks > 0 {
                body_blocks -= 1;
                return put(block);
            }
            if !tail.is_empty() {
                tail.copy_from_slice(block);
            }
            Ok(())
        })
    }

    fn nid(&self, index: NodeIndex) -> Nid {
        Nid(self.place(index).inode / SLOT)
    }

    fn open<R: Source, W>(
        &self,
        index: NodeIndex,
        source: &S,
        open: &mut impl FnMut(&S) -> Result<R, R::Error>,
    ) -> Result<Input<'_, S, R>, WriteError<R::Error, W>> {
        match open(source) {
            Ok(reader) => Ok(Input::new(self, index, reader)),
            Err(source) => Err(WriteError::Open { path: self.tree.path(index), source }),
        }
    }
}
