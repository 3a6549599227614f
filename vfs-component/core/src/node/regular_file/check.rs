//! Checks that the chunks are sorted and counted.

use alloc::format;
use alloc::string::String;

use super::{CHUNK, CHUNK_SIZE, RegularFile};
use crate::layer::Contents;

impl<K: Contents> RegularFile<K> {
    /// Checks the chunks against the size and the number of owned bytes.
    pub fn check(&self) -> Result<(), String> {
        let mut owned = 0;
        let mut last = None;
        for chunk in &self.chunks {
            let (index, length) = (chunk.index, chunk.bytes.len());
            if last.is_some_and(|last| last >= index) || length == 0 || length > CHUNK {
                return Err(format!("chunk {index} with {length} bytes after chunk {last:?}"));
            }
            if index * CHUNK_SIZE + length as u64 > self.size {
                return Err(format!("chunk {index} with {length} bytes in a file of {}", self.size));
            }
            last = Some(index);
            owned += length as u64;
        }
        if self.lower.size() > self.size {
            return Err(format!("{} bytes of the layer in a file of {}", self.lower.size(), self.size));
        }
        if owned == self.owned { Ok(()) } else { Err(format!("{owned} bytes, but {} are counted", self.owned)) }
    }
}
