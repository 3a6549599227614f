//! The loops through WASI 0.3: a table of its own, since it has more places.

use super::{ratio, verdict};
use crate::measure::Cost;
use crate::measure::p3::{Outcome, PLACES};
use crate::row::{Target, Unit};
use serde::Serialize;

/// Prints a line for each loop: times by the clock, medians, and how many times as much the host directory takes as the composed
/// component, by the clock and in CPU time. Below it, why a place has no figures.
pub fn print(outcomes: &[Outcome]) {
    let width = outcomes.iter().map(|outcome| outcome.row.name.len()).max().unwrap_or(0);
    println!(
        "\n{:width$}{}  {:>7}  {:>7}  {:>12}",
        "WASI 0.3",
        PLACES.map(|place| format!("  {:>14}", place.name)).concat(),
        "ratio",
        "CPU",
        "target"
    );
    let mut failures: Vec<String> = Vec::new();
    for outcome in outcomes {
        let unit = outcome.row.unit;
        let mut cells = String::new();
        for (place, figure) in outcome.figures() {
            let cell = figure.map_or("FAILED".to_owned(), |cost| unit.show(Some(cost.wall)));
            cells.push_str(&format!("  {cell:>14}"));
            let failure = figure.err().map(|error| format!("{}: {error}", place.name));
            failures.extend(failure.filter(|failure| !failures.contains(failure)));
        }
        let sample = outcome.sample();
        let times = sample.map(|sample| ratio(outcome.row.target, &sample)).unwrap_or_default();
        let cpu = sample.and_then(|s| Some(format!("{:.2}x", s.base_cpu? / s.vfs_cpu?))).unwrap_or_default();
        let (target, verdict) = (outcome.row.target.show(unit), verdict(outcome.met()));
        println!("{:width$}{cells}  {times:>7}  {cpu:>7}  {target:>12}  {verdict}", outcome.row.name);
    }
    failures.iter().for_each(|failure| println!("FAILED: {failure}"));
    let missed = outcomes.iter().filter(|outcome| outcome.met() == Some(false)).count();
    let failed = outcomes.iter().filter(|outcome| outcome.sample().is_none()).count();
    println!("{} figures, {missed} missed, {failed} failed", outcomes.len());
}

/// The same as JSON.
#[derive(Serialize)]
pub struct Object<'a> {
    name: &'static str,
    unit: Unit,
    target: Target,
    met: Option<bool>,
    places: Vec<OfPlace<'a>>,
}

#[derive(Serialize)]
struct OfPlace<'a> {
    name: &'static str,
    figure: Option<Cost>,
    error: Option<&'a str>,
}

impl<'a> Object<'a> {
    /// A loop with all its places.
    pub fn of(outcome: &'a Outcome<'_>) -> Self {
        let of_place = |(place, figure): (crate::measure::p3::Place, Result<Cost, &'a str>)| OfPlace {
            name: place.name,
            figure: figure.ok(),
            error: figure.err(),
        };
        let row = outcome.row;
        let places = outcome.figures().map(of_place).collect();
        Self { name: row.name, unit: row.unit, target: row.target, met: outcome.met(), places }
    }
}
