//! A directory of the host that is copied on write, against the kernel's own copy-on-write: the same plan over the same
//! directory, in a mount with `cow` and on overlayfs (`redirect_dir=on,index=on`). Answers and trees agree, and the
//! directory stays as it was, to the nanosecond.
//!
//! Half of the directories are small and have been made at once. The other half is what another plan made of that, with
//! links, hard links, renamed directories and large sparse files.
//!
//! What overlayfs does otherwise than Linux's other filesystems, and how it is left out here:
//!
//! | overlayfs | the vfs, and other filesystems | left out |
//! | --- | --- | --- |
//! | A directory that is in both layers has 1 link. | It has 2, and one for each directory in it. | link counts of directories |
//! | Reading notes no access where the file is the lower's. | A mount option says when it is noted. | access times, as in all mounts here |
//!
//! Its other differences do not show: a plan maps no file (an earlier mapping keeps the lower's bytes), has no executed
//! files, and nobody else changes the lower directory meanwhile.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Error, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_plan::linux::Linux;
use vfs_plan::{Op, carry_out, generate, parse, tree_lines};
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::wasmtime_host::Granted;

use crate::namespace::{Mounted, within};
use crate::program::{
    OF_02, Program, difference, directory, each, emptied, trial, without_access_times, without_links_of_directories,
};

/// Other plans than those of the other tests.
const FIRST_SEED: u64 = 1 << 33;
/// From a plan's seed to that of the plan that makes its directory.
const TO_LOWER: u64 = 1 << 34;

/// Plans that once differed, each with the seed of its directory.
const FOUND: &[(u64, &str)] = &[
    // A link with two names, of which one was removed, was asked of the host by the other.
    (0x100_0000_0f29, "unlink root \"b/c\"\n"),
];

pub fn trials() -> Vec<Trial> {
    let tests = [
        ("overlayfs::some", Form::Linked, 200, Extent::Quick),
        ("overlayfs::many", Form::Linked, 5_000, Extent::All),
        ("overlayfs::many_plugged", Form::Plugged, 1_000, Extent::All),
    ];
    let all = tests
        .into_iter()
        .map(|(name, form, count, extent)| trial(name.to_owned(), extent, move || within(|| plans(form, count))));
    all.collect()
}

fn plans(form: Form, count: u64) -> Result<()> {
    let flags = ["--host-dir=data::/m,cow", "--preopen=/m=/"].map(str::to_owned);
    let program = Program::compose(OF_02, form, |_| Ok(()), &flags)?;
    let folder = directory()?;
    for (seed, text) in FOUND {
        let plan = parse(text).map_err(Error::msg)?;
        let differs = run(&program, &folder, *seed, &plan)?;
        ensure!(differs.is_none(), "seed {seed}: this plan differs\n{text}{}", differs.unwrap_or_default());
    }
    each(FIRST_SEED..FIRST_SEED + count, |seed, plan| run(&program, &folder, seed, plan))
}

/// The first line that differs.
fn run(program: &Program, folder: &TempDir, seed: u64, plan: &[Op]) -> Result<Option<String>> {
    let [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map(|name| emptied(folder.path(), name));
    let (lower, merged) = (lower?, merged?);
    let mut filled = Linux::new(&lower, true)?;
    if seed % 2 == 1 {
        carry_out(&mut filled, &generate(seed + TO_LOWER));
    }
    drop(filled);
    let before = state(&lower)?;
    let upper = upper?;
    // The merged root has the time of this directory.
    fs::File::open(&upper)?.set_modified(fs::metadata(&lower)?.modified()?)?;
    let overlayfs = {
        let _mounted = Mounted::overlay(&lower, &upper, &work?, &merged)?;
        carry_out(&mut Linux::on(&merged)?, plan)
    };
    let ours = match program.carry_out(plan, Granted::Named("data", &lower))? {
        Ok(lines) => lines,
        Err(end) => return Ok(Some(end)),
    };
    let shown = |line: &str| without_links_of_directories(&without_access_times(line));
    let differs = difference(plan, ("composed", &ours), ("overlayfs", &overlayfs), shown);
    let after = state(&lower)?;
    if differs.is_none() && before != after {
        return Ok(Some(format!("the directory was {before:#?}, and is {after:#?}")));
    }
    Ok(differs)
}

/// Everything in a directory, with all that a change would change.
fn state(root: &Path) -> Result<Vec<String>> {
    let mut all: Vec<_> = tree_lines(&mut Linux::on(root)?).iter().map(|line| without_access_times(line)).collect();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let metadata = fs::symlink_metadata(entry?.path())?;
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        all.push(format!("{} {:o} {} {times:?}", metadata.ino(), metadata.mode(), metadata.nlink()));
    }
    Ok(all)
}
