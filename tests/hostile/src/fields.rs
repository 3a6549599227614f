//! Where an image's metadata is: offset and width of every field that says something.

use std::sync::LazyLock;

use vfs_image::{FileKind, Image, Walk};

use crate::base::BASES;

/// A field: offset in bytes, width in bytes.
pub type Field = (usize, usize);

/// The fields of each base.
pub static FIELDS: LazyLock<[Vec<Field>; 2]> = LazyLock::new(|| [fields(&BASES[0]), fields(&BASES[1])]);

/// Of the superblock, from its start: magic, checksum, features, block size, extension slots, root, nodes, times, blocks, the start
/// of the metadata, incompatible features, directory blocks.
const SUPERBLOCK: [Field; 13] =
    [(0, 4), (4, 4), (8, 4), (12, 1), (13, 1), (14, 2), (16, 8), (24, 8), (32, 4), (36, 4), (40, 4), (80, 4), (90, 1)];
/// Of an extended inode: format, attributes, mode, size, place, number, time, nanoseconds, links.
const INODE: [Field; 9] = [(0, 2), (2, 2), (4, 2), (8, 8), (16, 4), (20, 4), (32, 8), (40, 4), (44, 4)];
/// Of a directory entry: node, place of the name, kind.
const ENTRY: [Field; 3] = [(0, 8), (8, 2), (10, 1)];

fn fields(bytes: &[u8]) -> Vec<Field> {
    let image = Image::new(bytes).expect("a base is sound");
    let mut fields: Vec<Field> = SUPERBLOCK.iter().map(|(at, width)| (1024 + at, *width)).collect();
    for entry in Walk::new(&image, image.root()) {
        let inode = entry.expect("a base is sound").inode;
        // Node numbers count from the image's start.
        let at = inode.nid.0 as usize * 32;
        fields.extend(INODE.iter().map(|(from, width)| (at + from, *width)));
        if inode.kind == FileKind::RegularFile {
            continue;
        }
        let mut offset = 0;
        while offset < inode.size {
            let run = image.data(&inode, offset).expect("a base is sound");
            let block = &run[..run.len().min(4096)];
            let start = block.as_ptr() as usize - bytes.as_ptr() as usize;
            let mut names = 0;
            if inode.kind == FileKind::Directory {
                names = usize::from(u16::from_le_bytes([block[8], block[9]]));
                for entry in (0..names).step_by(12) {
                    fields.extend(ENTRY.iter().map(|(from, width)| (start + entry + from, *width)));
                }
            }
            // Bytes of names and of targets, not all of long ones.
            fields.extend((names..block.len()).step_by(1 + block.len() / 200).map(|from| (start + from, 1)));
            offset += block.len() as u64;
        }
    }
    fields
}
