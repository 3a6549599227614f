//! The conformance suite: programs whose cases say what WASI's text, POSIX and Linux's manual pages ask, one call and one condition each.
//! Each case runs on the host directory, which is recorded, and in both forms on every host, where it must pass; those of
//! 0.3 run plugged on the embedded wasmtime alone. `just test` runs all cases on the embedded wasmtime, and on the other
//! hosts those of the usual setting.
//!
//! `tests/guests/conformance/README.md` says how to add a case.
//! `just test-only module` runs the trials whose name contains a word; `just bless` writes `docs/conformance.md`.
//!
//! ```text
//! guests/conformance ─ program ┐           ┌ coverage ─┐
//!                      setting ┼ run ──────┤           ├ table ─ docs/conformance.md
//!                       report ┘           ├ differs ──┘
//! cases ── golden ─────────────┼───────────┼─────┘
//!                              └───────────┴ mount: with the tree in a directory of the host
//! ```

mod coverage;
mod differs;
mod golden;
mod mount;
mod place;
mod program;
mod report;
mod run;
mod setting;
mod table;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};

use differs::Differs;
use place::Place;
use program::Program;
use run::Runs;
use setting::Setting;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let suite = match Suite::load() {
        Ok(suite) => Arc::new(suite),
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    libtest_mimic::run(&arguments, trials(&suite)).exit_code()
}

/// Everything that a trial needs.
struct Suite {
    programs: Vec<(Program, Runs)>,
    differs: Differs,
}

impl Suite {
    fn load() -> Result<Self> {
        let programs = Program::all()?.into_iter().map(|program| (program, Runs::default())).collect();
        Ok(Self { programs, differs: Differs::load()? })
    }
}

fn trials(suite: &Arc<Suite>) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (number, (program, _)) in suite.programs.iter().enumerate() {
        for setting in Setting::ALL {
            for place in Place::of(program, setting) {
                let suite = Arc::clone(suite);
                let name = format!("{}/{}::{}", program.name, setting.name, place.name());
                let trial = Trial::test(name, move || one(&suite, number, setting, place).map_err(failed));
                trials.push(place.extent(setting).trial(trial));
            }
            for place in Place::on_mounts(program, setting) {
                let suite = Arc::clone(suite);
                let name = format!("{}/{}::{}", program.name, setting.name, place.name());
                let trial = Trial::test(name, move || mount::check(&suite, number, setting, place).map_err(failed));
                trials.push(place.extent(setting).trial(trial));
            }
        }
        let of_coverage = Arc::clone(suite);
        trials.push(Trial::test(format!("{}/coverage", program.name), move || {
            coverage::check(&of_coverage.programs[number].0).map_err(failed)
        }));
    }
    let suite = Arc::clone(suite);
    trials.push(Trial::test("table", move || table::check(&suite).map_err(failed)));
    trials
}

/// All cases of a setting in one place. The host directory may fail them; what we make may not, save as `differs.toml` says.
fn one(suite: &Suite, number: usize, setting: &'static Setting, place: Place) -> Result<()> {
    let (program, runs) = &suite.programs[number];
    let report = runs.get(&suite.differs, program, setting, place)?;
    if place.is_ours() { suite.differs.check(program, place, &report) } else { Ok(()) }
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
