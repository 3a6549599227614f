//! Reads an existing EROFS image into the tree.

use std::path::Path;
use std::sync::Arc;

use vfs_image::{Image, NodeIndex, Timestamp};

use super::contents::Contents;
use super::found;
use crate::Remarks;
use crate::error::TreeError;
use crate::tree::{self, SourceTree};

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
    let skipped = tree
        .import(to, &image, |inode| Contents::of_image(bytes, inode))
        .map_err(|source| TreeError::Image { path: path.to_owned(), source: source.into() })?;
    found::tell_of_image(path, &image, remarks);
    for left_out in skipped {
        let message = format!("`{}` of `{}` is a special file; it is left out", left_out.path, path.display());
        remarks.warn("special-file", message);
    }
    if let Some(modified) = times {
        tree::set_times(tree, to, |_| modified);
    }
    Ok(())
}
