//! What is below a directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Paths with `/`, in order, and what files contain; directories have nothing. Links are left out.
pub type Tree = BTreeMap<String, Option<Vec<u8>>>;

pub fn of(directory: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    add(directory, "", &mut tree)?;
    Ok(tree)
}

fn add(directory: &Path, above: &str, tree: &mut Tree) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a name that is not UTF-8")?;
        let (name, kind) = (format!("{above}{name}"), entry.file_type()?);
        if kind.is_dir() {
            add(&entry.path(), &format!("{name}/"), tree)?;
            tree.insert(name, None);
        } else if kind.is_file() {
            tree.insert(name, Some(fs::read(entry.path())?));
        }
    }
    Ok(())
}
