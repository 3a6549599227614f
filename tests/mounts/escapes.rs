//! Paths and links that try to leave the tree: of the image, of the app, of the host, and of a program that changes the
//! directory meanwhile. Nothing outside the host's directory is read or changed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::Invocation;

use crate::host::{self, Given};
use crate::made::{self, FORMS};
use crate::woven::snapshot;

const ACCESSES: [&str; 4] = ["ro", "rw", "cow", "cow,union"];

/// A test of a form, with an access.
type Test = fn(Form, &str) -> Result<()>;

pub fn trials() -> Vec<Trial> {
    let tests: [(_, Test); 3] = [
        ("paths", |form, access| paths(form, access, "refuse")),
        ("paths_with_absolute_links", |form, access| paths(form, access, "root")),
        ("swapped", swapped),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            for access in ACCESSES {
                let is_usual = matches!((form, access), (Form::Linked, "rw" | "cow,union") | (Form::Plugged, "ro"));
                let name = format!("escapes::{name}::{access}::{}", form.name());
                let test = move || test(form, access).map_err(|error| format!("{error:#}").into());
                let extent = if is_usual { Extent::Quick } else { Extent::All };
                trials.push(extent.trial(Trial::test(name, test)));
            }
        }
    }
    trials
}

fn fill(image: &Path) -> Result<()> {
    fs::create_dir(image.join("dir"))?;
    // Hidden, or united.
    fs::create_dir_all(image.join("m/swapped"))?;
    fs::write(image.join("m/swapped/of-image"), "of the image")?;
    symlink("../../../outside", image.join("far"))?;
    symlink("m/up", image.join("up"))?;
    symlink("/m/far", image.join("absolute"))?;
    Ok(symlink("m/far/secret", image.join("file"))?)
}

/// A directory with `data`, and with `outside`, which `data` has links to.
fn around() -> Result<TempDir> {
    let around = TempDir::new()?;
    let root = around.path();
    fs::create_dir_all(root.join("data/dir"))?;
    fs::create_dir(root.join("outside"))?;
    fs::write(root.join("outside/secret"), "secret")?;
    fs::write(root.join("secret"), "secret")?;
    fs::write(root.join("data/file"), "inside")?;
    fs::write(root.join("data/dir/file"), "inside")?;
    let outside = root.join("outside");
    for directory in ["data", "data/dir"] {
        let directory = root.join(directory);
        symlink("..", directory.join("up"))?;
        symlink("../../outside", directory.join("far"))?;
        symlink(&outside, directory.join("absolute"))?;
        symlink("../again/dir/far", directory.join("to-again"))?;
        symlink(".", directory.join("self"))?;
    }
    Ok(around)
}

fn composed(form: Form, access: &str, absolute_links: &str) -> Result<Vec<u8>> {
    let flags = [
        format!("--host-dir=data::/m,{access}"),
        format!("--host-dir=data::/again,{access}"),
        format!("--absolute-links={absolute_links}"),
    ];
    let made =
        made::composed("escapes", || guests::named("mounts"), form, fill, &flags.each_ref().map(String::as_str))?;
    Ok(fs::read(made)?)
}

fn paths(form: Form, access: &str, absolute_links: &str) -> Result<()> {
    let around = around()?;
    let outside = || -> Result<_> {
        let mut all = snapshot(around.path())?;
        all.retain(|path, _| !path.starts_with("data"));
        Ok(all)
    };
    let before = outside()?;
    let given = [Given::new("data", around.path().join("data"))];
    let behaviours =
        ["no_path_reads_what_is_outside", "no_path_changes_what_is_outside", "own_links_lead_nowhere_else"];
    for behaviour in behaviours {
        let app = composed(form, access, absolute_links)?;
        let output = host::run(&app, &Invocation::with_args([behaviour]), &given)?;
        ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
        ensure!(outside()? == before, "{behaviour}: something outside has changed");
    }
    Ok(())
}

/// Puts a directory and a link in each other's place until it is told to stop.
fn swap(data: &Path, is_over: &AtomicBool) -> Result<()> {
    let [one, other] = ["swapped", "other"].map(|name| data.join(name));
    while !is_over.load(Ordering::Relaxed) {
        renameat2(AT_FDCWD, &one, AT_FDCWD, &other, RenameFlags::RENAME_EXCHANGE)?;
    }
    Ok(())
}

fn swapped(form: Form, access: &str) -> Result<()> {
    let around = around()?;
    let data = around.path().join("data");
    fs::create_dir(data.join("swapped"))?;
    fs::write(data.join("swapped/secret"), "inside")?;
    symlink("../outside", data.join("other"))?;
    let before = snapshot(&around.path().join("outside"))?;
    let app = composed(form, access, "refuse")?;
    let is_over = AtomicBool::new(false);
    let output = thread::scope(|scope| {
        let swapping = scope.spawn(|| swap(&data, &is_over));
        let given = [Given::new("data", &data)];
        let output = host::run(&app, &Invocation::with_args(["swapped"]), &given);
        is_over.store(true, Ordering::Relaxed);
        swapping.join().expect("it does not panic")?;
        output
    })?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    ensure!(snapshot(&around.path().join("outside"))? == before, "something outside has changed");
    Ok(())
}
