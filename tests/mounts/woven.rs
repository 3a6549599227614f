//! Half of the tree in the image, half in directories of the host: `tests/guests/mounts` says what must be seen.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::host::Invocation;
use vfs_tests::{guests, stage};

use crate::host::{self, Given};
use crate::made::{self, FORMS, InForm};

const OF_HOST: &str = "of the host";

/// The behaviours of the guest, in both forms.
pub fn trials() -> Vec<Trial> {
    let tests: [(_, InForm); 5] = [
        ("woven", woven),
        ("kept_above_twice", kept_above_twice),
        ("read_only", read_only),
        ("read_only_session", read_only_session),
        ("above", above),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for form in FORMS {
            let name = format!("{name}::{}", form.name());
            let test = move || test(form).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    trials
}

/// What the image of [`made_woven`] has.
pub fn fill_woven(image: &Path) -> Result<()> {
    fs::create_dir_all(image.join("etc"))?;
    fs::create_dir_all(image.join("over"))?;
    fs::create_dir_all(image.join("m"))?;
    fs::write(image.join("etc/config"), "of the image")?;
    fs::write(image.join("m/hidden"), "hidden")?;
    symlink("../m/dir/file", image.join("etc/in"))?;
    Ok(symlink("m/dir/file", image.join("link"))?)
}

/// What the host gives to [`made_woven`]: `data` and `other`.
///
/// # Errors
/// It cannot be made.
pub fn given_woven() -> Result<(TempDir, TempDir)> {
    let (data, other) = (TempDir::new()?, TempDir::new()?);
    let root = data.path();
    fs::create_dir(root.join("dir"))?;
    fs::create_dir(root.join("empty"))?;
    fs::write(root.join("dir/file"), OF_HOST)?;
    symlink("../../etc/config", root.join("dir/out"))?;
    symlink("../../../etc/config", root.join("dir/far"))?;
    symlink("../dir/file", root.join("dir/near"))?;
    fs::write(other.path().join("file"), "of the other")?;
    Ok((data, other))
}

/// The guest with a tree that has mounts in three places.
///
/// # Errors
/// It cannot be composed.
pub fn made_woven(form: Form) -> Result<PathBuf> {
    let flags = ["--host-dir=data::/m,rw", "--host-dir=other::/over/other,rw", "--host-dir=data::/again,rw"];
    made::composed("woven", || guests::named("mounts"), form, fill_woven, &flags)
}

fn woven(form: Form) -> Result<()> {
    let made = fs::read(made_woven(form)?)?;
    let (data, other) = given_woven()?;
    let given = [Given::new("data", data.path()), Given::new("other", other.path())];
    let output = host::run(&made, &Invocation::with_args(["woven", "largest"]), &given)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    // Every behaviour leaves the directory as it was, apart from times.
    let names: Vec<_> = snapshot(data.path())?.into_keys().collect();
    ensure!(names == ["", "dir", "dir/far", "dir/file", "dir/near", "dir/out", "empty"], "{names:?}");
    ensure!(fs::read_to_string(data.path().join("dir/file"))? == OF_HOST);
    Ok(())
}

/// A directory in two mounts that keep changes above it is two, and a file with two names is one in each.
fn kept_above_twice(form: Form) -> Result<()> {
    let flags = ["--host-dir=data::/m,cow", "--host-dir=other::/over/other", "--host-dir=data::/again,cow"];
    let made = fs::read(made::composed("woven", || guests::named("mounts"), form, fill_woven, &flags)?)?;
    let (data, other) = given_woven()?;
    fs::hard_link(data.path().join("dir/file"), data.path().join("twin"))?;
    let given = [Given::new("data", data.path()), Given::new("other", other.path())];
    let output = host::run(&made, &Invocation::with_args(["copies"]), &given)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    Ok(())
}

fn fill_read_only(image: &Path) -> Result<()> {
    fs::create_dir(image.join("etc"))?;
    fs::write(image.join("etc/config"), "of the image")?;
    Ok(symlink("m/file", image.join("in"))?)
}

fn read_only(form: Form) -> Result<()> {
    let all = left_as_it_was(form, "read-only", &["--host-dir=data::/m"])?;
    ensure!(all.starts_with("nothing_says_that_it_can_be_changed: ok\n"), "{all}");
    // What the flag says and what is meant if it says nothing are the same.
    left_as_it_was(form, "read-only", &["--host-dir=data::/m,ro"]).map(drop)
}

/// A read-only tree has read-only mounts, whatever the flag of the mount says.
fn read_only_session(form: Form) -> Result<()> {
    for name in ["no_file_is_made", "no_name_is_removed", "no_times_are_set_through_a_descriptor", "nothing_is_written"]
    {
        left_as_it_was(form, name, &["--host-dir=data::/m,rw", "--read-only"])?;
    }
    Ok(())
}

/// What is set in a copy-on-write directory stays in memory, whatever descriptor it was set through.
fn above(form: Form) -> Result<()> {
    for name in [
        "times_are_set_through_each_descriptor",
        "times_are_set_by_each_path",
        "sizes_are_set_through_each_descriptor",
        "each_descriptor_is_synced",
        "files_are_linked_from_each_directory",
        "each_descriptor_is_written_and_synced",
    ] {
        left_as_it_was(form, name, &["--host-dir=data::/m,cow"])?;
    }
    Ok(())
}

/// The guest with a tree that has `/m`.
///
/// # Errors
/// It cannot be composed.
pub fn made_read_only(form: Form, flags: &[&str]) -> Result<PathBuf> {
    made::composed("read-only", || guests::named("mounts"), form, fill_read_only, flags)
}

/// What the host gives to [`made_read_only`] as `data`.
///
/// # Errors
/// It cannot be made.
pub fn given_read_only() -> Result<TempDir> {
    let data = TempDir::new()?;
    let root = data.path();
    fs::create_dir(root.join("dir"))?;
    fs::create_dir(root.join("empty"))?;
    fs::write(root.join("file"), OF_HOST)?;
    fs::write(root.join("dir/file"), OF_HOST)?;
    symlink("file", root.join("link"))?;
    stage::still(root)?;
    Ok(data)
}

/// What the guest prints, which must find nothing wrong. The directory of the host, all of which was granted, stays as
/// it was, with all times that change with it.
fn left_as_it_was(form: Form, behaviours: &str, flags: &[&str]) -> Result<String> {
    let made = made_read_only(form, flags)?;
    let data = given_read_only()?;
    let before = snapshot(data.path())?;
    let given = [Given::new("data", data.path())];
    let output = host::run(&fs::read(made)?, &Invocation::with_args([behaviours]), &given)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    ensure!(snapshot(data.path())? == before, "the directory has changed");
    Ok(output.stdout)
}

/// What is in a directory, by path: all that a change of it would change.
pub type Snapshot = BTreeMap<String, Node>;

/// A node and its contents.
#[derive(Debug, PartialEq)]
pub struct Node {
    kind_and_permissions: u32,
    links: u64,
    size: u64,
    number: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    /// What it holds.
    pub contents: Vec<u8>,
}

/// Everything in a directory, and itself.
///
/// # Errors
/// Something cannot be read.
pub fn snapshot(root: &Path) -> Result<Snapshot> {
    let mut all = Snapshot::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry?;
        let metadata: Metadata = fs::symlink_metadata(entry.path())?;
        let contents = match () {
            () if metadata.is_file() => fs::read(entry.path())?,
            () if metadata.is_symlink() => fs::read_link(entry.path())?.into_os_string().into_encoded_bytes(),
            () => Vec::new(),
        };
        let node = Node {
            kind_and_permissions: metadata.mode(),
            links: metadata.nlink(),
            size: metadata.len(),
            number: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            contents,
        };
        all.insert(entry.path().strip_prefix(root)?.to_string_lossy().into_owned(), node);
    }
    Ok(all)
}
