//! What flags add to the imports of the app, each with its flag: law 1.

use std::collections::BTreeMap;

use semver::Version;

use vfs_compose_wasi::{App, FILESYSTEM, InterfaceName};

/// The flag for directories of the host.
pub const HOST_DIR: &str = "--host-dir";

/// The interfaces of the filesystem, and what they use: those whose resources their functions return, and that with the
/// type of the times of files.
struct OfFiles {
    files: [&'static str; 2],
    streams: &'static [&'static str],
    times: &'static str,
}

const OF_0_2: OfFiles = OfFiles {
    files: ["wasi:filesystem/types", "wasi:filesystem/preopens"],
    streams: &["wasi:io/error", "wasi:io/poll", "wasi:io/streams"],
    times: "wasi:clocks/wall-clock",
};

const OF_0_3: OfFiles = OfFiles {
    files: ["wasi:filesystem/types@0.3", "wasi:filesystem/preopens@0.3"],
    streams: &[],
    times: "wasi:clocks/system-clock@0.3",
};

/// The imports that the result may have although the app has them not, or has them from the vfs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddedImports(BTreeMap<InterfaceName, AddedImport>);

/// How an import is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AddedImport {
    flag: &'static str,
    part: Part,
}

/// The part of an interface that is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// Its types alone, which give access to nothing.
    Types,
}

impl AddedImports {
    /// Adds what directories of the host need: the filesystem at the lowest version at which the app imports it, of WASI
    /// 0.2 unless the app imports that of 0.3 alone, and the interfaces that it uses where the app's own imports do not
    /// grant them. A vfs for any app is granted those, and the filesystem at the lowest version of all.
    #[must_use]
    pub fn with_mounts(mut self, app: Option<&App>) -> Self {
        let version = app.map_or(LOWEST, version_of_mounts);
        let mut add = |path: &str, part| {
            self.0.insert(InterfaceName::new(path, version.clone()), AddedImport { flag: HOST_DIR, part });
        };
        let OfFiles { files, streams, times } = if app.is_some_and(has_mounts_by_0_3) { OF_0_3 } else { OF_0_2 };
        files.into_iter().for_each(|path| add(path, Part::Whole));
        let Some(granted) = app.map(App::granted) else { return self };
        let used = streams.iter().map(|path| (*path, Part::Whole)).chain([(times, Part::Types)]);
        for (path, part) in used.filter(|(path, _)| granted.keys().all(|name| name.path != *path)) {
            add(path, part);
        }
        self
    }

    /// Returns the flag that adds an import, by its full name.
    #[must_use]
    pub fn flag(&self, import: &str) -> Option<&'static str> {
        self.get(import).map(|added| added.flag)
    }

    /// Returns those of some imports that flags add, each with its flag.
    #[must_use]
    pub fn among(&self, imports: &[String]) -> Vec<(String, String)> {
        let added = imports.iter().filter_map(|name| Some((name.clone(), self.flag(name)?.to_owned())));
        added.collect()
    }

    /// Returns the part of an import that is added.
    pub(crate) fn part(&self, import: &str) -> Option<Part> {
        self.get(import).map(|added| added.part)
    }

    /// Returns the flags that add imports, each with the names of those.
    pub(crate) fn by_flag(&self) -> BTreeMap<&'static str, Vec<String>> {
        let mut by_flag = BTreeMap::<_, Vec<_>>::new();
        for (name, added) in &self.0 {
            by_flag.entry(added.flag).or_default().push(name.to_string());
        }
        by_flag
    }

    /// Returns the names of all, each with the part that is added.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&InterfaceName, Part)> {
        self.0.iter().map(|(name, added)| (name, added.part))
    }

    fn get(&self, import: &str) -> Option<AddedImport> {
        self.0.get(&InterfaceName::parse(import)?).copied()
    }
}

/// The lowest version of WASI 0.2.
const LOWEST: Version = Version::new(0, 2, 0);

/// Returns the version at which an app with mounts imports the host's filesystem.
pub(crate) fn version_of_mounts(app: &App) -> Version {
    lowest_version(app).unwrap_or(LOWEST)
}

/// Returns whether an app has directories of the host by functions of WASI 0.3: it imports the filesystem of 0.3, and not
/// that of 0.2, whose functions cannot wait for those.
#[must_use]
pub fn has_mounts_by_0_3(app: &App) -> bool {
    let mut of_files = app.virtual_imports.keys().filter(|name| name.path.starts_with(FILESYSTEM)).peekable();
    of_files.peek().is_some() && of_files.all(InterfaceName::is_wasi_0_3)
}

/// Returns the lowest version at which an app imports the filesystem, or else anything, of the WASI that it has mounts
/// by.
fn lowest_version(app: &App) -> Option<Version> {
    let imported = app.imports.iter().filter_map(|name| InterfaceName::parse(name));
    let is_wanted = if has_mounts_by_0_3(app) { InterfaceName::is_wasi_0_3 } else { InterfaceName::is_wasi_0_2 };
    let imported = imported.filter(is_wanted);
    let (of_files, others): (Vec<_>, Vec<_>) = imported.partition(|name| name.path.starts_with(FILESYSTEM));
    let lowest = |names: Vec<InterfaceName>| names.into_iter().map(|name| name.version).min();
    lowest(of_files).or_else(|| lowest(others))
}
