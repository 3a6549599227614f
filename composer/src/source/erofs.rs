//! An image that is there already.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use vfs_image::{Attributes, FileKind, Image, ImageError, Inode, Nid, NodeIndex, Timestamp};

use super::Source;
use crate::error::TreeError;
use crate::tree::{SourceTree, refused};

/// Deeper trees are refused: no path reaches what is there.
const MAX_DEPTH: usize = 4096;

/// Attributes of an image's root directory.
pub(crate) fn root_attributes(image: &Image<'_>, times: Option<Timestamp>) -> Result<Attributes, ImageError> {
    Ok(attributes(&image.inode(image.root())?, times))
}

/// Adds everything in an image to the directory `to` of the tree.
///
/// # Errors
/// - [`TreeError::Image`]: the image cannot be read, or is a loop.
/// - [`TreeError::Entry`]: a name is not one.
pub(crate) fn add(
    tree: &mut SourceTree,
    to: NodeIndex,
    path: &Path,
    bytes: &Arc<Vec<u8>>,
    times: Option<Timestamp>,
    warnings: &mut Vec<String>,
) -> Result<(), TreeError> {
    let bad = |source: ImageError| TreeError::Image { path: path.to_owned(), source: source.into() };
    let image = Image::new(bytes).map_err(bad)?;
    let mut linked = std::collections::HashMap::new();
    let mut todo = vec![(image.root(), to, 0)];
    while let Some((directory, to, depth)) = todo.pop() {
        if depth > MAX_DEPTH {
            return Err(TreeError::Image {
                path: path.to_owned(),
                source: "directories inside each other without end".into(),
            });
        }
        let directory = image.inode(directory).map_err(bad)?;
        for entry in image.entries(&directory, 0) {
            let (_, entry) = entry.map_err(bad)?;
            if let Some(&node) = linked.get(&entry.nid) {
                tree.link(to, entry.name, node).map_err(refused(path))?;
                continue;
            }
            let inode = image.inode(entry.nid).map_err(bad)?;
            let attributes = attributes(&inode, times);
            let node = match inode.kind {
                FileKind::Directory => {
                    let node = tree.add_directory(to, entry.name, attributes).map_err(refused(path))?;
                    todo.push((entry.nid, node, depth + 1));
                    continue;
                }
                FileKind::RegularFile => {
                    let source = Source::Image { bytes: Arc::clone(bytes), nid: entry.nid.0 };
                    tree.add_file(to, entry.name, attributes, inode.size, source).map_err(refused(path))?
                }
                FileKind::SymbolicLink => {
                    let target = image.link_target(&inode).map_err(bad)?;
                    tree.add_symlink(to, entry.name, attributes, target).map_err(refused(path))?
                }
                _ => {
                    let name = String::from_utf8_lossy(entry.name);
                    warnings.push(format!("`{name}` in `{}` is a special file; it is left out", path.display()));
                    continue;
                }
            };
            if inode.links > 1 {
                linked.insert(entry.nid, node);
            }
        }
    }
    Ok(())
}

fn attributes(inode: &Inode, times: Option<Timestamp>) -> Attributes {
    Attributes { mode: inode.mode, modified: times.unwrap_or(inode.modified) }
}

/// One file of an image.
pub(crate) struct FileReader {
    bytes: Arc<Vec<u8>>,
    inode: Inode,
    offset: u64,
}

impl FileReader {
    pub(crate) fn new(bytes: Arc<Vec<u8>>, nid: u64) -> io::Result<Self> {
        let inode = Image::new(&bytes).and_then(|image| image.inode(Nid(nid))).map_err(io::Error::other)?;
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
