//! Slots with generations, and where the image's nodes are among them.

use alloc::vec::Vec;

use hashbrown::HashTable;
use vfs_image::Nid;

use super::{Node, NodeId};
use crate::Error;

/// No slot.
const NONE: u32 = u32::MAX;

/// All nodes that are open or changed.
pub(crate) struct Table<'i> {
    slots: Vec<Slot<'i>>,
    /// Head of the list of free slots.
    free: u32,
    /// Slots of the nodes that were born in the image, by their number there.
    from_image: HashTable<u32>,
}

struct Slot<'i> {
    generation: u32,
    next_free: u32,
    node: Option<Node<'i>>,
}

impl<'i> Table<'i> {
    pub const fn new() -> Self {
        Self { slots: Vec::new(), free: NONE, from_image: HashTable::new() }
    }

    /// The node in a slot that somebody holds.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the slot is empty; whoever holds it is of another filesystem.
    #[inline]
    pub fn get(&self, slot: u32) -> Result<&Node<'i>, Error> {
        self.slots.get(slot as usize).and_then(|slot| slot.node.as_ref()).ok_or(Error::BadDescriptor)
    }

    /// See [`Table::get`].
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: the slot is empty.
    #[inline]
    pub fn get_mut(&mut self, slot: u32) -> Result<&mut Node<'i>, Error> {
        self.slots.get_mut(slot as usize).and_then(|slot| slot.node.as_mut()).ok_or(Error::BadDescriptor)
    }

    /// The slot of a node, if it has one.
    #[inline]
    pub fn find(&self, id: NodeId) -> Option<u32> {
        match id {
            NodeId::Upper { slot, .. } => Some(slot),
            NodeId::Image(nid) if self.from_image.is_empty() => {
                let _ = nid;
                None
            }
            NodeId::Image(nid) => self.from_image.find(hash(nid), |&slot| self.is(slot, nid)).copied(),
        }
    }

    /// The identity of the node in a slot.
    pub fn id(&self, slot: u32) -> NodeId {
        match self.slots.get(slot as usize) {
            Some(Slot { node: Some(Node { origin: Some(nid), .. }), .. }) => NodeId::Image(*nid),
            Some(Slot { generation, .. }) => NodeId::Upper { slot, generation: *generation },
            None => NodeId::Upper { slot, generation: 0 },
        }
    }

    /// Makes sure that the next [`Table::insert`] needs no memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: there are no more slot numbers.
    pub fn reserve(&mut self) -> Result<(), Error> {
        if self.free == NONE {
            if self.slots.len() >= NONE as usize {
                return Err(Error::InsufficientSpace);
            }
            self.slots.try_reserve(1)?;
        }
        let Self { slots, from_image, .. } = self;
        from_image.try_reserve(1, |&slot| origin_hash(slots, slot))?;
        Ok(())
    }

    /// Puts a node in a slot that [`Table::reserve`] has made sure of. Inlined, so that it is made where it belongs.
    #[inline]
    pub fn insert(&mut self, node: Node<'i>) -> u32 {
        let origin = node.origin;
        let slot = match self.slots.get_mut(self.free as usize) {
            Some(slot) => {
                let number = self.free;
                self.free = slot.next_free;
                slot.node = Some(node);
                number
            }
            None => {
                let number = self.slots.len() as u32;
                self.slots.push(Slot { generation: 0, next_free: NONE, node: Some(node) });
                number
            }
        };
        if let Some(nid) = origin {
            let Self { slots, from_image, .. } = self;
            from_image.insert_unique(hash(nid), slot, |&slot| origin_hash(slots, slot));
        }
        slot
    }

    /// Empties a slot.
    pub fn remove(&mut self, slot: u32) {
        let Some(place) = self.slots.get_mut(slot as usize) else { return };
        let Some(node) = &place.node else { return };
        if let Some(nid) = node.origin
            && let Ok(entry) = self.from_image.find_entry(hash(nid), |&other| other == slot)
        {
            entry.remove();
        }
        place.node = None;
        place.generation = place.generation.wrapping_add(1);
        place.next_free = self.free;
        self.free = slot;
    }

    fn is(&self, slot: u32, nid: Nid) -> bool {
        self.get(slot).is_ok_and(|node| node.origin == Some(nid))
    }
}

fn origin_hash(slots: &[Slot<'_>], slot: u32) -> u64 {
    let node = slots.get(slot as usize).and_then(|slot| slot.node.as_ref());
    node.and_then(|node| node.origin).map_or(0, hash)
}

/// Spreads a node number over all bits: the table uses the highest and the lowest.
#[inline]
fn hash(nid: Nid) -> u64 {
    let product = nid.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    product ^ (product >> 32)
}
