//! Writes a component with the image in its reserved space.

use std::io::{self, Write};
use std::ops::Range;

use super::Found;
use crate::error::EmbedError;

/// The changes to a component's bytes that put an image of a known size into the empty data segment.
#[derive(Clone, Debug)]
pub struct Splice {
    /// The size fields to replace, in order. Each has the position of the old field, the new field, and the position
    /// after the old field.
    numbers: Vec<(usize, Vec<u8>, usize)>,
    /// The position at which the image is inserted.
    hole: usize,
    size: u64,
}

impl Splice {
    /// Computes the new size fields.
    ///
    /// # Errors
    /// [`EmbedError::NoPlace`]: the segment is not empty, or a size field is not where it should be.
    pub fn new(component: &[u8], found: &Found, size: u64) -> Result<Self, EmbedError> {
        if !found.image.is_empty() {
            return Err(EmbedError::NoPlace);
        }
        let hole = found.image.start;
        let mut growth = size;
        let mut numbers = Vec::new();
        let sizes = found.around.iter().map(|range| (range.start, range.len() as u64));
        // From the inside out, because an outer range grows by the image and by every size field inside it that gets
        // longer.
        for (end, old) in sizes.chain([(hole, 0)]).rev() {
            let old = leb128(old);
            let start =
                end.checked_sub(old.len()).filter(|&start| component[start..end] == old).ok_or(EmbedError::NoPlace)?;
            let grown = number(&old) + growth;
            let new = leb128(grown);
            growth += (new.len() - old.len()) as u64;
            numbers.push((start, new, end));
        }
        numbers.reverse();
        Ok(Self { numbers, hole, size })
    }

    /// Returns the size of the result in bytes.
    pub fn total(&self, component: &[u8]) -> u64 {
        self.length_of(0..component.len()) + self.size
    }

    /// Returns where the image is in the result.
    pub fn image(&self) -> Range<u64> {
        let start = self.hole as u64 + self.longer_by(0..self.hole);
        start..start + self.size
    }

    /// Returns the length in the result of a range of the component, without the image.
    pub fn length_of(&self, range: Range<usize>) -> u64 {
        range.len() as u64 + self.longer_by(range)
    }

    /// Returns by how many bytes the size fields in a range get longer.
    fn longer_by(&self, range: Range<usize>) -> u64 {
        let inside = self.numbers.iter().filter(|(start, _, end)| range.start <= *start && *end <= range.end);
        inside.map(|(start, new, end)| (new.len() - (end - start)) as u64).sum()
    }

    /// Writes everything before the image.
    pub fn write_head(&self, component: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let mut copied = 0;
        for (start, new, end) in &self.numbers {
            out.write_all(&component[copied..*start])?;
            out.write_all(new)?;
            copied = *end;
        }
        out.write_all(&component[copied..self.hole])
    }

    /// Writes everything after the image.
    pub fn write_tail(&self, component: &[u8], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&component[self.hole..])
    }
}

/// Returns the shortest encoding, which wasm-encoder writes too.
fn leb128(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn number(leb128: &[u8]) -> u64 {
    leb128.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f))
}
