//! Directories of the host in the tree.

use alloc::string::String;

use super::{SettingsView, Stdio, Strings};

/// A directory of the host in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount<S> {
    /// The directory in the tree in whose place it stands.
    pub guest: S,
    /// The host's preopen, by its name; what follows a name and `/` is a directory in it ([`Mount::path_in`]).
    pub name: S,
    /// What the app can do with it.
    pub access: MountAccess,
    /// Whether an empty directory stands for it if the host does not have it.
    pub optional: bool,
    /// What becomes of the files that the image has in its place.
    pub beneath: Beneath,
}

/// What becomes of the files that the image has where a directory of the host stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Beneath {
    /// They are hidden.
    #[default]
    Hidden,
    /// They are seen where the host has nothing of that name, and directories merge.
    United,
    /// No directory may hide them. Only of all that the host gives: one of those could stand for their place itself.
    Kept,
}

impl Beneath {
    /// Returns the word for it on command lines and in the encoding, if there is one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hidden => "",
            Self::United => "union",
            Self::Kept => "kept",
        }
    }
}

/// The name that stands for all directories that the host gives, each at its own name below the place.
pub const ALL: &str = "*";

impl<S: AsRef<str>> Mount<S> {
    /// Returns whether it stands for all directories that the host gives.
    pub fn is_all(&self) -> bool {
        self.name.as_ref() == ALL
    }

    /// Returns the path of the directory in one that the host gives under a name; `None` if it is not in that. A `./` that
    /// a name begins with, and a `/` that it ends with, do not count.
    pub fn path_in(&self, given: &str) -> Option<&str> {
        let name = plain_name(self.name.as_ref());
        let rest = match plain_name(given) {
            _ if given.is_empty() => return None,
            directory if directory == name => "",
            "." if name.starts_with('/') || name == ".." || name.starts_with("../") => return None,
            "." => name,
            "/" => name.strip_prefix('/')?,
            directory => name.strip_prefix(directory)?.strip_prefix('/')?,
        };
        Some(without_slashes(rest))
    }

    /// Returns the line that tells that the host does not give the directory; or, of all that it gives, that not each can
    /// have its place.
    pub fn missing(&self) -> String {
        let name = self.name.as_ref();
        if self.is_all() {
            return "the host's directories cannot all be in the tree: run with other names, --dir PATH::NAME".into();
        }
        // Without formatting, whose code is larger than the rest of the guest's start.
        ["the host gives no directory \"", name, "\": run with --dir PATH::", name].concat()
    }

    /// Returns whether a path of the tree is below this directory.
    pub fn is_around(&self, path: &str) -> bool {
        fn names(path: &str) -> impl Iterator<Item = &str> {
            path.split('/').filter(|name| !name.is_empty())
        }
        let mut path = names(path);
        names(self.guest.as_ref()).all(|name| path.next() == Some(name)) && path.next().is_some()
    }
}

/// Returns a name of a directory without a `./` at its start and a `/` at its end.
fn plain_name(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("./") {
        name = match without_slashes(rest) {
            "" => ".",
            rest => rest,
        };
    }
    while let Some(rest) = name.strip_suffix('/').filter(|rest| !rest.is_empty()) {
        name = rest;
    }
    name
}

fn without_slashes(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix('/') {
        path = rest;
    }
    path
}

/// What an app can do with a directory of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MountAccess {
    /// Read, and nothing else.
    #[default]
    ReadOnly,
    /// Everything; the directory has changes at once.
    ReadWrite,
    /// Everything; changes are kept in memory, and the directory stays as it is.
    CopyOnWrite,
}

impl MountAccess {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ReadOnly, Self::ReadWrite, Self::CopyOnWrite];

    /// Returns the word for it on command lines.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "ro",
            Self::ReadWrite => "rw",
            Self::CopyOnWrite => "cow",
        }
    }
}

/// The word for an optional mount, in its fourth string.
pub(super) const OPTIONAL: &str = "optional";

impl<'a> SettingsView<'a> {
    /// Returns the directories inside of mounts that are preopens, or have the file of a standard stream.
    pub fn inside_of(&self, mounts: Mounts<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
        let files = [self.stdin, self.stdout, self.stderr].into_iter().filter_map(|stream| match stream {
            Stdio::File(path) | Stdio::Append(path) => path.rsplit_once('/'),
            Stdio::Host | Stdio::Null | Stdio::Denied(_) => None,
        });
        let paths = self.preopens.step_by(2).chain(files.map(|(directory, _)| directory));
        paths.filter(move |path| { mounts }.any(|mount| mount.is_around(path)))
    }
}

/// Returns the line that tells that the host does not have a directory that [`SettingsView::inside_of`] returns.
#[must_use]
pub fn missing_inside(path: &str) -> String {
    ["the host has no directory \"", path, "\", which a preopen or standard stream needs"].concat()
}

/// Directories of the host in the tree, in order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mounts<'a>(pub(super) Strings<'a>);

impl<'a> Iterator for Mounts<'a> {
    type Item = Mount<&'a str>;

    fn next(&mut self) -> Option<Mount<&'a str>> {
        let (guest, name, word) = (self.0.next()?, self.0.next()?, self.0.next()?);
        let access = MountAccess::ALL.into_iter().find(|access| access.word() == word)?;
        let words = self.0.next()?;
        let has = |word: &str| words.split(' ').any(|other| other == word);
        let beneath = [Beneath::United, Beneath::Kept].into_iter().find(|beneath| has(beneath.word()));
        Some(Mount { guest, name, access, optional: has(OPTIONAL), beneath: beneath.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount<'s>(guest: &'s str, name: &'s str) -> Mount<&'s str> {
        let (access, beneath) = (MountAccess::ReadOnly, Beneath::Hidden);
        Mount { guest, name, access, optional: false, beneath }
    }

    #[test]
    fn a_name_goes_on_from_that_of_a_directory() {
        let within = [
            ("a", "a", ""),
            ("a", "a/", ""),
            ("a/", "./a", ""),
            ("././/a", "a//", ""),
            ("a/b", "a", "b"),
            ("./a/b/", "a/", "b"),
            ("a//b", "a", "b"),
            ("a", ".", "a"),
            ("a/b", "./", "a/b"),
            ("./", ".", ""),
            ("/", "//", ""),
            ("/a/b", "/", "a/b"),
            ("/a/b", "/a", "b"),
            ("..", "..", ""),
            ("../a", "..", "a"),
        ];
        let apart = [
            ("ab", "a"),
            ("a", "a/b"),
            ("a", ""),
            ("/a", ""),
            ("/a", "."),
            ("/a", "a"),
            ("a", "/"),
            (".", "/"),
            ("..", "."),
            ("../a", "."),
        ];
        let all = within.map(|(name, given, path)| (name, given, Some(path)));
        for (name, given, path) in all.into_iter().chain(apart.map(|(name, given)| (name, given, None))) {
            let mount = mount("/", name);
            assert_eq!(mount.path_in(given), path, "{name} in {given}");
        }
    }

    #[test]
    fn what_is_below_a_mount_is_known() {
        for (guest, path, is_around) in [
            ("/a/b", "/a/b/c", true),
            ("/a/b", "//a/b//c/d/", true),
            ("/", "/a", true),
            ("/a/b", "/a/b", false),
            ("/a/b", "/a/b/", false),
            ("/a/b", "/a", false),
            ("/a/b", "/a/bc", false),
            ("/", "/", false),
        ] {
            let mount = mount(guest, "a");
            assert_eq!(mount.is_around(path), is_around, "{path} in {guest}");
        }
    }
}
