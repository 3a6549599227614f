//! The names that the last walks came along.

use alloc::vec::Vec;

use crate::Error;
use crate::node::NodeId;
use crate::node::directory::Found;

/// An operation walks along two paths at most, and begins each of them twice at most.
const WALKS: usize = 4;

/// The walks of the operation at hand, and perhaps some of those before it.
pub(super) struct Trail {
    walks: [Walk; WALKS],
    /// The walk that goes on.
    at: usize,
}

/// One walk.
struct Walk {
    steps: Vec<Step>,
    /// Names of all steps.
    text: Vec<u8>,
    /// There was no memory for some.
    is_incomplete: bool,
}

/// A name in a directory, and what it was found to be.
pub(super) struct Passed<'t> {
    pub directory: NodeId,
    pub text: &'t [u8],
    pub found: Found,
}

/// A name that was found.
struct Step {
    directory: NodeId,
    found: Found,
    /// Where its name begins in the text. It ends where that of the next one begins.
    start: usize,
}

impl Trail {
    pub const fn new() -> Self {
        Self { walks: [const { Walk { steps: Vec::new(), text: Vec::new(), is_incomplete: false } }; WALKS], at: 0 }
    }

    /// A walk begins.
    pub fn begin(&mut self) {
        self.at = (self.at + 1) % WALKS;
        self.walks.iter_mut().skip(self.at).take(1).for_each(Walk::clear);
    }

    /// Forgets all walks: names have changed.
    pub fn clear(&mut self) {
        self.walks.iter_mut().for_each(Walk::clear);
    }

    /// A name was found.
    pub fn add(&mut self, directory: NodeId, name: &[u8], found: Found) {
        let Some(walk) = self.walks.get_mut(self.at) else { return };
        if walk.steps.try_reserve(1).is_err() || walk.text.try_reserve(name.len()).is_err() {
            walk.is_incomplete = true;
            return;
        }
        walk.steps.push(Step { directory, found, start: walk.text.len() });
        walk.text.extend_from_slice(name);
    }

    /// A name by which a node was found.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: it may have been found, but there was no memory to remember it.
    pub fn find(&self, node: NodeId) -> Result<Option<Passed<'_>>, Error> {
        // The newest first: a layer that others change may have moved the node meanwhile.
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
