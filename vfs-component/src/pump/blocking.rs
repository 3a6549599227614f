//! Jobs whose answers come from calls that block.

use vfs_core::late::Answers;

use super::attempt::attempt;
use super::ends::Progress;
use super::{Job, Next, World};
use crate::layer::{ask, settle};

/// Runs one turn of a job to its end.
pub fn turn(world: &mut World<'_>, job: &mut Job, progress: Option<Progress>) -> Next {
    let mut answers = Answers::new();
    loop {
        let request = match attempt(world, job, progress, &mut answers) {
            Next::Ask(request) => request,
            next => return next,
        };
        let answer = ask(&request);
        if let Err(error) = answers.add(request, answer) {
            world.volume.give_up(answers);
            settle(world.volume);
            return Next::Over(Err(error));
        }
    }
}
