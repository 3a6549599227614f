//! Operations on a volume whose layer answers late.

use super::{Answers, LateInode, LateLayer, Stop};
use crate::journal::Journal;
use crate::layer::Layer;
use crate::{Clock, Volume};

/// A layer that is a [`LateLayer`], or contains one.
pub trait Late: Layer<Stop = Stop> {
    /// Returns the part that answers late.
    fn late(&mut self) -> &mut LateLayer;

    /// Returns whether a node is of that part.
    #[inline]
    fn is_late(&self, _number: u64) -> bool {
        true
    }

    /// Returns what the layer knows of a node of that part.
    fn inode_of(inode: LateInode) -> Self::Inode;
}

impl Late for LateLayer {
    fn late(&mut self) -> &mut LateLayer {
        self
    }

    fn inode_of(inode: LateInode) -> LateInode {
        inode
    }
}

impl<L: Late, C: Clock, J: Journal> Volume<L, C, J> {
    /// Runs an operation with the answers that it has so far. All calls with the same `answers` must be of one
    /// operation.
    ///
    /// # Errors
    /// - [`Stop::Ask`]: the operation needs one more answer; run it again with that. Nothing has changed.
    /// - [`Stop::Error`]: the operation failed.
    pub fn attempt<T>(
        &mut self,
        answers: &mut Answers,
        mut operation: impl FnMut(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        loop {
            self.begin(answers);
            let result = operation(self);
            let outcome = match &result {
                Ok(_) => Outcome::Done,
                Err(Stop::Ask(_)) => Outcome::Asks,
                Err(Stop::Error(_)) => Outcome::Failed,
            };
            if self.end(answers, outcome) {
                return result;
            }
        }
    }

    /// Gives the layer the answers. This is the first half of [`Volume::attempt`], for callers that run the operation
    /// themselves.
    pub fn begin(&mut self, answers: &mut Answers) {
        core::mem::swap(&mut self.tree.layer.late().answers, answers);
        self.tree.layer.late().contradicted.set(false);
    }

    /// Takes the answers back. This is the second half of [`Volume::attempt`]. Returns `false` if answers contradict
    /// each other, because others have changed the layer in between. Then run the operation again at once; it asks
    /// afresh.
    #[must_use]
    pub fn end(&mut self, answers: &mut Answers, outcome: Outcome) -> bool {
        let layer = self.tree.layer.late();
        // But not for ever.
        let is_over = outcome == Outcome::Done || !layer.contradicted.get() || !layer.answers.restart();
        if is_over && outcome != Outcome::Asks {
            self.drop_held();
        }
        if outcome == Outcome::Failed {
            self.tree.layer.late().answers.forget_errors();
        }
        if is_over && outcome != Outcome::Asks {
            self.tree.layer.late().release_told();
        }
        core::mem::swap(&mut self.tree.layer.late().answers, answers);
        is_over
    }

    /// Releases what an operation holds that will not run again, whatever it was told. A change that it has requested
    /// may have been made, as with a killed process.
    pub fn give_up(&mut self, answers: Answers) {
        self.tree.layer.late().answers = answers;
        self.drop_held();
        self.tree.layer.late().release_told();
        self.tree.layer.late().answers = Answers::new();
    }

    /// Returns the layer.
    pub fn layer_mut(&mut self) -> &mut L {
        &mut self.tree.layer
    }
}

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The operation is complete.
    Done,
    /// The operation needs one more answer.
    Asks,
    /// The operation failed.
    Failed,
}
