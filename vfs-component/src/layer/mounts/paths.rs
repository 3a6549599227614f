//! Paths that the host follows from the directory of a mount, where nothing below it is the tree's, and single names that
//! are not: one call of the host, without an operation of the tree.

use vfs_core::late::{LateInode, PathForward};
use vfs_core::{DescriptorFlags, Error, FileKind, FollowFinalLink, OpenFile, OpenFlags, Stat};

use super::calls::{add_opened_by_path, file, told};
use super::{nodes, now};
use crate::host::at::At;
use crate::host::filesystem as host;
use crate::layer::Stop;
use crate::state::Volume;

/// Returns the metadata of the node at a path.
pub fn stat_at(volume: &mut Volume, at: &OpenFile, path: &str, follow: FollowFinalLink) -> Result<Stat, Stop> {
    let ask_of = |at: At<'_>| now(host::stat_at(at));
    if let Some(answer) = volume.forward_path(at, path).and_then(|forward| ask(forward, follow, ask_of)) {
        return Ok(answer?);
    }
    let of_name = name(volume, at, path).and_then(|name| ask(name, FollowFinalLink::No, ask_of));
    match of_name {
        // Where it leads, and what a file with other names is, the tree knows.
        Some(Ok(Stat { kind: FileKind::SymbolicLink, .. })) if follow == FollowFinalLink::Yes => {}
        Some(Ok(Stat { kind, links: 2.., .. })) if kind != FileKind::Directory => {}
        Some(answer) => return Ok(answer?),
        None => {}
    }
    volume.stat_at(at, path, follow)
}

/// Returns the hash of the node at a path.
pub fn metadata_hash_at(
    volume: &mut Volume,
    at: &OpenFile,
    path: &str,
    follow: FollowFinalLink,
) -> Result<(u64, u64), Stop> {
    let forward = match volume.forward_path(at, path) {
        None if follow == FollowFinalLink::No => name(volume, at, path),
        forward => forward,
    };
    let directory = forward.as_ref().map(|forward| forward.node);
    match forward.and_then(|forward| ask(forward, follow, |at| now(host::identity_at(at)))).zip(directory) {
        Some((object, directory)) => {
            let identity = nodes::with(|nodes| nodes.identity_of(directory, object?))?;
            Ok(Volume::hash_of_identity(identity))
        }
        None => volume.metadata_hash_at(at, path, follow),
    }
}

/// Opens the node at a path, or makes a file there.
pub fn open_at(
    volume: &mut Volume,
    at: &OpenFile,
    path: &str,
    follow: FollowFinalLink,
    open: OpenFlags,
    flags: DescriptorFlags,
) -> Result<OpenFile, Stop> {
    if open == OpenFlags::NONE
        && let Some(forward) = volume.forward_open(at, path, flags)
    {
        let opened = ask(forward, follow, |at| open_file(forward.node, at, flags)).unwrap_or(Ok(None));
        let file = volume.finish_forwarded(at, opened.ok().flatten(), flags)?;
        opened?;
        if let Some(file) = file {
            return Ok(file);
        }
    }
    volume.open_at(at, path, follow, open, flags)
}

/// Opens a file. `None`: it is something else. A directory is for a walk, which knows what it is in.
fn open_file(from: u64, at: At<'_>, flags: DescriptorFlags) -> Result<Option<LateInode>, Error> {
    let descriptor = now(host::open_at(at, OpenFlags::NONE.bits(), flags.bits()))?;
    add_file(from, descriptor).inspect_err(|_| host::drop_descriptor(descriptor))
}

/// Adds what was opened by a path, if it is a file.
fn add_file(from: u64, descriptor: u32) -> Result<Option<LateInode>, Error> {
    if now(host::kind(descriptor))? != FileKind::RegularFile {
        host::drop_descriptor(descriptor);
        return Ok(None);
    }
    // It is reached by its descriptor, so it needs no name.
    let number = if nodes::with(|nodes| nodes.get(from).map(|node| node.is_kept_above))? {
        now(add_opened_by_path(from, descriptor))?
    } else {
        nodes::with(|nodes| nodes.add(from, &[], Some(descriptor), file()))?
    };
    nodes::with(|nodes| told(nodes, number)).map(Some)
}

/// Returns the directory of a path that is a name in it, if only the host knows what the name leads to.
fn name<'p>(volume: &mut Volume, at: &OpenFile, path: &'p str) -> Option<PathForward<'p>> {
    let forward = volume.forward_name(at, path)?;
    let is_known = nodes::with(|nodes| {
        let is_united = nodes.get(forward.node).is_ok_and(|directory| directory.image.is_some());
        is_united || nodes.has_nameless() || nodes.named(forward.node, path.as_bytes()).is_some()
    });
    (!is_known).then_some(forward)
}

/// Has the host follow a path. `None`: it leads out of the directory, so the tree has to.
fn ask<T>(
    PathForward { node, path }: PathForward<'_>,
    follow: FollowFinalLink,
    call: impl FnOnce(At<'_>) -> Result<T, Error>,
) -> Option<Result<T, Error>> {
    let base = nodes::with(|nodes| nodes.get(node).ok().and_then(|node| node.descriptor))?;
    match call(At { base, path: path.as_bytes(), follow }) {
        Err(Error::NotPermitted | Error::Loop) => None,
        answer => Some(answer),
    }
}
