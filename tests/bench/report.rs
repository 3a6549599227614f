//! The table, and the same as JSON.

use crate::row::{Outcome, Sample, Target, Unit};
use anyhow::Result;
use serde::Serialize;

/// Prints one line for each row.
pub fn table(outcomes: &[Outcome]) -> Result<()> {
    let width = outcomes.iter().map(|o| o.row.name.chars().count()).max().unwrap_or(0);
    println!(
        "{:width$}  {:>14}  {:>14}  {:>7}  {:>12}  {:4}  {:>14}  {:>14}  against",
        "", "other", "composed", "ratio", "target", "", "other, CPU", "composed, CPU"
    );
    for outcome in outcomes {
        let row = outcome.row;
        match (&outcome.error, outcome.figure()) {
            (None, Some(figure)) => println!(
                "{:width$}  {:>14}  {:>14}  {:>7}  {:>12}  {:4}  {:>14}  {:>14}  {}",
                row.name,
                row.unit.show(figure.base),
                row.unit.show(Some(figure.vfs)),
                ratio(row.target, &figure),
                row.target.show(row.unit),
                verdict(row.target.met(&figure)),
                row.unit.show_cpu(figure.base_cpu),
                row.unit.show_cpu(figure.vfs_cpu),
                row.against,
            ),
            (Some(error), _) => println!("{:width$}  FAILED: {error}", row.name),
            (None, None) => println!("{:width$}  not measured", row.name),
        }
    }
    let missed = outcomes.iter().filter(|o| o.figure().and_then(|f| o.row.target.met(&f)) == Some(false)).count();
    let failed = outcomes.iter().filter(|o| o.error.is_some()).count();
    println!("{} rows, {missed} missed, {failed} failed", outcomes.len());
    Ok(())
}

/// Prints one JSON array with one object for each row.
pub fn json(outcomes: &[Outcome]) -> Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        name: &'a str,
        against: &'a str,
        unit: Unit,
        target: Target,
        figure: Option<Sample>,
        met: Option<bool>,
        error: Option<&'a str>,
    }
    let lines: Vec<Line> = outcomes
        .iter()
        .map(|o| Line {
            name: o.row.name,
            against: o.row.against,
            unit: o.row.unit,
            target: o.row.target,
            figure: o.figure(),
            met: o.figure().and_then(|f| o.row.target.met(&f)),
            error: o.error.as_deref(),
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&lines)?);
    Ok(())
}

/// How many times faster where that is the target, else how many times as much.
fn ratio(target: Target, figure: &Sample) -> String {
    match (target, figure.base) {
        (_, None) => String::new(),
        (Target::Over(_), Some(_)) => String::new(),
        (Target::Faster(_), Some(base)) => format!("{:.2}x", base / figure.vfs),
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
            Self::None => String::new(),
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
            Self::Bytes => format!("{value:.0} B"),
            Self::MiB => format!("{value:.1} MiB"),
        }
    }
}
