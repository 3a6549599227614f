//! Links with absolute targets and mounts, with `--absolute-links root`: `tests/guests/mounts` says what must be seen.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::Invocation;

use crate::host::{self, Given};
use crate::made::{self, FORMS, InForm};
use crate::woven::snapshot;

pub fn trials() -> Vec<Trial> {
    let tests: [(_, InForm); 4] = [
        ("ro", |form| runs(form, "ro")),
        ("rw", |form| runs(form, "rw")),
        ("cow", |form| runs(form, "cow")),
        ("at_the_root", at_the_root),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            let name = format!("absolute::{name}::{}", form.name());
            let test = move || test(form).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    trials
}

fn fill(image: &Path) -> Result<()> {
    fs::create_dir(image.join("etc"))?;
    fs::write(image.join("etc/config"), "of the image")?;
    symlink("/m/dir/file", image.join("etc/in"))?;
    Ok(symlink("/m/there", image.join("etc/there"))?)
}

/// What the host gives as `data`.
///
/// # Errors
/// It cannot be made.
pub fn given() -> Result<TempDir> {
    let data = TempDir::new()?;
    fs::create_dir(data.path().join("dir"))?;
    fs::write(data.path().join("dir/file"), "of the host")?;
    symlink("/etc/config", data.path().join("there"))?;
    symlink("/m/dir/file", data.path().join("dir/own"))?;
    symlink("../there", data.path().join("dir/near"))?;
    Ok(data)
}

/// The guest with `data` at `/m`.
///
/// # Errors
/// It cannot be composed.
pub fn made_absolute(form: Form, access: &str) -> Result<PathBuf> {
    let flags = [&*format!("--host-dir=data::/m,{access}"), "--absolute-links=root"];
    made::composed("absolute", || guests::named("mounts"), form, fill, &flags)
}

fn runs(form: Form, access: &str) -> Result<()> {
    let data = given()?;
    let before = snapshot(data.path())?;
    let app = fs::read(made_absolute(form, access)?)?;
    let args = ["absolute", "absolute-untold", &format!("absolute-{access}")];
    let output = host::run(&app, &Invocation::with_args(args), &[Given::new("data", data.path())])?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    if access == "rw" {
        ensure!(fs::read(data.path().join("dir/new"))? == b"new", "a file is made in the host's directory");
    } else {
        ensure!(snapshot(data.path())? == before, "the directory has changed");
    }
    Ok(())
}

fn at_the_root(form: Form) -> Result<()> {
    let data = given()?;
    let flags = ["--host-dir=data::/,cow,union", "--absolute-links=root"];
    let fill = |image: &Path| Ok(symlink("/dir/file", image.join("of-image"))?);
    let app = made::composed("absolute at the root", || guests::named("mounts"), form, fill, &flags);
    let given = [Given::new("data", data.path())];
    let output = host::run(&fs::read(app?)?, &Invocation::with_args(["absolute-at-root"]), &given)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    Ok(())
}
