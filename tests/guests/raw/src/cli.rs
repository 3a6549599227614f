//! What `wasi:cli` gives besides streams.

use check::{Behaviour, Outcome, holds, same};
use wasip2::cli::{environment, stderr, terminal_stderr, terminal_stdin, terminal_stdout};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("environment", environment_of_the_host),
    ("arguments", arguments),
    ("initial_directory", initial_directory),
    ("one_preopen", one_preopen),
    ("preopens_can_be_asked_for_twice", preopens_can_be_asked_for_twice),
    ("stderr_takes_text", stderr_takes_text),
    ("terminals_can_be_asked_for", terminals_can_be_asked_for),
];

fn environment_of_the_host() -> Outcome {
    let all = environment::get_environment();
    same(all.iter().find(|(name, _)| name == "GREETING").map(|(_, value)| value.as_str()), Some("good day"))?;
    holds(!all.iter().any(|(name, _)| name == "NOT_SET"), "nothing is there that was not given")
}

fn arguments() -> Outcome {
    same(environment::get_arguments().split_off(1), ["cli"])
}

fn initial_directory() -> Outcome {
    environment::initial_cwd();
    Ok(())
}

fn one_preopen() -> Outcome {
    same(
        wasip2::filesystem::preopens::get_directories().iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
        ["/"],
    )
}

fn preopens_can_be_asked_for_twice() -> Outcome {
    let (first, second) = (crate::tree::root(), crate::tree::root());
    holds(first.is_same_object(&second), "both are the same directory")?;
    drop(first);
    second.stat()?;
    Ok(())
}

fn stderr_takes_text() -> Outcome {
    stderr::get_stderr().blocking_write_and_flush(b"to stderr\n")?;
    Ok(())
}

fn terminals_can_be_asked_for() -> Outcome {
    // Whether there is one is the host's to say.
    drop((terminal_stdin::get_terminal_stdin(), terminal_stdout::get_terminal_stdout()));
    drop(terminal_stderr::get_terminal_stderr());
    Ok(())
}
