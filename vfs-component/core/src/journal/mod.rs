//! What a tree forgets about its changes, kept for callers that ask for it by a type parameter of the volume.
//!
//! [`Untracked`] keeps nothing and has no size: every hook is empty, and the compiled code is the same as without a
//! journal.
//! [`Tracked`] keeps what [`Volume::changes`](crate::Volume::changes) needs.
//!
//! A journal's memory does not count against the quotas. It grows with the number of changed and open nodes, and of the
//! layer's names that are gone.

mod history;
pub(crate) mod ledger;
pub(crate) mod tracked;
mod trail;

use alloc::string::String;

use crate::Error;
use crate::layer::Layer;
use crate::node::directory::Found;
use crate::node::table::Table;
use crate::node::{Node, NodeId};

pub use tracked::Tracked;

/// A record of changes beside the tree: [`Untracked`] or [`Tracked`].
#[expect(private_bounds, reason = "nobody else can make one")]
pub trait Journal: Hooks {}

/// A journal that keeps nothing.
#[derive(Debug)]
pub struct Untracked;

impl Journal for Untracked {}

/// Calls from the tree to its journal. Those that need memory come before the change, and can fail; the others cannot.
pub(crate) trait Hooks {
    /// Whether the journal keeps anything.
    const TRACKS: bool;

    /// Makes the journal of a tree in which nothing has changed.
    fn new(root: NodeId) -> Self;

    /// Called when a walk along a path begins. All operations before the current one have ended.
    #[inline(always)]
    fn begin<L: Layer>(&mut self, _table: &Table<L>) {}

    /// Called when a look-up has found a name.
    #[inline(always)]
    fn pass(&self, _directory: NodeId, _name: &[u8], _found: Found) {}

    /// Called when names in a directory may be about to change; each comes with the node that it refers to.
    #[inline(always)]
    fn touch(&mut self, _directory: NodeId, _names: &[(&[u8], Option<Found>)]) -> Result<(), Error> {
        Ok(())
    }

    /// Called when a node is about to be changed, or gets an open that may change it. Its names must be known until
    /// [`Hooks::let_go`].
    #[inline(always)]
    fn hold(&mut self, _node: NodeId) -> Result<(), Error> {
        Ok(())
    }

    /// Called when at most one node is about to be made.
    #[inline(always)]
    fn reserve(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Called when a range of a file is about to be written.
    #[inline(always)]
    fn write(&mut self, _file: NodeId, _offset: u64, _length: u64) -> Result<(), Error> {
        Ok(())
    }

    /// Called when a held node changes, with its state before the change.
    #[inline(always)]
    fn change<L: Layer>(&mut self, _id: NodeId, _node: &Node<L>) {}

    /// Checks that the journal fits the tree, for tests.
    #[inline(always)]
    fn check<L: Layer>(&self, _table: &Table<L>) -> Result<(), String> {
        Ok(())
    }

    /// Called when a node no longer has a slot: it is gone, or again exactly as in the layer.
    #[inline(always)]
    fn let_go(&mut self, _node: NodeId) {}
}

impl Hooks for Untracked {
    const TRACKS: bool = false;

    #[inline(always)]
    fn new(_root: NodeId) -> Self {
        Self
    }
}
