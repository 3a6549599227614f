//! The limit of a program's memory.

use wasmtime::ResourceLimiter;

/// What a program is told that wants more than it may have.
pub const EXCEEDED: &str = "it wanted more memory than --max-memory allows";

/// The memory of all instances of a program together.
///
/// A growth that is allowed counts, also if the host then has no memory for it. To take failed ones back is not
/// possible: the engine tells also of the failure of growths that it never asked about.
pub struct Memory {
    used: u64,
    limit: u64,
    is_exceeded: bool,
}

impl Memory {
    pub fn new(limit: Option<u64>) -> Self {
        Self { used: 0, limit: limit.unwrap_or(u64::MAX), is_exceeded: false }
    }

    /// Returns whether the program wanted more than it may have.
    pub fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }

    /// Counts a growth by a number of elements. One beyond the program's own maximum does not happen anyway.
    fn grow(&mut self, added: usize, size: u64, is_beyond: bool) -> wasmtime::Result<bool> {
        if is_beyond {
            return Ok(false);
        }
        let used = self.used.saturating_add((added as u64).saturating_mul(size));
        if used > self.limit {
            self.is_exceeded = true;
            return Err(wasmtime::format_err!("{EXCEEDED}"));
        }
        self.used = used;
        Ok(true)
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        self.grow(desired - current, 1, most.is_some_and(|most| desired > most))
    }

    fn table_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        let element = size_of::<usize>() as u64;
        self.grow(desired - current, element, most.is_some_and(|most| desired > most))
    }
}
