//! Decides the place of everything in an image before a byte is written.
//!
//! The image is block 0 and a row of groups. A group's metadata follows the contents that it describes. So each file is
//! read once, from start to end, and only the ends (inline tails) of one group's files wait in memory.
//!
//! ```text
//! ┌──────────────────────┬─ group 0 ────────────────────────────┬─ group 1 ─ ─
//! │ block 0              │ contents of  directory   inodes with │
//! │ superblock, root,    │ files        blocks      their tails │ ...
//! │ what needs no blocks │                          (≈ 4 MiB)   │
//! └──────────────────────┴──────────────────────────────────────┴─ ─
//! ```

use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;

use crate::memory::{filled, push};
use crate::pack::{Packer, Refused};
use crate::place::{Group, Place};
use crate::superblock::BLOCK;
use crate::tree::{Content, NodeIndex, Tree};
use crate::{Timestamp, directory};

/// The reason why a tree cannot become an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The image would have 2^32 blocks or more.
    #[error("`{path}` does not fit: an image holds less than 16 TiB")]
    TooLarge {
        /// The first file that does not fit; empty if there is no memory for its path.
        path: String,
    },
    /// There is no memory for the places of the nodes.
    #[error("there is no memory to lay out the image")]
    OutOfMemory,
}

impl From<TryReserveError> for LayoutError {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

/// The place of everything in the image of one tree, and so the image's exact size, known before anything is read or
/// written.
#[derive(Debug)]
pub struct Layout<'t, S> {
    pub(crate) tree: &'t Tree<S>,
    pub(crate) build_time: Timestamp,
    pub(crate) places: Vec<Place>,
    /// All nodes: the root, then directory by directory, in path order.
    pub(crate) order: Vec<NodeIndex>,
    pub(crate) groups: Vec<Group>,
    pub(crate) blocks: u32,
}

impl<'t, S> Layout<'t, S> {
    /// Decides the place of everything in `tree`. `build_time` is the time of the image itself. Takes time linear in
    /// the number of names and reads no contents.
    ///
    /// # Errors
    /// - [`LayoutError::TooLarge`]: the image would have 2^32 blocks or more.
    /// - [`LayoutError::OutOfMemory`]: there is no memory for the places.
    pub fn new(tree: &'t Tree<S>, build_time: Timestamp) -> Result<Self, LayoutError> {
        let mut places = filled(tree.len())?;
        let order = visit(tree, &mut places)?;
        let refused = |index: &NodeIndex, why| match why {
            Refused::TooLarge => LayoutError::TooLarge { path: tree.path(*index) },
            Refused::OutOfMemory => LayoutError::OutOfMemory,
        };
        let mut packer = Packer::new(&order, &mut places);
        for (position, index) in order.iter().enumerate() {
            packer.place(position).map_err(|why| refused(index, why))?;
        }
        let last = order.last().copied().unwrap_or_default();
        let (groups, blocks) = packer.finish().map_err(|why| refused(&last, why))?;
        Ok(Layout { tree, build_time, places, order, groups, blocks })
    }

    /// Returns the length of the whole image in bytes, a multiple of 4096.
    pub fn size(&self) -> u64 {
        u64::from(self.blocks) * BLOCK
    }

    /// Returns the number of nodes in the image.
    pub fn nodes(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn place(&self, index: NodeIndex) -> &Place {
        &self.places[index.position()]
    }
}

/// Sorts all nodes and fills in their sizes and numbers of links.
fn visit<S>(tree: &Tree<S>, places: &mut [Place]) -> Result<Vec<NodeIndex>, TryReserveError> {
    let mut order = Vec::new();
    // Each node is pushed once, so no push after this one allocates.
    order.try_reserve_exact(tree.len())?;
    order.push(tree.root());
    // No recursion: a tree may be deeper than the stack.
    let mut directories = Vec::new();
    push(&mut directories, tree.root())?;
    while let Some(directory) = directories.pop() {
        let Some(entries) = tree.entries(directory) else { continue };
        let first_inside = directories.len();
        let mut links = 2;
        for child in entries.nodes() {
            let place = &mut places[child.position()];
            match tree.node(child).content() {
                Content::Directory(_) => {
                    links += 1;
                    push(&mut directories, child)?;
                    order.push(child);
                    continue;
                }
                Content::RegularFile { size, .. } => place.size = *size,
                Content::SymbolicLink(target) => place.size = target.len() as u64,
            }
            if place.links == 0 {
                order.push(child);
            }
            place.links += 1;
        }
        // The first one in the directory comes next.
        directories[first_inside..].reverse();
        let place = &mut places[directory.position()];
        place.directory = true;
        place.links = links;
        place.size = directory::size(entries);
    }
    Ok(order)
}
