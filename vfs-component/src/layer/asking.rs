//! Operations that need answers: how they come to their end.

use core::cell::RefCell;

use vfs_core::Error;
use vfs_core::late::{Answers, Outcome, Request};

use super::{ask, settle};
use crate::abi;
use crate::state::{State, within_call};

pub use vfs_core::late::Stop;

thread_local! {
    /// The answers of the last operation: its result may point at their bytes.
    static LAST: RefCell<Answers> = const { RefCell::new(Answers::new()) };
}

/// The reason why an operation stops.
pub trait Halt: Sized {
    /// The failure with which it may end.
    type Failure: From<Error>;

    /// # Errors
    /// Returns the failure, or the request if only an answer is missing.
    fn failure(self) -> Result<Self::Failure, Request>;
}

impl Halt for Stop {
    type Failure = Error;

    fn failure(self) -> Result<Error, Request> {
        match self {
            Self::Error(error) => Ok(error),
            Self::Ask(request) => Err(request),
        }
    }
}

/// Runs an operation until it has all answers, and finishes it with its result.
pub fn operate<T, F: Halt, R>(
    mut operation: impl FnMut(&mut State) -> Result<T, F>,
    finish: impl FnOnce(&mut State, Result<T, F::Failure>) -> R,
) -> R {
    let mut result = None;
    let ran = run(&mut keeping(&mut operation, &mut result));
    if let Err(error) = ran {
        result = Some(Err(error.into()));
    }
    within_call(|state| finish(state, result.unwrap_or_else(|| abi::trap())))
}

/// An attempt of an operation, which keeps its result.
///
/// # Errors
/// The operation needs one more answer.
pub type Attempt<'a> = dyn FnMut(&mut State) -> Result<Outcome, Request> + 'a;

/// Makes attempts of an operation that put its result where it is wanted. What becomes of them is the same code for all
/// operations.
pub fn keeping<'a, T, F: Halt>(
    operation: &'a mut impl FnMut(&mut State) -> Result<T, F>,
    result: &'a mut Option<Result<T, F::Failure>>,
) -> impl FnMut(&mut State) -> Result<Outcome, Request> {
    |state| {
        let (ended, outcome) = match operation(state) {
            Ok(value) => (Ok(value), Outcome::Done),
            Err(halt) => (Err(halt.failure()?), Outcome::Failed),
        };
        *result = Some(ended);
        Ok(outcome)
    }
}

/// Runs an operation until it has all answers.
///
/// # Errors
/// - [`Error::InsufficientMemory`]: there is no memory for an answer.
/// - [`Error::Io`]: an answer does not fit its request.
fn run(operation: &mut Attempt<'_>) -> Result<(), Error> {
    let mut answers = Answers::new();
    loop {
        let Err(request) = within_call(|state| attempt(state, &mut answers, operation)) else {
            LAST.set(answers);
            return Ok(());
        };
        let answer = ask(&request);
        if let Err(error) = answers.add(request, answer) {
            within_call(|state| {
                state.volume.give_up(answers);
                settle(&mut state.volume);
            });
            return Err(error);
        }
    }
}

/// Runs an operation with the answers that it has so far.
///
/// # Errors
/// The operation needs one more answer.
pub fn attempt(state: &mut State, answers: &mut Answers, operation: &mut Attempt<'_>) -> Result<(), Request> {
    loop {
        state.volume.begin(answers);
        let result = operation(state);
        let outcome = *result.as_ref().unwrap_or(&Outcome::Asks);
        if state.volume.end(answers, outcome) {
            // What it has loaded and let go, it uses again when it goes on.
            if outcome != Outcome::Asks {
                settle(&mut state.volume);
            }
            return result.map(|_| ());
        }
    }
}

/// Returns the error with which an operation ended.
///
/// # Errors
/// It has not ended.
pub fn ended(stop: Stop) -> Result<Error, Stop> {
    stop.failure().map_err(Stop::Ask)
}

/// Makes the reason to stop with an error.
pub fn failed(error: Error) -> Stop {
    Stop::Error(error)
}

/// Returns the error of an operation that never needs an answer.
pub fn error_of(stop: Stop) -> Error {
    stop.failure().unwrap_or(Error::Io)
}
