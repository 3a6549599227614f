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
    let mut answers = Answers::new();
    let mut finish = Some(finish);
    loop {
        let attempted = within_call(|state| {
            let result = attempt(state, &mut answers, &mut operation)?;
            Ok(finish.take().map(|finish| finish(state, result)))
        });
        let request = match attempted {
            Ok(result) => {
                LAST.set(answers);
                return result.unwrap_or_else(|| abi::trap());
            }
            Err(request) => request,
        };
        let answer = ask(&request);
        if let Err(error) = answers.add(request, answer) {
            let result = within_call(|state| finish.take().map(|finish| finish(state, Err(error.into()))));
            return result.unwrap_or_else(|| abi::trap());
        }
    }
}

/// Runs an operation with the answers that it has so far.
///
/// # Errors
/// The operation needs one more answer.
pub fn attempt<T, F: Halt>(
    state: &mut State,
    answers: &mut Answers,
    operation: &mut impl FnMut(&mut State) -> Result<T, F>,
) -> Result<Result<T, F::Failure>, Request> {
    loop {
        state.volume.begin(answers);
        let result = match operation(state) {
            Ok(value) => Ok(Ok(value)),
            Err(halt) => halt.failure().map(Err),
        };
        let outcome = match &result {
            Ok(Ok(_)) => Outcome::Done,
            Ok(Err(_)) => Outcome::Failed,
            Err(_) => Outcome::Asks,
        };
        if state.volume.end(answers, outcome) {
            settle(&mut state.volume);
            return result;
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
