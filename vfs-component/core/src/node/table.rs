//! A table of nodes: slots with generations, and an index of the layer's nodes among them.

mod check;

use alloc::vec::Vec;

use super::{Node, NodeId, Origin};
use crate::layer::Layer;
use crate::{Error, name};

/// Marks the absence of a slot.
const NONE: u32 = u32::MAX;
/// Initial number of chains; a power of two, like all numbers of chains.
const FIRST_CHAINS: usize = 16;

/// All nodes that are open or changed.
pub(crate) struct Table<L: Layer> {
    slots: Vec<Slot<L>>,
    /// Head of the list of free slots.
    free: u32,
    /// Heads of chains of slots, which find the nodes of the layer by their numbers there. Few are open at a time, and
    /// each is added and removed once for every open; chains take less time for this than a hash table with groups.
    chains: Vec<u32>,
    /// Number of slots in chains.
    chained: usize,
}

struct Slot<L: Layer> {
    generation: u32,
    /// The next free slot, or the next one of the chain.
    next: u32,
    node: Option<Node<L>>,
}

impl<L: Layer> Slot<L> {
    const EMPTY: Self = Self { generation: 0, next: NONE, node: None };

    fn origin(&self) -> Option<u64> {
        self.node.as_ref().and_then(|node| node.origin)
    }
}

impl<L: Layer> Table<L> {
    pub const fn new() -> Self {
        Self { slots: Vec::new(), free: NONE, chains: Vec::new(), chained: 0 }
    }

    /// Returns the node in a slot that the caller holds.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the slot is empty, because the caller's file is of another filesystem.
    #[inline]
    pub fn get(&self, slot: u32) -> Result<&Node<L>, Error> {
        self.slots.get(slot as usize).and_then(|slot| slot.node.as_ref()).ok_or(Error::BadDescriptor)
    }

    /// Returns the node in a slot, as [`Table::get`] does.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the slot is empty.
    #[inline]
    pub fn get_mut(&mut self, slot: u32) -> Result<&mut Node<L>, Error> {
        self.slots.get_mut(slot as usize).and_then(|slot| slot.node.as_mut()).ok_or(Error::BadDescriptor)
    }

    /// Returns the slot of a node, if it has one.
    #[inline]
    pub fn find(&self, id: NodeId) -> Option<u32> {
        let origin = match id.origin() {
            Origin::Upper(slot) => return Some(slot),
            Origin::Layer(number) => number,
        };
        let mut number = *self.chains.get(self.chain(origin))?;
        while let Some(slot) = self.slots.get(number as usize) {
            if slot.origin() == Some(origin) {
                return Some(number);
            }
            number = slot.next;
        }
        None
    }

    /// Returns the identity of the node in a slot.
    pub fn id(&self, slot: u32) -> NodeId {
        match self.slots.get(slot as usize) {
            Some(Slot { node: Some(Node { origin: Some(number), .. }), .. }) => NodeId::layer(*number),
            Some(Slot { generation, .. }) => NodeId::upper(slot, *generation),
            None => NodeId::upper(slot, 0),
        }
    }

    /// Makes sure that the next [`Table::insert`] needs no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: there are no more slot numbers.
    #[inline]
    pub fn reserve(&mut self) -> Result<(), Error> {
        if self.free != NONE && self.chained < self.chains.len() { Ok(()) } else { self.grow() }
    }

    #[cold]
    fn grow(&mut self) -> Result<(), Error> {
        if self.free == NONE {
            let number = u32::try_from(self.slots.len()).ok().filter(|&number| number != NONE);
            let number = number.ok_or(Error::InsufficientSpace)?;
            self.slots.try_reserve(1)?;
            self.slots.push(Slot::EMPTY);
            self.free = number;
        }
        if self.chained >= self.chains.len() {
            let size = (self.chains.len() * 2).max(FIRST_CHAINS);
            let mut chains = Vec::new();
            chains.try_reserve_exact(size)?;
            chains.resize(size, NONE);
            self.chains = chains;
            for number in 0..self.slots.len() {
                self.chain_up(number as u32);
            }
        }
        Ok(())
    }

    /// Puts a node into the slot that [`Table::reserve`] made available. Inlined, so that the node is built in place:
    /// it is large, and copying it is a call in most engines.
    #[inline(always)]
    pub fn insert(&mut self, node: impl FnOnce() -> Node<L>) -> u32 {
        let number = self.free;
        if let Some(slot) = self.slots.get_mut(number as usize) {
            self.free = slot.next;
            slot.node.get_or_insert_with(node);
        }
        self.chained += usize::from(self.chain_up(number));
        number
    }

    /// Takes the slot that [`Table::reserve`] made available, for a node of the layer that comes later.
    pub fn hold(&mut self) -> u32 {
        let number = self.free;
        if let Some(slot) = self.slots.get_mut(number as usize) {
            self.free = slot.next;
        }
        self.chained += 1;
        number
    }

    /// Puts a node of the layer into a slot taken with [`Table::hold`].
    pub fn fill(&mut self, number: u32, node: impl FnOnce() -> Node<L>) {
        if let Some(slot) = self.slots.get_mut(number as usize) {
            slot.node.get_or_insert_with(node);
        }
        self.chain_up(number);
    }

    /// Releases a slot taken with [`Table::hold`].
    pub fn give_back(&mut self, number: u32) {
        if let Some(slot) = self.slots.get_mut(number as usize) {
            slot.next = self.free;
            self.free = number;
            self.chained -= 1;
        }
    }

    /// Adds a slot to its node's chain, if the node came from the layer.
    fn chain_up(&mut self, number: u32) -> bool {
        let origin = self.slots.get(number as usize).and_then(Slot::origin);
        let Some(chain) = origin.map(|origin| self.chain(origin)) else { return false };
        if let (Some(slot), Some(head)) = (self.slots.get_mut(number as usize), self.chains.get_mut(chain)) {
            slot.next = core::mem::replace(head, number);
        }
        true
    }

    /// Removes a slot from its node's chain.
    fn unchain(&mut self, number: u32, next: u32, origin: u64) {
        self.chained -= 1;
        let chain = self.chain(origin);
        let Some(head) = self.chains.get_mut(chain) else { return };
        if *head == number {
            *head = next;
            return;
        }
        let mut before = *head;
        while let Some(slot) = self.slots.get_mut(before as usize) {
            if slot.next == number {
                slot.next = next;
                return;
            }
            before = slot.next;
        }
    }

    /// Empties a slot.
    pub fn remove(&mut self, number: u32) {
        let Some(slot) = self.slots.get_mut(number as usize) else { return };
        let (next, origin) = (slot.next, slot.origin());
        if slot.node.is_none() {
            return;
        }
        // Dropped in place: the node is large, and copying it is a call in most engines.
        slot.node = None;
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = self.free;
        self.free = number;
        if let Some(origin) = origin {
            self.unchain(number, next, origin);
        }
    }

    /// Returns the number of the chain for a node of the layer. If there are no chains, it is out of range.
    #[inline]
    fn chain(&self, number: u64) -> usize {
        name::spread::<15>(number) & self.chains.len().wrapping_sub(1)
    }
}
