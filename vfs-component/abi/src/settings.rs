//! Settings that the composer passes to the vfs: preopens, variables, arguments, standard streams and options, as bytes
//! beside the image.
//!
//! The encoding is a sequence of little-endian `u64` numbers and lists; a list is a `u32` count and then its strings,
//! each a `u32` length and UTF-8 bytes. It is read in place.
//!
//! The encoding contains no version. A custom section of the guest's module, [`SECTION`], has the [`VERSION`] that the
//! guest reads. The composer compares it with its own when it reads the module, and leaves the section out of its
//! output.

mod mounts;

use alloc::string::String;
use alloc::vec::Vec;

use crate::Limits;

use mounts::OPTIONAL;
pub use mounts::{ALL, Beneath, Mount, MountAccess, Mounts, missing_inside};

/// Version of the encoding. Raise it with every change that gives the same bytes another meaning or none: a number or
/// list is added, removed or moved, or a number gets an additional meaning (another kind of stream).
pub const VERSION: u32 = 1;

/// Name of the custom section of the guest's module that holds [`VERSION`], four bytes, little-endian.
pub const SECTION: &str = "vfs-compose:settings";

/// All settings of the filesystem, and of the app's environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whether the tree is read-only.
    pub read_only: bool,
    /// Quotas.
    pub limits: Limits,
    /// `(path in the tree, name the app sees)`, in order.
    pub preopens: Vec<(String, String)>,
    /// Variables set over those of the host.
    pub environment: Vec<(String, String)>,
    /// Arguments inserted between the program's name and the host's arguments.
    pub arguments: Vec<String>,
    /// Names of the host's variables that the app sees; `None` for all.
    pub inherited: Option<Vec<String>>,
    /// The program's name instead of the host's.
    pub program: Option<String>,
    /// The initial directory instead of the host's.
    pub directory: Option<String>,
    /// The source of standard input.
    pub stdin: Stdio<String>,
    /// The destination of standard output.
    pub stdout: Stdio<String>,
    /// The destination of standard error.
    pub stderr: Stdio<String>,
    /// The seed of the random numbers, if they are not the host's.
    pub seed: u64,
    /// Directories of the host. Like what follows, they are encoded only where they are set, because only some variants
    /// of the guest read them; see [`Extras`].
    pub mounts: Vec<Mount<String>>,
    /// Whether absolute targets of symbolic links are followed, from the root.
    pub absolute_links: bool,
}

/// The other end of a standard stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stdio<S> {
    /// The host's.
    #[default]
    Host,
    /// An empty stream for input; for output, one that accepts everything and stores nothing.
    Null,
    /// A stream whose every call fails with this message.
    Denied(S),
    /// A file of the tree, by its path from the root. As an output it is emptied first.
    File(S),
    /// A file of the tree, by its path from the root. Output goes after its contents.
    Append(S),
}

impl<S> Stdio<S> {
    fn kind(&self) -> u64 {
        match self {
            Self::Host => 0,
            Self::Null => 1,
            Self::Denied(_) => 2,
            Self::File(_) => 3,
            Self::Append(_) => 4,
        }
    }

    fn text(&self) -> Option<&S> {
        match self {
            Self::Host | Self::Null => None,
            Self::Denied(text) | Self::File(text) | Self::Append(text) => Some(text),
        }
    }

    fn new(kind: u64, text: S) -> Option<Self> {
        Some(match kind {
            0 => Self::Host,
            1 => Self::Null,
            2 => Self::Denied(text),
            3 => Self::File(text),
            4 => Self::Append(text),
            _ => return None,
        })
    }
}

impl Settings {
    /// Encodes the settings for [`SettingsView::new`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let Limits { max_bytes, max_nodes, max_open } = self.limits;
        let limits = [max_bytes, u64::from(max_nodes), u64::from(max_open)];
        let streams = [&self.stdin, &self.stdout, &self.stderr];
        let numbers = [u64::from(self.read_only), u64::from(self.inherited.is_some()), self.seed];
        for number in numbers.into_iter().chain(limits).chain(streams.map(Stdio::kind)) {
            out.extend_from_slice(&number.to_le_bytes());
        }
        let flat = |pairs: &[(String, String)]| -> Vec<String> {
            pairs.iter().flat_map(|(a, b)| [a.clone(), b.clone()]).collect()
        };
        let lists = [
            flat(&self.preopens),
            flat(&self.environment),
            self.arguments.clone(),
            self.inherited.clone().unwrap_or_default(),
            self.program.iter().cloned().collect(),
            self.directory.iter().cloned().collect(),
            streams.map(|stream| stream.text().cloned().unwrap_or_default()).into(),
        ];
        for list in lists.into_iter().chain(self.extras()) {
            put_length(&mut out, list.len());
            for item in list {
                put_length(&mut out, item.len());
                out.extend_from_slice(item.as_bytes());
            }
        }
        out
    }

    /// Returns a list with four strings for each mount, and one with the word for absolute links, without empty lists at
    /// the end.
    fn extras(&self) -> impl Iterator<Item = Vec<String>> {
        let mounts = self.mounts.iter().flat_map(|Mount { guest, name, access, optional, beneath }| {
            let words = [if *optional { OPTIONAL } else { "" }, beneath.word()];
            [guest.clone(), name.clone(), access.word().into(), words.join(" ").trim().into()]
        });
        let links = self.absolute_links.then(|| alloc::vec![ABSOLUTE_LINKS.into()]);
        let mounts = (links.is_some() || !self.mounts.is_empty()).then(|| mounts.collect());
        mounts.into_iter().chain(links)
    }
}

// The string that says that absolute links are followed.
const ABSOLUTE_LINKS: &str = "absolute-links";

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).expect("settings are far below 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
}

/// Encoded [`Settings`], read in place.
#[derive(Clone, Copy, Debug, Default)]
pub struct SettingsView<'a> {
    /// See [`Settings::read_only`].
    pub read_only: bool,
    /// See [`Settings::limits`].
    pub limits: Limits,
    /// Paths and names, alternating.
    pub preopens: Strings<'a>,
    /// Names and values, alternating.
    pub environment: Strings<'a>,
    /// See [`Settings::arguments`].
    pub arguments: Strings<'a>,
    /// See [`Settings::inherited`].
    pub inherited: Option<Strings<'a>>,
    /// See [`Settings::program`].
    pub program: Option<&'a str>,
    /// See [`Settings::directory`].
    pub directory: Option<&'a str>,
    /// See [`Settings::stdin`].
    pub stdin: Stdio<&'a str>,
    /// See [`Settings::stdin`].
    pub stdout: Stdio<&'a str>,
    /// See [`Settings::stdin`].
    pub stderr: Stdio<&'a str>,
    /// See [`Settings::seed`].
    pub seed: u64,
}

impl<'a> SettingsView<'a> {
    /// Decodes settings. `None`: the bytes do not come from [`Settings::encode`].
    #[must_use]
    pub fn new(mut bytes: &'a [u8]) -> Option<Self> {
        Self::take(&mut bytes)
    }

    /// Decodes settings and what follows them. `None`: the bytes do not come from [`Settings::encode`].
    #[must_use]
    pub fn with_extras(mut bytes: &'a [u8]) -> Option<(Self, Extras<'a>)> {
        let settings = Self::take(&mut bytes)?;
        let mut list = || if bytes.is_empty() { Some(Strings::default()) } else { Strings::skip_over(&mut bytes) };
        let (mounts, mut links) = (Mounts(list()?), list()?);
        Some((settings, Extras { mounts, absolute_links: links.any(|word| word == ABSOLUTE_LINKS) }))
    }

    /// Decodes the settings at the start of some bytes, and cuts them off.
    #[inline(always)]
    fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let read_only = number(rest)? != 0;
        let is_filtered = number(rest)? != 0;
        let seed = number(rest)?;
        let limits = Limits {
            max_bytes: number(rest)?,
            max_nodes: number(rest)?.try_into().ok()?,
            max_open: number(rest)?.try_into().ok()?,
        };
        let kinds = [number(rest)?, number(rest)?, number(rest)?];
        let preopens = Strings::skip_over(rest)?;
        let environment = Strings::skip_over(rest)?;
        let arguments = Strings::skip_over(rest)?;
        let inherited = Some(Strings::skip_over(rest)?).filter(|_| is_filtered);
        let program = Strings::skip_over(rest)?.next();
        let directory = Strings::skip_over(rest)?.next();
        let mut streams = Strings::skip_over(rest)?;
        let mut stream = |kind| Stdio::new(kind, streams.next()?);
        let [stdin, stdout, stderr] = [stream(kinds[0])?, stream(kinds[1])?, stream(kinds[2])?];
        Some(Self {
            read_only,
            limits,
            preopens,
            environment,
            arguments,
            inherited,
            program,
            directory,
            stdin,
            stdout,
            stderr,
            seed,
        })
    }
}

/// A list of encoded strings.
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

/// What follows the settings, for the variants of the guest that read it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras<'a> {
    /// See [`Settings::mounts`].
    pub mounts: Mounts<'a>,
    /// See [`Settings::absolute_links`].
    pub absolute_links: bool,
}

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

    /// Returns settings in which every field is set.
    fn all() -> Settings {
        Settings {
            read_only: true,
            limits: Limits { max_bytes: 1 << 40, max_nodes: 7, max_open: 9 },
            preopens: alloc::vec![("/".into(), "/".into()), ("/a/b".into(), "b".into())],
            environment: alloc::vec![("KEY".into(), "a value".into())],
            arguments: alloc::vec!["--flag".into(), String::new()],
            inherited: Some(alloc::vec!["HOME".into()]),
            program: Some("tool".into()),
            directory: Some("/a".into()),
            stdin: Stdio::File("/in".into()),
            stdout: Stdio::Null,
            stderr: Stdio::Denied("no".into()),
            seed: 7,
            mounts: Vec::new(),
            absolute_links: false,
        }
    }

    #[test]
    fn extras_come_after_everything_else() {
        let mount = |guest: &str, access, optional, beneath| Mount {
            guest: guest.into(),
            name: "a::b".into(),
            access,
            optional,
            beneath,
        };
        let mounts = alloc::vec![
            mount("/work", MountAccess::ReadOnly, true, Beneath::Hidden),
            mount("/", MountAccess::ReadWrite, false, Beneath::Kept),
            mount("/a b", MountAccess::CopyOnWrite, false, Beneath::United),
            mount("/c", MountAccess::ReadOnly, true, Beneath::United)
        ];
        let owned = |Mount { guest, name, access, optional, beneath }: Mount<&str>| Mount {
            guest: guest.into(),
            name: name.into(),
            access,
            optional,
            beneath,
        };
        for (mounts, absolute_links) in
            [(Vec::new(), false), (mounts.clone(), false), (Vec::new(), true), (mounts.clone(), true)]
        {
            let bytes = Settings { mounts: mounts.clone(), absolute_links, ..all() }.encode();
            assert!(bytes.starts_with(&all().encode()));
            let (view, extras) = SettingsView::with_extras(&bytes).unwrap();
            assert_eq!((view.seed, extras.absolute_links), (7, absolute_links));
            assert_eq!(extras.mounts.map(owned).collect::<Vec<_>>(), mounts);
            let (cut, _) = bytes.split_at(bytes.len() - 1);
            assert!(SettingsView::with_extras(cut).is_none());
        }
    }

    #[test]
    fn the_encoding_is_that_of_its_version() {
        // FNV-1a.
        let sum = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let append = Settings { stdout: Stdio::Append("/out".into()), ..Settings::default() };
        let sums = [all(), append].map(|settings| settings.encode().iter().fold(0xcbf2_9ce4_8422_2325, sum));
        assert_eq!(
            (VERSION, sums),
            (1, [0xa199_5b43_277e_70e5, 0x8b25_62e4_19de_f101]),
            "the encoding has changed: raise `VERSION` and put the new sums here"
        );
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        let settings = all();
        let bytes = settings.encode();
        let view = SettingsView::new(&bytes).unwrap();
        assert!(view.read_only);
        assert_eq!(view.limits, settings.limits);
        assert_eq!(view.preopens.collect::<Vec<_>>(), ["/", "/", "/a/b", "b"]);
        assert_eq!(view.environment.collect::<Vec<_>>(), ["KEY", "a value"]);
        assert_eq!(view.arguments.collect::<Vec<_>>(), ["--flag", ""]);
        assert_eq!(view.inherited.unwrap().collect::<Vec<_>>(), ["HOME"]);
        assert_eq!((view.program, view.directory, view.seed), (Some("tool"), Some("/a"), 7));
        assert_eq!((view.stdin, view.stdout, view.stderr), (Stdio::File("/in"), Stdio::Null, Stdio::Denied("no")));
    }

    #[test]
    fn what_is_not_said_is_the_hosts() {
        let bytes = Settings { inherited: Some(Vec::new()), ..Settings::default() }.encode();
        let view = SettingsView::new(&bytes).unwrap();
        assert_eq!(view.inherited.map(|names| names.len()), Some(0));
        assert_eq!((view.program, view.directory), (None, None));
        assert_eq!((view.stdin, view.stdout, view.stderr), (Stdio::Host, Stdio::Host, Stdio::Host));
        let bytes = Settings::default().encode();
        assert!(SettingsView::new(&bytes).unwrap().inherited.is_none());
    }

    #[test]
    fn cut_bytes_are_refused() {
        let bytes = Settings { arguments: alloc::vec!["x".into()], ..Settings::default() }.encode();
        for end in 0..bytes.len() {
            assert!(SettingsView::new(&bytes[..end]).is_none(), "cut at {end}");
        }
    }
}
