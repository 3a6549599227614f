//! Values with a path in the tree.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::ValueError;

/// A source of files and its place in the tree: `SOURCE[::GUEST]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The source on this machine.
    pub path: PathBuf,
    /// The absolute path in the tree.
    pub guest: String,
}

/// Divides at the last `::`, if an absolute path follows: a path of this machine may have `::` too.
impl FromStr for Source {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (path, guest) = match text.rsplit_once("::") {
            Some((path, guest)) if guest.starts_with('/') => (path, guest),
            _ => (text, "/"),
        };
        if path.is_empty() {
            return Err(ValueError { takes: "SOURCE[::GUEST], where SOURCE is a directory or file of this machine" });
        }
        if !is_guest_path(guest) {
            return Err(ValueError { takes: "SOURCE[::GUEST], where GUEST is an absolute path without `.` or `..`" });
        }
        Ok(Self { path: path.into(), guest: guest.into() })
    }
}

/// Returns whether a text is a path of the tree, as composing takes it.
pub(super) fn is_guest_path(text: &str) -> bool {
    text.starts_with('/') && !text.contains('\0') && text.split('/').all(|name| !matches!(name, "." | ".."))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.path.display(), self.guest)
    }
}

/// What is a value of `--file`.
const GUEST_FILE: &str =
    "GUEST=@FILE, where GUEST is an absolute path without `.` or `..`, such as /etc/app.toml=@./app.toml";

/// One file and its path in the tree: `GUEST=@FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestFile {
    /// The absolute path in the tree.
    pub guest: String,
    /// The file on this machine.
    pub path: PathBuf,
}

impl FromStr for GuestFile {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let parts = text.split_once("=@").filter(|(guest, path)| is_guest_path(guest) && !path.is_empty());
        let (guest, path) = parts.ok_or(ValueError { takes: GUEST_FILE })?;
        Ok(Self { guest: guest.into(), path: path.into() })
    }
}

impl fmt::Display for GuestFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=@{}", self.guest, self.path.display())
    }
}

/// A directory of the tree that the app gets, and its name there: `GUEST[=NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preopen {
    /// The absolute path in the tree.
    pub guest: String,
    /// The name that the app sees.
    pub name: String,
}

impl FromStr for Preopen {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (guest, name) = match text.split_once('=') {
            Some((guest, name)) => (guest, Some(name)),
            None => (text, None),
        };
        if !is_guest_path(guest) {
            return Err(ValueError { takes: "GUEST[=NAME], where GUEST is an absolute path without `.` or `..`" });
        }
        let guest = without_slash(guest);
        // Programs find a directory by its path, with or without a slash at its end.
        let name = name.map_or(guest, without_slash);
        if name.is_empty() {
            return Err(ValueError { takes: "GUEST[=NAME] with a NAME that is not empty; without `=` it is GUEST" });
        }
        Ok(Self { guest: guest.to_owned(), name: name.to_owned() })
    }
}

/// Returns a path without slashes at its end.
fn without_slash(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if !path.is_empty() => "/",
        plain => plain,
    }
}

impl fmt::Display for Preopen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.guest, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_colons_before_an_absolute_path_divide() {
        for (typed, path, guest) in [
            ("dir", "dir", "/"),
            ("dir::/data", "dir", "/data"),
            ("a::b", "a::b", "/"),
            ("a::b::/c", "a::b", "/c"),
            ("a::/b::/c", "a::/b", "/c"),
            ("dir::", "dir::", "/"),
        ] {
            assert_eq!(typed.parse(), Ok(Source { path: path.into(), guest: guest.into() }), "{typed}");
        }
    }

    #[test]
    fn preopens_are_plain_paths() {
        for (typed, guest, name) in [
            ("/", "/", "/"),
            ("/etc/", "/etc", "/etc"),
            ("/etc/=/x/", "/etc", "/x"),
            ("/etc=x//", "/etc", "x"),
            ("/etc=//", "/etc", "/"),
            ("/etc=the /etc: all", "/etc", "the /etc: all"),
            ("//", "/", "/"),
            ("/a=b=c", "/a", "b=c"),
        ] {
            assert_eq!(typed.parse(), Ok(Preopen { guest: guest.into(), name: name.into() }), "{typed}");
        }
        for typed in ["", "a", "/a=", "=a", "/../a", "/a/./b"] {
            assert!(typed.parse::<Preopen>().is_err(), "{typed}");
        }
    }

    #[test]
    fn sources_have_a_path_and_a_place_in_the_tree() {
        for typed in ["", "::/a", "dir::/../a"] {
            assert!(typed.parse::<Source>().is_err(), "{typed}");
        }
    }
}
