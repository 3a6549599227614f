//! The directories that are packed, the same bytes every time.

use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// A directory tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tree {
    /// What the guest's loops work on: 16 MiB in one file, directories of 100, 1,000 and 20,000 files, a deep one.
    Work,
    /// One file of so many MiB.
    OneFile(u64),
    /// Nothing.
    Empty,
    /// One file of a few bytes.
    Tiny,
    /// So many files of 1 KiB in one directory.
    SmallFiles(u64),
    /// So many files of 100 to 1,099 bytes, 100 to a directory.
    ManyFiles(u64),
    /// 17.8 MB: one file of 8 MiB, 1,000 of 1 KiB, 200 of about 42 KB.
    Mixed,
    /// CPython's library, as this machine has it, without caches, tests and installed packages.
    Python,
}

impl Tree {
    /// Makes the tree in `dir`, which is there and empty.
    pub fn build(self, dir: &Path) -> Result<()> {
        match self {
            Self::Work => {
                noise_file(&dir.join("data.bin"), 16 * MIB)?;
                flat(&dir.join("d100"), 100, |_| 64)?;
                flat(&dir.join("d1000"), 1_000, |_| KIB)?;
                flat(&dir.join("d20000"), 20_000, |_| 64)?;
                let deep = dir.join("deep/a/b/c/d");
                fs::create_dir_all(deep.join("e"))?;
                noise_file(&deep.join("file"), KIB)?;
                flat(&dir.join("deep/a/b/few"), 100, |_| 64)?;
                flat(&deep.join("e/few"), 100, |_| 64)?;
            }
            Self::OneFile(size) => {
                noise_file(&dir.join("data.bin"), size * MIB)?;
                noise_file(&dir.join("small"), 100)?;
            }
            Self::Empty => {}
            Self::Tiny => noise_file(&dir.join("small"), 100)?,
            Self::SmallFiles(count) => flat(&dir.join("files"), count, |_| KIB)?,
            Self::ManyFiles(count) => {
                for part in 0..count / 100 {
                    flat(&dir.join(format!("d{part:03}")), 100, |i| 100 + (part * 100 + i) * 7_919 % 1_000)?;
                }
            }
            Self::Mixed => {
                noise_file(&dir.join("large.bin"), 8 * MIB)?;
                flat(&dir.join("small"), 1_000, |_| KIB)?;
                flat(&dir.join("medium"), 200, |i| 37_000 + i * 50)?;
            }
            Self::Python => python(dir)?,
        }
        Ok(())
    }
}

/// `count` files `f00000`, `f00001`, ... in a new directory.
fn flat(dir: &Path, count: u64, size: impl Fn(u64) -> u64) -> Result<()> {
    fs::create_dir(dir)?;
    for i in 0..count {
        noise_file(&dir.join(format!("f{i:05}")), size(i))?;
    }
    Ok(())
}

/// A file of bytes that no engine or filesystem takes for a hole.
fn noise_file(path: &Path, size: u64) -> Result<()> {
    let mut file = BufWriter::with_capacity(size.min(MIB) as usize, File::create_new(path)?);
    let mut state = size | 1;
    for start in (0..size).step_by(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        file.write_all(&state.to_le_bytes()[..(size - start).min(8) as usize])?;
    }
    file.flush()?;
    Ok(())
}

fn python(dir: &Path) -> Result<()> {
    let script = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let output = Command::new("python3").args(["-c", script]).output().context("cannot run python3")?;
    ensure!(output.status.success(), "python3 does not say where its library is");
    let library = String::from_utf8(output.stdout)?;
    let library = Path::new(library.trim_end());
    let skipped = ["__pycache__", "site-packages", "dist-packages", "test", "tests"];
    let wanted = |entry: &walkdir::DirEntry| !skipped.iter().any(|name| entry.file_name() == *name);
    for entry in walkdir::WalkDir::new(library).min_depth(1).into_iter().filter_entry(wanted) {
        let entry = entry?;
        let to = dir.join(entry.path().strip_prefix(library)?);
        if entry.file_type().is_dir() {
            fs::create_dir(to)?;
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
