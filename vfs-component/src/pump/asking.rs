//! Jobs over a layer that answers late.

use vfs_core::Error;
use vfs_core::late::Answers;

use super::attempt::attempt;
use super::ends::Progress;
use super::{Job, Next, Pump, TURNS, World};
use crate::layer::{Asked, Question};

/// A job that waits for an answer.
pub struct Asking {
    job: Job,
    /// The argument for the next attempt of its turn.
    progress: Option<Progress>,
    answers: Answers,
    question: Question,
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
                next = match Question::begin(request) {
                    Asked::Waiting(question) => {
                        self.join(question.subtask);
                        self.kept += 1;
                        return self.asking.push(Asking { job, progress, answers, question });
                    }
                    Asked::Answered(request, answer) => match answers.add(request, answer) {
                        Ok(()) => attempt(world, &mut job, progress, &mut answers),
                        Err(error) => Next::Over(Err(error)),
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

    /// Waits for the answer to a question whose task is gone: the host still has to write it somewhere.
    pub fn give_up(&mut self, question: Question) {
        self.join(question.subtask);
        self.kept += 1;
        self.given_up.push(question);
    }

    /// Continues the job whose question has an event.
    pub(super) fn answered(&mut self, world: &mut World<'_>, subtask: u32, code: u32) {
        if let Some(place) = self.given_up.iter().position(|question| question.subtask == subtask) {
            match self.given_up.swap_remove(place).end(code) {
                Asked::Waiting(question) => self.given_up.push(question),
                Asked::Answered(..) => self.kept -= 1,
            }
            return;
        }
        let Some(place) = self.asking.iter().position(|asking| asking.question.subtask == subtask) else { return };
        let Asking { job, progress, mut answers, question } = self.asking.swap_remove(place);
        let (request, answer) = match question.end(code) {
            Asked::Waiting(question) => return self.asking.push(Asking { job, progress, answers, question }),
            Asked::Answered(request, answer) => (request, answer),
        };
        self.kept -= 1;
        match answers.add(request, answer) {
            Ok(()) => self.drive_with(world, job, progress, answers),
            Err(error) => self.fail(world, job, error),
        }
    }

    fn fail(&mut self, world: &mut World<'_>, job: Job, error: Error) {
        if let Some(answer) = job.close(world, Err(error)) {
            self.join(answer.end);
            self.drive(world, Job::Answer(answer), None);
        }
    }
}
