//! Directories of the host over those of the image (`union`): `tests/guests/mounts` says what must be seen.

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
    let tests: [(_, InForm); 7] = [
        ("ro", |form| runs(form, "ro")),
        ("cow", |form| runs(form, "cow")),
        ("at_the_root", at_the_root),
        ("missing", missing),
        ("of_all", of_all),
        ("with_others_inside", with_others_inside),
        ("of_preview1", of_preview1),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            let name = format!("union::{name}::{}", form.name());
            let test = move || test(form).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    trials
}

fn files(root: &Path, all: &[(&str, &str)]) -> Result<()> {
    for (path, text) in all {
        let path = root.join(path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// What is over the host's directory, but not in its place.
fn fill(image: &Path) -> Result<()> {
    let u = image.join("u");
    fs::create_dir(&u)?;
    fill_place(&u)?;
    files(image, &[("etc/config", "of the image")])
}

/// What the image has in the place of the host's directory.
fn fill_place(place: &Path) -> Result<()> {
    let of_image = "of the image";
    files(
        place,
        &[
            ("both/of-image", of_image),
            ("both/deep/of-image", of_image),
            ("file", of_image),
            ("image-only/x", of_image),
            ("twin", of_image),
            ("now-file/x", of_image),
            ("now-directory", of_image),
        ],
    )?;
    fs::hard_link(place.join("twin"), place.join("other"))?;
    Ok(symlink("both/of-host", place.join("link"))?)
}

/// What the host gives.
///
/// # Errors
/// It cannot be made.
pub fn given() -> Result<TempDir> {
    let data = TempDir::new()?;
    let of_host = "of the host";
    files(
        data.path(),
        &[
            ("both/of-host", of_host),
            ("both/deep/of-host", of_host),
            ("file", of_host),
            ("host-only/y", of_host),
            ("now-file", of_host),
            ("now-directory/y", of_host),
        ],
    )?;
    Ok(data)
}

/// The guest with a union.
///
/// # Errors
/// It cannot be composed.
pub fn made_union(form: Form, access: &str) -> Result<PathBuf> {
    let union = format!("--host-dir=data::/u,{access},union");
    made::composed("union", || guests::named("mounts"), form, fill, &[&union, "--host-dir=data::/raw,rw"])
}

/// Each behaviour in a run of its own: some change the tree for good.
fn runs(form: Form, access: &str) -> Result<()> {
    let made = fs::read(made_union(form, access)?)?;
    let of_access = format!("union-{access}");
    for behaviours in ["union", &of_access] {
        let data = given()?;
        let names = |of: &crate::woven::Snapshot| {
            of.iter().map(|(path, node)| (path.clone(), node.contents.clone())).collect::<Vec<_>>()
        };
        let before = names(&snapshot(data.path())?);
        let output = host::run(&made, &Invocation::with_args([behaviours]), &[Given::new("data", data.path())])?;
        ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
        ensure!(names(&snapshot(data.path())?) == before, "{behaviours}: the directory has changed");
    }
    Ok(())
}

/// What a program prints of its tree, and of files that it writes or reads.
fn printed(app: &Path, args: &[&str], given: &[Given]) -> Result<String> {
    let output = host::run(&fs::read(app)?, &Invocation::with_args(args.iter().copied()), given)?;
    ensure!(output.exit == 0 && output.stderr.is_empty(), "{output:?}");
    Ok(output.stdout)
}

/// What a program sees of both, at its root.
const MERGED: &str = "/both/\n/both/deep/\n/both/deep/of-host 11\n/both/deep/of-image 12\n/both/of-host 11\n/both/of-image 12\n\
                      /file 11\n/host-only/\n/host-only/y 11\n/image-only/\n/image-only/x 12\n/link -> both/of-host\n\
                      /now-directory/\n/now-directory/y 11\n/now-file 11\n/other 12\n/twin 12\n";

/// What it sees of the image alone.
const OF_IMAGE: &str = "/both/\n/both/deep/\n/both/deep/of-image 12\n/both/of-image 12\n/file 12\n/image-only/\n/image-only/x 12\n\
                        /link -> both/of-host\n/now-directory 12\n/now-file/\n/now-file/x 12\n/other 12\n/twin 12\n";

fn at_the_root(form: Form) -> Result<()> {
    let data = given()?;
    let before = snapshot(data.path())?;
    let given = [Given::new("data", data.path())];
    for access in ["ro", "cow"] {
        let flag = format!("--host-dir=data::/,{access},union");
        let made = made::composed("process in a union", || guests::named("process"), form, fill_place, &[&flag])?;
        ensure!(printed(&made, &["tree"], &given)? == MERGED, "{}", printed(&made, &["tree"], &given)?);
        let text = printed(&made, &["cat", "/file", "/both/of-image", "/link", "/twin"], &given)?;
        ensure!(text == "of the hostof the imageof the hostof the image", "{text}");
        let written =
            printed(&made, &["write", "/file", "/both/of-image", "/both/deep/made", "/image-only/made"], &given)?;
        let wanted = if access == "cow" { ": written\n" } else { ": Read-only file system (os error 69)\n" };
        ensure!(written.matches(wanted).count() == 4, "{written}");
    }
    // A read-only tree, whatever the flag says.
    let flags = ["--host-dir=data::/,cow,union", "--read-only"];
    let made = made::composed("process in a union", || guests::named("process"), form, fill_place, &flags)?;
    ensure!(printed(&made, &["tree"], &given)? == MERGED);
    let written = printed(&made, &["write", "/file", "/both/made", "/image-only/x"], &given)?;
    ensure!(written.matches(": Read-only file system (os error 69)\n").count() == 3, "{written}");
    ensure!(snapshot(data.path())? == before, "the directory has changed");
    Ok(())
}

/// Without the host's directory there is the image, and what can be changed can be.
fn missing(form: Form) -> Result<()> {
    for access in ["ro", "cow"] {
        let flag = format!("--host-dir=data::/,{access},optional,union");
        let made = made::composed("process in a union", || guests::named("process"), form, fill_place, &[&flag])?;
        ensure!(printed(&made, &["tree"], &[])? == OF_IMAGE, "{}", printed(&made, &["tree"], &[])?);
        let written = printed(&made, &["write", "/file", "/both/made"], &[])?;
        let wanted = if access == "cow" { ": written\n" } else { ": Read-only file system (os error 69)\n" };
        ensure!(written.matches(wanted).count() == 2, "{written}");
        let data = given()?;
        let seen = printed(&made, &["tree"], &[Given::new("data", data.path())])?;
        ensure!(seen == MERGED, "{seen}");
    }
    Ok(())
}

/// All that the host gives is united with what the image has there, also where it stands for the root.
fn of_all(form: Form) -> Result<()> {
    let made = made::composed(
        "process in a union",
        || guests::named("process"),
        form,
        fill_place,
        &["--host-dir=*,ro,union"],
    )?;
    let data = given()?;
    for name in [".", "/", ""] {
        let seen = printed(&made, &["tree"], &[Given::new(name, data.path())])?;
        ensure!(seen == MERGED, "{name}: {seen}");
    }
    let (deep, other) = (TempDir::new()?, TempDir::new()?);
    files(deep.path(), &[("mine", "")])?;
    let given = [Given::new("both/deep", deep.path()), Given::new("other/x", other.path())];
    let seen = printed(&made, &["tree"], &given)?;
    // Below a directory that is not united, and over a file.
    let wanted = OF_IMAGE.replace("/both/deep/of-image 12\n", "/both/deep/mine 0\n/both/deep/of-image 12\n");
    let wanted = wanted.replace("/other 12\n", "/other/\n/other/x/\n");
    ensure!(seen == wanted, "{seen}");
    let given =
        [Given::new(".", data.path()), Given::new("both/deep", deep.path()), Given::new("both/new/x", other.path())];
    let seen = printed(&made, &["tree"], &given)?;
    // The one at the place is united with the image, and hides what the one around has there.
    let wanted = MERGED.replace(
        "/both/deep/of-host 11\n/both/deep/of-image 12\n",
        "/both/deep/mine 0\n/both/deep/of-image 12\n/both/new/\n/both/new/x/\n",
    );
    ensure!(seen == wanted, "{seen}");
    Ok(())
}

/// Directories on the way to a mount inside of a union are united, too.
fn with_others_inside(form: Form) -> Result<()> {
    let data = given()?;
    let inner = TempDir::new()?;
    files(inner.path(), &[("mine", "")])?;
    let given = [Given::new("data", data.path()), Given::new("inner", inner.path())];
    for access in ["ro", "cow"] {
        let flag = format!("--host-dir=data::/,{access},union");
        let flags = [&flag, "--host-dir=inner::/both/deep/in,rw", "--host-dir=inner::/image-only/y/in,rw"];
        let made = made::composed("process in a union", || guests::named("process"), form, fill_place, &flags)?;
        let wanted = MERGED.replace("/both/deep/of-host", "/both/deep/in/\n/both/deep/in/mine 0\n/both/deep/of-host");
        let wanted = wanted.replace(
            "/image-only/x 12\n",
            "/image-only/x 12\n/image-only/y/\n/image-only/y/in/\n/image-only/y/in/mine 0\n",
        );
        let seen = printed(&made, &["tree"], &given)?;
        ensure!(seen == wanted, "{seen}");
        let written =
            printed(&made, &["write", "/both/deep/in/made", "/both/deep/made", "/image-only/y/made"], &given)?;
        ensure!(written.contains("/both/deep/in/made: written\n"), "{written}");
        ensure!(written.matches(": written\n").count() == if access == "cow" { 3 } else { 1 }, "{written}");
        fs::remove_file(inner.path().join("made"))?;
    }
    Ok(())
}

/// A program of preview1 sees the same tree.
fn of_preview1(form: Form) -> Result<()> {
    let data = given()?;
    let given = [Given::new("data", data.path())];
    for access in ["ro", "cow"] {
        let flag = format!("--host-dir=data::/,{access},union");
        let made = made::composed("process.p1 in a union", || guests::named("process.p1"), form, fill_place, &[&flag])?;
        ensure!(printed(&made, &["tree"], &given)? == MERGED, "{}", printed(&made, &["tree"], &given)?);
        let written = printed(&made, &["write", "/file", "/both/of-image"], &given)?;
        let wanted = if access == "cow" { ": written\n" } else { ": Read-only file system (os error 69)\n" };
        ensure!(written.matches(wanted).count() == 2, "{written}");
    }
    Ok(())
}
