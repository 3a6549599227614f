//! A command of WASI 0.3, `tests/guests/streams3`, that gives stdin to a file and the file to stdout: nothing of the app is between the
//! host's streams and the file's.

use std::time::Duration;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tokio::time::timeout;
use vfs_tests::case::Form;
use vfs_tests::host::Invocation;
use vfs_tests::{guests, network_host};

use crate::subject::Subject;

const FORMS: [Form; 2] = [Form::HostDirectory, Form::Plugged];
/// Nothing takes nearly as long.
const LIMIT: Duration = Duration::from_secs(30);

/// All of it.
pub fn trials() -> Vec<Trial> {
    Subject::of_forms(&FORMS, "streams3", || guests::named("streams3"), |_| Ok(()))
        .in_every_form("all-sizes", all_sizes)
}

fn all_sizes(subject: &Subject, form: Form) -> Result<()> {
    let made = subject.made(form)?;
    for size in [0, 1, (64 << 10) + 1, 3 << 20] {
        let stdin: String = (0..size).map(|at| char::from((at % 127) as u8)).collect();
        let invocation = Invocation { stdin: stdin.clone(), ..Invocation::default() };
        let (app, granted) = (made.bytes()?, made.granted(form));
        let run = async { timeout(LIMIT, network_host::run3(&app, &invocation, granted.as_deref())).await };
        let stdout = network_host::runtime().block_on(run)?.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        ensure!(stdout == stdin.as_bytes(), "{} bytes came out, {size} went in", stdout.len());
    }
    Ok(())
}
