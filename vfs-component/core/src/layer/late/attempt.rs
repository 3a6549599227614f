//! Operations on a volume whose layer answers late.

use super::{Answers, LateLayer, Stop};
use crate::journal::Journal;
use crate::layer::Layer;
use crate::{Clock, Error, Volume};

/// A layer that has a [`LateLayer`] in it, or is one.
pub trait Late: Layer<Stop = Stop> {
    /// The part that answers late.
    fn late(&mut self) -> &mut LateLayer;
}

impl Late for LateLayer {
    fn late(&mut self) -> &mut LateLayer {
        self
    }
}

impl<L: Late, C: Clock, J: Journal> Volume<L, C, J> {
    /// Runs an operation with the answers that it has so far, which must be one operation's.
    ///
    /// # Errors
    /// - [`Stop::Ask`]: it needs one more answer, and is to be run again with it; nothing has changed.
    /// - [`Stop::Error`]: it failed.
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

    /// The first half of [`Volume::attempt`], for whoever runs the operation in between: gives the layer the answers.
    pub fn begin(&mut self, answers: &mut Answers) {
        core::mem::swap(&mut self.tree.layer.late().answers, answers);
        self.tree.layer.late().contradicted.set(false);
    }

    /// The second half: takes the answers back. `false`: others have changed the layer between two answers, and the operation
    /// is to be run again at once. It asks for them again then.
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
        core::mem::swap(&mut self.tree.layer.late().answers, answers);
        is_over
    }

    /// Gives back what an operation holds that is not run again, whatever it was told. A change that it has asked for may have been
    /// made, as that of a process which was killed.
    pub fn give_up(&mut self, answers: Answers) {
        self.tree.layer.late().answers = answers;
        self.drop_held();
        self.tree.layer.late().answers = Answers::new();
    }

    /// Where a read of `length` bytes at `offset` can go, if the layer has all of it: then its bytes need not pass through the
    /// volume. `None`: they are to be read here.
    ///
    /// # Errors
    /// - [`Error::BadDescriptor`]: it is not a file, or not open for reading.
    pub fn forward(&self, file: &crate::OpenFile, offset: u64, length: u64) -> Result<Option<Forward>, Error> {
        let contents = self.tree.readable(file)?;
        let node = self.tree.table.id(file.slot);
        if let Some((_, number)) = self.tree.passes_through(node) {
            return Ok(Some(Forward { node: number, offset, length }));
        }
        let crate::node::Origin::Layer(number) = node.origin() else { return Ok(None) };
        let length = contents.layer_run(offset, length);
        Ok((length > 0).then_some(Forward { node: number, offset, length }))
    }

    /// The layer.
    pub fn layer_mut(&mut self) -> &mut L {
        &mut self.tree.layer
    }
}

/// How an attempt has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The operation is done.
    Done,
    /// It needs one more answer.
    Asks,
    /// It has failed.
    Failed,
}

/// A read that the layer can be asked for directly. A short answer is not the end of the file, unless the layer makes the file's
/// changes: what is missing is then to be read from the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The file's number in the layer.
    pub node: u64,
    /// Where the bytes begin.
    pub offset: u64,
    /// How many there are, at most as many as were wanted.
    pub length: u64,
}
