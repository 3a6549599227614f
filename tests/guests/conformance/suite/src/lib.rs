//! A program is a set of cases. Its arguments are
//!
//! ```text
//! list                                  every case, as `case SETTING NAME`
//! SETTING                               runs the cases of that setting
//! SETTING NAME ...                      some of them
//! ```
//!
//! It prints `ok NAME` or `FAIL NAME: why` for each. Besides, a case may print `ends NAME CODE` before it ends the program, and
//! `says NAME STREAM TEXT` before it writes the line TEXT to a stream: the harness looks whether that is so.

pub mod spelling;

use std::future::Future;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

pub use check::{Outcome, Saw, holds, same};
pub use conformance_case::case;
pub use inventory;

/// A function with `#[case]` over it.
pub struct Case {
    /// The function's name.
    pub name: &'static str,
    /// Its module: the part behind the program's name is the setting.
    pub module: &'static str,
    /// Makes its directory and calls it.
    pub run: Run,
}

/// How a case is called.
pub enum Run {
    /// It has its outcome when the call is over.
    Now(fn() -> Outcome),
    /// It has to be waited for, which programs of WASI 0.3 can.
    Later(fn() -> Pin<Box<dyn Future<Output = Outcome>>>),
}

inventory::collect!(Case);

impl Case {
    fn setting(&self) -> &'static str {
        self.module.split("::").nth(1).unwrap_or("")
    }
}

/// What `main` does where no case has to be waited for.
pub fn run() -> ExitCode {
    match pin!(run_waiting()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(code) => code,
        Poll::Pending => panic!("a case waits in a program that cannot"),
    }
}

/// What the `run` of a program of WASI 0.3 does.
pub async fn run_waiting() -> ExitCode {
    let mut cases: Vec<&'static Case> = inventory::iter::<Case>.into_iter().collect();
    cases.sort_by_key(|case| (case.setting(), case.name));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => {
            eprintln!("usage: list | SETTING [NAME ...]");
            return ExitCode::from(2);
        }
        ["list"] => cases.iter().for_each(|case| println!("case {} {}", case.setting(), case.name)),
        [setting] => report(cases.iter().filter(|c| c.setting() == setting)).await,
        [setting, ref names @ ..] => {
            report(cases.iter().filter(|c| c.setting() == setting && names.contains(&c.name))).await;
        }
    }
    ExitCode::SUCCESS
}

async fn report<'a>(cases: impl Iterator<Item = &'a &'static Case>) {
    for case in cases {
        let outcome = match case.run {
            Run::Now(call) => call(),
            Run::Later(call) => call().await,
        };
        match outcome {
            Ok(()) => println!("ok {}", case.name),
            Err(Saw(what)) => println!("FAIL {}: {}", case.name, what.replace('\n', " ")),
        }
    }
}
