//! Variables, arguments, the initial directory.

use wasip3::cli::environment::{get_arguments, get_environment, get_initial_cwd};

use crate::tools::*;

#[case]
fn get_environment_what_was_given() -> Outcome {
    let all = get_environment();
    same(all.iter().find(|(name, _)| name == "GREETING").map(|(_, value)| value.as_str()), Some("good day"))
}

#[case]
fn get_environment_nothing_else() -> Outcome {
    holds(!get_environment().iter().any(|(name, _)| name == "NOT_SET" || name == "PATH"), "nothing was added")
}

#[case]
fn get_environment_empty_and_odd_values() -> Outcome {
    let all = get_environment();
    let value = |wanted: &str| all.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    same(value("EMPTY").as_deref(), Some(""))?;
    same(value("ODD").as_deref(), Some("a=b = \u{e4}\u{1f600}"))
}

#[case]
fn get_arguments_what_was_given() -> Outcome {
    same(get_arguments().get(1..), Some(&["stdio".to_owned(), "get_arguments_what_was_given".to_owned()][..]))
}

#[case]
fn get_arguments_twice() -> Outcome {
    same(get_arguments(), get_arguments())
}

#[case]
fn get_initial_cwd_what_was_given() -> Outcome {
    same(get_initial_cwd().as_deref(), Some("/d"))
}
