//! How a guest program states what it expects and tells what it saw.
//!
//! A program is a list of named behaviours in named areas. It prints one line for each, `name: ok` or `name: saw ...`, so that two
//! hosts can be compared by their output. The arguments choose areas or single behaviours; none means all.

pub mod edges;

use std::fmt::{Debug, Display};
use std::process::ExitCode;

/// What a behaviour gives back.
pub type Outcome = Result<(), Saw>;

/// What was seen in place of what was expected.
pub struct Saw(pub String);

impl<E: std::error::Error> From<E> for Saw {
    fn from(error: E) -> Self {
        Saw(format!("error {error}"))
    }
}

/// One thing that must hold, under a name that is printed.
pub type Behaviour = (&'static str, fn() -> Outcome);

/// Behaviours that belong together.
pub type Area = (&'static str, &'static [Behaviour]);

/// Runs what the arguments choose and prints a line for each.
pub fn run(areas: &[Area]) -> ExitCode {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let mut failed = 0;
    let mut ran = 0;
    for (area, behaviours) in areas {
        for (name, behaviour) in *behaviours {
            if !chosen.is_empty() && !chosen.iter().any(|c| c == area || c == name) {
                continue;
            }
            ran += 1;
            match behaviour() {
                Ok(()) => println!("{name}: ok"),
                Err(Saw(what)) => {
                    failed += 1;
                    println!("{name}: saw {what}");
                }
            }
        }
    }
    println!("{} of {ran} ok", ran - failed);
    if failed == 0 && ran > 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

/// `actual` is `wanted`.
#[track_caller]
pub fn same<A: PartialEq<B> + Debug, B: Debug>(actual: A, wanted: B) -> Outcome {
    if actual == wanted { Ok(()) } else { Err(here(format!("{actual:?}, not {wanted:?}"))) }
}

/// `fact` holds.
#[track_caller]
pub fn holds(fact: bool, what: impl Display) -> Outcome {
    if fact { Ok(()) } else { Err(here(format!("that this does not hold: {what}"))) }
}

/// `what` was seen by the caller. The line goes to standard error: it changes with every edit.
#[track_caller]
pub fn here(what: String) -> Saw {
    let caller = std::panic::Location::caller();
    eprintln!("{}:{}: {what}", caller.file(), caller.line());
    Saw(what)
}
