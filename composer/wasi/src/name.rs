//! Names of interfaces with their versions.

use std::fmt;

use semver::Version;

/// One interface at one version: `wasi:io/streams` and `0.2.6`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName {
    /// What all compatible versions of it have in common: `namespace:package/interface`, and behind it [`TRACK_3`] for WASI 0.3, whose
    /// interfaces have nothing to do with those of 0.2.
    pub path: String,
    /// The package's version.
    pub version: Version,
}

/// What the paths of the interfaces of WASI 0.3 end in.
pub const TRACK_3: &str = "@0.3";

impl InterfaceName {
    /// Puts a path and a version together.
    #[must_use]
    pub fn new(path: impl Into<String>, version: Version) -> Self {
        Self { path: path.into(), version }
    }

    /// `None` for a name without a version, or that is not an interface of a package.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (path, version) = name.split_once('@')?;
        path.split_once(':')?.1.split_once('/')?;
        let version = version.parse().ok()?;
        Some(Self { path: track(path, &version), version })
    }

    /// `namespace:package/interface` alone.
    #[must_use]
    pub fn base(&self) -> &str {
        base(&self.path)
    }

    /// A version of WASI 0.3: `0.3.x` and no pre-release.
    #[must_use]
    pub fn is_wasi_0_3(&self) -> bool {
        self.path.starts_with("wasi:") && self.path.ends_with(TRACK_3)
    }

    /// A released version of WASI.
    #[must_use]
    pub fn is_wasi(&self) -> bool {
        self.is_wasi_0_2() || self.is_wasi_0_3()
    }

    /// A version of WASI 0.2: `0.2.x` and no pre-release.
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

/// The path of an interface of a package at a version.
pub fn track(base: &str, version: &Version) -> String {
    let is_0_3 = base.starts_with("wasi:") && (version.major, version.minor) == (0, 3) && version.pre.is_empty();
    if is_0_3 { format!("{base}{TRACK_3}") } else { base.into() }
}

/// A path without [`TRACK_3`].
pub fn base(path: &str) -> &str {
    path.strip_suffix(TRACK_3).unwrap_or(path)
}
