//! Mounts inside of others, in places that the one around has and has not: `tests/guests/mounts` says what must be seen.

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

/// The behaviours of the guest for each access of the mount around, in both forms.
pub fn trials() -> Vec<Trial> {
    let tests: [(_, InForm); 7] = [
        ("rw", |form| runs(form, "rw")),
        ("cow", |form| runs(form, "cow")),
        ("ro", |form| runs(form, "ro")),
        ("ways_that_are_no_directories", ways_that_are_no_directories),
        ("missing_around", missing_around),
        ("a_preopen_inside", a_preopen_inside),
        ("of_preview1", of_preview1),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            let name = format!("nested::{name}::{}", form.name());
            let test = move || test(form).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    trials
}

fn fill(image: &Path) -> Result<()> {
    fs::create_dir(image.join("etc"))?;
    Ok(fs::write(image.join("etc/config"), "of the image")?)
}

/// What the host gives: `outer` and `inner`.
///
/// # Errors
/// It cannot be made.
pub fn given() -> Result<(TempDir, TempDir)> {
    let (outer, inner) = (TempDir::new()?, TempDir::new()?);
    let root = outer.path();
    fs::create_dir(root.join("cache"))?;
    fs::write(root.join("cache/hidden"), "hidden")?;
    fs::write(root.join("file"), "of the outer")?;
    symlink("way/point/file", root.join("over"))?;
    fs::create_dir(root.join("way"))?;
    fs::write(root.join("way/beside"), "beside")?;
    symlink("../file", root.join("way/up"))?;
    fs::create_dir(inner.path().join("dir"))?;
    fs::write(inner.path().join("file"), "of the inner")?;
    Ok((outer, inner))
}

/// A guest with mounts inside of another one.
///
/// # Errors
/// It cannot be composed.
pub fn made_nested(guest: &str, form: Form, access: &str) -> Result<PathBuf> {
    let outer = format!("--host-dir=outer::/m,{access}");
    // A mount may come before the one that it is in.
    let flags = [
        "--host-dir=inner::/m/new/deep/point,rw",
        &outer,
        "--host-dir=inner::/m/cache,rw",
        "--host-dir=inner::/m/way/point,rw",
    ];
    made::composed(guest, || guests::named(guest), form, fill, &flags)
}

fn runs(form: Form, access: &str) -> Result<()> {
    let made = fs::read(made_nested("mounts", form, access)?)?;
    let (outer, inner) = given()?;
    let before = snapshot(outer.path())?;
    let given = [Given::new("outer", outer.path()), Given::new("inner", inner.path())];
    let of_access = format!("nested-{access}");
    let output = host::run(&made, &Invocation::with_args(["nested", &of_access]), &given)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    let after = snapshot(outer.path())?;
    let names = |of: &crate::woven::Snapshot| of.keys().cloned().collect::<Vec<_>>();
    ensure!(names(&after) == names(&before), "{:?}", names(&after));
    ensure!(access == "rw" || after == before, "the directory has changed");
    ensure!(fs::read_to_string(outer.path().join("cache/hidden"))? == "hidden");
    ensure!(names(&snapshot(inner.path())?) == ["", "dir", "file"]);
    Ok(())
}

/// What a program prints of its tree, and of files that it writes.
fn printed(app: &Path, args: &[&str], given: &[Given]) -> Result<String> {
    let output = host::run(&fs::read(app)?, &Invocation::with_args(args.iter().copied()), given)?;
    ensure!(output.exit == 0 && output.stderr.is_empty(), "{output:?}");
    Ok(output.stdout)
}

/// On the way, the host has a file and a link that leads elsewhere: neither is followed, and both are hidden.
fn ways_that_are_no_directories(form: Form) -> Result<()> {
    for access in ["ro", "rw", "cow"] {
        let made = made_nested("process", form, access)?;
        let (outer, inner, elsewhere) = (TempDir::new()?, TempDir::new()?, TempDir::new()?);
        fs::create_dir(outer.path().join("elsewhere"))?;
        fs::write(outer.path().join("elsewhere/secret"), "")?;
        fs::write(elsewhere.path().join("secret"), "")?;
        fs::write(outer.path().join("cache"), "a file")?;
        symlink("elsewhere", outer.path().join("way"))?;
        symlink(elsewhere.path(), outer.path().join("new"))?;
        let given = [Given::new("outer", outer.path()), Given::new("inner", inner.path())];
        let wanted = "/etc/\n/etc/config 12\n/m/\n/m/cache/\n/m/elsewhere/\n/m/elsewhere/secret 0\n/m/new/\n/m/new/deep/\n\
                      /m/new/deep/point/\n/m/way/\n/m/way/point/\n";
        ensure!(printed(&made, &["tree"], &given)? == wanted, "{}", printed(&made, &["tree"], &given)?);
        let written = printed(&made, &["write", "/m/way/made", "/m/new/made", "/m/new/deep/point/made"], &given)?;
        let is_kept = access == "cow";
        ensure!(written.contains("/m/way/made: written") == is_kept, "{written}");
        ensure!(written.contains("/m/new/made: written") == is_kept, "{written}");
        ensure!(written.contains("/m/new/deep/point/made: written"), "{written}");
        ensure!(!outer.path().join("elsewhere/made").exists() && !elsewhere.path().join("made").exists());
        ensure!(inner.path().join("made").is_file());
    }
    Ok(())
}

/// A mount that is optional and missing has those that are inside of it.
fn missing_around(form: Form) -> Result<()> {
    let flags = ["--host-dir=outer::/m,rw,optional", "--host-dir=inner::/m/way/point,rw"];
    let made = made::composed("process with", || guests::named("process"), form, fill, &flags)?;
    let inner = TempDir::new()?;
    let given = [Given::new("inner", inner.path())];
    let wanted = "/etc/\n/etc/config 12\n/m/\n/m/way/\n/m/way/point/\n";
    ensure!(printed(&made, &["tree"], &given)? == wanted, "{}", printed(&made, &["tree"], &given)?);
    let written = printed(&made, &["write", "/m/way/made", "/m/made", "/m/way/point/made"], &given)?;
    let refused = "Read-only file system (os error 69)";
    let wanted = format!("/m/way/made: {refused}\n/m/made: {refused}\n/m/way/point/made: written\n");
    ensure!(written == wanted, "{written}");
    ensure!(inner.path().join("made").is_file());
    Ok(())
}

/// A directory of the host that is inside of another one is what the app is given.
fn a_preopen_inside(form: Form) -> Result<()> {
    let flags = ["--host-dir=outer::/m,ro", "--host-dir=inner::/m/way/point,rw", "--preopen=/m/way/point=/"];
    let made = made::composed("process with", || guests::named("process"), form, fill, &flags)?;
    let (outer, inner) = given()?;
    let given = [Given::new("outer", outer.path()), Given::new("inner", inner.path())];
    ensure!(printed(&made, &["tree"], &given)? == "/dir/\n/file 12\n", "{}", printed(&made, &["tree"], &given)?);
    let written = printed(&made, &["write", "/made"], &given)?;
    ensure!(written == "/made: written\n" && inner.path().join("made").is_file(), "{written}");
    Ok(())
}

/// A program of preview1 sees the same tree.
fn of_preview1(form: Form) -> Result<()> {
    for access in ["ro", "rw", "cow"] {
        let (outer, inner) = given()?;
        let given = [Given::new("outer", outer.path()), Given::new("inner", inner.path())];
        let [adapted, component] = ["process.p1", "process"].map(|guest| {
            let made = made_nested(guest, form, access)?;
            let tree = printed(&made, &["tree"], &given)?;
            let written = printed(&made, &["write", "/m/way/made", "/m/new/made", "/m/way/point/made"], &given)?;
            Ok::<_, anyhow::Error>((tree, written))
        });
        let (adapted, component) = (adapted?, component?);
        ensure!(adapted.0.contains("/m/way/point/file 12\n"), "{}", adapted.0);
        ensure!(adapted.1 == component.1, "{}\n{}", adapted.1, component.1);
        ensure!(inner.path().join("made").is_file());
    }
    Ok(())
}
