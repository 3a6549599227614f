//! Names of interfaces with their versions.

use std::fmt;

use semver::Version;

/// The name of an interface at one version, such as `wasi:io/streams` at `0.2.6`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName {
    /// The path, which all compatible versions share: `namespace:package/interface`, and for WASI 0.3 an ending, because
    /// its interfaces are not compatible with those of 0.2. [`Track::split`] tells them apart.
    pub path: String,
    /// The version of the package.
    pub version: Version,
}

/// Versions that are compatible with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// Those of WASI 0.2, and of all other packages.
    V0_2,
    /// Those of WASI 0.3.
    V0_3,
}

impl Track {
    /// The end of the paths of interfaces of WASI 0.3.
    const END_0_3: &str = "@0.3";

    /// Splits a path into `namespace:package/interface` and its track.
    #[must_use]
    pub fn split(path: &str) -> (&str, Self) {
        match path.strip_suffix(Self::END_0_3) {
            Some(base) => (base, Self::V0_3),
            None => (path, Self::V0_2),
        }
    }

    /// Returns the track of a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        Self::split(path).1
    }
}

impl InterfaceName {
    /// Returns the name with this path and version.
    #[must_use]
    pub fn new(path: impl Into<String>, version: Version) -> Self {
        Self { path: path.into(), version }
    }

    /// Parses a name with a version; `None` if it has no version or does not name an interface of a package.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (path, version) = name.split_once('@')?;
        path.split_once(':')?.1.split_once('/')?;
        let version = version.parse().ok()?;
        Some(Self { path: self::path(path, &version), version })
    }

    /// Returns `namespace:package/interface`.
    #[must_use]
    pub fn base(&self) -> &str {
        base(&self.path)
    }

    /// Returns whether this is an interface of WASI `0.3.x` that is not a pre-release.
    #[must_use]
    pub fn is_wasi_0_3(&self) -> bool {
        Track::of(&self.path) == Track::V0_3
    }

    /// Returns whether this is an interface of a released version of WASI.
    #[must_use]
    pub fn is_wasi(&self) -> bool {
        self.is_wasi_0_2() || self.is_wasi_0_3()
    }

    /// Returns whether this is an interface of WASI `0.2.x` that is not a pre-release.
    #[must_use]
    pub fn is_wasi_0_2(&self) -> bool {
        self.path.starts_with("wasi:")
            && (self.version.major, self.version.minor) == (0, 2)
            && self.version.pre.is_empty()
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.base(), self.version)
    }
}

/// Returns the path of an interface at a version of its package.
pub(crate) fn path(base: &str, version: &Version) -> String {
    let is_0_3 = base.starts_with("wasi:") && (version.major, version.minor) == (0, 3) && version.pre.is_empty();
    if is_0_3 { format!("{base}{}", Track::END_0_3) } else { base.into() }
}

/// Returns a path without its track: `namespace:package/interface`.
pub fn base(path: &str) -> &str {
    Track::split(path).0
}
