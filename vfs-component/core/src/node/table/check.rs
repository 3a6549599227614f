//! Checks that the slots are consistent.

use alloc::format;
use alloc::string::String;
use alloc::vec;

use super::{NONE, Node, NodeId, Slot, Table};
use crate::layer::Layer;

impl<L: Layer> Table<L> {
    /// Returns all nodes, with their slots.
    pub fn nodes(&self) -> impl Iterator<Item = (u32, &Node<L>)> {
        let numbered = self.slots.iter().enumerate();
        numbered.filter_map(|(number, slot)| Some((number as u32, slot.node.as_ref()?)))
    }

    /// Checks the list of free slots and the chains. Operations hold `held` slots.
    pub fn check(&self, held: usize) -> Result<(), String> {
        let mut seen = vec![false; self.slots.len()];
        let mut number = self.free;
        while number != NONE {
            match (self.slots.get(number as usize), seen.get_mut(number as usize)) {
                (Some(Slot { node: None, next, .. }), Some(seen)) if !*seen => {
                    *seen = true;
                    number = *next;
                }
                _ => return Err(format!("slot {number} is in the list of free slots, and not free or there twice")),
            }
        }
        let lost = self.slots.iter().zip(&seen).filter(|(slot, seen)| slot.node.is_none() && !**seen).count();
        if lost != held {
            return Err(format!("{lost} slots are empty, but not in the list of free ones; {held} are kept"));
        }
        let born_in_the_layer = self.slots.iter().filter_map(Slot::origin).count();
        if self.chained != born_in_the_layer + held {
            return Err(format!("{} slots are counted in chains, but {born_in_the_layer} belong there", self.chained));
        }
        for (number, origin) in self.slots.iter().enumerate().filter_map(|(n, slot)| Some((n as u32, slot.origin()?))) {
            if self.find(NodeId::layer(origin)) != Some(number) {
                return Err(format!("node {origin} of the layer is in slot {number}, but is not found there"));
            }
        }
        Ok(())
    }
}
