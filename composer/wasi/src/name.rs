//! Names of interfaces with their versions.

use std::fmt;

use semver::Version;

/// The name of an interface at one version, such as `wasi:io/streams` at `0.2.6`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName {
    /// The path, which all compatible versions share: `namespace:package/interface`. Paths of WASI 0.3 end in
    /// [`TRACK_3`], because its interfaces are not compatible with those of 0.2.
    pub path: String,
    /// The version of the package.
    pub version: Version,
}

/// The end of the paths of interfaces of WASI 0.3.
pub const TRACK_3: &str = "@0.3";

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
        Some(Self { path: track(path, &version), version })
    }

    /// Returns `namespace:package/interface`.
    #[must_use]
    pub fn base(&self) -> &str {
        base(&self.path)
    }

    /// Returns whether this is an interface of WASI `0.3.x` that is not a pre-release.
    #[must_use]
    pub fn is_wasi_0_3(&self) -> bool {
        self.path.starts_with("wasi:") && self.path.ends_with(TRACK_3)
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
pub fn track(base: &str, version: &Version) -> String {
    let is_0_3 = base.starts_with("wasi:") && (version.major, version.minor) == (0, 3) && version.pre.is_empty();
    if is_0_3 { format!("{base}{TRACK_3}") } else { base.into() }
}

/// Returns a path without [`TRACK_3`].
pub fn base(path: &str) -> &str {
    path.strip_suffix(TRACK_3).unwrap_or(path)
}
