//! Counts the files that were written.

use vfs_image::FileKind;

use super::list::Details;
use crate::journal::Tracked;
use crate::layer::Layer;
use crate::{Clock, Error, Volume};

impl<L: Layer, C: Clock> Volume<L, C, Tracked> {
    /// Returns the number of files that are new or have other contents than in the layer, and have a name. This is what
    /// [`Volume::changes`] lists since the image, but no name of a file is looked up in the layer.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    pub fn count_written(&mut self) -> Result<u32, Error> {
        self.tree.journal.settle(&self.tree.table);
        let mut count = 0;
        for (_, note) in self.tree.journal.nodes.all() {
            let Some(node) = self.tree.present(note.id) else { continue };
            let is_file = node.kind() == FileKind::RegularFile && node.links > 0;
            if is_file && (note.born > 0 || Details::new(node, note, 0)?.has_contents()) {
                count += 1;
            }
        }
        Ok(count)
    }
}
