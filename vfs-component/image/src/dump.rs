//! An image as text.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::bytes::{array, u16_at, u32_at, u64_at};
use crate::damage::{Damage, printable};
use crate::superblock::{self, BLOCK};
use crate::walk::Walk;
use crate::{FileKind, Image};

const SUPERBLOCK: usize = superblock::SIZE;

/// The reason why an image was not printed completely.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// The image is damaged.
    #[error(transparent)]
    Damage(#[from] Damage),
    /// The text could not be written.
    #[error("cannot write the listing")]
    Write(#[from] io::Error),
}

/// Prints the fields of the superblock, a line for each name in path order, and the use of the bytes. Offsets and sizes
/// are in bytes, times in seconds since 1970.
///
/// # Errors
/// - [`DumpError::Damage`]: the image is damaged; everything before that is printed.
/// - [`DumpError::Write`]: `out` failed.
pub fn dump(image: &Image<'_>, out: &mut impl Write) -> Result<(), DumpError> {
    if let Some(raw) = array::<SUPERBLOCK>(image.bytes(), superblock::OFFSET) {
        dump_superblock(raw, out)?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "{:>12}  {:>8}  {:4}  {:>4}  {:>5}  {:>12}  {:>20}  {:>12}  {:>12}  path",
        "inode at", "nid", "kind", "mode", "links", "size", "modified", "blocks at", "tail at"
    )?;
    let mut seen = HashSet::new();
    let mut used = Used::default();
    for entry in Walk::new(image, image.root()) {
        let entry = entry?;
        let inode = entry.inode;
        if seen.insert(inode.nid) {
            used.nodes += 1;
            used.tails += inode.size - inode.body_size;
            match inode.kind {
                FileKind::Directory => used.directories += inode.body_size.next_multiple_of(BLOCK),
                _ => {
                    used.files += inode.body_size;
                    used.padding += inode.body_size.next_multiple_of(BLOCK) - inode.body_size;
                }
            }
        }
        let place = |there: bool, offset: u64| if there { Place(Some(offset)) } else { Place(None) };
        write!(
            out,
            "{:>12}  {:>8}  {:4}  {:04o}  {:>5}  {:>12}  {:>10}.{:09}  {:>12}  {:>12}  /{}",
            image.inode_offset(inode.nid),
            inode.nid.0,
            kind_name(inode.kind),
            inode.mode,
            inode.links,
            inode.size,
            inode.modified.seconds,
            inode.modified.nanoseconds,
            place(inode.body_size > 0, inode.body),
            place(inode.size > inode.body_size, inode.tail),
            printable(&entry.path)
        )?;
        if inode.kind == FileKind::SymbolicLink {
            let target = image.link_target(&inode).map_err(|error| Damage::new(&entry.path, error))?;
            write!(out, " -> {}", printable(target))?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    let size = image.bytes().len();
    writeln!(out, "{size:>12}  bytes in the image")?;
    writeln!(out, "{:>12}  contents of files, whole blocks", used.files)?;
    writeln!(out, "{:>12}  zeros behind them", used.padding)?;
    writeln!(out, "{:>12}  blocks of directories", used.directories)?;
    writeln!(out, "{:>12}  tails beside inodes", used.tails)?;
    writeln!(out, "{:>12}  inodes", used.nodes)?;
    Ok(())
}

/// The use of an image's bytes.
#[derive(Default)]
struct Used {
    nodes: u64,
    files: u64,
    padding: u64,
    directories: u64,
    tails: u64,
}

/// An offset, printed as a dash if there is none.
struct Place(Option<u64>);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(offset) => offset.fmt(f),
            None => f.pad("-"),
        }
    }
}

fn dump_superblock(raw: &[u8; SUPERBLOCK], out: &mut impl Write) -> io::Result<()> {
    let mut line = |at: u64, field: &str, value: std::fmt::Arguments<'_>| {
        writeln!(out, "{:>12}  {field:<16}  {value}", superblock::OFFSET + at)
    };
    line(0, "magic", format_args!("{:#010x}", u32_at::<0, SUPERBLOCK>(raw)))?;
    line(4, "checksum", format_args!("{:#010x}", u32_at::<4, SUPERBLOCK>(raw)))?;
    line(8, "feature_compat", format_args!("{:#x}", u32_at::<8, SUPERBLOCK>(raw)))?;
    line(12, "block size", format_args!("{}", 1_u64 << (raw[12] & 63)))?;
    line(14, "root nid", format_args!("{}", u16_at::<14, SUPERBLOCK>(raw)))?;
    line(16, "inodes", format_args!("{}", u64_at::<16, SUPERBLOCK>(raw)))?;
    line(24, "build time", format_args!("{}.{:09}", u64_at::<24, SUPERBLOCK>(raw), u32_at::<32, SUPERBLOCK>(raw)))?;
    line(36, "blocks", format_args!("{}", u32_at::<36, SUPERBLOCK>(raw)))?;
    line(40, "metadata block", format_args!("{}", u32_at::<40, SUPERBLOCK>(raw)))?;
    line(44, "attribute block", format_args!("{}", u32_at::<44, SUPERBLOCK>(raw)))?;
    let uuid = raw[48..64].iter().fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
    line(48, "uuid", format_args!("{uuid:032x}"))?;
    line(80, "feature_incompat", format_args!("{:#x}", u32_at::<80, SUPERBLOCK>(raw)))
}

fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::RegularFile => "file",
        FileKind::Directory => "dir",
        FileKind::SymbolicLink => "link",
        FileKind::CharacterDevice => "char",
        FileKind::BlockDevice => "blk",
        FileKind::Fifo => "fifo",
        FileKind::Socket => "sock",
    }
}
