//! Is the tree what it should be? For tests: it looks at everything there is, and costs accordingly.
//!
//! An operation leaves the tree so, whether it succeeds or fails:
//!
//! - every slot is in use, on the list of free ones, or broken; nodes of the layer are found by their number;
//! - a node is there because it is open, or because it has names and a state of its own; what is neither has no slot;
//! - bytes, nodes and opens that are counted are those that are there;
//! - entries are in the order of their sequence numbers and each is found by its name;
//! - an entry's node is there, is of its kind and, a directory, knows where it is; link counts are numbers of names;
//! - a name that is known without a search is what a search finds.

mod names;

use alloc::format;
use alloc::string::String;

use crate::layer::Layer;
use crate::node::{Body, Directory, Node, NodeId};
use crate::{Clock, Volume};

/// What a check may believe of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is sound: link counts and parents in it are true.
    Sound,
    /// It may say anything: only what the app made is checked.
    Untrusted,
}

/// What is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree is broken: {0}")]
pub struct Broken(String);

impl<L: Layer<Stop: core::fmt::Debug + PartialEq>, C: Clock> Volume<L, C> {
    /// Checks everything.
    ///
    /// # Errors
    /// - [`Broken`]: the first thing found that is not as it should be.
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
        names::check(&self.tree, trust)
    }

    fn check_sums(&self) -> Result<(), String> {
        let (mut bytes, mut changed, mut opens) = (0, 0, 0);
        for (slot, node) in self.tree.table.nodes() {
            if let Body::File(file) = &node.body {
                bytes += file.owned();
            }
            // An empty filesystem's root is nobody's.
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
