//! What is in an image, and where it is.

use serde::{Deserialize, Serialize};
use vfs_image::{Content, Names, Summary};

use crate::tree::SourceTree;

/// How the vfs and the app are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Two components, one in front of the other.
    #[default]
    Plugged,
    /// One component with both their modules. It needs an engine with several memories.
    Linked,
}

/// What is in an image. A large image file that is embedded as it is is not counted: all zeros but `bytes`.
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
    /// Takes the counts from a validated image file; all are zero without a summary.
    pub(crate) fn of_image(summary: Option<&Summary>, bytes: u64) -> Self {
        let counted = summary.map(|summary| Self {
            bytes,
            files: summary.files,
            directories: summary.directories,
            symlinks: summary.symlinks,
        });
        counted.unwrap_or(Self { bytes, ..Self::default() })
    }

    /// Counts the entries of a tree.
    pub(crate) fn of_tree(tree: &SourceTree, bytes: u64) -> Self {
        let mut report = Self { bytes, directories: 1, ..Self::default() };
        let mut todo = vec![tree.root()];
        while let Some(directory) = todo.pop() {
            for index in tree.entries(directory).into_iter().flat_map(Names::nodes) {
                match tree.node(index).content() {
                    Content::Directory(_) => {
                        report.directories += 1;
                        todo.push(index);
                    }
                    Content::RegularFile { .. } => report.files += 1,
                    Content::SymbolicLink(_) => report.symlinks += 1,
                }
            }
        }
        report
    }
}
