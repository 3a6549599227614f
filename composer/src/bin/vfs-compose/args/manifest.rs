//! The file of `--manifest`, and where in it an error is that comes up later.

use std::path::{Path, PathBuf};

use vfs_compose::error::{DenyError, Error, MountError, TreeError, WorldError, WriteError};
use vfs_compose::options::HostDir;
use vfs_compose::options::{ManifestError, OptionsError};
use vfs_compose::{Composer, Options};

use crate::report::Failure;

/// The options on the command line, over those of the manifest.
pub struct Merged {
    pub options: Options,
    pub(super) manifest: Option<Manifest>,
}

impl Merged {
    /// Names manifest, line and key in a failure about the output, if that is the manifest's.
    pub fn placed_output(&self, failure: Failure, is_typed: bool) -> Failure {
        match self.manifest.as_ref().filter(|manifest| manifest.options.output.is_some() && !is_typed) {
            Some(manifest) => failure.in_manifest(|message| manifest.place("output", None, message)),
            None => failure,
        }
    }

    /// Returns the directories of the host for a run: paths of this machine, of which relative ones of the manifest start
    /// at its directory.
    #[cfg(feature = "run")]
    pub fn host_dirs(&self) -> Vec<HostDir> {
        let mut host_dirs = self.options.process.host_dir.clone();
        if let Some(manifest) = self.manifest_of_host_dirs() {
            let directory = manifest.path.parent().unwrap_or(Path::new(""));
            for HostDir { name, .. } in &mut host_dirs {
                *name = directory.join(&*name).to_string_lossy().into_owned();
            }
        }
        host_dirs
    }

    /// Names the flag in a failure about a directory of the host, or manifest, line and key if it is the manifest's.
    #[cfg(feature = "run")]
    pub fn placed_host_dir(&self, index: usize, failure: Failure, is_missing: bool) -> Failure {
        let Some(manifest) = self.manifest_of_host_dirs() else {
            return failure.within(|message| format!("`--host-dir`: {message}"));
        };
        let failure = failure.in_manifest(|message| manifest.place("host-dir", Some(index), message));
        match is_missing {
            true => failure.hint("make it, or name another; relative paths of a manifest start at its directory"),
            false => failure,
        }
    }

    /// Returns the manifest, if directories of the host are not typed.
    #[cfg(feature = "run")]
    fn manifest_of_host_dirs(&self) -> Option<&Manifest> {
        self.manifest.as_ref().filter(|manifest| !manifest.typed.iter().any(|key| key == "host-dir"))
    }

    /// Names manifest, line and key in a failure, if a value of the manifest is what failed.
    pub fn placed(&self, failure: Failure) -> Failure {
        match &self.manifest {
            Some(manifest) => manifest.placed(failure),
            None => failure,
        }
    }
}

/// A manifest.
pub struct Manifest {
    path: PathBuf,
    text: String,
    pub(super) options: Options,
    /// The keys of flags, which override the manifest's.
    typed: Vec<String>,
}

/// A key of the manifest, and the position of the value in its list.
type Place = (&'static str, Option<usize>);

impl Manifest {
    /// Parses a manifest. `typed` are the keys of the flags on the command line.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(path: &Path, text: String, typed: Vec<String>) -> Result<Self, Failure> {
        let options = Options::parse(&text).map_err(|error| {
            let failure = Failure::new(format!("`{}`, {error}", path.display()));
            error.hint.into_iter().fold(failure, Failure::hint)
        })?;
        let options = options.relative_to(path.parent().unwrap_or(Path::new("")));
        Ok(Self { path: path.to_owned(), text, options, typed })
    }

    /// Checks that these options, some of them the manifest's, do not exclude each other.
    ///
    /// # Errors
    /// They do.
    pub fn check(&self, merged: &Options) -> Result<(), Failure> {
        let apply = |options: &Options| options.apply(Composer::for_any_app()).map(drop);
        let Err(error) = apply(merged) else { return Ok(()) };
        let keys = match &error {
            OptionsError::AllowAlone => vec!["allow"],
            OptionsError::WorldAlone => vec!["world"],
            OptionsError::NotOnlyConfig { .. } => vec!["config"],
            OptionsError::Contradiction { denial, option } => vec![first_word(denial), first_word(option)],
            _ => Vec::new(),
        };
        let own: Vec<_> = self.options.given().filter(|key| !self.typed.contains(key)).collect();
        let key = keys.into_iter().find(|key| own.iter().any(|own| own == key)).map(ToOwned::to_owned);
        let is_wrong_alone = apply(&self.options).is_err();
        let failure = Failure::from(error);
        match key {
            Some(key) if is_wrong_alone => Err(failure.in_manifest(|message| self.place(&key, None, message))),
            Some(key) => Err(failure.within(|message| self.place(&key, None, message))),
            None => Err(failure),
        }
    }

    fn placed(&self, failure: Failure) -> Failure {
        let place = failure.error().and_then(|error| self.find(error));
        let Some((key, index)) = place.filter(|(key, _)| !self.typed.iter().any(|typed| typed == key)) else {
            return failure;
        };
        let failure = failure.in_manifest(|message| self.place(key, index, message));
        match failure.is_of_missing_file() {
            true => failure.or_hint("relative paths of a manifest start at its directory"),
            false => failure,
        }
    }

    fn place(&self, key: &str, index: Option<usize>, message: &str) -> String {
        format!("`{}`, {}", self.path.display(), ManifestError::of_value(&self.text, key, index, message))
    }

    /// Returns where the value is that an error is about.
    fn find(&self, error: &Error) -> Option<Place> {
        let Options { files, process, deny, .. } = &self.options;
        let in_list = |key, index: Option<usize>| index.map(|index| (key, Some(index)));
        let tree = match error {
            Error::Deny(DenyError::Unknown { pattern, .. } | DenyError::Version { pattern, .. }) => {
                let at = |list: &[String]| list.iter().position(|one| one == pattern);
                return in_list("deny", at(&deny.deny)).or_else(|| in_list("allow", at(&deny.allow)));
            }
            Error::World(WorldError::NoWorld { .. }) => return Some(("world", None)),
            Error::World(_) => return Some(("wit", None)),
            Error::Mount(error) => {
                // Of two at one place, the later one.
                let (name, guest) = match error {
                    MountError::SamePlace { other, guest, .. } => (other, Some(guest)),
                    MountError::Name { name }
                    | MountError::Upwards { name }
                    | MountError::Root { name, .. }
                    | MountError::Union { name }
                    | MountError::Denied { name, .. }
                    | MountError::NotAllowed { name, .. } => (name, None),
                    _ => return Some(("host-dir", None)),
                };
                // For a run, the manifest's directory stands before it.
                let is_it = |one: &HostDir| {
                    Path::new(name).ends_with(&one.name) && guest.is_none_or(|guest| one.guest == *guest)
                };
                return Some(("host-dir", process.host_dir.iter().rposition(is_it)));
            }
            Error::Tree(error) | Error::Write(WriteError::Source(error)) => error,
            _ => return None,
        };
        let path = match tree {
            TreeError::Point { guest, .. } => {
                return in_list("host-dir", process.host_dir.iter().position(|one| one.guest == *guest));
            }
            TreeError::InitialDirectory { .. } => return Some(("cwd", None)),
            TreeError::Stream { stream, .. } => return Some((stream, None)),
            TreeError::Preopen { guest } => {
                return in_list("preopen", process.preopen.iter().position(|one| one.guest == *guest));
            }
            TreeError::Pattern { source } => {
                let text = source.to_string();
                let at = |list: &[String]| list.iter().position(|pattern| text.contains(&format!("'{pattern}'")));
                return in_list("exclude", at(&files.exclude)).or_else(|| in_list("include", at(&files.include)));
            }
            TreeError::Read { path, .. }
            | TreeError::NotASource { path, .. }
            | TreeError::PlainFile { path }
            | TreeError::FilePlace { path, .. }
            | TreeError::Archive { path, .. }
            | TreeError::NoImage { path }
            | TreeError::Damaged { path, .. }
            | TreeError::Image { path, .. } => path,
            TreeError::NotUtf8 { directory, .. } => directory,
            _ => return None,
        };
        let is_of = |source: &PathBuf| path.starts_with(source);
        in_list("image", files.image.iter().position(|source| is_of(&source.path)))
            .or_else(|| in_list("file", files.file.iter().position(|file| is_of(&file.path))))
            .or_else(|| in_list("ignore-file", files.ignore_file.iter().position(is_of)))
    }
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}
