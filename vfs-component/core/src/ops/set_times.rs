//! Setting timestamps.

#[cfg(doc)]
use crate::Error;
use crate::fs::may_change;
use crate::journal::Journal;
use crate::layer::{Effect, Layer};
use crate::loading::Loading;
use crate::node::NodeId;
use crate::{Clock, FollowFinalLink, NewTimestamp, OpenFile, Volume};

impl<L: Layer, C: Clock, J: Journal> Volume<L, C, J> {
    /// Sets the timestamps of an open file or directory. If neither is to change, nothing changes.
    ///
    /// # Errors
    /// - [`Error::ReadOnly`]: the file was opened from a directory that cannot change anything, or is such a directory.
    /// - [`Error::Invalid`]: the nanoseconds of a time are a second or more.
    /// - [`Error::InsufficientSpace`]: there are too many nodes.
    pub fn set_times(
        &mut self,
        file: &OpenFile,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        accessed.check().and(modified.check())?;
        may_change(file)?;
        self.apply_times(self.tree.table.id(file.slot), accessed, modified)
    }

    /// Sets the timestamps of the node at a path.
    ///
    /// # Errors
    /// - Those of [`Volume::stat_at`] and [`Volume::set_times`].
    pub fn set_times_at(
        &mut self,
        at: &OpenFile,
        path: &str,
        follow: FollowFinalLink,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> Result<(), L::Stop> {
        if let Some(performed) = self.performed() {
            return performed;
        }
        let found = self.existing(at, path, follow)?;
        accessed.check().and(modified.check())?;
        may_change(at)?;
        self.apply_times(found.node, accessed, modified)
    }

    /// Sets the timestamps of a node. "Now" is the volume's time, even if the layer makes the change.
    fn apply_times(&mut self, node: NodeId, accessed: NewTimestamp, modified: NewTimestamp) -> Result<(), L::Stop> {
        if (accessed, modified) == (NewTimestamp::NoChange, NewTimestamp::NoChange) {
            return Ok(());
        }
        if let Some((through, node)) = self.tree.passes_through(node) {
            let now = self.time.now();
            let (accessed, modified) = (accessed.at(now), modified.at(now));
            return self.tree.perform(through, Effect::SetTimes { node, accessed, modified });
        }
        let mut loading = Loading::new(&mut self.tree);
        let slot = loading.node(node)?;
        loading.keep(0)?;

        let now = self.time.now();
        if let Some(node) = self.tree.change(slot) {
            node.times.accessed = accessed.apply(node.times.accessed, now);
            node.times.modified = modified.apply(node.times.modified, now);
            node.times.changed = now;
        }
        Ok(())
    }
}
