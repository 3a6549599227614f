//! Operations of WASI 0.3 as tasks, which wait for answers.

use core::cell::RefCell;

use vfs_core::Error;
use vfs_core::late::{Answers, Request};

use super::{Asked, Question};
use crate::abi;
use crate::layer::{Stop, attempt, keeping};
use crate::local;
use crate::pump;
use crate::state::{State, within_call};

#[link(wasm_import_module = "$root")]
unsafe extern "C" {
    #[link_name = "[waitable-set-new]"]
    safe fn new_set() -> u32;
    #[link_name = "[waitable-set-drop]"]
    safe fn drop_set(set: u32);
    #[link_name = "[waitable-join]"]
    safe fn join(waitable: u32, set: u32);
    #[link_name = "[context-get-0]"]
    safe fn context() -> u32;
    #[link_name = "[context-set-0]"]
    safe fn set_context(subtask: u32);
}

#[link(wasm_import_module = "[export]$root")]
unsafe extern "C" {
    #[link_name = "[task-cancel]"]
    safe fn cancel_task();
}

/// Returned by a callback to end its task.
const EXIT: u32 = 0;
const WAIT: u32 = 2;
/// Event: the state of a subtask has changed.
const SUBTASK: u32 = 1;
const CANCELLED: u32 = 6;

/// Runs an operation with the answers that it has so far. Stops with the request for a missing one.
type Attempt = dyn FnMut(&mut Answers) -> Result<(), Request>;

/// An operation whose task waits for an answer.
struct Task {
    /// Runs the operation, and returns its result to the app if it has ended.
    attempt: Box<Attempt>,
    /// Returns an error to the app instead.
    fail: fn(Error),
    /// Continues the task after the operation; returns what its callback returns.
    after: fn() -> u32,
    answers: Answers,
    /// The waitable set of its task; 0 before it has waited.
    set: u32,
}

/// A task and its question.
struct Waiting {
    task: Task,
    question: Question,
}

thread_local! {
    static WAITING: RefCell<Vec<Waiting>> = const { RefCell::new(Vec::new()) };
}

/// Begins an operation in the task of the current call. `give` returns its result to the app; after that the task
/// continues with `after`, which returns what a callback returns.
pub fn begin<T: 'static>(
    mut operation: impl FnMut(&mut State) -> Result<T, Stop> + 'static,
    give: fn(Result<T, Error>),
    fail: fn(Error),
    after: fn() -> u32,
) -> u32 {
    let attempt = move |answers: &mut Answers| {
        let mut result = None;
        within_call(|state| attempt(state, answers, &mut keeping(&mut operation, &mut result)))?;
        // Not within the call, because the app's realloc may run.
        give(result.unwrap_or_else(|| abi::trap()));
        Ok(())
    };
    drive(Task { attempt: Box::new(attempt), fail, after, answers: Answers::new(), set: 0 })
}

/// Ends a task that has nothing more to do.
pub fn exit() -> u32 {
    EXIT
}

/// Runs a task until its operation has ended or has to wait.
fn drive(mut task: Task) -> u32 {
    while let Err(request) = (task.attempt)(&mut task.answers) {
        match Question::begin(request) {
            Asked::Waiting(question) => return wait(task, question),
            Asked::Answered(request, answer) => {
                if let Err(error) = task.answers.add(request, answer) {
                    (task.fail)(error);
                    break;
                }
            }
        }
    }
    abi::finish_call();
    if task.set != 0 {
        drop_set(task.set);
    }
    (task.after)()
}

fn wait(mut task: Task, question: Question) -> u32 {
    if task.set == 0 {
        task.set = new_set();
    }
    let set = task.set;
    join(question.subtask, set);
    set_context(question.subtask);
    local::with(&WAITING, |waiting| waiting.push(Waiting { task, question }));
    WAIT | set << 4
}

fn take(subtask: u32) -> Option<Waiting> {
    local::with(&WAITING, |waiting| {
        let place = waiting.iter().position(|one| one.question.subtask == subtask)?;
        Some(waiting.swap_remove(place))
    })
}

/// The callback of all tasks. Passes events of the pump on to it.
pub fn callback(event: u32, waitable: u32, code: u32) -> u32 {
    let subtask = match event {
        SUBTASK => waitable,
        CANCELLED => context(),
        _ => return pump::callback(event, waitable, code),
    };
    let Some(Waiting { mut task, question }) = take(subtask) else { return pump::callback(event, waitable, code) };
    if event == CANCELLED {
        return cancel(task, question);
    }
    match question.end(code) {
        Asked::Waiting(question) => wait(task, question),
        Asked::Answered(request, answer) => match task.answers.add(request, answer) {
            Ok(()) => drive(task),
            Err(error) => {
                (task.fail)(error);
                task.attempt = Box::new(|_| Ok(()));
                drive(task)
            }
        },
    }
}

/// Ends a task whose operation the app has cancelled. The pump's task gets the answer.
fn cancel(task: Task, question: Question) -> u32 {
    within_call(|state| {
        state.volume.give_up(task.answers);
        state.pump.give_up(question);
    });
    drop_set(task.set);
    cancel_task();
    EXIT
}
