//! The commands, one per file.

pub mod adapt;
pub mod completions;
pub mod compose;
pub mod image;
pub mod inspect;
pub mod man;
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

use vfs_compose::Composed;

use crate::args::Output;
use crate::json::{self, Digesting};
use crate::output::Target;
use crate::report::{self, Failure, is_quiet, is_verbose, note, summary, tell};

/// Writes a composition to `target` and reports it.
fn deliver(composed: &Composed, target: &Target, output: &Output) -> Result<ExitCode, Failure> {
    let report = composed.report();
    if output.json {
        let (digest, image) = target.fill(|out| {
            let mut out = Digesting::all(out);
            let mut image = Digesting::image(&mut out, composed.image());
            composed.write_to(&mut image)?;
            let image = image.finish_image()?;
            Ok((out.finish(), image))
        })?;
        print_beside(target, &json::of_report(&target.name(), report, &digest, image))?;
        return Ok(ExitCode::SUCCESS);
    }
    tell(&report.remarks);
    target.fill(|out| Ok(composed.write_to(out)?))?;
    if !is_quiet() {
        if let Some(reason) = &report.not_linked {
            note(&format!("plugged instead of linked, so file access is slower: {reason}"));
        }
        report::print(&format!("{}\n", summary(&target.name(), report, is_verbose())));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a report: to standard output, or to standard error if the result is there.
fn print_beside(target: &Target, report: &serde_json::Value) -> Result<(), Failure> {
    let text = json::text(report);
    match target {
        Target::Stdout => report::print(&text),
        Target::File(_) => print(&text)?,
    }
    Ok(())
}

/// Prints a report to standard output. If the reader is gone, that is a failure which prints nothing.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::of_report)
}
