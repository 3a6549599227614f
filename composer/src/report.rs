//! What was done, for people and programs.

use serde::Serialize;
use vfs_image::Content;

use crate::tree::SourceTree;

/// What one composition is made of. Sizes are in bytes.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The whole result.
    pub size: u64,
    /// The app, as a component; 0 where there is none.
    pub app: u64,
    /// The vfs component without its image.
    pub vfs: u64,
    /// The image.
    pub image: ImageReport,
    /// What the result asks of its host.
    pub imports: Vec<String>,
    /// What the result gives.
    pub exports: Vec<String>,
    /// What was left out of the image.
    pub warnings: Vec<String>,
}

/// What is in an image. An image file that is embedded as it is is not counted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ImageReport {
    /// The image itself.
    pub bytes: u64,
    /// Regular files, by name.
    pub files: u64,
    /// Directories, the root among them.
    pub directories: u64,
    /// Symbolic links, by name.
    pub symlinks: u64,
}

impl ImageReport {
    pub(crate) fn count(&mut self, tree: &SourceTree) {
        self.directories += 1;
        let mut todo = vec![tree.root()];
        while let Some(directory) = todo.pop() {
            for &index in tree.entries(directory).into_iter().flat_map(|entries| entries.values()) {
                match tree.node(index).content() {
                    Content::Directory(_) => {
                        self.directories += 1;
                        todo.push(index);
                    }
                    Content::RegularFile { .. } => self.files += 1,
                    Content::SymbolicLink(_) => self.symlinks += 1,
                }
            }
        }
    }
}
