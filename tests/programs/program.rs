//! The programs, and who builds them.

use std::path::PathBuf;
use std::sync::Mutex;

use anyhow::Result;
use vfs_tests::paths;

use crate::cargo::{self, Published};
use crate::{javascript, python};

/// A program, built to a component.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    /// coreutils: many commands in one binary, the first argument says which.
    Coreutils,
    /// ripgrep.
    Ripgrep,
    /// Our driver over the crates of coreutils' commands: a script in one process.
    Session,
    /// Our driver over SQLite.
    Database,
    /// Our program for CPython, as componentize-py makes a component of it.
    Python,
    /// Our program for SpiderMonkey, as componentize-js makes a component of it.
    JavaScript,
}

const COREUTILS: Published = Published {
    krate: "coreutils",
    version: "0.12.0",
    binary: "coreutils",
    flags: &["--no-default-features", "--features", "feat_wasm", "--bin", "coreutils"],
};

const RIPGREP: Published = Published { krate: "ripgrep", version: "15.2.0", binary: "rg", flags: &[] };

impl Program {
    /// What it is called: coreutils wants to know that it is coreutils.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Coreutils => "coreutils.wasm",
            Self::Ripgrep => "rg.wasm",
            Self::Session => "session.wasm",
            Self::Database => "database.wasm",
            Self::Python => "python.wasm",
            Self::JavaScript => "javascript.wasm",
        }
    }

    /// The component, built by the first who asks.
    ///
    /// # Errors
    /// It does not build.
    pub fn build(self) -> Result<PathBuf> {
        // One build at a time: they share what they have built of the same crates.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _building = BUILDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match self {
            Self::Coreutils => cargo::published(&COREUTILS),
            Self::Ripgrep => cargo::published(&RIPGREP),
            Self::Session => cargo::guest("session", None),
            Self::Database => cargo::guest("database", Some(&cargo::c_compiler()?)),
            Self::Python => python::build(),
            Self::JavaScript => javascript::build(),
        }
    }
}

/// Where everything is kept that was built for the programs.
pub fn folder() -> PathBuf {
    paths::target().join("programs")
}
