//! Setting timestamps.

use crate::fs::may_change;
use crate::{Clock, Error, FollowFinalLink, Fs, NewTimestamp, OpenFile};

impl<C: Clock> Fs<'_, C> {
    /// Sets the timestamps of an open file or directory. If neither is to change, nothing changes.
    ///
    /// # Errors
    /// - [`Error::ReadOnly`]: the file was opened from a directory that cannot change anything, or is such a directory.
    /// - [`Error::Overflow`]: the nanoseconds carry the seconds past what a timestamp holds.
    /// - [`Error::InsufficientSpace`]: there are too many nodes.
    pub fn set_times(&mut self, file: &OpenFile, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
        let (accessed, modified) = (accessed.normalised()?, modified.normalised()?);
        may_change(file)?;
        self.apply_times(file.slot, accessed, modified)
    }

    /// Sets the timestamps of what is at a path.
    ///
    /// # Errors
    /// - Those of [`Fs::stat_at`] and [`Fs::set_times`].
    pub fn set_times_at(
        &mut self,
        at: &OpenFile,
        path: &str,
        follow: FollowFinalLink,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> Result<(), Error> {
        let (accessed, modified) = (accessed.normalised()?, modified.normalised()?);
        let found = self.existing(at, path, follow)?;
        may_change(at)?;
        let slot = self.tree.touch(found.node)?;
        self.apply_times(slot, accessed, modified)
    }

    fn apply_times(&mut self, slot: u32, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), Error> {
        if (accessed, modified) == (NewTimestamp::NoChange, NewTimestamp::NoChange) {
            return Ok(());
        }
        self.tree.touch_slot(slot)?;
        let now = self.time.now();
        let times = &mut self.tree.table.get_mut(slot)?.times;
        times.accessed = accessed.apply(times.accessed, now);
        times.modified = modified.apply(times.modified, now);
        times.changed = now;
        Ok(())
    }
}
