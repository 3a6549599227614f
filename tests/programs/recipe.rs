//! Files that take long to make, kept with what they were made from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::program::folder;

/// The file `name`, made by `make` unless it is there from the same `inputs`.
///
/// # Errors
/// An input cannot be read, or what `make` says.
pub fn kept(name: &str, inputs: &[&Path], make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let mut recipe = String::new();
    for input in inputs {
        recipe += &fs::read_to_string(input).with_context(|| format!("no {}", input.display()))?;
    }
    let (path, made_from) = (folder().join(name), folder().join(name).with_extension("recipe"));
    if !path.is_file() || !fs::read_to_string(&made_from).is_ok_and(|text| text == recipe) {
        fs::create_dir_all(folder())?;
        make(&path)?;
        fs::write(made_from, recipe)?;
    }
    Ok(path)
}
