//! One turn of a job over a layer that may need answers.

use vfs_core::late::{Answers, Outcome};

use super::ends::Progress;
use super::{Job, Next, World};
use crate::layer::{Stop, settle};

impl From<Stop> for Next {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Error(error) => Self::Over(Err(error)),
            Stop::Ask(request) => Self::Ask(request),
        }
    }
}

/// Runs one turn of a job, with the answers that it has so far.
pub fn attempt(world: &mut World<'_>, job: &mut Job, progress: Option<Progress>, answers: &mut Answers) -> Next {
    loop {
        world.volume.begin(answers);
        let next = job.turn(world, progress);
        let outcome = match &next {
            Next::Ask(_) => Outcome::Asks,
            Next::Over(Err(_)) => Outcome::Failed,
            _ => Outcome::Done,
        };
        if world.volume.end(answers, outcome) {
            // What it has loaded and let go, it uses again when it goes on.
            if outcome != Outcome::Asks {
                settle(world.volume);
            }
            return next;
        }
    }
}
