//! What is left against a plain `memory.copy` of the same bytes, and where the rest goes: reading linked, part by part.

use crate::lab::Lab;
use crate::measure::left::{Costs, sample};
use crate::row::median;
use serde::Serialize;

/// What the words of the command line are looked for in.
pub const NAME: &str = "linked reads against memory.copy";

/// Bytes of a piece, and how they are called.
const PIECES: [(u32, &str); 3] = [(4 << 10, "4 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB")];

/// What was measured, or why not.
#[derive(Default)]
pub struct Left {
    samples: [Vec<Costs>; PIECES.len()],
    error: Option<String>,
}

/// A line of the table.
#[derive(Serialize)]
pub struct Line {
    name: &'static str,
    /// CPU time in nanoseconds for a byte, in pieces of 4 KiB, 64 KiB and 1 MiB.
    ns_per_byte: [f64; PIECES.len()],
}

impl Left {
    /// Measures once more. After the first failure nothing is measured.
    pub fn take_sample(&mut self, lab: &Lab) {
        for (samples, (piece, _)) in self.samples.iter_mut().zip(PIECES) {
            if self.error.is_none() {
                match sample(lab, piece) {
                    Ok(costs) => samples.push(costs),
                    Err(error) => self.error = Some(format!("{error:#}")),
                }
            }
        }
    }

    /// Prints the table.
    pub fn table(&self) {
        println!("\nWhat a byte costs that is read linked, CPU time in ns, in pieces of");
        let width = self.lines().map(|line| line.name.chars().count()).max().unwrap_or(0);
        println!("{:width$}{}", "", PIECES.map(|(_, name)| format!("  {name:>8}")).concat());
        for line in self.lines() {
            println!("{:width$}{}", line.name, line.ns_per_byte.map(|ns| format!("  {ns:>8.3}")).concat());
        }
        if let Some(error) = &self.error {
            println!("FAILED: {error}");
        }
    }

    /// Parts and sums.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let lines: [(&str, Part); 8] = [
            ("memory.copy between two memories", |costs| costs.copy),
            ("+ the call: glue, vfs, an allocation in the app", |costs| costs.call),
            ("+ the list: not in the same place each time", |costs| costs.list - costs.copy - costs.call),
            ("= blocking-read as WASI has it", |costs| costs.list),
            ("+ the libc's copy from the list to the buffer", |costs| costs.std - costs.list),
            ("= File::read of Rust's std", |costs| costs.std),
            ("File::read as a preview1 module, without a list", |costs| costs.preview1),
            ("besides, once: the kernel maps the image's pages", |costs| costs.first),
        ];
        lines.into_iter().map(|(name, part)| Line { name, ns_per_byte: self.samples.each_ref().map(|s| of(s, part)) })
    }
}

type Part = fn(&Costs) -> f64;

/// The median of one part.
fn of(samples: &[Costs], part: Part) -> f64 {
    median(samples.iter().map(part).collect()).unwrap_or(f64::NAN)
}
