//! Changes of a file's contents.

use alloc::vec::Vec;
use core::ops::Range;

use crate::Error;
use crate::journal::tracked::NodeNote;
use crate::layer::Contents;
use crate::node::RegularFile;

/// Changes of a file's contents. Bytes after `kept` that are in no range are a hole: zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedContents {
    /// Size of the file now, in bytes.
    pub size: u64,
    /// Number of bytes from the start that are as they were at the mark, except those in the ranges.
    pub kept: u64,
    /// The written parts, in order, with gaps between them. Each consists of whole parts of 64 KiB, as far as these
    /// hold bytes.
    pub ranges: Vec<Range<u64>>,
}

impl ChangedContents {
    /// Describes all contents of a new file.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub(super) fn new<K: Contents>(file: &RegularFile<K>) -> Result<Self, Error> {
        let mut changed = Self { size: file.size(), kept: 0, ranges: Vec::new() };
        // Whoever rebuilds the tree knows none of these bytes.
        if file.lower_size() > 0 {
            changed.add(0..file.size())?;
            return Ok(changed);
        }
        file.owned_ranges().try_for_each(|range| changed.add(range))?;
        Ok(changed)
    }

    /// Returns what changed in a file since a mark; `None` if nothing did.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub(super) fn since<K: Contents>(file: &RegularFile<K>, note: &NodeNote, mark: u32) -> Result<Option<Self>, Error> {
        let size = file.size();
        let Some(was) = note.was.at(mark) else { return Ok(None) };
        let kept = note.was.since(mark).fold(size, |least, was| least.min(was.least));
        let mut changed = Self { size, kept, ranges: Vec::new() };
        if mark == 0 {
            file.owned_ranges().try_for_each(|range| changed.add(range))?;
        } else {
            for (chunk, _) in note.written.iter().filter(|(_, period)| *period > mark) {
                file.owned_range(*chunk).into_iter().try_for_each(|range| changed.add(range))?;
            }
        }
        let is_same = changed.ranges.is_empty() && size == was.size && kept == size;
        Ok(if is_same { None } else { Some(changed) })
    }

    fn add(&mut self, range: Range<u64>) -> Result<(), Error> {
        if let Some(last) = self.ranges.last_mut()
            && last.end == range.start
        {
            last.end = range.end;
            return Ok(());
        }
        self.ranges.try_reserve(1)?;
        self.ranges.push(range);
        Ok(())
    }
}
