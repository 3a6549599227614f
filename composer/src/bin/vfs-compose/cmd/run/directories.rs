//! The directories of this machine that a program gets.

use std::io;
use std::path::Path;

use vfs_compose::options::HostDir;
use vfs_compose::{ALL, Beneath, Mount, MountAccess, Vfs, name_by_place};
use vfs_compose_engine::Directory;

use super::composed::Warning;
use crate::args::{HostDirectory, Merged};
use crate::input;
use crate::report::Failure;

/// Returns the directories of `--dir`.
///
/// # Errors
/// One cannot be opened, or two have one name.
pub fn of_program(typed: &[HostDirectory]) -> Result<Vec<Directory>, Failure> {
    let directories = typed.iter().enumerate().map(|(position, HostDirectory { path, name })| {
        check(path).map_err(|failure| failure.within(|message| format!("`--dir`: {message}")))?;
        let (access, beneath) = (MountAccess::ReadOnly, Beneath::Hidden);
        let named = Mount { name: name.as_str(), guest: "/", access, optional: false, beneath };
        if let Some(other) = typed[..position].iter().find(|other| named.path_in(&other.name) == Some("")) {
            let (one, other) = (other.path.display(), path.display());
            let failure = Failure::usage(format!("`--dir` gives `{one}` and `{other}` one name, `{name}`"));
            return Err(failure.hint(format!("give each a name of its own, as with `--dir {other}::NAME`")));
        }
        Ok(Directory { path: path.clone(), name: name.clone(), is_read_only: false })
    });
    directories.collect()
}

/// Takes `--host-dir` as what it is for a run: a path of this machine. The directories that the program gets have their
/// places in the tree as names, of which each is there once.
///
/// # Errors
/// One cannot be opened, unless it is optional.
pub fn mounted(merged: &Merged, host_dirs: &[HostDir], is_read_only: bool) -> Result<Vec<Directory>, Failure> {
    let mut directories = Vec::new();
    for (index, HostDir { name, guest, access, optional, .. }) in host_dirs.iter().enumerate() {
        if name == ALL {
            let failure = Failure::usage(
                "`--host-dir *` is all directories that a host gives, and this run is the host".to_owned(),
            );
            return Err(failure.hint("name each one: `--host-dir PATH::/GUEST`"));
        }
        let path = Path::new(name);
        match check(path) {
            Ok(()) => {}
            Err(_) if *optional && !path.exists() => continue,
            Err(failure) => return Err(merged.placed_host_dir(index, failure, !path.exists())),
        }
        let is_read_only = is_read_only || *access != Some(MountAccess::ReadWrite);
        directories.push(Directory { path: path.to_owned(), name: name_by_place(index, guest), is_read_only });
    }
    Ok(directories)
}

/// Checks that there is a directory at a path of this machine.
fn check(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    let Err(error) = std::fs::read_dir(path) else { return Ok(()) };
    Err(match error.kind() {
        io::ErrorKind::NotFound => {
            let failure = Failure::new(format!("there is no directory `{shown}`"));
            let text = shown.to_string();
            failure.hint(match text.split_once(':').filter(|(path, _)| Path::new(path).is_dir()) {
                Some((path, name)) => format!("two colons end a path: `{path}::{name}`"),
                None => "make it, or name another; relative paths start at the current directory".to_owned(),
            })
        }
        io::ErrorKind::NotADirectory => {
            let failure = Failure::new(format!("`{shown}` is not a directory"));
            failure.hint(format!("`--file /GUEST=@{shown}` packs a file"))
        }
        _ => Failure::new(format!("cannot open the directory `{shown}`")).caused_by(error),
    })
}

/// Checks that `--dir` gives a component which is composed already each directory that it cannot begin without.
///
/// # Errors
/// One is missing, or cannot be opened.
pub fn check_all_given(file: &str, typed: &[HostDirectory], mounts: &[Mount<String>]) -> Result<(), Failure> {
    for mount in mounts.iter().filter(|mount| !mount.is_all()) {
        let name = &mount.name;
        let path = giving(mount, typed).map(|(directory, path)| typed[directory].path.join(path));
        match path {
            Some(path) if !mount.optional || path.exists() => {
                check(&path).map_err(|failure| failure.within(|message| format!("`--dir`: {message}")))?;
            }
            None if !mount.optional => {
                return Err(Failure::new(format!(
                    "`{file}` needs a directory `{name}` of its host: `--dir PATH::{name}` gives it one"
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Returns the position of the directory that gives a mount, as a component chooses it, and the path in it.
fn giving<'m>(mount: &'m Mount<String>, typed: &[HostDirectory]) -> Option<(usize, &'m str)> {
    let given = typed.iter().enumerate().filter_map(|(position, one)| Some((position, mount.path_in(&one.name)?)));
    given.min_by_key(|(_, path)| path.len())
}

/// Returns the failure of `--dir` for an app that is composed for this run: no directory of that name is in its tree.
pub fn not_in_tree(app: &Path, directory: &HostDirectory) -> Failure {
    let (app, path) = (input::name(app), directory.path.display());
    let name = if directory.name.starts_with('/') { directory.name.as_str() } else { "/GUEST" };
    let failure = Failure::usage(format!(
        "`--dir` is for what was composed before: all files of `{app}` are those of the tree that this run puts together"
    ));
    failure.hint(format!("`--host-dir {path}::{name}` puts the directory there, `--image {path}::{name}` packs a copy"))
}

/// Returns warnings of directories that a component which is composed already does not ask for.
pub fn unused(file: &str, typed: &[HostDirectory], vfs: &Vfs<'_>) -> Vec<Warning> {
    let mounts = &vfs.settings.mounts;
    if mounts.iter().any(Mount::is_all) {
        return Vec::new();
    }
    let given: Vec<_> = mounts.iter().map(|mount| giving(mount, typed).map(|(position, _)| position)).collect();
    let unused = typed.iter().enumerate().filter(|(position, _)| !given.contains(&Some(*position)));
    let unused = unused.map(|(_, HostDirectory { name, .. })| {
        let within = mounts.iter().zip(&given).find(|(mount, _)| mount.path_in(name).is_some());
        let names: Vec<_> = mounts.iter().map(|mount| format!("`{}`", mount.name)).collect();
        let why = match within.and_then(|(mount, given)| Some((&mount.name, &typed[(*given)?].name))) {
            Some((mount, other)) => {
                format!("`{mount}`, which `{file}` asks for, is that of `--dir` of `{other}`; leave one of them out")
            }
            None if names.is_empty() => format!("`{file}` was composed without `--host-dir`; leave it out"),
            None => format!("`{file}` asks for no directory `{name}`, but for {}", names.join(", ")),
        };
        ("no-effect", format!("`--dir` of `{name}` has no effect: {why}"))
    });
    unused.collect()
}
