//! The limit of a program's memory.

use wasmtime::ResourceLimiter;

/// The memory of all instances of a program together.
pub struct Memory {
    used: u64,
    limit: u64,
    /// What the last growth added, which may still fail.
    added: u64,
    is_exceeded: bool,
}

impl Memory {
    pub fn new(limit: Option<u64>) -> Self {
        Self { used: 0, limit: limit.unwrap_or(u64::MAX), added: 0, is_exceeded: false }
    }

    /// Returns whether the program wanted more than it may have.
    pub fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }

    fn grow(&mut self, bytes: u64) -> wasmtime::Result<bool> {
        if self.used.saturating_add(bytes) > self.limit {
            self.is_exceeded = true;
            return Err(wasmtime::format_err!("the limit of memory is reached"));
        }
        self.used += bytes;
        self.added = bytes;
        Ok(true)
    }

    fn take_back(&mut self) {
        self.used -= std::mem::take(&mut self.added);
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        // Beyond its own maximum it does not grow anyway.
        if most.is_some_and(|most| desired > most) { Ok(false) } else { self.grow((desired - current) as u64) }
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, most: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = ((desired - current) * size_of::<usize>()) as u64;
        if most.is_some_and(|most| desired > most) { Ok(false) } else { self.grow(bytes) }
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.take_back();
        Ok(())
    }
}
