//! The pump: it feeds the streams of WASI 0.3.
//!
//! A function such as `read-via-stream` is not asynchronous: it returns a stream, and no code of the vfs is running
//! when somebody wants the first byte. So one task serves all streams:
//!
//! ```text
//! read-via-stream ──▶ a job: its first write is under way before the function returns; its end joins ──┐
//!                                                                                                      ▼
//! start, called before the app runs ──▶ the pump's task, which waits for an event of ───────▶ the set of all ends
//!                                         │    ▲
//!                                         ▼    └ until the job has to wait again
//!                                       the job goes on: the next bytes, or the end and the future's result
//! ```
//!
//! When no task of the app runs any more (`stop`), the task ends with the last job: hosts keep an instance as long as
//! it has a task.
//!
//! A job is stored under the end (of a stream or future) that it waits for. It is a plain state machine and not a Rust
//! future, so only the component model allocates, polls and wakes. `docs/pump.md` explains all of it.

mod answer;
#[cfg(feature = "tasks")]
mod asking;
#[cfg(feature = "asks")]
mod attempt;
#[cfg(all(feature = "mounts", not(feature = "tasks")))]
mod blocking;
mod ends;
mod lister;
mod reader;
mod start;
mod writer;

use vfs_core::Error;

#[cfg(not(feature = "asks"))]
use crate::layer::Stop;
use crate::standard::Standard;
use crate::state::Volume;

pub use answer::Done;
#[cfg(feature = "mounts3")]
pub use ends::{Progress as StreamProgress, results};
pub use ends::{bytes, entries};
pub use lister::Lister;
pub use reader::{Reader, Source};
pub use start::{become_pump, callback};
pub use writer::{Sink, Writer};

use answer::Answer;
#[cfg(all(feature = "mounts", not(feature = "tasks")))]
use blocking::turn;
use ends::Progress;

/// Maximum number of turns without waiting before other jobs have their turn.
const TURNS: u32 = 64;

/// All jobs.
#[derive(Default)]
pub struct Pump {
    /// The waitable set; 0 before there is one.
    set: u32,
    /// Jobs by their ends. The component's handles are small numbers, so this is never longer than the table of
    /// handles.
    jobs: Vec<Option<Waiting>>,
    /// Number of jobs, and of those that can go on without an event.
    kept: usize,
    ready: usize,
    /// Whether the task exists, and whether it ends with the last job.
    runs: bool,
    ends: bool,
    /// Jobs that wait for an answer of the layer.
    #[cfg(feature = "tasks")]
    asking: Vec<asking::Waiting>,
}

struct Waiting {
    job: Job,
    /// The progress with which it continues, if it need not wait.
    ready: Option<Progress>,
}

enum Job {
    Read(Reader),
    List(Lister),
    Write(Writer),
    Answer(Answer),
}

/// The state that jobs work on.
pub struct World<'a> {
    pub volume: &'a mut Volume,
    pub standard: &'a mut Standard,
}

/// The outcome of one turn of a job.
enum Next {
    /// The job waits for an event at its end.
    Wait,
    /// The job can continue.
    Went(Progress),
    /// The job's stream is over, with this result.
    Over(Result<(), Error>),
    /// The job has nothing more to do.
    Gone,
    /// The job needs an answer. Nothing has changed; run it again with the same progress.
    #[cfg(feature = "asks")]
    Ask(vfs_core::late::Request),
}

#[cfg(not(feature = "asks"))]
impl From<Stop> for Next {
    #[inline]
    fn from(error: Stop) -> Self {
        Self::Over(Err(error))
    }
}

impl Job {
    fn end(&self) -> u32 {
        match self {
            Self::Read(reader) => reader.end,
            Self::List(lister) => lister.end,
            Self::Write(writer) => writer.end,
            Self::Answer(answer) => answer.end,
        }
    }

    fn turn(&mut self, world: &mut World<'_>, progress: Option<Progress>) -> Next {
        match self {
            Self::Read(reader) => reader.turn(world, progress),
            Self::List(lister) => lister.turn(world, progress),
            Self::Write(writer) => writer.turn(world, progress),
            Self::Answer(answer) => answer.turn(progress),
        }
    }

    /// Closes the job's end of the stream and its file. Only the result is left to write.
    fn close(self, world: &mut World<'_>, result: Result<(), Error>) -> Option<Answer> {
        let done = match self {
            Self::Read(reader) => reader.close(world),
            Self::List(lister) => lister.close(world),
            Self::Write(writer) => writer.close(world),
            Self::Answer(_) => return None,
        };
        Some(done.answer(result))
    }
}

/// Runs one turn of a job.
#[cfg(not(feature = "asks"))]
#[inline(always)]
fn turn(world: &mut World<'_>, job: &mut Job, progress: Option<Progress>) -> Next {
    job.turn(world, progress)
}

impl Pump {
    /// Begins a job for a stream that the app reads.
    pub fn read(&mut self, world: &mut World<'_>, reader: Reader) {
        self.begin(world, Job::Read(reader));
    }

    /// Begins a job for a listing.
    #[cfg(not(feature = "mounts3"))]
    pub fn list(&mut self, world: &mut World<'_>, lister: Lister) {
        self.begin(world, Job::List(lister));
    }

    /// Begins a job for a listing, in the pump's task: it may read the host's entries, and engines want that the task is
    /// still there which has begun to.
    #[cfg(feature = "mounts3")]
    pub fn list(&mut self, world: &mut World<'_>, lister: Lister) {
        let job = Job::List(lister);
        if self.make_room(job.end()).is_err() {
            return self.begin(world, job);
        }
        self.join(job.end());
        self.keep(job, Some(Progress { count: 0, open: true }));
        self.wake(world);
    }

    /// Begins a job for a stream that the app writes, or somebody from whom the app has it.
    pub fn write(&mut self, world: &mut World<'_>, writer: Writer) {
        self.begin(world, Job::Write(writer));
    }

    /// Begins a job for the result of a stream that is over already.
    pub fn answer(&mut self, world: &mut World<'_>, done: Done, result: Result<(), Error>) {
        self.begin(world, Job::Answer(done.answer(result)));
    }

    fn begin(&mut self, world: &mut World<'_>, job: Job) {
        if self.make_room(job.end()).is_err() {
            if let Some(answer) = job.close(world, Err(Error::InsufficientMemory)) {
                self.drive(world, Job::Answer(answer), None);
            }
            return;
        }
        self.join(job.end());
        self.drive(world, job, None);
        if self.ready > 0 {
            self.wake(world);
        }
    }

    /// Causes an event for the task where none would come: writes a result to a future whose reader is dropped.
    fn wake(&mut self, world: &mut World<'_>) {
        let (readable, done) = Done::of_any();
        let answer = done.answer(Ok(()));
        let end = answer.end;
        self.join(end);
        self.drive(world, Job::Answer(answer), None);
        if let Some(Some(Waiting { job: Job::Answer(answer), .. })) = self.jobs.get(end as usize) {
            answer.ignore(readable);
        }
    }

    /// Adds a waitable that belongs to no job. The task stays until as many calls of [`Pump::lose`].
    #[cfg(feature = "tasks")]
    pub fn adopt(&mut self, waitable: u32) {
        self.join(waitable);
        self.kept += 1;
    }

    /// Undoes one call of [`Pump::adopt`].
    #[cfg(feature = "tasks")]
    pub fn lose(&mut self) {
        self.kept -= 1;
    }

    /// Has the task wait for an event, too.
    pub fn join(&mut self, end: u32) {
        if self.set == 0 {
            self.set = ends::new_set();
        }
        ends::join(end, self.set);
    }

    /// Makes room for a job at this end.
    fn make_room(&mut self, end: u32) -> Result<(), Error> {
        let wanted = end as usize + 1;
        if wanted > self.jobs.len() {
            self.jobs.try_reserve(wanted - self.jobs.len())?;
            self.jobs.resize_with(wanted, || None);
        }
        Ok(())
    }

    /// Runs one job until it has to wait.
    #[cfg(not(feature = "tasks"))]
    fn drive(&mut self, world: &mut World<'_>, mut job: Job, mut progress: Option<Progress>) {
        for _ in 0..TURNS {
            match turn(world, &mut job, progress.take()) {
                #[cfg(feature = "asks")]
                Next::Ask(_) => return self.keep(job, None),
                Next::Wait => return self.keep(job, None),
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

    fn keep(&mut self, job: Job, ready: Option<Progress>) {
        // There may be no room for a result. It was written by then, and its end stays open for ever.
        if self.make_room(job.end()).is_err() {
            return;
        }
        self.kept += 1;
        self.ready += usize::from(ready.is_some());
        let end = job.end() as usize;
        if let Some(place) = self.jobs.get_mut(end) {
            *place = Some(Waiting { job, ready });
        }
    }

    fn take(&mut self, end: u32) -> Option<Waiting> {
        let waiting = self.jobs.get_mut(end as usize)?.take()?;
        self.kept -= 1;
        self.ready -= usize::from(waiting.ready.is_some());
        Some(waiting)
    }

    /// Continues the job at an end that has an event.
    fn event(&mut self, world: &mut World<'_>, end: u32, progress: Progress) {
        if let Some(waiting) = self.take(end) {
            self.drive(world, waiting.job, Some(progress));
        }
    }

    /// Runs the jobs that can go on without an event.
    fn go_on(&mut self, world: &mut World<'_>) {
        let mut end = 0;
        while self.ready > 0 && end < self.jobs.len() {
            if matches!(self.jobs.get(end), Some(Some(Waiting { ready: Some(_), .. })))
                && let Some(Waiting { job, ready }) = self.take(end as u32)
            {
                self.drive(world, job, ready);
            }
            end += 1;
        }
    }
}
