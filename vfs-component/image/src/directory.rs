//! Directory blocks as the writer makes them: as many entries in each as fit, in bytewise order.

use std::boxed::Box;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::vec::Vec;

use crate::dirent::ENTRY;
use crate::superblock::BLOCK;
use crate::tree::NodeIndex;
use crate::{FileKind, Nid};

const BLOCK_SIZE: usize = BLOCK as usize;

/// What a directory's map of names is.
type Names = BTreeMap<Box<[u8]>, NodeIndex>;

/// Size in bytes of the directory with these names.
pub(crate) fn size(names: &Names) -> u64 {
    let anywhere = NodeIndex::default();
    let mut full_blocks = 0;
    let mut used = 0;
    for (name, _) in with_dots(names, anywhere, anywhere) {
        let more = ENTRY + name.len();
        if used + more > BLOCK_SIZE {
            full_blocks += 1;
            used = 0;
        }
        used += more;
    }
    full_blocks * BLOCK + used as u64
}

/// The blocks of the directory with these names; `describe` says what is written of a node.
pub(crate) fn bytes(
    names: &Names,
    own: NodeIndex,
    parent: NodeIndex,
    describe: impl Fn(NodeIndex) -> (Nid, FileKind),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut block: Vec<(&[u8], NodeIndex)> = Vec::new();
    let mut used = 0;
    for entry in with_dots(names, own, parent) {
        let more = ENTRY + entry.0.len();
        if used + more > BLOCK_SIZE {
            write_block(&mut bytes, &block, &describe);
            bytes.resize(bytes.len().next_multiple_of(BLOCK_SIZE), 0);
            block.clear();
            used = 0;
        }
        used += more;
        block.push(entry);
    }
    write_block(&mut bytes, &block, &describe);
    bytes
}

fn write_block(bytes: &mut Vec<u8>, block: &[(&[u8], NodeIndex)], describe: &impl Fn(NodeIndex) -> (Nid, FileKind)) {
    let mut name_offset = block.len() * ENTRY;
    for (name, node) in block {
        let (nid, kind) = describe(*node);
        bytes.extend_from_slice(&nid.0.to_le_bytes());
        // Inside a block: below 4096.
        bytes.extend_from_slice(&(name_offset as u16).to_le_bytes());
        bytes.extend_from_slice(&[kind.to_entry(), 0]);
        name_offset += name.len();
    }
    for (name, _) in block {
        bytes.extend_from_slice(name);
    }
}

/// All names of a directory in bytewise order. Some, such as `!`, sort before `.`, and some, such as `.a`, after `..`.
fn with_dots(names: &Names, own: NodeIndex, parent: NodeIndex) -> impl Iterator<Item = (&[u8], NodeIndex)> {
    let part = |from: Bound<&'static [u8]>, to: Bound<&'static [u8]>| {
        names.range::<[u8], _>((from, to)).map(|(name, node)| (&**name, *node))
    };
    let dot: &'static [u8] = b".";
    let dots: &'static [u8] = b"..";
    part(Bound::Unbounded, Bound::Excluded(dot))
        .chain([(dot, own)])
        .chain(part(Bound::Excluded(dot), Bound::Excluded(dots)))
        .chain([(dots, parent)])
        .chain(part(Bound::Excluded(dots), Bound::Unbounded))
}
