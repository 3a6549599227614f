//! Checks that a tree is consistent. For tests: it looks at everything, and costs accordingly.
//!
//! Every operation, successful or not, leaves the tree in a state in which
//!
//! - every slot is in use, on the list of free slots, or broken, and the nodes of the layer are found by their numbers;
//! - a node has a slot because it is open, or because it has names and a state of its own, and no other node has one;
//! - the counts of bytes, nodes and opens are right;
//! - entries are sorted by sequence number, and each is found by its name;
//! - the node of an entry exists, has the entry's kind and, if it is a directory, knows its parent; link counts equal
//!   numbers of names;
//! - the journal's notes are true and needed;
//! - the name cache agrees with a search.

mod names;

use alloc::format;
use alloc::string::String;

use crate::journal::Journal;
use crate::layer::Layer;
use crate::node::{Body, Directory, Node, NodeId};
use crate::{Clock, Volume};

/// How far a check trusts the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The image is sound: its link counts and parents are true.
    Sound,
    /// The image may say anything: the check covers only what the app made.
    Untrusted,
}

/// A fault in the tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree is broken: {0}")]
pub struct Broken(String);

impl<L: Layer<Stop: core::fmt::Debug + PartialEq>, C: Clock, J: Journal> Volume<L, C, J> {
    /// Checks everything.
    ///
    /// # Errors
    /// - [`Broken`]: the first fault found.
    pub fn check(&self, trust: Trust) -> Result<(), Broken> {
        self.find_fault(trust).map_err(Broken)
    }

    fn find_fault(&self, trust: Trust) -> Result<(), String> {
        self.tree.table.check(self.tree.layer.held())?;
        for (slot, node) in self.tree.table.nodes() {
            check_node(node).map_err(|what| format!("slot {slot}: {what}"))?;
        }
        self.check_sums()?;
        self.tree.layer.check_recalled(|directory| {
            let slot = self.tree.table.find(NodeId::layer(directory));
            let body = slot.and_then(|slot| self.tree.table.get(slot).ok()).map(|node| &node.body);
            matches!(body, Some(Body::Directory(Directory { entries: Some(_), .. })))
        })?;
        self.tree.journal.check(&self.tree.table)?;
        names::check(&self.tree, trust)
    }

    fn check_sums(&self) -> Result<(), String> {
        let (mut bytes, mut changed, mut opens) = (0, 0, 0);
        for (slot, node) in self.tree.table.nodes() {
            if let Body::File(file) = &node.body {
                bytes += file.owned();
            }
            // The root of an empty filesystem does not count as the app's.
            changed +=
                u32::from(node.changed && !(node.origin.is_none() && self.tree.table.id(slot) == self.tree.root));
            opens += node.opens;
        }
        opens += self.tree.layer.held() as u32;
        let usage = self.usage();
        if (usage.bytes, usage.nodes, usage.open) == (bytes, changed, opens) {
            return Ok(());
        }
        Err(format!("{usage:?} is counted, but there are {bytes} bytes, {changed} nodes, {opens} opens"))
    }
}

fn check_node<L: Layer>(node: &Node<L>) -> Result<(), String> {
    let Node { origin, links, opens, changed, body, .. } = node;
    if !changed && origin.is_none() {
        return Err("a node that the app made is not its own".into());
    }
    if *opens == 0 && (*links == 0 || !changed) {
        return Err(format!("nothing keeps the node: {links} links, no opens, changed: {changed}"));
    }
    match body {
        Body::File(file) => file.check(),
        Body::Directory(Directory { entries: Some(entries), .. }) => {
            if *links == 0 && entries.len() > 0 {
                return Err("a removed directory has entries".into());
            }
            entries.check()
        }
        Body::Directory(Directory { lower: None, entries: None, .. }) => Err("a directory without any list".into()),
        _ => Ok(()),
    }
}
