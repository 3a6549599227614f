//! The directories of this machine that a program gets.

use std::io;
use std::path::Path;

use vfs_compose::options::HostDir;
use vfs_compose::{MountAccess, Vfs};
use vfs_compose_engine::Directory;

use super::composed::Warning;
use crate::args::HostDirectory;
use crate::input;
use crate::report::Failure;

/// Returns the directories of `--dir`.
///
/// # Errors
/// One cannot be opened.
pub fn of_program(typed: &[HostDirectory]) -> Result<Vec<Directory>, Failure> {
    let directories = typed.iter().map(|HostDirectory { path, name }| {
        check(path, "--dir")?;
        Ok(Directory { path: path.clone(), name: name.clone(), is_read_only: false })
    });
    directories.collect()
}

/// Takes `--host-dir` as what it is for a run: a path of this machine. The directories that the program gets have their
/// places in the tree as names, of which each is there once.
///
/// # Errors
/// One cannot be opened, unless it is optional.
pub fn mounted(host_dirs: &mut [HostDir], is_read_only: bool) -> Result<Vec<Directory>, Failure> {
    let mut directories = Vec::new();
    for HostDir { name, guest, access, optional } in host_dirs {
        let path = Path::new(name.as_str()).to_owned();
        name.clone_from(guest);
        match check(&path, "--host-dir") {
            Ok(()) => {}
            Err(_) if *optional && !path.exists() => continue,
            Err(failure) => return Err(failure),
        }
        let is_read_only = is_read_only || *access != Some(MountAccess::ReadWrite);
        directories.push(Directory { path, name: name.clone(), is_read_only });
    }
    Ok(directories)
}

/// Checks that there is a directory at a path of this machine.
fn check(path: &Path, flag: &str) -> Result<(), Failure> {
    let shown = path.display();
    let Err(error) = std::fs::read_dir(path) else { return Ok(()) };
    Err(match error.kind() {
        io::ErrorKind::NotFound => {
            let failure = Failure::new(format!("`{flag}`: there is no directory `{shown}`"));
            failure.hint("make it, or name another; relative paths start at the current directory")
        }
        io::ErrorKind::NotADirectory => {
            let failure = Failure::new(format!("`{flag}`: `{shown}` is not a directory"));
            failure.hint(format!("`--file /GUEST=@{shown}` packs a file"))
        }
        _ => Failure::new(format!("`{flag}`: cannot open the directory `{shown}`")).caused_by(error),
    })
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
    let unused = typed.iter().filter(|directory| !mounts.iter().any(|mount| is_of(&mount.name, &directory.name)));
    let unused = unused.map(|HostDirectory { name, .. }| {
        let names: Vec<_> = mounts.iter().map(|mount| format!("`{}`", mount.name)).collect();
        let why = match names.is_empty() {
            true => format!("`{file}` was composed without `--host-dir`; leave it out"),
            false => format!("`{file}` asks for no directory `{name}`, but for {}", names.join(", ")),
        };
        ("no-effect", format!("`--dir` of `{name}` has no effect: {why}"))
    });
    unused.collect()
}

/// Returns whether a mount is a directory of the host, or one in it.
fn is_of(mount: &str, directory: &str) -> bool {
    mount
        .strip_prefix(directory)
        .is_some_and(|rest| rest.is_empty() || directory.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_on_below_a_directory() {
        for (mount, directory, is_it) in
            [("a", "a", true), ("a/b", "a", true), ("ab", "a", false), ("/b", "/", true), ("a", "a/b", false)]
        {
            assert_eq!(is_of(mount, directory), is_it, "{mount} of {directory}");
        }
    }
}
