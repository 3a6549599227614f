//! The start: the host's directories become the roots of the mounts, or the program ends with a line that says which
//! one is missing.

use vfs_core::settings::{Mount, MountAccess, Mounts};
use vfs_core::{DescriptorFlags, Error, FileKind, OpenFlags};

use super::calls::stat_without_times;
use super::nodes;
use crate::abi;
use crate::host::filesystem::{self as host, At};
use crate::host::mounts::print_and_exit;

/// Opens the directories, and adds the roots in the order of the mounts. Returns the number of each, and whether the
/// host has it. Ends the program if a directory is missing.
pub fn open_roots(mounts: Mounts<'_>) -> Vec<(u64, bool)> {
    let mut given: Vec<Given> = host::directories().map(|(descriptor, name)| Given { descriptor, name }).collect();
    let mut roots = Vec::new();
    for (filesystem, mount) in (1..).zip(mounts) {
        let descriptor = match open(&mount, &given) {
            Ok(descriptor) => Some(descriptor),
            Err(Error::NoEntry) if mount.optional => None,
            Err(error) => end(&mount, error),
        };
        let stat = descriptor
            .and_then(|descriptor| host::stat(descriptor).ok())
            .unwrap_or(stat_without_times(FileKind::Directory, 2));
        let is_kept_above = mount.access == MountAccess::CopyOnWrite && descriptor.is_some();
        let root = nodes::with(|nodes| nodes.add_root(filesystem, descriptor, stat, is_kept_above));
        roots.push((root.unwrap_or_else(|_| abi::trap()), descriptor.is_some()));
    }
    given.drain(..).for_each(|Given { descriptor, .. }| host::drop_descriptor(descriptor));
    roots
}

/// A directory that the host gives.
struct Given {
    descriptor: u32,
    name: &'static str,
}

/// Opens the directory of a mount: a preopen of its name, or else a directory in the preopen with the longest name
/// that its name goes on from.
fn open(mount: &Mount<&str>, given: &[Given]) -> Result<u32, Error> {
    let within = |given: &Given| Some((given.descriptor, rest_of(mount.name, given.name)?));
    let (base, rest) = given.iter().filter_map(within).min_by_key(|(_, rest)| rest.len()).ok_or(Error::NoEntry)?;
    let path = if rest.is_empty() { "." } else { rest };
    let at = At { base, path: path.as_bytes() };
    let flags = DescriptorFlags::READ;
    host::open_at(at, OpenFlags::DIRECTORY.bits(), flags.bits())
}

/// Returns what of a name follows a directory: the path in it.
fn rest_of<'n>(name: &'n str, directory: &str) -> Option<&'n str> {
    let rest = name.strip_prefix(directory)?;
    if rest.is_empty() || directory.ends_with('/') { Some(rest) } else { rest.strip_prefix('/') }
}

/// Ends the program because a directory is missing.
fn end(mount: &Mount<&str>, error: Error) -> ! {
    let name = mount.name;
    // Without formatting, whose code is larger than all the rest of the start.
    let line = match error {
        Error::NoEntry => ["the host gives no directory \"", name, "\": run with --dir PATH::", name, "\n"].concat(),
        _ => ["the host's directory \"", name, "\" cannot be opened\n"].concat(),
    };
    print_and_exit(line.as_bytes());
    abi::trap()
}
