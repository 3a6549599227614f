//! Checks all metadata of an image.

use std::collections::BTreeMap;
use std::vec::Vec;

use crate::bytes::{array, u16_at, u32_at};
use crate::damage::{Damage, Problem};
use crate::dirent::is_name;
use crate::inode::{COMPACT, EXTENDED};
use crate::superblock::{self, BLOCK};
use crate::walk::Walk;
use crate::{FileKind, Image, ImageError, Inode, Nid};

/// Counts of a sound image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Directories, including the root.
    pub directories: u64,
    /// Regular files; one with several names counts once.
    pub files: u64,
    /// Symbolic links.
    pub symlinks: u64,
    /// Devices, pipes and sockets.
    pub others: u64,
    /// Names of files, links and others beyond each one's first.
    pub hard_links: u64,
    /// Bytes in regular files.
    pub content_bytes: u64,
}

/// Checks all metadata of an image: the superblock and its checksum, every inode, every directory, the link counts, and
/// that nothing overlaps. Contents of files cannot be checked, because EROFS has no checksum of them.
///
/// # Errors
/// A [`Damage`] with the first [`Problem`] in path order; wrong link counts and overlaps come after all others.
pub fn validate(bytes: &[u8]) -> Result<Summary, Damage> {
    let at_root = |problem| Damage::new(b"", problem);
    let image = Image::new(bytes).map_err(|error| at_root(error.into()))?;
    check_checksum(bytes).map_err(at_root)?;

    let mut summary = Summary::default();
    let mut links = BTreeMap::new();
    let mut extents = Extents::new(&image);
    for entry in Walk::new(&image, image.root()) {
        let entry = entry?;
        let inode = entry.inode;
        let damage = |problem| Damage::new(&entry.path, problem);
        if entry.depth == 0 && inode.kind != FileKind::Directory {
            return Err(damage(Problem::RootKind { offset: image.inode_offset(inode.nid) }));
        }
        let count =
            links.entry(inode.nid).or_insert_with(|| Count { stored: inode.links, found: 0, path: entry.path.clone() });
        count.found += 1;
        if count.found > 1 {
            summary.hard_links += 1;
            continue;
        }
        extents.add(&inode);
        match inode.kind {
            FileKind::Directory => {
                summary.directories += 1;
                // Names of a directory: its own `.`, and the entry in its parent, or `..` for the root.
                count.found = 2;
                if let Some(parent) = links.get_mut(&entry.parent).filter(|_| entry.depth > 0) {
                    parent.found += 1;
                }
                check_directory(&image, &inode, entry.parent).map_err(damage)?;
            }
            FileKind::RegularFile => {
                summary.files += 1;
                summary.content_bytes += inode.size;
            }
            FileKind::SymbolicLink => {
                summary.symlinks += 1;
                check_link(&image, &inode).map_err(damage)?;
            }
            _ => summary.others += 1,
        }
    }
    check_links(&image, &links)?;
    extents.check().map_err(at_root)?;
    Ok(summary)
}

/// The link count of one inode.
struct Count {
    stored: u32,
    found: u32,
    path: Vec<u8>,
}

/// Checks the superblock of an image: that there is one, and its checksum. It is a small part of [`validate`].
///
/// # Errors
/// As [`validate`].
pub fn check_superblock(bytes: &[u8]) -> Result<(), Damage> {
    let at_root = |problem| Damage::new(b"", problem);
    Image::new(bytes).map_err(|error| at_root(error.into()))?;
    check_checksum(bytes).map_err(at_root)
}

fn check_checksum(bytes: &[u8]) -> Result<(), Problem> {
    let raw: &[u8; superblock::SIZE] = array(bytes, superblock::OFFSET).ok_or(ImageError::TooShort)?;
    if u32_at::<8, { superblock::SIZE }>(raw) & superblock::CHECKSUM == 0 {
        return Ok(());
    }
    let block: &[u8; BLOCK as usize] = array(bytes, 0).ok_or(ImageError::TooShort)?;
    let stored = u32_at::<4, { superblock::SIZE }>(raw);
    let computed = superblock::checksum(block);
    if stored == computed { Ok(()) } else { Err(Problem::Checksum { stored, computed }) }
}

/// Checks a directory: names are valid and sorted, `.` and `..` exist and are true, and kinds are those of the inodes.
fn check_directory(image: &Image<'_>, directory: &Inode, parent: Nid) -> Result<(), Problem> {
    let offset = image.inode_offset(directory.nid);
    let (mut dot, mut dots) = (None, None);
    let mut last: &[u8] = b"";
    for index in 0..directory.size.div_ceil(BLOCK) {
        let block = image.directory_block(directory, index)?;
        for index in 0..block.count() {
            let name = block.name(index)?;
            let (nid, kind) = block.node(index)?;
            if !is_name(name) {
                return Err(ImageError::Name { offset: block.offset }.into());
            }
            if name <= last {
                return Err(Problem::Order { offset: block.offset });
            }
            last = name;
            match name {
                b"." => dot = Some(nid),
                b".." => dots = Some(nid),
                _ => {}
            }
            // An inode that cannot be read is a fault of the entry, which the walk reaches and names.
            if let Some(kind) = kind
                && image.inode(nid).is_ok_and(|inode| inode.kind != kind)
            {
                return Err(Problem::EntryKind { offset: block.offset });
            }
        }
    }
    if dot != Some(directory.nid) {
        return Err(Problem::Dot { offset });
    }
    if dots != Some(parent) {
        return Err(Problem::DotDot { offset });
    }
    Ok(())
}

fn check_link(image: &Image<'_>, link: &Inode) -> Result<(), Problem> {
    if image.link_target(link)?.contains(&0) {
        return Err(Problem::LinkTarget { offset: image.inode_offset(link.nid) });
    }
    Ok(())
}

fn check_links(image: &Image<'_>, links: &BTreeMap<Nid, Count>) -> Result<(), Damage> {
    for (nid, Count { stored, found, path }) in links {
        // A directory with more links than the field can hold has 1.
        let directory = image.inode(*nid).is_ok_and(|inode| inode.kind == FileKind::Directory);
        if stored != found && !(directory && *stored == 1) {
            let offset = image.inode_offset(*nid);
            return Err(Damage::new(path, Problem::Links { offset, stored: *stored, found: *found }));
        }
    }
    Ok(())
}

/// The ranges of bytes in use, and what each contains.
struct Extents<'i, 'a> {
    image: &'i Image<'a>,
    extents: Vec<Extent>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Extent {
    start: u64,
    end: u64,
    /// Whether it is contents of a file, which two files may share.
    shareable: bool,
}

impl<'i, 'a> Extents<'i, 'a> {
    fn new(image: &'i Image<'a>) -> Self {
        let superblock =
            Extent { start: superblock::OFFSET, end: superblock::OFFSET + superblock::SIZE as u64, shareable: false };
        Extents { image, extents: Vec::from([superblock]) }
    }

    fn add(&mut self, inode: &Inode) {
        let start = self.image.inode_offset(inode.nid);
        let extended = array::<2>(self.image.bytes(), start).is_some_and(|format| u16_at::<0, 2>(format) & 1 == 1);
        let length = if extended { EXTENDED } else { COMPACT } as u64;
        let tail_size = inode.size - inode.body_size;
        let shareable = inode.kind == FileKind::RegularFile;
        self.extents.push(Extent { start, end: start + length, shareable: false });
        for (start, size, shareable) in [(inode.tail, tail_size, false), (inode.body, inode.body_size, shareable)] {
            if size > 0 {
                self.extents.push(Extent { start, end: start + size, shareable });
            }
        }
    }

    fn check(mut self) -> Result<(), Problem> {
        self.extents.sort_unstable();
        let (mut used, mut shared) = (0, 0);
        for extent in &self.extents {
            let free_from = if extent.shareable { used } else { used.max(shared) };
            if extent.start < free_from {
                return Err(Problem::Overlap { offset: extent.start });
            }
            let end = if extent.shareable { &mut shared } else { &mut used };
            *end = extent.end.max(*end);
        }
        Ok(())
    }
}
