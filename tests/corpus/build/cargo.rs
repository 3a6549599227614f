//! Programs that cargo builds: crates of the registry at fixed versions, with their own lock files, and the corpus's own packages.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use serde::Deserialize;
use vfs_tests::paths;

use super::kept::folder;
use super::{tool, zig};

/// `[build.crate]`: a program of crates.io.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// The crate.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The program in it, if it is not called as the crate is.
    binary: Option<String>,
    target: Target,
    /// Its features; those that it has by itself, if nothing is said.
    features: Option<Vec<String>>,
}

/// `[build.package]`: a package in the entry's folder, which is a member of the corpus's workspace.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// Its name.
    name: String,
    target: Target,
    /// It has C in it.
    #[serde(default)]
    c: bool,
}

/// What Rust is compiled to.
#[derive(Clone, Copy, Debug, Deserialize)]
pub enum Target {
    /// A core module over preview1.
    #[serde(rename = "wasm32-wasip1")]
    Wasip1,
    /// A component.
    #[serde(rename = "wasm32-wasip2")]
    Wasip2,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Wasip1 => "wasm32-wasip1",
            Self::Wasip2 => "wasm32-wasip2",
        }
    }
}

impl Published {
    /// The program, installed by the first who asks.
    ///
    /// # Errors
    /// It does not build.
    pub fn build(&self) -> Result<PathBuf> {
        let root = folder().join(format!("{}-{}-{}", self.name, self.version, self.target.name()));
        let binary = self.binary.as_ref().unwrap_or(&self.name);
        let built = root.join("bin").join(binary).with_extension("wasm");
        if built.exists() {
            return Ok(built);
        }
        let mut cargo = cargo("install", self.target);
        cargo.arg(&self.name).args(["--version", &self.version, "--no-track", "--bin", binary]);
        if let Some(features) = &self.features {
            cargo.args(["--no-default-features", "--features", &features.join(",")]);
        }
        tool::run(cargo.arg("--root").arg(&root))?;
        Ok(built)
    }
}

impl Package {
    /// The program. Cargo knows whether it is built.
    ///
    /// # Errors
    /// It does not build.
    pub fn build(&self) -> Result<PathBuf> {
        let mut cargo = cargo("build", self.target);
        cargo.args(["--release", "-p", &self.name]).current_dir(paths::tests().join("corpus"));
        if self.c {
            let tools = zig::as_c_compiler()?;
            let target = self.target.name().replace('-', "_");
            cargo.env(format!("CC_{target}"), tools.compiler).env(format!("AR_{target}"), tools.archiver);
            // Its defaults are for clang as rustc names targets.
            cargo.env("CRATE_CC_NO_DEFAULTS", "1");
        }
        tool::run(&mut cargo)?;
        Ok(folder().join("build").join(self.target.name()).join("release").join(&self.name).with_extension("wasm"))
    }
}

/// The program that is run behind others and lists what they left.
///
/// # Errors
/// It does not build.
pub fn lister() -> Result<PathBuf> {
    Package { name: "lister".to_owned(), target: Target::Wasip2, c: false }.build()
}

fn cargo(subcommand: &str, target: Target) -> Command {
    let mut cargo = tool::outside_of_cargo("cargo");
    // Whole-program optimisation doubles the time of the build and changes nothing that is looked at here.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo.env("CARGO_TARGET_DIR", folder().join("build"));
    cargo.args([subcommand, "--quiet", "--locked", "--target", target.name()]);
    cargo
}
