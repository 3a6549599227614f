//! Throws garbage at every call, and tells what came back.
//!
//! Paths, offsets, lengths, flags and the order of calls come from a small generator, so every host sees the same calls. What the
//! interfaces themselves define as a trap is left out: an empty list for `poll`, a write beyond the budget, a stream that is dropped
//! before its pollable. At the end the tree must still answer, and a file that was never touched must hold what it held.

mod garbage;
mod program;

use std::process::ExitCode;

use garbage::Garbage;
use program::Program;

fn main() -> ExitCode {
    let number = |at: usize, otherwise: u64| std::env::args().nth(at).and_then(|n| n.parse().ok()).unwrap_or(otherwise);
    let (calls, seed) = (number(1, 20_000), number(2, 1));
    let mut program = Program::new(Garbage::new(seed));
    for _ in 0..calls {
        program.step();
    }
    println!("{calls} calls, answers {:016x}", program.answers());
    match program.whole() {
        Ok(()) => println!("the tree is whole"),
        Err(what) => {
            println!("the tree is damaged: {what}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
