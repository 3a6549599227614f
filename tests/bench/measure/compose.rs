//! Time and memory of composing.

use crate::child::peak_of;
use crate::lab::{App, Form, Lab, run};
use crate::row::Sample;
use crate::trees::Tree;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The tree of the largest figures: 900 MiB in one file.
const LARGE: Tree = Tree::OneFile(900);

/// Milliseconds to read 10,000 small files with `tar c`, and to compose with them.
pub fn against_tar(lab: &Lab) -> Result<Sample> {
    let tree = Tree::ManyFiles(10_000);
    let dir = lab.tree(tree)?;
    let start = Instant::now();
    let mut tar = Command::new("tar")
        .arg("c")
        .arg("-C")
        .arg(dir)
        .arg(".")
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run tar")?;
    // Through a pipe: tar does not read the files when its output is /dev/null.
    io::copy(&mut tar.stdout.take().context("no pipe")?, &mut io::sink())?;
    ensure!(tar.wait()?.success(), "tar failed");
    let base = milliseconds(start);
    Ok(Sample { base: Some(base), vfs: time(lab, tree)?, ..Sample::default() })
}

/// Milliseconds to compose with 10,000 files and with 40,000.
pub fn by_file_count(lab: &Lab) -> Result<Sample> {
    let base = time(lab, Tree::ManyFiles(10_000))?;
    Ok(Sample { base: Some(base), vfs: time(lab, Tree::ManyFiles(40_000))?, ..Sample::default() })
}

/// Milliseconds to compose with 64 MiB in one file and with 256 MiB.
pub fn by_bytes(lab: &Lab) -> Result<Sample> {
    let base = time(lab, Tree::OneFile(64))?;
    Ok(Sample { base: Some(base), vfs: time(lab, Tree::OneFile(256))?, ..Sample::default() })
}

/// Milliseconds to compose with 17.8 MB of mixed files.
pub fn mixed(lab: &Lab) -> Result<Sample> {
    Ok(Sample { vfs: time(lab, Tree::Mixed)?, ..Sample::default() })
}

/// Milliseconds to `cp` 900 MiB, and to compose with them.
pub fn against_cp(lab: &Lab) -> Result<Sample> {
    let (from, to) = (lab.tree(LARGE)?, lab.path("copy"));
    let mut cp = Command::new("cp");
    cp.arg("-r").arg(from).arg(&to);
    let start = Instant::now();
    run(cp)?;
    let base = milliseconds(start);
    fs::remove_dir_all(to)?;
    Ok(Sample { base: Some(base), vfs: time(lab, LARGE)?, ..Sample::default() })
}

/// Peak memory, in MiB, of composing with 900 MiB.
pub fn peak(lab: &Lab) -> Result<Sample> {
    let out = lab.path("out.wasm");
    let vfs = peak_of(&lab.compose(App::Loops, LARGE, Form::Plugged, &out)?)?;
    fs::remove_file(out)?;
    Ok(Sample { vfs, ..Sample::default() })
}

fn time(lab: &Lab, tree: Tree) -> Result<f64> {
    let out = lab.path("out.wasm");
    let command = lab.compose(App::Loops, tree, Form::Plugged, &out)?;
    let start = Instant::now();
    run(command)?;
    let elapsed = milliseconds(start);
    fs::remove_file(out)?;
    Ok(elapsed)
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
