//! The trees that `program.toml` can name.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use vfs_tests::{paths, stage};

/// A tree that several programs work on.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tree {
    /// Nothing at all.
    #[default]
    Empty,
    /// Texts and links.
    Documents,
    /// Sources of Rust.
    Sources,
}

impl Tree {
    /// Makes it in an empty directory.
    ///
    /// # Errors
    /// Something cannot be written.
    pub fn make(self, root: &Path) -> Result<()> {
        match self {
            Self::Empty => Ok(()),
            Self::Documents => documents(root),
            Self::Sources => sources(root),
        }
    }
}

/// Texts of words in no order, nested directories, a symbolic link, a hard link, an empty file, one of 300 KiB.
fn documents(root: &Path) -> Result<()> {
    fs::write(root.join("words.txt"), words(2_000))?;
    fs::write(root.join("few.txt"), words(40))?;
    fs::write(root.join("empty"), "")?;
    let large: Vec<u8> = (0..300 << 10).map(|i: u32| (i % 251) as u8).collect();
    fs::write(root.join("large.bin"), large)?;
    for part in ["project/src", "project/docs/old", "archive"] {
        fs::create_dir_all(root.join(part))?;
    }
    for i in 0..12 {
        fs::write(root.join(format!("project/src/part{i:02}.txt")), words(20 + i))?;
    }
    fs::write(root.join("project/docs/guide.txt"), words(100))?;
    fs::write(root.join("project/docs/old/notes.txt"), "old notes\n")?;
    symlink("docs/guide.txt", root.join("project/guide"))?;
    fs::hard_link(root.join("few.txt"), root.join("project/few-again.txt"))?;
    Ok(())
}

/// The sources of the vfs, and what a search should not enter.
fn sources(root: &Path) -> Result<()> {
    stage::copy_tree(&paths::repository().join("vfs-component"), root)?;
    fs::write(root.join(".ignore"), "core/tests\n")?;
    fs::create_dir(root.join(".hidden"))?;
    fs::write(root.join(".hidden/secret.rs"), "fn hidden() {}\n")?;
    fs::write(root.join("binary.dat"), b"fn in_a_binary\0file\n")?;
    Ok(())
}

/// So many lines of three words, the same every time, many of them more than once.
fn words(lines: u32) -> String {
    const WORDS: [&str; 12] =
        ["lower", "upper", "node", "image", "entry", "extent", "hole", "stream", "mount", "Quota", "rename", "über"];
    let mut text = String::new();
    let mut state = lines;
    for _ in 0..lines {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let pick = |shift: u32| WORDS[(state >> shift) as usize % WORDS.len()];
        writeln!(text, "{} {} {}", pick(16), pick(20), (state >> 8) % 500).expect("a String takes all");
    }
    text
}
