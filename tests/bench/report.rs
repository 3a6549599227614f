//! The table, and the same as JSON.

mod p3;
mod summary;

pub use p3::print as p3;
pub use summary::print as summary;

use crate::left::{Left, Line};
use crate::measure::p3::Outcome as OfP3;
use crate::row::{Outcome, Sample, Target, Unit};
use anyhow::Result;
use serde::Serialize;

/// Prints a line for each row and form.
pub fn table(outcomes: &[Outcome]) {
    let width = outcomes.iter().flat_map(Outcome::lines).map(|line| line.name.chars().count()).max().unwrap_or(0);
    println!(
        "{:width$}  {:>14}  {:>14}  {:>7}  {:>12}  {:4}  {:>14}  {:>14}  against",
        "", "other", "composed", "ratio", "target", "", "other, CPU", "composed, CPU"
    );
    for outcome in outcomes {
        let row = outcome.row;
        if let Some(error) = &outcome.error {
            println!("{:width$}  FAILED: {error}", row.title());
            continue;
        }
        for line in outcome.lines() {
            let Some(figure) = line.figure else {
                println!("{:width$}  not measured", line.name);
                continue;
            };
            println!(
                "{:width$}  {:>14}  {:>14}  {:>7}  {:>12}  {:4}  {:>14}  {:>14}  {}",
                line.name,
                row.unit.show(figure.base),
                row.unit.show(Some(figure.vfs)),
                ratio(line.target, &figure),
                line.target.show(row.unit),
                verdict(line.met()),
                row.unit.show_cpu(figure.base_cpu),
                row.unit.show_cpu(figure.vfs_cpu),
                row.against,
            );
        }
    }
    let lines = outcomes.iter().flat_map(Outcome::lines).count();
    let missed = outcomes.iter().flat_map(Outcome::lines).filter(|line| line.met() == Some(false)).count();
    let failed = outcomes.iter().filter(|o| o.error.is_some()).count();
    println!("{lines} figures, {missed} missed, {failed} failed");
}

/// Prints one JSON object: an object for each row and form, one for each loop through WASI 0.3, and one for each part of reading
/// linked.
pub fn json(outcomes: &[Outcome], of_p3: &[OfP3], left: Option<&Left>) -> Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        rows: Vec<Object<'a>>,
        p3: Vec<p3::Object<'a>>,
        linked_reads: Vec<Line>,
    }
    #[derive(Serialize)]
    struct Object<'a> {
        name: String,
        against: &'a str,
        unit: Unit,
        target: Target,
        figure: Option<Sample>,
        met: Option<bool>,
        error: Option<&'a str>,
    }
    let rows = outcomes
        .iter()
        .flat_map(|o| o.lines().map(move |line| (o, line)))
        .map(|(o, line)| Object {
            against: o.row.against,
            unit: o.row.unit,
            target: line.target,
            figure: line.figure,
            met: line.met(),
            error: o.error.as_deref(),
            name: line.name,
        })
        .collect();
    let linked_reads = left.map(|left| left.lines().collect()).unwrap_or_default();
    println!(
        "{}",
        serde_json::to_string_pretty(&Document { rows, p3: of_p3.iter().map(p3::Object::of).collect(), linked_reads })?
    );
    Ok(())
}

/// How many times faster where that is the target, else how many times as much.
fn ratio(target: Target, figure: &Sample) -> String {
    match (target, figure.base) {
        (_, None) => String::new(),
        (Target::Over(_), Some(_)) => String::new(),
        (Target::Faster(_) | Target::Gain, Some(base)) => format!("{:.2}x", base / figure.vfs),
        (_, Some(base)) => format!("{:.2}x", figure.vfs / base),
    }
}

fn verdict(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "ok",
        Some(false) => "MISS",
        None => "",
    }
}

impl Target {
    fn show(self, unit: Unit) -> String {
        match self {
            Self::Faster(times) => format!(">= {times}x"),
            Self::Times(times) => format!("<= {times}x"),
            Self::Over(much) => format!("<= +{}", unit.show(Some(much)).trim_start()),
            Self::AtMost(much) => format!("<= {}", unit.show(Some(much)).trim_start()),
            Self::Gain | Self::None => String::new(),
        }
    }
}

impl Unit {
    fn show_cpu(self, value: Option<f64>) -> String {
        if let Self::Throughput = self { Self::NsPerByte } else { self }.show(value)
    }

    fn show(self, value: Option<f64>) -> String {
        let Some(value) = value else { return String::new() };
        match self {
            Self::NsPerOp => format!("{value:.0} ns"),
            Self::NsPerByte => format!("{value:.3} ns/B"),
            Self::Throughput => format!("{:.0} MB/s", 1e3 / value),
            Self::Micros => format!("{value:.1} us"),
            Self::Millis => format!("{value:.1} ms"),
            Self::Operators => format!("{value:.0} ops"),
            Self::Faults => format!("{value:.1}"),
            Self::Bytes => format!("{value:.0} B"),
            Self::MiB => format!("{value:.1} MiB"),
        }
    }
}
