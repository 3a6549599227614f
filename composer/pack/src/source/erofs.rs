//! Reads an existing EROFS image into the tree.

use std::path::Path;
use std::sync::Arc;

use vfs_image::{Attributes, Image, Inode, Names, NodeIndex, Timestamp};

use super::contents::Source;
use crate::Remarks;
use crate::error::TreeError;
use crate::tree::SourceTree;

/// Adds everything in an image to the directory `to` of the tree, which gets the attributes of the image's root.
pub fn add(
    tree: &mut SourceTree,
    to: NodeIndex,
    path: &Path,
    bytes: &Arc<Vec<u8>>,
    times: Option<Timestamp>,
    remarks: &mut Remarks,
) -> Result<(), TreeError> {
    let image =
        Image::new(bytes).map_err(|source| TreeError::Image { path: path.to_owned(), source: source.into() })?;
    let source = |inode: &Inode| Source::Image { bytes: Arc::clone(bytes), nid: inode.nid };
    let skipped = tree
        .import(to, &image, source)
        .map_err(|source| TreeError::Image { path: path.to_owned(), source: source.into() })?;
    for left_out in skipped {
        let message = format!("`{}` of `{}` is a special file; it is left out", left_out.path, path.display());
        remarks.warn("special-file", message);
    }
    if let Some(modified) = times {
        set_times(tree, to, modified);
    }
    Ok(())
}

fn set_times(tree: &mut SourceTree, from: NodeIndex, modified: Timestamp) {
    let mut todo = vec![from];
    while let Some(node) = todo.pop() {
        let mode = tree.node(node).attributes().mode;
        tree.set_attributes(node, Attributes { mode, modified });
        todo.extend(tree.entries(node).into_iter().flat_map(Names::nodes));
    }
}
