//! What the composer tells the vfs: preopens, environment, arguments and options, as bytes beside the image.
//!
//! The encoding is a sequence of little-endian `u64` numbers and lists; a list is a `u32` count and then its strings, each a `u32`
//! length and UTF-8 bytes. It is read in place. Both sides come from one build, so there is no version in it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::Limits;

/// Everything the command line can say about the filesystem and the process around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Nothing in the tree can be changed.
    pub read_only: bool,
    /// Quotas.
    pub limits: Limits,
    /// `(path in the tree, name the app sees)`, in order.
    pub preopens: Vec<(String, String)>,
    /// Variables set over those of the host.
    pub environment: Vec<(String, String)>,
    /// Arguments put between the program's name and the host's arguments.
    pub arguments: Vec<String>,
}

impl Settings {
    /// The bytes that [`SettingsView::new`] reads.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let Limits { max_bytes, max_nodes, max_open } = self.limits;
        for number in [u64::from(self.read_only), max_bytes, u64::from(max_nodes), u64::from(max_open)] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let flat = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().flat_map(|(a, b)| [a.clone(), b.clone()]).collect()
        };
        for list in [flat(&self.preopens), flat(&self.environment), self.arguments.clone()] {
            put_length(&mut out, list.len());
            for item in list {
                put_length(&mut out, item.len());
                out.extend_from_slice(item.as_bytes());
            }
        }
        out
    }
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).expect("settings are far below 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
}

/// [`Settings`] read in place.
#[derive(Clone, Copy, Debug, Default)]
pub struct SettingsView<'a> {
    /// See [`Settings::read_only`].
    pub read_only: bool,
    /// See [`Settings::limits`].
    pub limits: Limits,
    /// Path and name in turn.
    pub preopens: Strings<'a>,
    /// Name and value in turn.
    pub environment: Strings<'a>,
    /// See [`Settings::arguments`].
    pub arguments: Strings<'a>,
}

impl<'a> SettingsView<'a> {
    /// `None` if the bytes are not what [`Settings::encode`] wrote.
    #[must_use]
    pub fn new(mut bytes: &'a [u8]) -> Option<Self> {
        let rest = &mut bytes;
        let read_only = number(rest)? != 0;
        let limits = Limits {
            max_bytes: number(rest)?,
            max_nodes: number(rest)?.try_into().ok()?,
            max_open: number(rest)?.try_into().ok()?,
        };
        let preopens = Strings::skip_over(rest)?;
        let environment = Strings::skip_over(rest)?;
        let arguments = Strings::skip_over(rest)?;
        Some(Self { read_only, limits, preopens, environment, arguments })
    }
}

/// A list of strings in place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strings<'a> {
    count: u32,
    bytes: &'a [u8],
}

impl<'a> Strings<'a> {
    fn skip_over(rest: &mut &'a [u8]) -> Option<Self> {
        let count = length(rest)?;
        let list = Self { count, bytes: rest };
        for _ in 0..count {
            string(rest)?;
        }
        Some(list)
    }
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.count = self.count.checked_sub(1)?;
        string(&mut self.bytes)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count as usize, Some(self.count as usize))
    }
}

impl ExactSizeIterator for Strings<'_> {}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(u64::from_le_bytes(*head))
}

fn length(rest: &mut &[u8]) -> Option<u32> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(u32::from_le_bytes(*head))
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = length(rest)? as usize;
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    core::str::from_utf8(head).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_read_back() {
        let settings = Settings {
            read_only: true,
            limits: Limits { max_bytes: 1 << 40, max_nodes: 7, max_open: 9 },
            preopens: alloc::vec![("/".into(), "/".into()), ("/a/b".into(), "b".into())],
            environment: alloc::vec![("KEY".into(), "a value".into())],
            arguments: alloc::vec!["--flag".into(), String::new()],
        };
        let bytes = settings.encode();
        let view = SettingsView::new(&bytes).unwrap();
        assert!(view.read_only);
        assert_eq!(view.limits, settings.limits);
        assert_eq!(view.preopens.collect::<Vec<_>>(), ["/", "/", "/a/b", "b"]);
        assert_eq!(view.environment.collect::<Vec<_>>(), ["KEY", "a value"]);
        assert_eq!(view.arguments.collect::<Vec<_>>(), ["--flag", ""]);
    }

    #[test]
    fn cut_bytes_are_refused() {
        let bytes = Settings { arguments: alloc::vec!["x".into()], ..Settings::default() }.encode();
        for end in 0..bytes.len() {
            assert!(SettingsView::new(&bytes[..end]).is_none(), "cut at {end}");
        }
    }
}
