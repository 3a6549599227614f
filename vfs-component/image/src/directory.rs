//! Writes directory blocks: each has as many entries as fit, in bytewise order.

use core::iter;

use crate::dirent::ENTRY;
use crate::names::Names;
use crate::superblock::BLOCK;
use crate::tree::NodeIndex;
use crate::{FileKind, Nid};

const BLOCK_SIZE: usize = BLOCK as usize;

/// Returns the size in bytes of the directory with these names.
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

/// Makes the blocks of the directory with these names, one after the other, and passes each to `take`, without the
/// bytes after the last name. `describe` returns what is written about a node.
pub(crate) fn blocks<E>(
    names: &Names,
    own: NodeIndex,
    parent: NodeIndex,
    describe: impl Fn(NodeIndex) -> (Nid, FileKind),
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut entries = with_dots(names, own, parent);
    let mut block = [0; BLOCK_SIZE];
    loop {
        let used = fill_block(&mut block, &mut entries, &describe);
        if used == 0 {
            return Ok(());
        }
        take(&block[..used])?;
    }
}

/// Fills a block with the next entries, as many as fit, and returns the number of bytes used.
fn fill_block<'n>(
    block: &mut [u8; BLOCK_SIZE],
    entries: &mut (impl Iterator<Item = (&'n [u8], NodeIndex)> + Clone),
    describe: &impl Fn(NodeIndex) -> (Nid, FileKind),
) -> usize {
    let (mut count, mut used) = (0, 0);
    for (name, _) in entries.clone() {
        let more = ENTRY + name.len();
        if used + more > BLOCK_SIZE {
            break;
        }
        count += 1;
        used += more;
    }
    let (heads, names) = block.split_at_mut(count * ENTRY);
    let mut at = 0;
    for (head, (name, node)) in heads.chunks_exact_mut(ENTRY).zip(entries) {
        let (nid, kind) = describe(node);
        head[..8].copy_from_slice(&nid.0.to_le_bytes());
        // An offset in a block is below 4096.
        head[8..10].copy_from_slice(&((count * ENTRY + at) as u16).to_le_bytes());
        head[10..].copy_from_slice(&[kind.to_entry(), 0]);
        names[at..at + name.len()].copy_from_slice(name);
        at += name.len();
    }
    used
}

/// Returns all names of a directory in bytewise order. Some, such as `!`, sort before `.`, and some, such as `.a`,
/// after `..`.
fn with_dots(names: &Names, own: NodeIndex, parent: NodeIndex) -> impl Iterator<Item = (&[u8], NodeIndex)> + Clone {
    let mut dots = [(&b"."[..], own), (b"..", parent)].into_iter().peekable();
    let mut names = names.iter().peekable();
    iter::from_fn(move || match (dots.peek(), names.peek()) {
        (Some((dot, _)), Some((name, _))) if name < dot => names.next(),
        (Some(_), _) => dots.next(),
        (None, _) => names.next(),
    })
}
