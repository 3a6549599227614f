//! Programs that others wrote, each composed in both forms and run without any host directory: on wasmtime and on Node they must
//! print what they print on a host directory.
//!
//! `cargo test --release -p vfs-tests --test programs -- ripgrep` runs some. The first run builds the programs (into
//! `target/programs`, a few minutes each); later ones find them there.

mod program;
mod scenario;
mod scenarios;
mod trees;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use scenario::Scenario;
use std::process::ExitCode;
use std::sync::Arc;
use vfs_tests::case::Form;

/// How a scenario is run, and what that is called.
type Way = (&'static str, fn(&Scenario) -> Result<()>);

const WAYS: [Way; 5] = [
    ("host-directory", Scenario::on_host_directory),
    ("plugged::wasmtime", |scenario| scenario.on_wasmtime(Form::Plugged)),
    ("plugged::node", |scenario| scenario.on_node(Form::Plugged)),
    ("linked::wasmtime", |scenario| scenario.on_wasmtime(Form::Linked)),
    ("linked::node", |scenario| scenario.on_node(Form::Linked)),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after another: each takes a whole core (the builds and Node more than that), and builds wait for one another anyway.
    arguments.test_threads.get_or_insert(1);
    let mut trials = Vec::new();
    for scenario in scenarios::all() {
        let scenario = Arc::new(scenario);
        for (way, run) in WAYS {
            let name = format!("{}::{way}", scenario.name);
            let scenario = Arc::clone(&scenario);
            trials.push(Trial::test(name, move || run(&scenario).map_err(failed)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
