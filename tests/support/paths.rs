//! Where things are.

use std::path::{Path, PathBuf};

/// The `tests` folder.
#[must_use]
pub fn tests() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The root of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    tests().parent().expect("`tests` lies in the repository")
}

/// Where everything that can be made again is kept.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), |dir| repository().join(dir))
}

/// Programs that `tests/setup.sh` installs.
#[must_use]
pub fn tools() -> PathBuf {
    repository().join("target/tools")
}
