//! Who answers: the world, in pieces, with errors, while others change it.

use vfs_core::late::{Answer, Query, Request};
use vfs_core::{Effect, Error};
use vfs_plan::{Op, Random, generate, pattern};

use crate::step::{On, Outcome, step};
use crate::world::World;

/// How a host answers.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Entries of a listing that come at a time, at most. 0: all.
    pub batch: usize,
    /// Reads give less than was asked for.
    pub is_short: bool,
    /// One answer in so many is an error. 0: none.
    pub errors: usize,
    /// Before one answer in so many somebody else changes something. 0: never.
    pub changes: usize,
}

impl Manner {
    pub const PROMPT: Self = Self { batch: 0, is_short: false, errors: 0, changes: 0 };
    pub const IN_PIECES: Self = Self { batch: 3, is_short: true, ..Self::PROMPT };
}

/// Errors that a host gives.
const ERRORS: [Error; 4] = [Error::Io, Error::Overflow, Error::Busy, Error::InsufficientSpace];

/// A world, and what it was asked.
pub struct Host {
    pub world: World,
    pub manner: Manner,
    pub random: Random,
    /// What others do.
    others: Vec<Op>,
    /// All questions and all changes, since they were last taken.
    pub queries: Vec<Query>,
    pub effects: Vec<Effect<Vec<u8>>>,
    /// The error that was given last.
    pub error: Option<Error>,
}

impl Host {
    pub fn new(world: World, manner: Manner, seed: u64) -> Self {
        let random = Random::new(!seed);
        Self { world, manner, random, others: Vec::new(), queries: Vec::new(), effects: Vec::new(), error: None }
    }

    /// Answers a request; `bytes` are those to write.
    pub fn answer(&mut self, request: &Request, bytes: &[u8]) -> Result<Answer, Error> {
        let Manner { batch, is_short, errors, changes } = self.manner;
        if changes > 0 && self.random.once_in(changes) {
            self.let_others_change();
        }
        match request {
            Request::Query(query) => self.queries.push(query.clone()),
            Request::Effect(effect) => self.effects.push(effect.clone()),
        }
        if errors > 0 && self.random.once_in(errors) {
            let error = self.random.one_of(&ERRORS);
            self.error = Some(error);
            return Err(error);
        }
        let most = if batch == 0 { usize::MAX } else { 1 + self.random.below(batch) };
        let random = &mut self.random;
        let bytes_of = |length: u64| if is_short { 1 + random.below(length as usize) as u64 } else { length };
        match request {
            Request::Query(query) => self.world.ask(query, most, bytes_of),
            Request::Effect(effect) => {
                if let Effect::Write { bytes: written, .. } = effect {
                    assert_eq!(written, bytes);
                }
                self.world.perform(effect)
            }
        }
    }

    /// Somebody else does something in the world.
    pub fn let_others_change(&mut self) {
        while self.others.is_empty() {
            self.others = generate(self.random.any());
            self.others.retain(|op| matches!(op, Op::Open { at: None, .. }) || is_change_by_path(op));
        }
        let Some(op) = self.others.pop() else { return };
        let World { fs, root, .. } = &mut self.world;
        let on = On { file: None, other: None, from: root, to: root };
        if let Ok(Outcome::Opened(file)) = step(fs, &on, &op, &[]) {
            let length = self.random.below(70_000);
            let _ = fs.set_size(&file, length as u64);
            let _ = fs.write(&file, length as u64 / 2, &pattern(length as u8, 100));
            fs.close(file);
        }
    }
}

fn is_change_by_path(op: &Op) -> bool {
    matches!(
        op,
        Op::CreateDir { .. }
            | Op::RemoveDir { .. }
            | Op::Unlink { .. }
            | Op::Symlink { .. }
            | Op::Link { .. }
            | Op::Rename { .. }
    )
}
