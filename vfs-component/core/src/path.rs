//! Paths as text, checked once and then split. Nothing here reads a node.

use crate::limits::MAX_PATH;
use crate::{Error, name};

/// The meaning of a component, above all of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// An ordinary name.
    Name(&'p [u8]),
    /// `.`
    Dot,
    /// `..`
    DotDot,
}

impl<'p> Step<'p> {
    /// Classifies a component.
    #[inline]
    pub fn of(component: &'p [u8]) -> Self {
        match component {
            b"." => Self::Dot,
            b".." => Self::DotDot,
            name => Self::Name(name),
        }
    }
}

/// A component of a path, with its hash. It contains no slash and is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component<'p> {
    /// A name, `.` or `..`.
    pub text: &'p [u8],
    /// A hash of the text, which costs little because the text is read anyway.
    pub hash: u64,
}

/// Checks a path that an app gives.
///
/// # Errors
/// - [`Error::NoEntry`]: it is empty.
/// - [`Error::NameTooLong`]: it is longer than [`MAX_PATH`].
/// - [`Error::Invalid`]: it has a NUL in it.
/// - [`Error::NotPermitted`]: it is absolute.
#[expect(clippy::manual_contains, reason = "it is a long function in wasm, and paths are short")]
pub(crate) fn check(path: &str) -> Result<&[u8], Error> {
    let path = path.as_bytes();
    if path.len() > MAX_PATH {
        return Err(Error::NameTooLong);
    }
    if path.iter().any(|&byte| byte == 0) {
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

/// Splits a relative path into its first component, and the rest after the slashes. The rest after the last component
/// is empty.
#[inline]
pub(crate) fn first(path: &[u8]) -> (Component<'_>, &[u8]) {
    let mut hash = name::ROLLING_HASH_START;
    let mut end = 0;
    for &byte in path {
        if byte == b'/' {
            break;
        }
        hash = name::rolling_hash(hash, byte);
        end += 1;
    }
    let (text, mut rest) = path.split_at_checked(end).unwrap_or((path, &[]));
    while let [b'/', after @ ..] = rest {
        rest = after;
    }
    (Component { text, hash }, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_components_off() {
        let cases: &[(&str, &str, &str)] = &[
            ("a", "a", ""),
            ("a/", "a", ""),
            ("a///", "a", ""),
            ("a/b/c", "a", "b/c"),
            ("a//b//", "a", "b//"),
            ("./a", ".", "a"),
            ("../", "..", ""),
            (".../x", "...", "x"),
        ];
        for &(path, text, rest) in cases {
            let (component, after) = first(path.as_bytes());
            assert_eq!((component.text, after), (text.as_bytes(), rest.as_bytes()), "{path}");
            let hash = text.bytes().fold(name::ROLLING_HASH_START, name::rolling_hash);
            assert_eq!(component.hash, hash, "{path}");
        }
    }
}
