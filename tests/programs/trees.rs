//! What the programs work on.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::Result;
use vfs_tests::{paths, stage};

/// Texts of words in no order, nested directories, a symbolic link, a hard link, an empty file, one of 300 KiB.
pub fn documents(root: &Path) -> Result<()> {
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

/// The documents, and the script of [`crate::program::Program::Session`].
pub fn documents_and_script(root: &Path) -> Result<()> {
    documents(root)?;
    fs::write(root.join("script"), include_str!("session.txt"))?;
    Ok(())
}

/// The documents, and the package that [`crate::program::Program::Python`] imports.
pub fn for_python(root: &Path) -> Result<()> {
    documents(root)?;
    library("python", root)
}

/// The documents, and what [`crate::program::Program::JavaScript`] reads of its own.
pub fn for_javascript(root: &Path) -> Result<()> {
    documents(root)?;
    library("javascript", root)
}

/// What lies in `library` beside a program.
fn library(language: &str, root: &Path) -> Result<()> {
    fs::create_dir(root.join("lib"))?;
    stage::copy_tree(&paths::tests().join("programs/guests").join(language).join("library"), &root.join("lib"))
}

/// The sources of the vfs, and what a search should not enter.
pub fn sources(root: &Path) -> Result<()> {
    stage::copy_tree(&paths::repository().join("vfs-component"), root)?;
    fs::write(root.join(".ignore"), "core/tests\n")?;
    fs::create_dir(root.join(".hidden"))?;
    fs::write(root.join(".hidden/secret.rs"), "fn hidden() {}\n")?;
    fs::write(root.join("binary.dat"), b"fn in_a_binary\0file\n")?;
    Ok(())
}

/// An empty directory for a database.
pub fn empty(root: &Path) -> Result<()> {
    Ok(fs::create_dir(root.join("data"))?)
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
