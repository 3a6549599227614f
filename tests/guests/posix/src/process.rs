//! What is not the filesystem, and must go on working in front of it.

use std::collections::HashSet;
use std::env;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;

use check::{Behaviour, Outcome, holds, same};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("stdin_to_its_end", stdin_to_its_end),
    ("environment", environment),
    ("no_such_variable", no_such_variable),
    ("arguments", arguments),
    ("random_numbers_differ", random_numbers_differ),
    ("current_directory", current_directory),
];

fn stdin_to_its_end() -> Outcome {
    let mut all = String::new();
    std::io::stdin().read_to_string(&mut all)?;
    same(all, "line one\nline two\n")?;
    same(std::io::stdin().read(&mut [0; 8])?, 0)
}

fn environment() -> Outcome {
    same(env::var("GREETING").ok().as_deref(), Some("good day"))
}

fn no_such_variable() -> Outcome {
    same(env::var_os("NOT_SET"), None)
}

fn arguments() -> Outcome {
    same(env::args().skip(1).collect::<Vec<_>>(), ["process"])
}

fn random_numbers_differ() -> Outcome {
    let seen: HashSet<u64> = (0..4).map(|_| RandomState::new().hash_one(0)).collect();
    holds(seen.len() > 1, "hashes are keyed by random numbers")
}

fn current_directory() -> Outcome {
    same(env::current_dir()?.to_str(), Some("/"))
}
