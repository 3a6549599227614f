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
