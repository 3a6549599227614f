//! A command of WASI 0.3, `tests/guests/streams3`, whose streams are hard on who feeds them: the host's streams given to files and the
//! other way round, a listing before any other call, what is cancelled, what is left open at the end.

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tokio::time::timeout;
use vfs_tests::case::Form;
use vfs_tests::host::Invocation;
use vfs_tests::{compose, guests, network_host};

use crate::subject::Subject;

const FORMS: [Form; 2] = [Form::HostDirectory, Form::Plugged];
/// Nothing takes nearly as long.
const LIMIT: Duration = Duration::from_secs(30);

/// All of it.
pub fn trials() -> Vec<Trial> {
    let subject = Subject::of_forms(
        &FORMS,
        "streams3",
        || guests::named("streams3"),
        |tree| Ok(fs::write(tree.join("there"), "")?),
    );
    let mut trials = subject.in_every_form("all-sizes", all_sizes);
    trials.extend(subject.in_every_form("first", |subject, form| ends_well(subject, form, "first")));
    trials.extend(subject.in_every_form("cancelled", |subject, form| ends_well(subject, form, "cancelled")));
    trials.extend(subject.in_every_form("left-open", |subject, form| ends_well(subject, form, "left-open")));
    trials.push(subject.trial(Form::Plugged, "run", by_run));
    trials
}

/// The program is its own judge.
fn ends_well(subject: &Subject, form: Form, argument: &str) -> Result<()> {
    run(subject, form, &Invocation::with_args([argument])).map(drop)
}

/// `vfs-compose run`, which runs commands of 0.3 as it runs those of 0.2.
fn by_run(subject: &Subject, form: Form) -> Result<()> {
    // The tree of another form: the one of the host directory changes while its own trial runs.
    let (app, tree) = (subject.made(Form::HostDirectory)?.component(), subject.made(form)?.tree());
    for argument in ["first", "cancelled", "left-open"] {
        let output = compose::run([
            "run".as_ref(),
            "--image".as_ref(),
            tree.as_os_str(),
            app.as_os_str(),
            "--".as_ref(),
            argument.as_ref(),
        ])?;
        ensure!(output.status.success(), "{argument}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn run(subject: &Subject, form: Form, invocation: &Invocation) -> Result<Vec<u8>> {
    let made = subject.made(form)?;
    let (app, granted) = (made.bytes()?, made.granted(form));
    let run = async { timeout(LIMIT, network_host::run3(&app, invocation, granted.as_deref())).await };
    network_host::runtime().block_on(run)?.map_err(|error| anyhow::anyhow!("{error:?}"))
}

fn all_sizes(subject: &Subject, form: Form) -> Result<()> {
    for size in [0, 1, (64 << 10) + 1, 3 << 20] {
        let stdin: String = (0..size).map(|at| char::from((at % 127) as u8)).collect();
        let invocation = Invocation { stdin: stdin.clone(), ..Invocation::default() };
        let stdout = run(subject, form, &invocation)?;
        ensure!(stdout == stdin.as_bytes(), "{} bytes came out, {size} went in", stdout.len());
    }
    Ok(())
}
