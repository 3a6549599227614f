//! Names and attributes.

use crate::{Mixed, Timing, time};
use std::fs;
use std::io::Result;

/// The files of a directory as the driver names them: `DIR/f00000`, `DIR/f00001`, ...
pub fn paths(dir: &str, count: u64) -> Vec<String> {
    (0..count).map(|i| format!("{dir}/f{i:05}")).collect()
}

/// One of those paths at a time, in place: a list of them all would be so much memory to walk through that it, too, would be
/// measured.
pub struct Path {
    text: String,
    directory: usize,
}

impl Path {
    pub fn new(dir: &str) -> Self {
        let text = format!("{dir}/f00000");
        Self { directory: text.len() - 5, text }
    }

    pub fn of(&mut self, mut number: u64) -> &str {
        let mut digits = [b'0'; 5];
        for digit in digits.iter_mut().rev() {
            *digit += (number % 10) as u8;
            number /= 10;
        }
        self.text.truncate(self.directory);
        self.text.extend(digits.map(char::from));
        &self.text
    }
}

/// `stat` of files all over a directory of `count` files.
pub fn stat_in(dir: &str, count: u64, operations: u64) -> Result<Timing> {
    let mut path = Path::new(dir);
    let mut mixed = Mixed::new();
    time("stat", operations, || {
        for _ in 0..operations {
            fs::metadata(path.of(mixed.below(count)))?;
        }
        Ok(0)
    })
}

/// `stat` of one path again and again.
pub fn stat_path(path: &str, operations: u64) -> Result<Timing> {
    time("stat", operations, || {
        for _ in 0..operations {
            fs::metadata(path)?;
        }
        Ok(0)
    })
}

/// Lists a directory `passes` times. One operation is one entry.
pub fn list(dir: &str, passes: u64) -> Result<Timing> {
    let count = fs::read_dir(dir)?.count() as u64;
    time("list", passes * count, || {
        for _ in 0..passes {
            for entry in fs::read_dir(dir)? {
                entry?;
            }
        }
        Ok(0)
    })
}

/// The same of a directory in which a file was made and another removed, which are then as they were.
pub fn list_changed(dir: &str, passes: u64) -> Result<Timing> {
    let (gone, made) = (format!("{dir}/f00000"), format!("{dir}/made"));
    let contents = fs::read(&gone)?;
    fs::remove_file(&gone)?;
    fs::write(&made, "made")?;
    let timing = list(dir, passes)?;
    fs::write(&gone, contents)?;
    fs::remove_file(&made)?;
    Ok(timing)
}

/// Reads `lines` lines of memory for each operation, each where the one before says, all over `kib` KiB: what is left of
/// a `stat` in a directory that no cache of the processor holds.
pub fn cold_lines(kib: u64, lines: u64, operations: u64) -> Result<Timing> {
    let count = kib * 16;
    // One circle through all of them in no order.
    let mut order: Vec<u32> = (0..count as u32).collect();
    let mut mixed = Mixed::new();
    for last in (1..order.len()).rev() {
        order.swap(last, mixed.below(last as u64 + 1) as usize);
    }
    let mut memory = vec![[0_u32; 16]; order.len()];
    for (place, line) in order.iter().enumerate() {
        memory[*line as usize][0] = order[(place + 1) % order.len()];
    }
    let mut at = 0;
    // Once around, so that nothing is touched for the first time.
    (0..count).for_each(|_| at = memory[at][0] as usize);
    let timing = time("cold-lines", operations, || {
        (0..operations * lines).for_each(|_| at = memory[at][0] as usize);
        Ok(0)
    });
    std::hint::black_box(at);
    timing
}
