//! Jobs over a layer that answers late.

use vfs_core::Error;
use vfs_core::late::Answers;

use super::attempt::attempt;
use super::ends::Progress;
use super::{Job, Next, Pump, TURNS, World};
use crate::abi;
use crate::host::wait;
use crate::layer::settle;
use crate::layer::tasks::{Asking, ask};

/// A job that waits for an answer.
pub struct Waiting {
    job: Job,
    /// The argument for the next attempt of its turn.
    progress: Option<Progress>,
    answers: Answers,
    asking: Asking,
    /// What the answer waits for.
    waits_for: u32,
    /// Since when what arrives is kept.
    kept: u64,
}

impl Pump {
    /// Runs one job until it has to wait.
    pub(super) fn drive(&mut self, world: &mut World<'_>, job: Job, progress: Option<Progress>) {
        self.drive_with(world, job, progress, Answers::new());
    }

    /// Runs one job with the answers that its turn has so far.
    fn drive_with(
        &mut self,
        world: &mut World<'_>,
        mut job: Job,
        mut progress: Option<Progress>,
        mut answers: Answers,
    ) {
        for _ in 0..TURNS {
            let mut next = attempt(world, &mut job, progress, &mut answers);
            while let Next::Ask(request) = next {
                let mut asking = ask(&answers, request);
                next = match wait::go_on(&mut asking) {
                    Err(waits_for) => {
                        self.adopt(waits_for);
                        let kept = abi::keep_arguments();
                        return self.asking.push(Waiting { job, progress, answers, asking, waits_for, kept });
                    }
                    Ok((request, answer)) => match answers.add(request, answer) {
                        Ok(()) => attempt(world, &mut job, progress, &mut answers),
                        Err(error) => give_up(world, core::mem::take(&mut answers), error),
                    },
                };
            }
            (progress, answers) = (None, Answers::new());
            match next {
                Next::Wait | Next::Ask(_) => return self.keep(job, None),
                Next::Went(went) => progress = Some(went),
                Next::Over(result) => {
                    let Some(answer) = job.close(world, result) else { return };
                    self.join(answer.end);
                    job = Job::Answer(answer);
                }
                Next::Gone => return,
            }
        }
        self.keep(job, progress);
    }

    /// Continues the job that waits for this event. Returns whether there is one.
    pub(super) fn answered(&mut self, world: &mut World<'_>, waitable: u32, code: u32) -> bool {
        let Some(place) = self.asking.iter().position(|waiting| waiting.waits_for == waitable) else { return false };
        let mut waiting = self.asking.swap_remove(place);
        let (request, answer) = match wait::go_on_by(&mut waiting.asking, code) {
            Ok(answered) => answered,
            Err(waits_for) => {
                self.join(waits_for);
                self.asking.push(Waiting { waits_for, ..waiting });
                return true;
            }
        };
        let Waiting { job, progress, mut answers, kept, .. } = waiting;
        abi::release_arguments(kept);
        self.lose();
        match answers.add(request, answer) {
            Ok(()) => self.drive_with(world, job, progress, answers),
            Err(error) => {
                give_up(world, answers, error);
                self.fail(world, job, error);
            }
        }
        true
    }

    fn fail(&mut self, world: &mut World<'_>, job: Job, error: Error) {
        if let Some(answer) = job.close(world, Err(error)) {
            self.join(answer.end);
            self.drive(world, Job::Answer(answer), None);
        }
    }
}

/// Ends a turn whose operation fails because there is no room for an answer.
fn give_up(world: &mut World<'_>, answers: Answers, error: Error) -> Next {
    world.volume.give_up(answers);
    settle(world.volume);
    Next::Over(Err(error))
}
