//! Programs that others wrote, each composed in both forms and run without any host directory: on two versions of wasmtime, on
//! Node and in Chromium they must print what they print on a host directory.
//!
//! `cargo test --release -p vfs-tests --test programs -- ripgrep` runs some. The first run builds the programs (into
//! `target/programs`, a few minutes each); later ones find them there.

mod cargo;
mod javascript;
mod program;
mod python;
mod recipe;
mod scenario;
mod scenarios;
mod trees;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};
use scenario::Scenario;
use std::process::ExitCode;
use std::sync::Arc;
use vfs_tests::case::Form;

/// Runs a scenario that was composed in this form.
type Host = fn(&Scenario, Form) -> Result<()>;

const HOSTS: [(&str, Host); 4] = [
    ("wasmtime", Scenario::on_wasmtime),
    ("wasmtime-50", Scenario::on_wasmtime50),
    ("node", Scenario::on_node),
    ("chromium", Scenario::on_chromium),
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after another: each takes a whole core (the builds and Node more than that), and builds wait for one another anyway.
    arguments.test_threads.get_or_insert(1);
    let mut trials = Vec::new();
    for scenario in scenarios::all() {
        let scenario = &Arc::new(scenario);
        trials.push(trial(scenario, "host-directory", Scenario::on_host_directory));
        for form in [Form::Plugged, Form::Linked] {
            if form == Form::Plugged && scenario.refused.is_some() {
                trials.push(trial(scenario, "plugged::refused", Scenario::is_refused));
                continue;
            }
            for (host, run) in HOSTS {
                trials.push(trial(scenario, &format!("{}::{host}", form.name()), move |scenario| run(scenario, form)));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(scenario: &Arc<Scenario>, way: &str, run: impl FnOnce(&Scenario) -> Result<()> + Send + 'static) -> Trial {
    let name = format!("{}::{way}", scenario.name);
    let scenario = Arc::clone(scenario);
    Trial::test(name, move || run(&scenario).map_err(failed))
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
