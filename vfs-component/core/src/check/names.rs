//! Checks that entries and nodes agree on names.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use core::fmt::Debug;

use vfs_image::FileKind;

use super::Trust;
use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::directory::Found;
use crate::node::{Body, Directory, NodeId, Origin};
use crate::tree::Tree;

/// Names found so far.
#[derive(Default)]
struct Names {
    /// Number of names of each node.
    of: BTreeMap<NodeId, u32>,
    /// Number of directories in each directory.
    below: BTreeMap<NodeId, u32>,
}

/// Checks all reachable names, or only those that the app made.
pub(super) fn check<L: Layer<Stop: Debug + PartialEq>, J: Journal>(
    tree: &Tree<L, J>,
    trust: Trust,
) -> Result<(), String> {
    let mut names = Names::default();
    match trust {
        Trust::Sound => names.add_all_from_the_root(tree)?,
        Trust::Untrusted => {
            for (slot, node) in tree.table.nodes() {
                if let Body::Directory(Directory { entries: Some(_), .. }) = &node.body {
                    names.add(tree, tree.table.id(slot), trust)?;
                }
            }
        }
    }
    for (slot, node) in tree.table.nodes() {
        let id = tree.table.id(slot);
        // For a node whose changes pass through, only the layer knows the number of names.
        if node.origin.is_none() || (trust == Trust::Sound && tree.passes_through(id).is_none()) {
            names.check_links(tree, id, u64::from(node.links), node.kind())?;
        }
    }
    if trust == Trust::Sound {
        for &id in names.of.keys() {
            let stat = tree.stat(id).map_err(|error| format!("{id:?}: {error:?}"))?;
            names.check_links(tree, id, stat.links, stat.kind)?;
        }
    }
    Ok(())
}

impl Names {
    fn add_all_from_the_root<L: Layer<Stop: Debug + PartialEq>, J: Journal>(
        &mut self,
        tree: &Tree<L, J>,
    ) -> Result<(), String> {
        let (mut waiting, mut seen) = (vec![tree.root], BTreeSet::new());
        while let Some(directory) = waiting.pop() {
            if !seen.insert(directory) {
                return Err(format!("{directory:?} is in two places"));
            }
            waiting.extend(self.add(tree, directory, Trust::Sound)?);
        }
        Ok(())
    }

    /// Adds the entries of a directory; returns its subdirectories.
    fn add<L: Layer<Stop: Debug + PartialEq>, J: Journal>(
        &mut self,
        tree: &Tree<L, J>,
        directory: NodeId,
        trust: Trust,
    ) -> Result<Vec<NodeId>, String> {
        let mut directories = Vec::new();
        for (name, found) in entries(tree, directory, trust).map_err(|error| format!("{directory:?}: {error:?}"))? {
            let Found { node, kind } = found;
            let wrong =
                |what: &str| format!("{:?} in {directory:?}, {found:?}: {what}", String::from_utf8_lossy(&name));
            *self.of.entry(node).or_default() += 1;
            if kind == FileKind::Directory {
                *self.below.entry(directory).or_default() += 1;
                directories.push(node);
            }
            if trust == Trust::Untrusted && matches!(node.origin(), Origin::Layer(_)) {
                continue;
            }
            if let Origin::Upper(slot) = node.origin()
                && (tree.table.get(slot).is_err() || tree.table.id(slot) != node)
            {
                return Err(wrong("the node is gone"));
            }
            match tree.stat(node) {
                Ok(stat) if stat.kind == kind => {}
                other => return Err(wrong(&format!("the node is {other:?}"))),
            }
            if kind == FileKind::Directory && tree.parent(node) != Ok(directory) {
                return Err(wrong(&format!("the directory says that it is in {:?}", tree.parent(node))));
            }
        }
        Ok(directories)
    }

    fn check_links<L: Layer<Stop: Debug + PartialEq>, J: Journal>(
        &self,
        tree: &Tree<L, J>,
        id: NodeId,
        links: u64,
        kind: FileKind,
    ) -> Result<(), String> {
        let count = |of: &BTreeMap<NodeId, u32>| of.get(&id).map_or(0, |&count| u64::from(count));
        let names = count(&self.of) + u64::from(id == tree.root);
        let expected = match kind {
            FileKind::Directory if names > 1 => return Err(format!("{id:?} is a directory with {names} names")),
            FileKind::Directory if names == 1 => 2 + count(&self.below),
            _ => names,
        };
        // An image marks a directory as uncounted by one link.
        let uncounted = kind == FileKind::Directory && links == 1 && matches!(id.origin(), Origin::Layer(_));
        if links == expected || uncounted { Ok(()) } else { Err(format!("{id:?} has {links} links, not {expected}")) }
    }
}

/// Returns the entries of a directory, or only its own.
fn entries<L: Layer, J: Journal>(
    tree: &Tree<L, J>,
    directory: NodeId,
    trust: Trust,
) -> Result<Vec<(Vec<u8>, Found)>, L::Stop> {
    let mut all = Vec::new();
    let body = tree.present(directory).map(|node| &node.body);
    if let (Trust::Untrusted, Some(Body::Directory(Directory { entries: Some(entries), .. }))) = (trust, body) {
        return Ok(entries.all().map(|(name, found)| (name.to_vec(), found)).collect());
    }
    tree.each_entry(directory, |name, found| {
        all.push((name.to_vec(), found));
        Ok(())
    })?;
    Ok(all)
}
