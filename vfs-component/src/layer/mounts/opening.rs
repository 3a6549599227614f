//! What the start opens, by calls of WASI 0.2, which block.

use vfs_core::{DescriptorFlags, Error, FileKind, FollowFinalLink, OpenFile, OpenFlags, Stat};

use super::calls::stat_without_times;
use super::{nodes, now, open_preopen, start};
use crate::host::at::At;
use crate::host::filesystem as host;
use crate::layer::operate;
use crate::state::State;

/// What is open: the host's handle.
pub type Opened = u32;

/// Opens a directory in one that the host gives.
pub fn open(base: u32, path: &str) -> Result<Opened, Error> {
    let path = if path.is_empty() { "." } else { path };
    let at = At { base, path: path.as_bytes(), follow: FollowFinalLink::No };
    now(host::open_at(at, OpenFlags::DIRECTORY.bits(), DescriptorFlags::READ.bits()))
}

/// Returns the handle of a root, and what is known of it.
pub fn root(opened: Option<&Opened>) -> (Option<u32>, Stat) {
    let stat = opened.and_then(|descriptor| now(host::stat(*descriptor)).ok());
    (opened.copied(), stat.unwrap_or(stat_without_times(FileKind::Directory, 2)))
}

/// Notes a root: nothing is left to open.
pub fn note_root(_number: u64, _index: u32, _opened: Option<Opened>) {}

/// Drops what the host has given: what is needed of it was opened.
pub fn drop_given(descriptor: u32) {
    host::drop_descriptor(descriptor);
}

/// Returns whether the host follows paths from name to name. One that does not, but first removes `..` from the text,
/// finds something where there is nothing. Such a host may also follow links to anywhere. Nor may `..` lead out of the
/// directory, as long as that is in one which the host gives.
pub fn follows_paths(root: u32) -> bool {
    let stat = |path| now(host::stat_at(At { base: root, path, follow: FollowFinalLink::No }));
    stat(b".vfs-compose-has-no-such-name/..") == Err(Error::NoEntry) && stat(b"..") == Err(Error::NotPermitted)
}

/// Opens a directory on the way from a root to a mount inside of it. Returns what [`root`] does.
pub fn on_way(directory: u64, name: &[u8]) -> (Option<u32>, Stat) {
    let flags = DescriptorFlags::READ;
    let path = &mut Vec::new();
    let at = nodes::with(|nodes| nodes.reach_name(directory, name, path));
    let opened = at.and_then(|at| now(host::open_at(at, OpenFlags::DIRECTORY.bits(), flags.bits())));
    root(opened.ok().as_ref())
}

/// Notes a directory on the way: nothing is left to open.
pub fn note_on_way(_number: u64, _directory: u64, _name: &[u8]) {}

/// Opens each directory inside of a mount that is a preopen, or has the file of a standard stream, to see whether the
/// host has it. Ends the program if one is missing.
pub fn check_inside() {
    for (place, path) in start::paths_inside().enumerate() {
        let open = |state: &mut State| open_preopen(&state.session, &mut state.volume, path);
        let close = |state: &mut State, opened: Result<OpenFile, Error>| opened.map(|file| state.volume.close(file));
        operate(open, close).unwrap_or_else(|error| start::end_inside(place, path, error));
    }
}
