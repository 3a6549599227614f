//! Counts of an image's files, and the form of the composition that contains it.

use serde::{Deserialize, Serialize};
use vfs_image::{Content, Names, Summary};

use crate::tree::SourceTree;

/// How the vfs and the app are joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Two components: the vfs in front of the app.
    #[default]
    Plugged,
    /// One component that contains both core modules. It needs an engine with multi-memory.
    Linked,
}

/// Counts of an image's files. For an image file too large to be validated, all counts but `bytes` are zero.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ImageReport {
    /// Bytes of the image.
    pub bytes: u64,
    /// Regular files; a file with several names counts once for each.
    pub files: u64,
    /// Directories, including the root.
    pub directories: u64,
    /// Symbolic links; a link with several names counts once for each.
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
