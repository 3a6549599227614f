//! Files that are open before anything is changed, in `cow` and in `rw`: `tests/guests/mounts/src/opened.rs` says what
//! must be seen of them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::{Invocation, Output};

use crate::cow::snapshot;
use crate::host::{self, Given};
use crate::made::{self, FORMS};

const BEHAVIOURS: [&str; 9] = [
    "opened_twice_it_is_one",
    "what_is_written_is_seen",
    "what_is_written_by_another_name_is_seen",
    "what_is_cut_through_a_link_is_seen",
    "a_removed_file_stays_open",
    "a_renamed_file_stays_the_same",
    "times_that_a_descriptor_sets_are_those_of_the_name",
    "closed_files_are_opened_again",
    "a_directory_moves_with_what_is_open_in_it",
];

/// All behaviours, each in a program of its own, in both forms.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (form, access) in FORMS.into_iter().flat_map(|form| ["rw", "cow"].map(|access| (form, access))) {
        let name = format!("opened::{access}::{}", form.name());
        let test = move || opened(form, access).map_err(|error| format!("{error:#}").into());
        trials.push(Extent::Quick.trial(Trial::test(name, test)));
    }
    trials
}

fn opened(form: Form, access: &str) -> Result<()> {
    let run = |app: &Path, behaviour: &str, given: &[Given]| {
        host::run(&fs::read(app)?, &Invocation::with_args([behaviour]), given)
    };
    each_with(form, access, run, |output| {
        ensure!(output.exit == 0 && output.stdout.contains(": ok"), "{}{}", output.stdout, output.stderr);
        Ok(())
    })
}

/// Runs all behaviours on a host, each in a program of its own over a fresh directory, which `cow` leaves as it was.
///
/// # Errors
/// What a program printed is not right for `check`, or it changed the directory.
pub fn each_with(
    form: Form,
    access: &str,
    run: impl Fn(&Path, &str, &[Given]) -> Result<Output>,
    check: impl Fn(&Output) -> Result<()>,
) -> Result<()> {
    let flag = format!("--host-dir=data::/m,{access}");
    let made = made::composed("opened", || guests::named("mounts"), form, |_| Ok(()), &[&flag])?;
    for behaviour in BEHAVIOURS {
        let data = TempDir::new()?;
        let root = data.path();
        fs::create_dir(root.join("dir"))?;
        fs::write(root.join("dir/file"), "of the host")?;
        fs::write(root.join("other"), "of another")?;
        fs::hard_link(root.join("dir/file"), root.join("twin"))?;
        symlink("../dir/file", root.join("dir/near"))?;
        let before = snapshot(root)?;
        check(&run(&made, behaviour, &[Given::new("data", root)])?).context(behaviour)?;
        ensure!(access != "cow" || snapshot(root)? == before, "{behaviour}: the directory was changed");
    }
    Ok(())
}
