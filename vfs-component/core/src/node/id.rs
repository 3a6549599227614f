//! Identity of a node.

/// The bit of nodes that the app made; no node of a layer has so high a number.
const UPPER: u64 = 1 << 63;
const GENERATIONS: u32 = (1 << 31) - 1;

/// A node's identity as long as it lives. It is one number instead of an enum, because compilers copy an enum in small
/// pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u64);

/// Where a node was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the layer, under this number. A node keeps this identity when it is changed, so hard links still refer to one
    /// node.
    Layer(u64),
    /// By the app, in this slot of the table.
    Upper(u32),
}

impl NodeId {
    /// Identifies a node of the layer. All numbers that are impossible in a layer become one, which is as damaged as
    /// each of them.
    #[inline]
    pub const fn layer(number: u64) -> Self {
        Self(if number < UPPER { number } else { UPPER - 1 })
    }

    /// Identifies a node of the app, by its slot and by how often the slot was used before.
    #[inline]
    pub fn upper(slot: u32, generation: u32) -> Self {
        Self(UPPER | u64::from(generation & GENERATIONS) << 32 | u64::from(slot))
    }

    #[inline]
    pub const fn origin(self) -> Origin {
        if self.0 < UPPER { Origin::Layer(self.0) } else { Origin::Upper(self.0 as u32) }
    }

    /// Returns the number. No two nodes that exist at the same time have the same.
    pub const fn number(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_a_layer_is_one_of_the_apps() {
        for number in [0, 1, UPPER - 1, UPPER, UPPER | 1 << 32 | 7, u64::MAX] {
            let id = NodeId::layer(number);
            assert_eq!(id.origin(), Origin::Layer(number.min(UPPER - 1)));
            assert_ne!(id, NodeId::upper(number as u32, (number >> 32) as u32));
        }
    }

    #[test]
    fn generations_tell_nodes_of_one_slot_apart() {
        assert_eq!(NodeId::upper(u32::MAX - 1, 9).origin(), Origin::Upper(u32::MAX - 1));
        assert_ne!(NodeId::upper(5, 0), NodeId::upper(5, 1));
    }
}
