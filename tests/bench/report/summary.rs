//! The host directory and both forms on both engines, side by side, as Markdown.

use crate::row::{Outcome, Samples, Unit};

/// Prints a line for each thing that was measured in both forms: times by the clock, medians, and how many times as much the host
/// directory takes as the linked form, by the clock and in CPU time. `node` is the version of Node.
pub fn print(outcomes: &[Outcome], node: &str) {
    let mut names: Vec<&str> = Vec::new();
    let has_times = |outcome: &&Outcome| {
        outcome.both_forms().is_some() && !matches!(outcome.row.unit, Unit::Operators | Unit::Faults)
    };
    for outcome in outcomes.iter().filter(has_times) {
        if !names.contains(&outcome.row.name) {
            names.push(outcome.row.name);
        }
    }
    if names.is_empty() {
        return;
    }
    let engine = |name: &str| format!("{name}: host directory | plugged | linked | times | CPU");
    println!("\n| | {} | {} |", engine("wasmtime"), engine(&format!("Node {node}")));
    println!("| --- |{}", " ---: |".repeat(10));
    for name in names {
        let cells = [false, true].map(|on_node| {
            let mut of_engine = outcomes.iter().filter(|outcome| outcome.row.is_on_node() == on_node);
            let outcome = of_engine.find(|outcome| outcome.row.name == name);
            let figures = outcome.and_then(|outcome| Some(cells(outcome.row.unit, &outcome.both_forms()?)));
            figures.unwrap_or_default().join(" | ")
        });
        println!("| {name} | {} |", cells.join(" | "));
    }
}

fn cells(unit: Unit, Samples { plugged, linked }: &Samples) -> [String; 5] {
    let (base, vfs) = (plugged.base, linked.map(|linked| linked.vfs));
    let times = |base: Option<f64>, vfs: Option<f64>| {
        base.zip(vfs).map(|(base, vfs)| format!("{:.1}x", base / vfs)).unwrap_or_default()
    };
    let cpu = times(plugged.base_cpu, linked.and_then(|linked| linked.vfs_cpu));
    [unit.show(base), unit.show(Some(plugged.vfs)), unit.show(vfs), times(base, vfs), cpu]
}
