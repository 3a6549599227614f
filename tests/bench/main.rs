//! `just bench`: what a composed app costs, against wasmtime's host directory, the bare app, `tar`, `cp` and `mkfs.erofs`.
//!
//! Every figure is a row of [`rows`], save those of the last tables, which are [`measure::p3`]'s and [`left`]'s. Each round takes one sample of each row, all
//! sides one straight after the other, so that a busy machine slows all; a row's figure is the median of its samples.

mod child;
mod engine;
mod lab;
mod left;
mod measure;
mod node;
mod report;
mod row;
mod rows;
mod speedtest1;
mod trees;
mod web;

use anyhow::{Result, ensure};
use clap::{Args, Parser};
use lab::Lab;
use left::Left;
use measure::p3::Outcome as OfP3;
use row::{Outcome, Row};
use std::path::PathBuf;

/// Speed and size of composed components
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    child: Option<child::Child>,
}

#[derive(Args)]
struct Options {
    /// Only the rows whose name has one of these words in it
    filter: Vec<String>,
    /// Samples of each row (the slow ones take at most three)
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One JSON document instead of the table
    #[arg(long)]
    json: bool,
    /// Only name the rows
    #[arg(long)]
    list: bool,
    /// Where trees and components are made [default: /dev/shm where it has room, else the directory for temporary files]
    #[arg(long)]
    dir: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.child {
        Some(child) => child.run(),
        None => bench(&arguments.options),
    }
}

fn bench(options: &Options) -> Result<()> {
    let wanted =
        |name: &str| options.filter.is_empty() || options.filter.iter().any(|word| name.contains(word.as_str()));
    let rows: Vec<&Row> = rows::all().filter(|row| wanted(&row.title())).collect();
    let mut of_p3: Vec<OfP3> = rows::p3::ROWS.iter().map(OfP3::new).filter(|of_p3| wanted(&of_p3.title())).collect();
    let mut left = wanted(left::NAME).then(Left::default);
    ensure!(
        !rows.is_empty() || !of_p3.is_empty() || left.is_some(),
        "no row has {} in its name (`--list` names them)",
        options.filter.join(" or ")
    );
    if options.list {
        rows.iter().for_each(|row| println!("{}", row.title()));
        of_p3.iter().for_each(|of_p3| println!("{}", of_p3.title()));
        left.iter().for_each(|_| println!("{}", left::NAME));
        return Ok(());
    }
    let lab = Lab::new(options.dir.as_deref())?;
    let mut outcomes: Vec<Outcome> = rows.iter().map(|row| Outcome::new(row)).collect();
    for round in 0..options.rounds {
        for outcome in &mut outcomes {
            outcome.take_sample(round, &lab);
        }
        for of_p3 in &mut of_p3 {
            of_p3.take_sample(round, &lab);
        }
        if let Some(left) = &mut left {
            left.take_sample(&lab);
        }
        eprintln!("round {} of {}", round + 1, options.rounds);
    }
    if options.json {
        return report::json(&outcomes, &of_p3, left.as_ref());
    }
    if !outcomes.is_empty() {
        report::table(&outcomes);
        report::summary(&outcomes, lab.node_version());
    }
    if !of_p3.is_empty() {
        report::p3(&of_p3);
    }
    if let Some(left) = left {
        left.table();
    }
    Ok(())
}
