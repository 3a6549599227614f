//! Files that take long to make, kept with what they were made from.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use vfs_tests::paths;
use walkdir::WalkDir;

/// Where everything is kept that was built for the corpus.
pub fn folder() -> PathBuf {
    paths::target().join("corpus")
}

/// The file `name`, made by `make` unless it is there from the same `inputs`: texts, and files or folders of texts.
///
/// # Errors
/// An input cannot be read, or what `make` says.
pub fn kept(name: &str, said: &str, inputs: &[&Path], make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let mut recipe = format!("{said}\n");
    for input in inputs {
        for entry in WalkDir::new(input).sort_by_file_name() {
            let entry = entry.with_context(|| format!("no {}", input.display()))?;
            if entry.file_type().is_file() {
                let text = fs::read(entry.path())?;
                let name = entry.path().strip_prefix(input).unwrap_or(entry.path());
                write!(recipe, "--- {}\n{}\n", name.display(), String::from_utf8_lossy(&text))?;
            }
        }
    }
    let (path, made_from) = (folder().join(name), folder().join(name).with_extension("recipe"));
    if !path.is_file() || !fs::read_to_string(&made_from).is_ok_and(|text| text == recipe) {
        fs::create_dir_all(folder())?;
        make(&path)?;
        fs::write(made_from, recipe)?;
    }
    Ok(path)
}
