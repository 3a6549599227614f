//! Operations of WASI 0.3 as tasks, which wait for answers. Meanwhile other tasks use the tree.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use vfs_core::Error;
use vfs_core::late::{Answer, Answers, Request};

use super::{Stop, answer_later, attempt, hold, keeping, settle};
use crate::abi;
use crate::host::wait::{self, Work};
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
    safe fn set_context(waitable: u32);
}

#[link(wasm_import_module = "[export]$root")]
unsafe extern "C" {
    #[link_name = "[task-cancel]"]
    safe fn cancel_task();
}

/// Returned by a callback to end its task.
const EXIT: u32 = 0;
const WAIT: u32 = 2;
/// Events: the app has cancelled the task; what follows is no event of a waitable.
const CANCELLED: u32 = 6;
const NONE: u32 = 0;

/// Work and its task.
struct Task {
    work: Work<()>,
    /// The waitable set of the task; 0 before it has waited, and when the pump's task has the work.
    set: u32,
    /// Continues the task after the work; returns what its callback returns.
    after: fn() -> u32,
    /// Since when arguments are kept; `None` before it has waited.
    kept: Option<u64>,
    /// Whether it has to stay until the work goes on.
    is_bound: bool,
    /// Whether the app has cancelled it. Then the work gives no result.
    is_cancelled: Rc<Cell<bool>>,
}

thread_local! {
    /// The tasks that wait, each with what it waits for.
    static WAITING: RefCell<Vec<(u32, Task)>> = const { RefCell::new(Vec::new()) };
}

/// Runs an operation with the answers that it has so far, and gives its result to the app if it has ended. Stops with the
/// request for a missing answer.
type Attempt = dyn FnMut(&mut Answers) -> Result<(), Request>;

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
    begin_attempts(Box::new(attempt), fail, after)
}

fn begin_attempts(attempt: Box<Attempt>, fail: fn(Error), after: fn() -> u32) -> u32 {
    let is_cancelled = Rc::new(Cell::new(false));
    let work = Box::pin(run(attempt, fail, Rc::clone(&is_cancelled)));
    drive(Task { work, set: 0, after, kept: None, is_bound: false, is_cancelled }, None)
}

/// Begins work in the task of the current call, which continues with `after`.
#[cfg(feature = "mounts3")]
pub fn begin_work(work: impl Future<Output = ()> + 'static, after: fn() -> u32) -> u32 {
    drive(Task { work: Box::pin(work), set: 0, after, kept: None, is_bound: false, is_cancelled: Rc::default() }, None)
}

/// Runs an operation to its end, within other work. Its result does not refer to answers.
///
/// # Errors
/// Those of the operation.
#[cfg(feature = "mounts3")]
pub async fn complete<T>(mut operation: impl FnMut(&mut State) -> Result<T, Stop>) -> Result<T, Error> {
    let mut result = None;
    let mut once =
        |answers: &mut Answers| within_call(|state| attempt(state, answers, &mut keeping(&mut operation, &mut result)));
    attempts(&mut once, &Cell::new(false)).await?;
    result.unwrap_or(Err(Error::Io))
}

/// Runs an operation to its end, after the start.
async fn run(mut attempt: Box<Attempt>, fail: fn(Error), is_cancelled: Rc<Cell<bool>>) {
    #[cfg(feature = "mounts3")]
    super::finish_start().await;
    if let Err(error) = attempts(&mut *attempt, &is_cancelled).await
        && !is_cancelled.get()
    {
        fail(error);
    }
}

/// Attempts an operation until it has all answers, or is cancelled.
///
/// # Errors
/// There is no memory for an answer, or an answer does not fit.
async fn attempts(
    attempt: &mut dyn FnMut(&mut Answers) -> Result<(), Request>,
    is_cancelled: &Cell<bool>,
) -> Result<(), Error> {
    let mut answers = Answers::new();
    while !is_cancelled.get() {
        let Err(request) = attempt(&mut answers) else { return Ok(()) };
        let (request, answer) = ask(&answers, request).await;
        if let Err(error) = answers.add(request, answer) {
            give_up(answers);
            return Err(error);
        }
    }
    give_up(answers);
    Ok(())
}

/// Releases what an operation was told of that does not go on.
fn give_up(answers: Answers) {
    within_call(|state| {
        state.volume.give_up(answers);
        settle(&mut state.volume);
    });
}

/// A request that is being answered.
pub type Asking = Work<(Request, Result<Answer, Error>)>;

/// Begins to have a request of an operation answered, while what the operation was told of stays.
pub fn ask(answers: &Answers, request: Request) -> Asking {
    let held = hold(answers);
    Box::pin(async move {
        let _held = held;
        let answer = answer_later(&request).await;
        (request, answer)
    })
}

/// Ends a task that has nothing more to do.
pub fn exit() -> u32 {
    EXIT
}

/// Goes on with the work of a task, by the event that has come, if it has waited. Returns what its callback returns.
fn drive(mut task: Task, code: Option<u32>) -> u32 {
    let waitable = match go_on(&mut task, code) {
        Ok(()) => {
            if task.set != 0 {
                drop_set(task.set);
            }
            if task.is_cancelled.get() {
                cancel_task();
                return EXIT;
            }
            return (task.after)();
        }
        Err(waitable) => waitable,
    };
    if task.set == 0 {
        task.set = new_set();
    }
    let set = task.set;
    join(waitable, set);
    set_context(waitable);
    local::with(&WAITING, |waiting| waiting.push((waitable, task)));
    WAIT | set << 4
}

/// Goes on with the work of a task.
///
/// # Errors
/// It waits for an event of this waitable.
fn go_on(task: &mut Task, code: Option<u32>) -> Result<(), u32> {
    let gone_on = match code {
        Some(code) => wait::go_on_by(&mut task.work, code),
        None => wait::go_on(&mut task.work),
    };
    match gone_on {
        Ok(()) => task.kept.take().into_iter().for_each(abi::release_arguments),
        Err(_) => {
            task.kept.get_or_insert_with(abi::keep_arguments);
            task.is_bound = wait::is_bound();
        }
    }
    abi::finish_call();
    gone_on
}

/// Takes the work that waits for this, if it still has its own task.
fn take(waitable: u32) -> Option<Task> {
    take_of(waitable, |task| task.set != 0)
}

fn take_of(waitable: u32, is_it: fn(&Task) -> bool) -> Option<Task> {
    local::with(&WAITING, |waiting| {
        let place = waiting.iter().position(|(waits_for, task)| *waits_for == waitable && is_it(task))?;
        Some(waiting.swap_remove(place).1)
    })
}

/// The callback of all tasks. Passes events of the pump on to it.
pub fn callback(event: u32, waitable: u32, code: u32) -> u32 {
    let task = match event {
        NONE => None,
        CANCELLED => take(context()),
        _ => take(waitable),
    };
    match task {
        Some(task) if event == CANCELLED => cancel(task),
        Some(task) => drive(task, Some(code)),
        None => pump::callback(event, waitable, code),
    }
}

/// Ends a task whose operation the app has cancelled. Its work goes on in the pump's task up to the next answer, because
/// the host still has to write that somewhere, and may have opened something. A task that has to stay ends then.
fn cancel(task: Task) -> u32 {
    task.is_cancelled.set(true);
    let (set, waitable) = (task.set, context());
    if task.is_bound {
        local::with(&WAITING, |waiting| waiting.push((waitable, task)));
        return WAIT | set << 4;
    }
    within_call(|state| state.pump.adopt(waitable));
    leave(waitable, task);
    drop_set(set);
    cancel_task();
    EXIT
}

/// Leaves work to the pump's task, which has adopted what it waits for.
fn leave(waitable: u32, task: Task) {
    local::with(&WAITING, |waiting| waiting.push((waitable, Task { set: 0, ..task })));
}

/// Goes on with work that was left to the pump's task. Returns whether the event was for that.
pub fn go_on_without_task(waitable: u32, code: u32) -> bool {
    let Some(mut task) = take_of(waitable, |task| task.set == 0) else { return false };
    match go_on(&mut task, Some(code)) {
        Ok(()) => within_call(|state| state.pump.lose()),
        Err(waitable) => {
            within_call(|state| state.pump.join(waitable));
            leave(waitable, task);
        }
    }
    true
}

/// Has a request answered at once, for functions that cannot wait.
///
/// # Errors
/// - Those of the answer.
/// - [`Error::Busy`]: there is no answer yet. What it brings is given up.
#[cfg(feature = "mounts3")]
pub fn answer_now(request: &Request) -> Result<Answer, Error> {
    let mut asking = ask(&Answers::new(), request.clone());
    let waitable = match wait::go_on(&mut asking) {
        Ok((_, answer)) => return answer,
        Err(waitable) => waitable,
    };
    let work = Box::pin(async move {
        let (request, answer) = asking.await;
        let mut answers = Answers::new();
        // The nodes that it tells of are what matters.
        let _ = answers.add(request, answer);
        give_up(answers);
    });
    let kept = Some(abi::keep_arguments());
    within_call(|state| state.pump.adopt(waitable));
    leave(waitable, Task { work, set: 0, after: exit, kept, is_bound: false, is_cancelled: Rc::default() });
    Err(Error::Busy)
}
