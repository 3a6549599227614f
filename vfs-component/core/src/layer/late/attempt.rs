//! Operations on a volume whose layer answers late.

use super::{Answers, LateLayer, Stop};
use crate::journal::Journal;
use crate::layer::Layer;
use crate::{Clock, Error, Volume};

/// A layer that is a [`LateLayer`], or contains one.
pub trait Late: Layer<Stop = Stop> {
    /// Returns the part that answers late.
    fn late(&mut self) -> &mut LateLayer;

    /// Returns whether a node is of that part.
    #[inline]
    fn is_late(&self, _number: u64) -> bool {
        true
    }
}

impl Late for LateLayer {
    fn late(&mut self) -> &mut LateLayer {
        self
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

    /// Returns where the late layer has the bytes of a read of `length` bytes at `offset`, if it has all of them, so
    /// that the bytes need not pass through the volume. `None`: read them from the volume.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file, or not open for reading.
    pub fn forward(&self, file: &crate::OpenFile, offset: u64, length: u64) -> Result<Option<Forward>, Error> {
        let contents = self.tree.readable(file)?;
        let node = self.tree.table.id(file.slot);
        if let Some((_, number)) = self.tree.reads_through(node) {
            return Ok(Some(Forward { node: number, offset, length }));
        }
        let crate::node::Origin::Layer(number) = node.origin() else { return Ok(None) };
        if !self.tree.layer.is_late(number) {
            return Ok(None);
        }
        let length = contents.layer_run(offset, length);
        Ok((length > 0).then_some(Forward { node: number, offset, length }))
    }

    /// Returns the node of the layer that a write goes to, if its changes pass through, so that the bytes need not pass
    /// through the volume. `None`: write them to the volume.
    ///
    /// # Errors
    /// Those of [`Volume::check_writable`].
    pub fn forward_write(&self, file: &crate::OpenFile) -> Result<Option<u64>, Error> {
        self.check_writable(file)?;
        let through = self.tree.passes_through(self.tree.table.id(file.slot));
        Ok(through.map(|(_, number)| number).filter(|number| !self.tree.layer.is_read_only(*number)))
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

/// A read that can be sent directly to the layer. A short answer is not the end of the file, unless the file's changes
/// pass through: read the rest from the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The file's number in the layer.
    pub node: u64,
    /// Offset of the first byte.
    pub offset: u64,
    /// Number of bytes, at most the requested number.
    pub length: u64,
}
