//! Paths as text: checked once, then taken apart. No node is touched here.

use crate::Error;
use crate::limits::MAX_PATH;

/// The last component of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last<'p> {
    /// An ordinary name.
    Name(&'p [u8]),
    /// `.`
    Dot,
    /// `..`
    DotDot,
}

/// A path in two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split<'p> {
    /// What comes before the last component: directories, all of them.
    pub directories: &'p [u8],
    /// The last component.
    pub last: Last<'p>,
    /// The path ends in `/`, so it must be a directory.
    pub trailing_slash: bool,
}

/// Checks what an app gives as a path.
///
/// # Errors
/// - [`Error::NoEntry`]: it is empty.
/// - [`Error::NameTooLong`]: it is longer than [`MAX_PATH`].
/// - [`Error::Invalid`]: it has a NUL in it.
/// - [`Error::NotPermitted`]: it is absolute.
pub(crate) fn check(path: &str) -> Result<&[u8], Error> {
    let path = path.as_bytes();
    if path.len() > MAX_PATH {
        return Err(Error::NameTooLong);
    }
    if path.contains(&0) {
        return Err(Error::Invalid);
    }
    check_relative(path)?;
    Ok(path)
}

/// Checks a link's target before it is followed.
///
/// # Errors
/// - [`Error::NoEntry`]: it is empty.
/// - [`Error::NotPermitted`]: it is absolute.
pub(crate) fn check_relative(path: &[u8]) -> Result<(), Error> {
    match path.first() {
        None => Err(Error::NoEntry),
        Some(b'/') => Err(Error::NotPermitted),
        Some(_) => Ok(()),
    }
}

/// Splits a relative path before its last component. A path of no components is `.`.
pub(crate) fn split(path: &[u8]) -> Split<'_> {
    let end = path.iter().rposition(|&byte| byte != b'/').map_or(0, |at| at + 1);
    let (body, slashes) = path.split_at_checked(end).unwrap_or((path, &[]));
    let start = body.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    let (directories, name) = body.split_at_checked(start).unwrap_or((&[], body));
    let last = match name {
        b"" | b"." => Last::Dot,
        b".." => Last::DotDot,
        name => Last::Name(name),
    };
    Split { directories, last, trailing_slash: !slashes.is_empty() }
}

/// Takes the first component off a path: the component, and what follows its slash.
pub(crate) fn first(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().position(|&byte| byte == b'/') {
        Some(at) => (path.get(..at).unwrap_or(path), path.get(at + 1..).unwrap_or(&[])),
        None => (path, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting() {
        let cases: &[(&str, &str, Last<'_>, bool)] = &[
            ("a", "", Last::Name(b"a"), false),
            ("a/", "", Last::Name(b"a"), true),
            ("a/b", "a/", Last::Name(b"b"), false),
            ("a//b//", "a//", Last::Name(b"b"), true),
            (".", "", Last::Dot, false),
            ("./", "", Last::Dot, true),
            ("a/.", "a/", Last::Dot, false),
            ("..", "", Last::DotDot, false),
            ("a/../", "a/", Last::DotDot, true),
            ("...", "", Last::Name(b"..."), false),
        ];
        for &(path, directories, last, trailing_slash) in cases {
            let split = split(path.as_bytes());
            assert_eq!(split, Split { directories: directories.as_bytes(), last, trailing_slash }, "{path}");
        }
    }

    #[test]
    fn taking_components_off() {
        assert_eq!(first(b"a/b/c"), (&b"a"[..], &b"b/c"[..]));
        assert_eq!(first(b"a"), (&b"a"[..], &b""[..]));
        assert_eq!(first(b"/a"), (&b""[..], &b"a"[..]));
    }
}
