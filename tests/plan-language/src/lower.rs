//! A tree that has something of each kind where the plans' paths lead.

/// What can be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A directory. It comes before what is in it.
    Directory,
    /// A file.
    File(&'static [u8]),
    /// A symbolic link.
    Link(&'static str),
    /// One more name of a file that came before.
    Same(&'static str),
}

/// The tree.
pub const ITEMS: &[(&str, Item)] = &[
    ("a", Item::File(b"0123456789")),
    ("b", Item::Directory),
    ("b/a", Item::File(&[7; 70_001])),
    ("b/b", Item::Directory),
    ("b/b/c", Item::Same("b/a")),
    ("b/b/d", Item::Directory),
    ("b/b/d/a", Item::Link("../../../c")),
    ("b/c", Item::Link("a")),
    ("b/d", Item::Same("a")),
    ("c", Item::Link("b")),
];

/// The time of all that is in the tree, or of the root where nothing is, in seconds.
#[must_use]
pub fn built(over_image: bool) -> u64 {
    if over_image { 1000 } else { 0 }
}
