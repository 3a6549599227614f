//! What a tree forgets about its changes, for those who ask for it: a parameter of the volume.
//!
//! [`Untracked`] keeps nothing, in no bytes: every hook is empty, and what is compiled is what would be without it.
//! [`Tracked`] keeps what [`Volume::changes`](crate::Volume::changes) needs.
//!
//! A journal's memory is not counted against the quotas. It grows with what is changed and open, and with the names of
//! the layer that are gone.

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

/// What a volume keeps of its changes beside the tree: [`Untracked`] or [`Tracked`].
#[expect(private_bounds, reason = "nobody else can make one")]
pub trait Journal: Hooks {}

/// Nothing is kept but the tree.
#[derive(Debug)]
pub struct Untracked;

impl Journal for Untracked {}

/// What the tree tells its journal. What needs memory comes before the change, and can fail; the rest cannot.
pub(crate) trait Hooks {
    /// Whether anything is kept.
    const TRACKS: bool;

    /// The journal of a tree in which nothing has changed.
    fn new(root: NodeId) -> Self;

    /// A walk along a path begins; all operations before the one that it is part of have ended.
    #[inline(always)]
    fn begin<L: Layer>(&mut self, _table: &Table<L>) {}

    /// A look-up has found a name.
    #[inline(always)]
    fn pass(&self, _directory: NodeId, _name: &[u8], _found: Found) {}

    /// Names in a directory may be about to change; with each comes what it stands for.
    #[inline(always)]
    fn touch(&mut self, _directory: NodeId, _names: &[(&[u8], Option<Found>)]) -> Result<(), Error> {
        Ok(())
    }

    /// A node is about to be changed, or gets an open that may change it: until [`Hooks::let_go`] its names are to be
    /// known.
    #[inline(always)]
    fn hold(&mut self, _node: NodeId) -> Result<(), Error> {
        Ok(())
    }

    /// At most one node is about to be made.
    #[inline(always)]
    fn reserve(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// A range of a file is about to be written.
    #[inline(always)]
    fn write(&mut self, _file: NodeId, _offset: u64, _length: u64) -> Result<(), Error> {
        Ok(())
    }

    /// A node that is held changes now; it is still as it was before.
    #[inline(always)]
    fn change<L: Layer>(&mut self, _id: NodeId, _node: &Node<L>) {}

    /// Whether the journal fits the tree, for tests.
    #[inline(always)]
    fn check<L: Layer>(&self, _table: &Table<L>) -> Result<(), String> {
        Ok(())
    }

    /// A node has no slot any more: it is gone, or the layer's as it always was.
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
