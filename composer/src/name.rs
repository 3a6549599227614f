//! Names of interfaces with their versions.

use std::fmt;

use semver::Version;

/// One interface at one version: `wasi:io/streams` and `0.2.6`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName {
    /// `namespace:package/interface`.
    pub path: String,
    /// The package's version.
    pub version: Version,
}

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
        Some(Self { path: path.into(), version: version.parse().ok()? })
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
        write!(f, "{}@{}", self.path, self.version)
    }
}
