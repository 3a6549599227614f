//! The commands, one per file.

pub mod completions;
pub mod compose;
pub mod image;
pub mod inspect;
pub mod manifest;
#[cfg(feature = "run")]
pub mod run;
#[cfg(not(feature = "run"))]
#[path = "cmd/no_run.rs"]
pub mod run;
#[cfg(feature = "run")]
pub mod serve;
#[cfg(not(feature = "run"))]
pub use run as serve;
pub mod vfs;

use std::io::Write;
use std::process::ExitCode;

use vfs_compose::{Composed, Remarks};

use crate::args::Output;
use crate::output::{Target, progress};
use crate::report::{Failure, summary};

/// Writes a composition to `target` and reports it.
fn deliver(composed: &Composed, target: &Target, output: &Output) -> Result<ExitCode, Failure> {
    let report = composed.report();
    tell(&report.remarks, output.quiet);
    target.fill(|mut out| Ok(composed.write_with(&mut out, progress(report.image.bytes, output.quiet))?))?;
    if output.json {
        let json = serde_json::to_string_pretty(report)
            .map_err(|error| Failure::new("cannot write the report as JSON").caused_by(error))?;
        match target {
            Target::Stdout => eprintln!("{json}"),
            Target::File(_) => print(&format!("{json}\n"))?,
        }
    } else if !output.quiet {
        if let Some(reason) = &report.not_linked {
            eprintln!("note: plugged instead of linked, so file access is slower: {reason}");
        }
        eprintln!("{}", summary(&target.name(), report));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints warnings and notes.
fn tell(remarks: &Remarks, quiet: bool) {
    if quiet {
        return;
    }
    for warning in &remarks.warnings {
        eprintln!("warning: {}", warning.message);
    }
    for note in &remarks.notes {
        eprintln!("note: {}", note.message);
    }
}

/// Prints text to standard output. If the reader is gone, that is a failure which prints nothing.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new("cannot write to standard output").caused_by(error))
}
