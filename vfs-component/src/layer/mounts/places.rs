//! The places of the mounts: directories of the image, or names that are placed where it or another mount has none.

use vfs_core::{FileKind, PlacedName, Woven};
use vfs_image::{Image, Nid};

use super::nodes::{self, filesystem_of};
use super::opening;
use super::start::Root;
use crate::abi;

/// Finds the directory that each mount covers, and the names that have to be placed for that.
pub fn find(image: Option<&Image<'_>>, roots: &[Root]) -> (Vec<u64>, Vec<PlacedName>) {
    let mut places = Places { image: image.unwrap_or_else(|| abi::trap()), roots, placed: Vec::new() };
    let covered = roots.iter().map(|root| places.cover(&root.path)).collect();
    (covered, places.placed)
}

struct Places<'p> {
    image: &'p Image<'p>,
    roots: &'p [Root],
    placed: Vec<PlacedName>,
}

impl Places<'_> {
    /// Returns the directory at a path, which is looked up, or placed, name by name.
    fn cover(&mut self, path: &[&str]) -> u64 {
        let mut at = self.image.root().0;
        for (length, name) in path.iter().enumerate() {
            let (above, rest) = path.split_at(length);
            let mounted = self.roots.iter().find(|root| root.path == above);
            let directory = mounted.map_or(at, |root| root.number);
            at = self.name(directory, name.as_bytes(), rest.len() == 1);
        }
        at
    }

    /// Returns the directory of a name, which is placed if it is not there.
    fn name(&mut self, directory: u64, name: &[u8], is_last: bool) -> u64 {
        let known = self.placed.iter().find(|placed| placed.directory == directory && placed.name == name);
        if let Some(known) = known {
            return known.node;
        }
        let is_of_mount = filesystem_of(directory) != 0;
        if !is_of_mount && let Some(Nid(node)) = find_name(self.image, Nid(directory), name) {
            return node;
        }
        let (node, is_read_only) = if is_of_mount && !is_last {
            open_on_way(directory, name)
        } else {
            (Woven::made(self.placed.len() as u32), false)
        };
        self.placed.push(PlacedName { directory, name: name.to_vec(), node, is_read_only });
        node
    }
}

/// Returns a directory of the image by its path.
pub fn find_in(image: &Image<'_>, path: &[&str]) -> Option<Nid> {
    path.iter().try_fold(image.root(), |directory, name| find_name(image, directory, name.as_bytes()))
}

/// Returns the directory under a name in a directory of the image.
fn find_name(image: &Image<'_>, directory: Nid, name: &[u8]) -> Option<Nid> {
    let entry = image.lookup(&image.inode(directory).ok()?, name).ok()??;
    (entry.kind == FileKind::Directory).then_some(entry.nid)
}

/// Opens a directory on the way from the root of a mount to a place inside of it, for good: what the host has there, or an
/// empty one. Returns its number, and whether no name in it can be made.
fn open_on_way(directory: u64, name: &[u8]) -> (u64, bool) {
    let (opened, stat) = opening::on_way(directory, name);
    let added = nodes::with(|nodes| {
        let is_kept_above = nodes.get(directory)?.is_kept_above;
        let number = nodes.add_root_inside(directory, opened, stat)?;
        if let Some((image, around)) = nodes.image.zip(nodes.get(directory)?.image)
            && let Some(directory) = find_name(&image, around, name)
        {
            nodes.unite(number, image, directory)?;
        }
        Ok::<_, vfs_core::Error>((number, opened.is_none() && !is_kept_above))
    });
    let (number, is_read_only) = added.unwrap_or_else(|_| abi::trap());
    opening::note_on_way(number, directory, name);
    (number, is_read_only)
}
