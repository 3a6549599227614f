//! The start: the host's directories become the roots of the mounts, or the program ends with a line that says which
//! one is missing.

use vfs_core::settings::{Beneath, Mount, MountAccess, Mounts, SettingsView, Stdio};
use vfs_core::{DescriptorFlags, Error, FileKind, FollowFinalLink, OpenFile, OpenFlags};

use super::all::{Place, places};
use super::calls::stat_without_times;
use super::places::find_in;
use super::{nodes, open_preopen};
use crate::host::filesystem::{self as host, At};
use crate::host::mounts::print_and_exit;
use crate::layer::operate;
use crate::state::{State, within_call};
use crate::{abi, embed};

/// The root of a mount.
pub struct Root {
    /// Its place: the names of its path.
    pub path: Vec<&'static str>,
    /// Its number.
    pub number: u64,
    /// What the app can do with it.
    pub access: MountAccess,
    /// Whether the host has it, or the image, with which it is united.
    pub exists: bool,
    /// Whether the host follows paths in it as a walk does.
    pub follows_paths: bool,
}

/// Opens the directories, and adds the roots in the order of the mounts. Ends the program if a directory is missing.
pub fn open_roots(mounts: Mounts<'static>) -> Vec<Root> {
    let mut given: Vec<Given> = host::directories().map(|(descriptor, name)| Given { descriptor, name }).collect();
    let mut roots = Vec::new();
    for (filesystem, Place { path, mount, index, descriptor }) in (1..=u8::MAX).zip(places(mounts, &given)) {
        let opened = descriptor.map_or_else(|| open(&mount, &given), |given| open_in(given, "."));
        let descriptor = match opened {
            Ok(descriptor) => Some(descriptor),
            Err(Error::NoEntry) if mount.optional => None,
            Err(error) => end(index, &mount, error),
        };
        let stat = descriptor
            .and_then(|descriptor| host::stat(descriptor).ok())
            .unwrap_or(stat_without_times(FileKind::Directory, 2));
        let image = embed::image().filter(|_| mount.beneath == Beneath::United);
        let united = image.and_then(|image| Some((image, find_in(&image, &path)?)));
        let exists = descriptor.is_some() || united.is_some();
        // What is united has one number, also where nothing can be changed.
        let is_kept_above = (mount.access == MountAccess::CopyOnWrite && exists) || united.is_some();
        let number = nodes::with(|nodes| {
            let number = nodes.add_root(filesystem, descriptor, stat, is_kept_above)?;
            united.map_or(Ok(()), |(image, directory)| nodes.unite(number, image, directory))?;
            Ok::<_, Error>(number)
        });
        roots.push(Root {
            path,
            number: number.unwrap_or_else(|_| abi::trap()),
            access: mount.access,
            exists,
            follows_paths: united.is_none() && descriptor.is_some_and(follows_paths),
        });
    }
    given.drain(..).for_each(|Given { descriptor, .. }| host::drop_descriptor(descriptor));
    roots
}

/// Returns whether the host follows paths from name to name. One that does not, but first removes `..` from the text,
/// finds something where there is nothing. Such a host may also follow links to anywhere.
fn follows_paths(root: u32) -> bool {
    let path = b".vfs-compose-has-no-such-name/..";
    host::stat_at(At { base: root, path, follow: FollowFinalLink::No }) == Err(Error::NoEntry)
}

/// A directory that the host gives.
pub struct Given {
    /// The host's handle.
    pub descriptor: u32,
    /// Its name.
    pub name: &'static str,
}

/// Opens the directory of a mount: a preopen of its name, or else a directory in the preopen with the longest name
/// that its name goes on from.
fn open(mount: &Mount<&str>, given: &[Given]) -> Result<u32, Error> {
    let within = |given: &Given| Some((given.descriptor, mount.path_in(given.name)?));
    let (base, rest) = given.iter().filter_map(within).min_by_key(|(_, rest)| rest.len()).ok_or(Error::NoEntry)?;
    open_in(base, if rest.is_empty() { "." } else { rest })
}

/// Opens a directory in one that the host gives.
fn open_in(base: u32, path: &str) -> Result<u32, Error> {
    let at = At { base, path: path.as_bytes(), follow: FollowFinalLink::No };
    let flags = DescriptorFlags::READ;
    host::open_at(at, OpenFlags::DIRECTORY.bits(), flags.bits())
}

/// Opens each directory inside of a mount that is a preopen, or has the file of a standard stream, to see whether the
/// host has it. Ends the program if one is missing.
pub fn check_inside() {
    let (preopens, streams) = within_call(|state| {
        let SettingsView { stdin, stdout, stderr, .. } = state.session.settings;
        (state.session.preopens(), [stdin, stdout, stderr])
    });
    let files = streams.into_iter().filter_map(|stream| match stream {
        Stdio::File(path) | Stdio::Append(path) => path.rsplit_once('/'),
        Stdio::Host | Stdio::Null | Stdio::Denied(_) => None,
    });
    let paths = preopens.map(|(path, _)| path).chain(files.map(|(directory, _)| directory));
    for path in paths.filter(|path| embed::extras().mounts.any(|mount| mount.is_around(path))) {
        let open = |state: &mut State| open_preopen(&state.session, &mut state.volume, path);
        let close = |state: &mut State, opened: Result<OpenFile, Error>| opened.map(|file| state.volume.close(file));
        // That `max-open` leaves no room is told elsewhere.
        if operate(open, close).is_err_and(|error| error != Error::InsufficientMemory) {
            let line = ["the host has no directory \"", path, "\", which a preopen or standard stream needs"];
            print_and_exit(&line.concat());
            abi::trap()
        }
    }
}

/// Ends the program because the directory of a mount is missing.
fn end(index: u32, mount: &Mount<&str>, error: Error) -> ! {
    let line = match error {
        Error::NoEntry => mount.missing(),
        _ => ["the host's directory \"", mount.name, "\" cannot be opened"].concat(),
    };
    end_with(index, &line)
}

/// Ends the program with a line, because of one of the mounts that the composer knew.
pub fn end_with(index: u32, line: &str) -> ! {
    print_and_exit(line);
    embed::end_without_words(index);
    abi::trap()
}
