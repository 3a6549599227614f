//! An image that is there already.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use vfs_image::{Attributes, Image, Inode, Nid, NodeIndex, Timestamp};

use super::Source;
use crate::error::TreeError;
use crate::tree::SourceTree;

/// Adds everything in an image to the directory `to` of the tree, which takes the attributes of the image's root.
///
/// # Errors
/// [`TreeError::Image`]: the image is damaged.
pub(crate) fn add(
    tree: &mut SourceTree,
    to: NodeIndex,
    path: &Path,
    bytes: &Arc<Vec<u8>>,
    times: Option<Timestamp>,
    warnings: &mut Vec<String>,
) -> Result<(), TreeError> {
    let image =
        Image::new(bytes).map_err(|source| TreeError::Image { path: path.to_owned(), source: source.into() })?;
    let source = |inode: &Inode| Source::Image { bytes: Arc::clone(bytes), nid: inode.nid };
    let skipped = tree
        .import(to, &image, source)
        .map_err(|source| TreeError::Image { path: path.to_owned(), source: source.into() })?;
    for left_out in skipped {
        warnings.push(format!("`{}` of `{}` is a special file; it is left out", left_out.path, path.display()));
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
        todo.extend(tree.entries(node).into_iter().flat_map(|entries| entries.values().copied()));
    }
}

/// One file of an image that is held by everyone who reads it.
pub(crate) struct FileReader {
    bytes: Arc<Vec<u8>>,
    inode: Inode,
    offset: u64,
}

impl FileReader {
    pub(crate) fn new(bytes: Arc<Vec<u8>>, nid: Nid) -> io::Result<Self> {
        let inode = Image::new(&bytes).and_then(|image| image.inode(nid)).map_err(io::Error::other)?;
        Ok(Self { bytes, inode, offset: 0 })
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let image = Image::new(&self.bytes).map_err(io::Error::other)?;
        let run = image.data(&self.inode, self.offset).map_err(io::Error::other)?;
        let length = run.len().min(buffer.len());
        buffer[..length].copy_from_slice(&run[..length]);
        self.offset += length as u64;
        Ok(length)
    }
}
