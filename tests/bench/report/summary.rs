//! The host directory and both forms on both engines, side by side, as Markdown.

use crate::row::{Outcome, Samples, Unit};

/// Prints a line for each thing that was measured in both forms: times by the clock, medians, and how many times as much the host
/// directory takes as the linked form. `node` is the version of Node.
pub fn print(outcomes: &[Outcome], node: &str) {
    let mut names: Vec<&str> = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.both_forms().is_some()) {
        if !names.contains(&outcome.row.name) {
            names.push(outcome.row.name);
        }
    }
    if names.is_empty() {
        return;
    }
    println!(
        "\n| | wasmtime: host directory | plugged | linked | | Node {node}: host directory | plugged | linked | |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
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

fn cells(unit: Unit, Samples { plugged, linked }: &Samples) -> [String; 4] {
    let base = plugged.base;
    let linked = linked.map(|linked| linked.vfs);
    let times = base.zip(linked).map(|(base, linked)| format!("{:.1}x", base / linked));
    [unit.show(base), unit.show(Some(plugged.vfs)), unit.show(linked), times.unwrap_or_default()]
}
