//! Programs that are written here as text, at the version of WASI that the guests have.

use anyhow::{Context, Result};
use semver::Version;
use vfs_tests::wasi_wit;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// WASI, and its version.
///
/// # Errors
/// It cannot be read.
pub fn wasi() -> Result<(Resolve, Version)> {
    let mut resolve = Resolve::default();
    resolve.push_dir(wasi_wit::folder()?)?;
    let is_cli = |name: &wit_parser::PackageName| name.namespace == "wasi" && name.name == "cli";
    let version = resolve.packages.iter().find(|(_, package)| is_cli(&package.name));
    let version = version.and_then(|(_, package)| package.name.version.clone()).context("no wasi:cli")?;
    Ok((resolve, version))
}

/// A component of a core module as text. `world` is what is in the world, as WIT.
///
/// # Errors
/// They do not fit.
pub fn component(mut resolve: Resolve, world: &str, module: &str) -> Result<Vec<u8>> {
    let package = resolve.push_str("written.wit", &format!("package test:written; world written {{ {world} }}"))?;
    let world = resolve.select_world(&[package], None)?;
    let mut module = wat::parse_str(module)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}
