//! Reading in place.

use core::cmp::Ordering;

use crate::bytes::{compare, rank, slice};
use crate::dirent::{Block, is_dot, is_name};
use crate::superblock::{BLOCK, Superblock};
use crate::{DirEntry, Entries, FileKind, ImageError, Inode, Nid, Timestamp};

/// An EROFS image in memory. This is a view: copying it copies no bytes of the image.
#[derive(Clone, Copy)]
pub struct Image<'a> {
    bytes: &'a [u8],
    /// Byte offset from which node numbers count.
    metadata: u64,
    root: u16,
}

impl<'a> Image<'a> {
    /// Opens `bytes` as an image. Reads only the superblock, whatever the image's size.
    ///
    /// # Errors
    /// - [`ImageError::TooShort`]: `bytes` ends before the superblock does.
    /// - [`ImageError::Magic`]: there is no EROFS superblock.
    /// - [`ImageError::BlockSize`]: blocks or directory blocks are not 4 KiB.
    /// - [`ImageError::Features`]: the image needs a feature that this reader lacks.
    /// - [`ImageError::Truncated`]: `bytes` ends before the image's last block does.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let superblock = Superblock::read(bytes)?;
        Ok(Image { bytes, metadata: superblock.metadata, root: superblock.root })
    }

    /// Returns the number of the root directory.
    #[inline]
    pub fn root(&self) -> Nid {
        Nid(u64::from(self.root))
    }

    /// Returns the time at which the image was built.
    pub fn build_time(&self) -> Timestamp {
        Superblock::build_time(self.bytes)
    }

    /// Returns the bytes of the image.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Reads an inode and checks that its contents lie inside the image.
    ///
    /// # Errors
    /// - [`ImageError::NidOutOfRange`]: the number points outside the image.
    /// - [`ImageError::InodeFormat`], [`ImageError::InodeKind`], [`ImageError::InodeTime`]: the inode is damaged.
    /// - [`ImageError::Compressed`], [`ImageError::Chunked`]: its layout is not supported.
    /// - [`ImageError::Extent`]: its contents lie outside the image.
    /// - [`ImageError::InlineTail`]: its inline data crosses a block's end.
    #[inline]
    pub fn inode(&self, nid: Nid) -> Result<Inode, ImageError> {
        Inode::read(self.bytes, self.metadata, nid)
    }

    /// Returns the longest contiguous run of the contents at `offset`, in place; empty at or after the end, and for
    /// devices, pipes and sockets. A file's contents are at most two runs.
    ///
    /// # Errors
    /// - [`ImageError::Extent`]: the inode is of another image, and its contents are outside this one.
    #[inline]
    pub fn data(&self, inode: &Inode, offset: u64) -> Result<&'a [u8], ImageError> {
        let (start, length) = if offset < inode.body_size {
            (inode.body.checked_add(offset), inode.body_size - offset)
        } else if offset < inode.size {
            (inode.tail.checked_add(offset - inode.body_size), inode.size - offset)
        } else {
            return Ok(&[]);
        };
        start
            .and_then(|start| slice(self.bytes, start, length))
            .ok_or(ImageError::Extent { offset: self.inode_offset(inode.nid) })
    }

    /// Returns the target of a symbolic link, in place: 1 to 4096 bytes.
    ///
    /// # Errors
    /// - [`ImageError::NotALink`]: it is not a symbolic link.
    /// - [`ImageError::LinkTarget`]: the target is empty or longer than 4096 bytes.
    /// - [`ImageError::Extent`]: the inode is of another image, and its contents are outside this one.
    pub fn link_target(&self, inode: &Inode) -> Result<&'a [u8], ImageError> {
        if inode.kind != FileKind::SymbolicLink {
            return Err(ImageError::NotALink { nid: inode.nid.0 });
        }
        // Contents of at most a block are one run in either layout.
        if inode.size == 0 || inode.size > BLOCK {
            return Err(ImageError::LinkTarget { nid: inode.nid.0 });
        }
        self.data(inode, 0)
    }

    /// Finds a name, by a binary search over the directory's blocks and another in one block. Never finds `.` or `..`.
    ///
    /// # Errors
    /// - [`ImageError::NotADirectory`]: `dir` is not a directory.
    /// - [`ImageError::DirectoryBlock`], [`ImageError::Name`]: a block on the way is damaged.
    /// - [`ImageError::Extent`]: the inode is of another image, and its contents are outside this one.
    /// - Those of [`Image::inode`]: the entry does not have its kind, and the inode is damaged.
    #[inline]
    pub fn lookup(&self, dir: &Inode, name: &[u8]) -> Result<Option<DirEntry<'a>>, ImageError> {
        if is_dot(name) || !is_name(name) {
            return Ok(None);
        }
        let Some((block, index)) = self.find(dir, name)? else { return Ok(None) };
        let (nid, kind) = block.node(index)?;
        let kind = match kind {
            Some(kind) => kind,
            None => self.inode(nid)?.kind,
        };
        Ok(Some(DirEntry { name: block.name(index)?, nid, kind }))
    }

    /// Returns the parent of a directory; the root's is itself.
    ///
    /// # Errors
    /// - [`ImageError::NoParent`]: there is no `..` entry.
    /// - Those of [`Image::lookup`].
    pub fn parent(&self, dir: &Inode) -> Result<Nid, ImageError> {
        match self.find(dir, b"..")? {
            Some((block, index)) => Ok(block.node(index)?.0),
            None => Err(ImageError::NoParent { nid: dir.nid.0 }),
        }
    }

    /// Returns the entries of a directory in bytewise order, without `.` and `..`, from a position on: 0 is the start,
    /// and each item has the position after it. The iterator ends after an error.
    #[inline]
    pub fn entries(&self, dir: &Inode, from: u64) -> Entries<'a> {
        Entries::new(*self, *dir, from)
    }

    /// Returns the last block of a directory whose first name is not greater than `name`, and the result of a search in
    /// it.
    fn find(&self, dir: &Inode, name: &[u8]) -> Result<Option<(Block<'a>, usize)>, ImageError> {
        if dir.kind != FileKind::Directory {
            return Err(ImageError::NotADirectory { nid: dir.nid.0 });
        }
        let sought = Sought { name, rank: rank(name) };
        let mut candidate = None;
        let (mut low, mut high) = (0, dir.size.div_ceil(BLOCK));
        while low < high {
            let middle = low + (high - low) / 2;
            let block = self.directory_block(dir, middle)?;
            match sought.order_of(block.name(0)?) {
                Ordering::Equal => return Ok(Some((block, 0))),
                Ordering::Less => {
                    candidate = Some(block);
                    low = middle + 1;
                }
                Ordering::Greater => high = middle,
            }
        }
        let Some(block) = candidate else { return Ok(None) };
        // Entry 0 was compared before.
        let (mut low, mut high) = (1, block.count());
        while low < high {
            let middle = low + (high - low) / 2;
            match sought.order_of(block.name(middle)?) {
                Ordering::Equal => return Ok(Some((block, middle))),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// Returns block `index` of a directory, which exists.
    #[inline]
    pub(crate) fn directory_block(&self, dir: &Inode, index: u64) -> Result<Block<'a>, ImageError> {
        // The index is below the directory's number of blocks, so the product is at most its size.
        let offset = index * BLOCK;
        let run = self.data(dir, offset)?;
        let place = if offset < dir.body_size { dir.body + offset } else { dir.tail };
        Block::new(&run[..run.len().min(BLOCK as usize)], place)
    }

    /// Returns the offset of an inode. Saturates, because it is used only in errors.
    pub(crate) fn inode_offset(&self, nid: Nid) -> u64 {
        nid.0.saturating_mul(crate::inode::SLOT).saturating_add(self.metadata)
    }
}

/// A name to search for.
struct Sought<'n> {
    name: &'n [u8],
    /// Its [`rank`].
    rank: u64,
}

impl Sought<'_> {
    /// Compares another name with this one. Most differ in their ranks.
    #[inline]
    fn order_of(&self, other: &[u8]) -> Ordering {
        rank(other).cmp(&self.rank).then_with(|| compare(other, self.name))
    }
}

impl core::fmt::Debug for Image<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Image").field("size", &self.bytes.len()).field("root", &self.root).finish()
    }
}
