//! One figure: what it is, what it should be, what it was.

use crate::lab::Lab;
use crate::measure::abi::Comparison;
use crate::measure::guest::Work;
use crate::measure::{Cost, mounts, node, operators};
use anyhow::Result;
use serde::Serialize;

/// A line of the table.
pub struct Row {
    /// What is measured.
    pub name: &'static str,
    /// What the other side is.
    pub against: &'static str,
    /// What one is counted in.
    pub unit: Unit,
    /// What it should be.
    pub target: Target,
    /// What it should be in the linked form, where that is measured beside the plugged one.
    pub linked: Target,
    /// How it is measured.
    pub measure: Measure,
}

impl Row {
    /// The name, with the engine where that is not wasmtime.
    pub fn title(&self) -> String {
        if self.is_on_node() { format!("{}, on Node", self.name) } else { self.name.to_owned() }
    }

    /// Whether Node is the engine.
    pub fn is_on_node(&self) -> bool {
        matches!(self.measure, Measure::OnNode(_) | Measure::FormsOnNode(_))
    }
}

/// How a row gets a sample.
pub enum Measure {
    /// A loop in the guest, on the host directory and in both forms.
    Guest(Work<'static>),
    /// A loop in the guest, on the host directory, and in both forms with that directory in the tree.
    Mounted(mounts::Loop),
    /// The same as [`Measure::Guest`] on Node.
    OnNode(node::Loop),
    /// Anything else on Node, as [`Measure::Forms`].
    FormsOnNode(fn(&Lab, usize) -> Result<Samples>),
    /// A preview1 module in two ways.
    Abi(Comparison),
    /// Operators of wasm instead of time.
    Counted(operators::Loop),
    /// Anything else that is measured on the host directory and in both forms. It is told the number of the round.
    Forms(fn(&Lab, usize) -> Result<Samples>),
    /// Anything else.
    Other(fn(&Lab) -> Result<Sample>),
    /// Anything else that takes seconds: at most [`SLOW_ROUNDS`] samples.
    Slow(fn(&Lab) -> Result<Sample>),
}

/// The most samples of a slow row.
pub const SLOW_ROUNDS: usize = 3;

/// One measurement of both sides.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Sample {
    /// The other side. None where the target is absolute.
    pub base: Option<f64>,
    /// The composed side.
    pub vfs: f64,
    /// CPU time, user and system, in the row's unit, where it is measured.
    pub base_cpu: Option<f64>,
    /// The same of the composed side.
    pub vfs_cpu: Option<f64>,
}

/// One measurement of both forms.
#[derive(Clone, Copy)]
pub struct Samples {
    /// The plugged form, or the only one.
    pub plugged: Sample,
    /// The linked form, against the same other side.
    pub linked: Option<Sample>,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Serialize)]
pub enum Unit {
    /// Nanoseconds for one operation.
    NsPerOp,
    /// Nanoseconds for one byte.
    NsPerByte,
    /// The same; the table shows time as MB/s, CPU time as it is.
    Throughput,
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Operators of wasm.
    Operators,
    /// Page faults.
    Faults,
    /// Bytes.
    Bytes,
    /// Mebibytes.
    MiB,
}

/// What a row's figure should be. Less is better in every unit.
#[derive(Clone, Copy, Serialize)]
pub enum Target {
    /// The other side takes at least this many times as much.
    Faster(f64),
    /// At most this many times the other side.
    Times(f64),
    /// At most this much over the other side, in the row's unit.
    Over(f64),
    /// At most this much, in the row's unit.
    AtMost(f64),
    /// Only reported, as how many times as much the other side takes.
    Gain,
    /// Only reported.
    None,
}

impl Target {
    /// Whether the figure is what it should be. None where nothing is asked.
    pub fn met(self, figure: &Sample) -> Option<bool> {
        let base = figure.base.unwrap_or_default();
        match self {
            Self::Faster(times) => Some(base >= figure.vfs * times),
            Self::Times(times) => Some(figure.vfs <= base * times),
            Self::Over(much) => Some(figure.vfs <= base + much),
            Self::AtMost(much) => Some(figure.vfs <= much),
            Self::Gain | Self::None => None,
        }
    }
}

/// A row and what was measured of it.
pub struct Outcome<'a> {
    /// The row.
    pub row: &'a Row,
    samples: Vec<Sample>,
    linked: Vec<Sample>,
    /// Why there is no figure. After the first failure a row is left alone.
    pub error: Option<String>,
}

impl<'a> Outcome<'a> {
    /// The figures of both forms, where both were measured.
    pub fn both_forms(&self) -> Option<Samples> {
        Some(Samples { plugged: Sample::medians(&self.samples)?, linked: Some(Sample::medians(&self.linked)?) })
    }

    /// A row of which nothing is known yet.
    pub fn new(row: &'a Row) -> Self {
        Self { row, samples: Vec::new(), linked: Vec::new(), error: None }
    }

    /// Measures once more. Odd rounds begin with the other side.
    pub fn take_sample(&mut self, round: usize, lab: &Lab) {
        if self.error.is_some()
            || match self.row.measure {
                Measure::Slow(_) => round >= SLOW_ROUNDS,
                // Always the same.
                Measure::Counted(_) => round >= 1,
                _ => false,
            }
        {
            return;
        }
        let sample = match &self.row.measure {
            Measure::Guest(work) => work.sample(lab, round),
            Measure::OnNode(work) => work.sample(lab, round),
            Measure::Abi(comparison) => comparison.sample(lab, round),
            Measure::Mounted(of) => of.sample(lab, round),
            Measure::Counted(work) => work.sample(lab, round),
            Measure::Forms(measure) | Measure::FormsOnNode(measure) => measure(lab, round),
            Measure::Other(measure) | Measure::Slow(measure) => {
                measure(lab).map(|plugged| Samples { plugged, linked: None })
            }
        };
        match sample {
            Ok(Samples { plugged, linked }) => {
                self.samples.push(plugged);
                self.linked.extend(linked);
            }
            Err(error) => self.error = Some(format!("{error:#}")),
        }
    }

    /// A line for the row, and one for its linked form where that was measured.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let name = self.row.title();
        let linked = Sample::medians(&self.linked).map(|figure| Line {
            name: format!("{name}, linked"),
            target: self.row.linked,
            figure: Some(figure),
        });
        let of_row = Line { name, target: self.row.target, figure: Sample::medians(&self.samples) };
        std::iter::once(of_row).chain(linked)
    }
}

/// A figure and what it should be.
pub struct Line {
    /// The row's name, and the form.
    pub name: String,
    /// What it should be.
    pub target: Target,
    /// None where no sample was taken.
    pub figure: Option<Sample>,
}

impl Line {
    /// Whether the figure is what it should be. None where there is none, or nothing is asked.
    pub fn met(&self) -> Option<bool> {
        self.figure.and_then(|figure| self.target.met(&figure))
    }
}

impl Sample {
    /// Both sides.
    pub fn of(base: Cost, vfs: Cost) -> Self {
        Self { base: Some(base.wall), vfs: vfs.wall, base_cpu: Some(base.cpu), vfs_cpu: Some(vfs.cpu) }
    }

    /// The median of each side. None where there are no samples.
    fn medians(samples: &[Self]) -> Option<Self> {
        let of = |side: fn(&Self) -> Option<f64>| median(samples.iter().filter_map(side).collect());
        Some(Self {
            base: of(|s| s.base),
            vfs: of(|s| Some(s.vfs))?,
            base_cpu: of(|s| s.base_cpu),
            vfs_cpu: of(|s| s.vfs_cpu),
        })
    }
}

/// The middle one; of an even number the lower of the two in the middle.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}
