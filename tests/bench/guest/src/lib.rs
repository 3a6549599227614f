//! Small loops over `std::fs`, each timed from inside with `Instant`.

pub mod compute;
pub mod data;
#[cfg(target_env = "p2")]
pub mod direct;
pub mod metadata;
pub mod write;

use std::fmt::{self, Display, Formatter};
use std::io::Result;
use std::time::{Duration, Instant};

/// What a loop did. Printed as one line: `name operations bytes nanoseconds`.
pub struct Timing {
    pub name: &'static str,
    pub operations: u64,
    pub bytes: u64,
    pub elapsed: Duration,
}

impl Display for Timing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.name, self.operations, self.bytes, self.elapsed.as_nanos())
    }
}

impl Timing {
    pub fn print(&self) {
        println!("{self}");
    }
}

/// Times `body`, which gives back the bytes that it moved.
pub fn time(name: &'static str, operations: u64, body: impl FnOnce() -> Result<u64>) -> Result<Timing> {
    let start = Instant::now();
    let bytes = body()?;
    Ok(Timing { name, operations, bytes, elapsed: start.elapsed() })
}

/// The same far-from-sorted sequence in every run: a linear congruential generator, high bits first.
pub struct Mixed(u64);

impl Mixed {
    pub fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

impl Default for Mixed {
    fn default() -> Self {
        Self::new()
    }
}
