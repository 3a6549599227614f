//! Computing, without a call of the host or of the vfs.

use crate::{Mixed, Timing, time};
use std::hint::black_box;
use std::io::Result;

/// Numbers that are sorted in a pass.
const COUNT: usize = 200_000;

/// Fills a list with numbers and sorts it, `passes` times.
pub fn passes(passes: u64) -> Result<Timing> {
    let mut numbers = vec![0; COUNT];
    let mut mixed = Mixed::new();
    time("compute", passes, || {
        for _ in 0..passes {
            numbers.fill_with(|| mixed.below(1 << 30));
            numbers.sort_unstable();
            black_box(&numbers);
        }
        Ok(0)
    })
}
