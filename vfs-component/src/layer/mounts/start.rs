//! The start: the host's directories become the roots of the mounts, or the program ends with a line that says which
//! one is missing.

use vfs_core::Error;
use vfs_core::settings::{Beneath, Mount, MountAccess, Mounts, missing_inside};

use super::all::{Place, places};
use super::nodes;
use super::opening::{self, Opened};
use super::places::find_in;
use crate::host::filesystem as host;
use crate::host::mounts::print_and_exit;
use crate::state::within_call;
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
        let opened = match descriptor.map_or_else(|| open(&mount, &given), |given| opening::open(given, "")) {
            Ok(opened) => Some(opened),
            Err(Error::NoEntry) if mount.optional => None,
            Err(error) => end(index, &mount, error),
        };
        let (descriptor, stat) = opening::root(opened.as_ref());
        let image = embed::image().filter(|_| mount.beneath == Beneath::United);
        let united = image.and_then(|image| Some((image, find_in(&image, &path)?)));
        let exists = opened.is_some() || united.is_some();
        // What is united has one number, also where nothing can be changed.
        let is_kept_above = (mount.access == MountAccess::CopyOnWrite && exists) || united.is_some();
        let number = nodes::with(|nodes| {
            let number = nodes.add_root(filesystem, descriptor, stat, mount.access, is_kept_above)?;
            united.map_or(Ok(()), |(image, directory)| nodes.unite(number, image, directory))?;
            Ok::<_, Error>(number)
        });
        let number = number.unwrap_or_else(|_| abi::trap());
        opening::note_root(number, index, opened);
        roots.push(Root {
            path,
            number,
            access: mount.access,
            exists,
            follows_paths: united.is_none() && descriptor.is_some_and(opening::follows_paths),
        });
    }
    given.drain(..).for_each(|Given { descriptor, .. }| opening::drop_given(descriptor));
    roots
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
fn open(mount: &Mount<&str>, given: &[Given]) -> Result<Opened, Error> {
    let within = |given: &Given| Some((given.descriptor, mount.path_in(given.name)?));
    let (base, rest) = given.iter().filter_map(within).min_by_key(|(_, rest)| rest.len()).ok_or(Error::NoEntry)?;
    opening::open(base, rest)
}

/// Returns the directories inside of mounts that the start needs.
pub fn paths_inside() -> impl Iterator<Item = &'static str> {
    within_call(|state| state.session.settings.inside_of(embed::extras().mounts))
}

/// Ends the program because a directory inside of a mount is missing; `place` is its index among them.
pub fn end_inside(place: usize, path: &str, error: Error) {
    // That `max-open` leaves no room is told elsewhere.
    if error != Error::InsufficientMemory {
        end_with((embed::extras().mounts.count() + place) as u32, &missing_inside(path))
    }
}

/// Ends the program because the directory of a mount is missing.
pub fn end(index: u32, mount: &Mount<&str>, error: Error) -> ! {
    let line = match error {
        Error::NoEntry => mount.missing(),
        _ => ["the host's directory \"", mount.name, "\" cannot be opened"].concat(),
    };
    end_with(index, &line)
}

/// Ends the program with a line, because of one of the mounts that the composer knew, or of the directories inside of them.
pub fn end_with(index: u32, line: &str) -> ! {
    print_and_exit(line);
    embed::end_without_words(index);
    abi::trap()
}
