//! Directory blocks: an array of 12-byte entries, then their names, sorted bytewise.
//!
//! ```text
//! 0        12       24                 nameoff[0]
//! ┌────────┬────────┬─ ─ ─ ─ ┬────────┬──────┬──────┬─ ─ ─ ┬──────┬─────┐
//! │entry 0 │entry 1 │        │entry n │name 0│name 1│      │name n│ NUL │
//! └────────┴────────┴─ ─ ─ ─ ┴────────┴──────┴──────┴─ ─ ─ ┴──────┴─────┘
//!   nid u64, nameoff u16, type u8, 0        a name ends where the next begins; the last at a NUL or the block's end
//! ```

use crate::bytes::{array, u16_at, u64_at};
use crate::superblock::BLOCK;
use crate::{FileKind, Image, ImageError, Inode, Nid};

/// Size of an entry without its name.
pub(crate) const ENTRY: usize = 12;
/// Longest name, in bytes.
pub(crate) const MAX_NAME: usize = 255;

/// A name in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirEntry<'a> {
    /// The name, in place; not necessarily UTF-8.
    pub name: &'a [u8],
    /// The node that it refers to.
    pub nid: Nid,
    /// The kind of that node.
    pub kind: FileKind,
}

/// A directory block whose number of entries is known.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    bytes: &'a [u8],
    count: usize,
    /// Its offset in the image.
    pub offset: u64,
}

impl<'a> Block<'a> {
    /// Reads `bytes`, at most a block, as a directory block at `offset` in the image.
    #[inline]
    pub fn new(bytes: &'a [u8], offset: u64) -> Result<Self, ImageError> {
        let damaged = ImageError::DirectoryBlock { offset };
        let first: &[u8; ENTRY] = array(bytes, 0).ok_or(damaged)?;
        // The names begin where the entries end, so the offset of the first name tells the number of entries.
        let names = usize::from(u16_at::<8, ENTRY>(first));
        if names == 0 || names % ENTRY != 0 || names >= bytes.len() {
            return Err(damaged);
        }
        Ok(Block { bytes, count: names / ENTRY, offset })
    }

    /// Returns the number of entries, at least 1.
    #[inline]
    pub fn count(&self) -> usize {
        self.count
    }

    #[inline]
    fn raw(&self, index: usize) -> Result<&'a [u8; ENTRY], ImageError> {
        // `index` is below `count`, which `new` has checked against the block's length, so this cannot fail.
        array(self.bytes, (index * ENTRY) as u64).ok_or(ImageError::DirectoryBlock { offset: self.offset })
    }

    /// Returns the name of entry `index`, which is below `count`.
    #[inline]
    pub fn name(&self, index: usize) -> Result<&'a [u8], ImageError> {
        let start = usize::from(u16_at::<8, ENTRY>(self.raw(index)?));
        let end = if index + 1 < self.count {
            usize::from(u16_at::<8, ENTRY>(self.raw(index + 1)?))
        } else {
            self.bytes.len()
        };
        if start < self.count * ENTRY {
            return Err(ImageError::DirectoryBlock { offset: self.offset });
        }
        let mut name = self.bytes.get(start..end).ok_or(ImageError::DirectoryBlock { offset: self.offset })?;
        if index + 1 == self.count {
            let padding = name.iter().take(MAX_NAME + 1).position(|byte| *byte == 0);
            name = &name[..padding.unwrap_or(name.len())];
        }
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(ImageError::Name { offset: self.offset });
        }
        Ok(name)
    }

    /// Returns the node of entry `index`, and its kind if the entry has it.
    #[inline]
    pub fn node(&self, index: usize) -> Result<(Nid, Option<FileKind>), ImageError> {
        let raw = self.raw(index)?;
        Ok((Nid(u64_at::<0, ENTRY>(raw)), FileKind::from_entry(raw[10])))
    }
}

/// Returns whether a name is one of the two that every directory has.
#[inline]
pub(crate) fn is_dot(name: &[u8]) -> bool {
    matches!(name, b"." | b"..")
}

/// Returns whether a name can be a component of a path: not empty, at most 255 bytes, no `/`, no NUL.
#[inline]
pub(crate) fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME && !name.iter().any(|byte| matches!(byte, b'/' | 0))
}

/// The entries of a directory in order, returned by [`Image::entries`]. Ends after the first error.
#[derive(Clone)]
pub struct Entries<'a> {
    image: Image<'a>,
    directory: Inode,
    /// Offset of a block in the directory, plus 12 for each of its entries that was returned. At or past the
    /// directory's size: the end.
    position: u64,
}

impl<'a> Entries<'a> {
    pub(crate) fn new(image: Image<'a>, directory: Inode, position: u64) -> Self {
        Entries { image, directory, position }
    }

    fn advance(&mut self) -> Result<Option<(u64, DirEntry<'a>)>, ImageError> {
        if self.directory.kind != FileKind::Directory {
            return Err(ImageError::NotADirectory { nid: self.directory.nid.0 });
        }
        while self.position < self.directory.size {
            let block = self.image.directory_block(&self.directory, self.position / BLOCK)?;
            // The remainder is below 4096, so it fits any integer.
            let mut index = (self.position % BLOCK) as usize / ENTRY;
            while index < block.count() {
                let name = block.name(index)?;
                index += 1;
                if is_dot(name) {
                    continue;
                }
                if !is_name(name) {
                    return Err(ImageError::Name { offset: block.offset });
                }
                let (nid, kind) = block.node(index - 1)?;
                let kind = match kind {
                    Some(kind) => kind,
                    None => self.image.inode(nid)?.kind,
                };
                self.position = (self.position & !(BLOCK - 1)) + (index * ENTRY) as u64;
                return Ok(Some((self.position, DirEntry { name, nid, kind })));
            }
            self.position = (self.position & !(BLOCK - 1)) + BLOCK;
        }
        Ok(None)
    }
}

impl<'a> Iterator for Entries<'a> {
    /// The position after the entry, and the entry.
    type Item = Result<(u64, DirEntry<'a>), ImageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position == u64::MAX {
            return None;
        }
        match self.advance() {
            Ok(Some(item)) => Some(Ok(item)),
            Ok(None) => None,
            Err(error) => {
                self.position = u64::MAX;
                Some(Err(error))
            }
        }
    }
}

impl core::iter::FusedIterator for Entries<'_> {}
