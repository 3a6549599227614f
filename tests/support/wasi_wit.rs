//! WASI's WIT, which is in the crates `wasip2` and `wasip3` and nowhere in this repository.

use std::path::PathBuf;

use anyhow::{Context, Result};
use wit_component::WitPrinter;
use wit_parser::Resolve;

use crate::paths;

/// The folder of WASI 0.2's packages, as `Resolve::push_dir` wants it.
///
/// # Errors
/// Cargo does not know where the crate is.
pub fn folder() -> Result<PathBuf> {
    of_crate("wasip2", 2)
}

/// The same of WASI 0.3.
///
/// # Errors
/// Cargo does not know where the crate is.
pub fn folder3() -> Result<PathBuf> {
    of_crate("wasip3", 0)
}

fn of_crate(name: &str, major: u64) -> Result<PathBuf> {
    let metadata =
        cargo_metadata::MetadataCommand::new().manifest_path(paths::repository().join("Cargo.toml")).exec()?;
    let package = metadata.packages.iter().find(|p| p.name == name && p.version.major == major);
    let package = package.with_context(|| format!("no {name} {major} in Cargo.lock"))?;
    Ok(package.manifest_path.with_file_name("wit").into())
}

/// `package`, a text of WIT, and all of WASI after it: one text for tools that want everything at once.
///
/// What WASI calls unstable is left out: some tools take the text's word for it that it is there.
///
/// # Errors
/// `package` is not WIT, or names what WASI has not.
pub fn with(package: &str) -> Result<String> {
    let mut resolve = Resolve::default();
    resolve.push_dir(folder()?)?;
    let main = resolve.push_str("package.wit", package)?;
    let others: Vec<_> =
        resolve.packages.iter().filter(|(id, p)| *id != main && p.name.namespace == "wasi").map(|(id, _)| id).collect();
    let mut printer = WitPrinter::default();
    printer.emit_docs(false).print(&resolve, main, &others)?;
    Ok(printer.output.to_string())
}
