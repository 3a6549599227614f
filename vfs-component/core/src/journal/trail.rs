//! Names that the last walks passed.

use alloc::vec::Vec;

use crate::Error;
use crate::node::NodeId;
use crate::node::directory::Found;

/// Number of walks remembered: an operation walks along at most two paths, and begins each at most twice.
const WALKS: usize = 4;

/// The walks of the current operation, and perhaps some of earlier ones.
pub(super) struct Trail {
    walks: [Walk; WALKS],
    /// The current walk.
    at: usize,
}

/// One walk.
struct Walk {
    steps: Vec<Step>,
    /// The names of all steps, one after the other.
    text: Vec<u8>,
    /// Whether names are missing because there was no memory.
    is_incomplete: bool,
}

/// A name in a directory, and the node that was found for it.
pub(super) struct Passed<'t> {
    pub directory: NodeId,
    pub text: &'t [u8],
    pub found: Found,
}

/// A name that was found.
struct Step {
    directory: NodeId,
    found: Found,
    /// Where its name begins in the text. It ends where the next one begins.
    start: usize,
}

impl Trail {
    pub const fn new() -> Self {
        Self { walks: [const { Walk { steps: Vec::new(), text: Vec::new(), is_incomplete: false } }; WALKS], at: 0 }
    }

    /// Begins a walk.
    pub fn begin(&mut self) {
        self.at = (self.at + 1) % WALKS;
        self.walks.iter_mut().skip(self.at).take(1).for_each(Walk::clear);
    }

    /// Forgets all walks, because names have changed.
    pub fn clear(&mut self) {
        self.walks.iter_mut().for_each(Walk::clear);
    }

    /// Adds a name that was found.
    pub fn add(&mut self, directory: NodeId, name: &[u8], found: Found) {
        let Some(walk) = self.walks.get_mut(self.at) else { return };
        if walk.steps.try_reserve(1).is_err() || walk.text.try_reserve(name.len()).is_err() {
            walk.is_incomplete = true;
            return;
        }
        walk.steps.push(Step { directory, found, start: walk.text.len() });
        walk.text.extend_from_slice(name);
    }

    /// Returns a name by which a node was found.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: a walk may have found it, but had no memory to remember it.
    pub fn find(&self, node: NodeId) -> Result<Option<Passed<'_>>, Error> {
        // The newest comes first: others may have moved the node meanwhile, in a layer that they change.
        let (recent, earlier) = self.walks.split_at(self.walks.len().min(self.at + 1));
        for walk in earlier.iter().chain(recent).rev() {
            let mut end = walk.text.len();
            for step in walk.steps.iter().rev() {
                if step.found.node == node {
                    let text = walk.text.get(step.start..end).unwrap_or_default();
                    return Ok(Some(Passed { directory: step.directory, text, found: step.found }));
                }
                end = step.start;
            }
        }
        if self.walks.iter().any(|walk| walk.is_incomplete) { Err(Error::InsufficientMemory) } else { Ok(None) }
    }
}

impl Walk {
    fn clear(&mut self) {
        self.steps.clear();
        self.text.clear();
        self.is_incomplete = false;
    }
}
