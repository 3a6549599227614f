//! Paths and links that try to leave the tree: of the image, of the app, of the host, and of a program that changes the
//! directory meanwhile. Nothing outside the host's directory is read or changed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::{Invocation, Output};

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

fn composed(form: Form, access: &str, absolute_links: &str) -> Result<PathBuf> {
    let flags = [
        format!("--host-dir=data::/m,{access}"),
        format!("--host-dir=data::/again,{access}"),
        format!("--absolute-links={absolute_links}"),
    ];
    made::composed("escapes", || guests::named("mounts"), form, fill, &flags.each_ref().map(String::as_str))
}

fn paths(form: Form, access: &str, absolute_links: &str) -> Result<()> {
    paths_with(form, access, absolute_links, |app, behaviour, given| {
        host::run(&fs::read(app)?, &Invocation::with_args([behaviour]), given)
    })
}

/// Hostile paths on a host, which runs the behaviours of the program.
///
/// # Errors
/// Something outside is reached.
pub fn paths_with(
    form: Form,
    access: &str,
    absolute_links: &str,
    run: impl Fn(&Path, &str, &[Given]) -> Result<Output>,
) -> Result<()> {
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
        let output = run(&composed(form, access, absolute_links)?, behaviour, &given)?;
        ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
        ensure!(outside()? == before, "{behaviour}: something outside has changed");
    }
    Ok(())
}

/// What is put in each other's places: directories and files, and links that lead outside; a directory, and another one
/// that is elsewhere.
const SWAPPED: [[&str; 2]; 5] = [
    ["data/swapped", "data/other"],
    ["data/dir/sub", "data/dir/sub-link"],
    ["data/dir/deep", "elsewhere/deep"],
    ["data/inner", "data/inner-link"],
    ["data/dir", "data/dir-link"],
];

/// Makes what is swapped.
fn make_swapped(root: &Path) -> Result<()> {
    for directory in ["data/swapped", "data/dir/sub", "data/dir/deep", "elsewhere/deep"] {
        fs::create_dir_all(root.join(directory))?;
        fs::write(root.join(directory).join("secret"), "inside")?;
        symlink("..", root.join(directory).join("up"))?;
    }
    fs::write(root.join("elsewhere/secret"), "secret")?;
    fs::write(root.join("outside/only-outside"), "secret")?;
    fs::write(root.join("data/inner"), "inside")?;
    let links = [("other", "../outside"), ("dir-link", "../outside"), ("inner-link", "../outside/secret")];
    for (name, target) in links.into_iter().chain([("dir/sub-link", "../../outside")]) {
        symlink(target, root.join("data").join(name))?;
    }
    Ok(())
}

/// Swaps until it is told to stop. Returns how often.
fn swap(root: &Path, is_over: &AtomicBool) -> u64 {
    let mut count = 0;
    while !is_over.load(Ordering::Relaxed) {
        for names in SWAPPED {
            let [one, other] = names.map(|name| root.join(name));
            // What is in a directory is not there while a link is.
            count += u64::from(renameat2(AT_FDCWD, &one, AT_FDCWD, &other, RenameFlags::RENAME_EXCHANGE).is_ok());
        }
    }
    count
}

fn swapped(form: Form, access: &str) -> Result<()> {
    let around = around()?;
    let root = around.path();
    make_swapped(root)?;
    let kept = || Ok::<_, anyhow::Error>((snapshot(&root.join("outside"))?, fs::read(root.join("elsewhere/secret"))?));
    let before = kept()?;
    let app = fs::read(composed(form, access, "refuse")?)?;
    let is_over = AtomicBool::new(false);
    let (output, count) = thread::scope(|scope| {
        let swapping = scope.spawn(|| swap(root, &is_over));
        let given = [Given::new("data", root.join("data"))];
        let output = host::run(&app, &Invocation::with_args(["swapped"]), &given);
        is_over.store(true, Ordering::Relaxed);
        (output, swapping.join().expect("it does not panic"))
    });
    let output = output?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    ensure!(count > 1000, "only {count} times something was swapped");
    ensure!(kept()? == before, "something outside has changed");
    Ok(())
}
