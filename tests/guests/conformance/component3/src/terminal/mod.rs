//! Standard streams that are terminals.

use wasip3::cli::{terminal_stderr, terminal_stdin, terminal_stdout};

use crate::tools::*;

#[case]
fn get_terminal_stdin_some() -> Outcome {
    holds(terminal_stdin::get_terminal_stdin().is_some(), "it is a terminal")
}

#[case]
fn get_terminal_stdout_some() -> Outcome {
    holds(terminal_stdout::get_terminal_stdout().is_some(), "it is a terminal")
}

#[case]
fn get_terminal_stderr_some() -> Outcome {
    holds(terminal_stderr::get_terminal_stderr().is_some(), "it is a terminal")
}

#[case]
fn get_terminal_stdout_twice() -> Outcome {
    let (one, two) = (terminal_stdout::get_terminal_stdout(), terminal_stdout::get_terminal_stdout());
    drop(one);
    holds(two.is_some(), "the first was dropped, not the second")
}
