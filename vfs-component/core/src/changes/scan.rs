//! Searches for names that no walk has passed, of changed files that have several names in the layer.

use alloc::vec::Vec;

use hashbrown::HashTable;
use vfs_image::FileKind;

use super::list::Details;
use crate::Error;
use crate::journal::{Hooks, Tracked};
use crate::layer::Layer;
use crate::name;
use crate::node::NodeId;
use crate::node::directory::Found;
use crate::tree::{Tree, owned};

/// A directory that the walk visited.
struct Visited {
    found: Found,
    /// Index of its parent among the visited directories; the root's is its own.
    above: usize,
    name: Vec<u8>,
}

/// A name of one of the files.
struct Hit {
    found: Found,
    /// Index of its directory.
    directory: usize,
    name: Vec<u8>,
}

/// Notes all names of the files whose changes since a mark will be listed, if some names are unknown.
///
/// # Errors
/// - [`Error::InsufficientMemory`]: an allocation failed.
/// - Those of [`Tree::each_entry`].
pub(super) fn find_names<L: Layer>(tree: &mut Tree<L, Tracked>, mark: u32) -> Result<(), L::Stop> {
    let wanted = wanted(tree, mark)?;
    if wanted.is_empty() {
        return Ok(());
    }
    let (visited, hits) = walk(tree, &wanted)?;
    for hit in hits {
        tree.journal.begin_path();
        let mut at = hit.directory;
        while let Some(directory) = visited.get(at).filter(|_| at != 0) {
            let above = visited.get(directory.above).ok_or(Error::Io)?;
            tree.journal.pass(above.found.node, &directory.name, directory.found);
            at = directory.above;
        }
        let directory = visited.get(hit.directory).ok_or(Error::Io)?;
        tree.journal.pass(directory.found.node, &hit.name, hit.found);
        tree.journal.note_node(hit.found.node)?;
    }
    Ok(())
}

/// Returns the files with more names than are known, sorted.
fn wanted<L: Layer>(tree: &Tree<L, Tracked>, mark: u32) -> Result<Vec<NodeId>, Error> {
    let mut wanted = Vec::new();
    let journal = &tree.journal;
    for place in journal.nodes.since(mark) {
        let Some(note) = journal.nodes.get(place) else { continue };
        let Some(node) = tree.present(note.id) else { continue };
        let is_known = node.kind() == FileKind::Directory
            || node.links <= 1 && note.first_name != crate::journal::ledger::NONE
            || node.links as usize <= journal.names_of(place).count();
        if !is_known && note.born <= mark && !Details::new(node, note, mark)?.is_nothing() {
            wanted.try_reserve(1)?;
            wanted.push(note.id);
        }
    }
    wanted.sort_unstable();
    Ok(wanted)
}

fn walk<L: Layer>(tree: &Tree<L, Tracked>, wanted: &[NodeId]) -> Result<(Vec<Visited>, Vec<Hit>), L::Stop> {
    let root = Found { node: tree.root, kind: FileKind::Directory };
    let (mut visited, mut hits, mut seen) = (Vec::new(), Vec::new(), HashTable::new());
    visited.try_reserve(1).map_err(Error::from)?;
    visited.push(Visited { found: root, above: 0, name: Vec::new() });
    let mut at = 0;
    while let Some(directory) = visited.get(at).map(|directory: &Visited| directory.found.node) {
        // A damaged layer may have a directory in two places, or inside itself.
        let hash = |node: &NodeId| name::hash(&node.number().to_le_bytes());
        seen.try_reserve(1, hash).map_err(Error::from)?;
        let is_new = seen.find(hash(&directory), |node| *node == directory).is_none();
        if is_new && tree.passes_through(directory).is_none() {
            seen.insert_unique(hash(&directory), directory, hash);
            tree.each_entry(directory, |name, found| {
                if found.kind == FileKind::Directory {
                    visited.try_reserve(1)?;
                    visited.push(Visited { found, above: at, name: owned(name)? });
                } else if wanted.binary_search(&found.node).is_ok() {
                    hits.try_reserve(1)?;
                    hits.push(Hit { found, directory: at, name: owned(name)? });
                }
                Ok(())
            })?;
        }
        at += 1;
    }
    Ok((visited, hits))
}
