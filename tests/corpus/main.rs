//! Programs of many toolchains, each composed in both forms and run without any host directory: they must print what they print on a
//! host directory, and leave the same tree.
//!
//! A program is a folder of `programs`; `programs/README.md` says how to add one.
//! `just test-only ripgrep` runs some; `just test` runs one program of each toolchain. The first run builds the programs
//! (into `target/corpus`, at most a few minutes each); later ones find them there.
//!
//! `mounted` runs one of them in directories of the host.
//!
//! ```text
//! programs/NAME/program.toml ─ entry ┐
//!                build, on_directory ┴ program ─ trial ┐
//!                                              table ──┴ main
//! ```

mod build;
mod entry;
mod imports;
#[path = "lister/src/list.rs"]
mod list;
mod mounted;
mod on_directory;
mod program;
mod table;
mod trees;
mod trial;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use entry::Entry;
use libtest_mimic::{Arguments, Failed};
use program::Program;
use trial::Trial;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::paths;

/// A test as the runner wants it.
type Test = libtest_mimic::Trial;

/// What is done with a trial.
type Way = Box<dyn FnOnce(&Trial) -> Result<()> + Send>;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after another: each takes a whole core (the builds and Node more than that), and builds wait for one another anyway.
    arguments.test_threads.get_or_insert(1);
    let programs = match Entry::all(&paths::tests().join("corpus/programs")).and_then(Program::all) {
        Ok(programs) => programs,
        Err(error) => {
            eprintln!("{error:#}");
            return ExitCode::FAILURE;
        }
    };
    let mut tests: Vec<_> = programs.iter().flat_map(of_one_program).collect();
    let exerciser = programs.iter().find(|program| program.entry.name == "exerciser");
    tests.extend(exerciser.map(mounted::trials).expect("the corpus has the exerciser"));
    tests.push(Test::test("table", move || table::check(&programs).map_err(failed)));
    libtest_mimic::run(&arguments, tests).exit_code()
}

fn of_one_program(program: &Arc<Program>) -> Vec<Test> {
    let mut tests = Vec::new();
    let entry = &program.entry;
    for trial in Trial::all(program) {
        let trial = Arc::new(trial);
        let mut add = |extent: Extent, way: &str, run: Way| {
            let (name, trial) = (format!("{}/{}::{way}", entry.name, trial.run().name), Arc::clone(&trial));
            tests.push(extent.trial(Test::test(name, move || run(&trial).map_err(failed))));
        };
        let of_all = entry.spec.extent;
        add(of_all, "host-directory", Box::new(Trial::on_host_directory));
        for form in [Form::Plugged, Form::Linked] {
            let name = form.name();
            if entry.fails(form, None).is_some() {
                add(of_all, &format!("{name}::refused"), Box::new(move |trial| trial.fails_as_said(form, None)));
                continue;
            }
            for &host in &trial.run().hosts {
                let way = format!("{name}::{}", host.name());
                let extent = entry.extent(trial.index(), form, host);
                match entry.fails(form, Some(host)) {
                    Some(_) => add(
                        extent,
                        &format!("{way}::fails"),
                        Box::new(move |trial| trial.fails_as_said(form, Some(host))),
                    ),
                    None => add(extent, &way, Box::new(move |trial| trial.composed(form, host))),
                }
            }
            if trial.run().leaves.is_some() {
                add(of_all, &format!("{name}::tree"), Box::new(move |trial| trial.tree(form)));
            }
        }
    }
    tests
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}
