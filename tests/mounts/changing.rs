//! A copy-on-write directory that others change while the app uses it: what the app has changed stays as it left it, and
//! all else is what the host has now. One directory is in the tree twice, `cow` for the app and `rw` for what others do:
//! `tests/guests/changing` plays both.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::wasmtime_host::{self, Prepared};
use wasmtime_wasi::{FsPerms, HostMonotonicClock, WasiCtx};

use crate::made::{self, FORMS};

/// The behaviours of the guest, with the flags that some need besides.
const BEHAVIOURS: &[(&[&str], &[&str])] = &[
    (
        &[],
        &[
            "a_changed_file_stays_when_it_is_removed",
            "a_changed_file_stays_when_it_is_replaced",
            "a_changed_file_stays_when_a_directory_is_put_there",
            "a_file_whose_times_were_set_has_them_when_it_is_replaced",
            "a_file_that_is_open_and_changed_stays_when_it_is_removed",
            "a_file_that_is_open_and_changed_stays_when_it_is_replaced",
            "a_name_that_was_moved_and_made_again_is_listed",
            "a_name_that_was_made_again_while_it_was_open_is_listed",
            "two_generations_are_two_files",
            "two_generations_that_are_open_are_two_files",
            "a_first_change_does_not_turn_the_name_back",
            "what_was_seen_to_be_gone_stays_gone",
            "an_open_file_can_be_changed_when_its_directory_is_removed",
            "an_open_file_can_be_changed_when_a_file_is_put_there",
            "an_open_directory_can_be_changed_when_the_one_around_is_moved",
            "a_name_is_listed_when_what_it_led_to_goes",
            "an_open_file_is_one_by_a_name_that_others_gave_it",
            "a_changed_file_keeps_its_name_when_it_is_renamed",
            "what_others_write_is_seen_until_the_first_change",
            "a_copied_part_never_mixes_with_a_new_file",
            "a_changed_directory_stays_when_it_is_removed",
            "a_changed_directory_stays_when_a_file_is_put_there",
            "a_changed_directory_stays_when_another_is_put_there",
            "a_directory_with_a_changed_file_stays_when_it_is_removed",
            "a_directory_with_a_changed_file_stays_when_a_file_is_put_there",
            "an_emptied_directory_can_be_removed_when_it_is_removed",
            "an_emptied_directory_can_be_removed_when_a_file_is_put_there",
            "a_moved_directory_stays_when_it_is_removed",
            "what_others_make_is_listed_beside_what_the_app_made",
            "a_name_that_both_made_is_gone_when_it_is_removed",
            "a_file_keeps_its_number_when_it_is_changed",
            "a_directory_keeps_its_number_when_it_is_changed",
            "copy_and_original_are_two_objects",
            "names_of_one_file_stay_together",
            "a_replaced_file_is_another_object",
            "the_number_of_a_changed_file_is_its_own",
            "a_number_that_the_host_gives_again_is_another_file",
            "files_whose_times_were_set_are_not_kept_open",
            "changed_files_are_not_kept_open",
            "directories_that_are_not_empty_are_not_kept_open",
            "a_directory_of_many_removed_files_is_removed",
        ],
    ),
    (&["--max-bytes=128K"], &["what_is_copied_up_counts_as_bytes"]),
    (&["--max-nodes=6"], &["what_is_changed_counts_as_nodes"]),
    (&["--max-nodes=0"], &["a_directory_that_others_filled_is_not_empty"]),
];

/// All behaviours, each in a program of its own, in both forms.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for form in FORMS {
        for (flags, behaviour) in
            BEHAVIOURS.iter().flat_map(|(flags, behaviours)| behaviours.iter().map(|behaviour| (*flags, *behaviour)))
        {
            let name = format!("changing::{behaviour}::{}", form.name());
            let test = move || changing(form, flags, behaviour).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
        }
    }
    trials
}

/// What the host has at a time of descriptors and streams. No behaviour needs nearly as many.
const HANDLES: usize = 200;

/// What the app writes; its guest has the same.
const OURS: &[u8] = b"of the app, in memory";

fn changing(form: Form, flags: &[&str], behaviour: &str) -> Result<()> {
    let flags = [&["--host-dir=d::/w,cow", "--host-dir=d::/host,rw"], flags].concat();
    let made = made::composed("changing", || guests::named("changing"), form, |_| Ok(()), &flags)?;
    let data = TempDir::new()?;
    let (stdout, stderr) = wasmtime_host::pipes();
    let mut wasi = WasiCtx::builder();
    wasi.args(&["app.wasm", behaviour]).stdout(stdout.clone()).stderr(stderr.clone());
    wasi.preopened_dir(data.path(), "d", FsPerms::ReadWrite).map_err(|error| anyhow!("{error:?}"))?;
    wasi.monotonic_clock(OpenFiles(data.path().canonicalize()?));
    // What is kept of many files is seen by what is open, and that of listings, which keep no file open, by the end of
    // the handles.
    let output = Prepared::new(&fs::read(made)?)?.run_with_handles(wasi.build(), (stdout, stderr), HANDLES)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    ensure!(output.stdout.ends_with(": ok\n1 of 1 ok\n"), "{}", output.stdout);
    // The guest compares what it sees by the vfs; this does not.
    for entry in walkdir::WalkDir::new(data.path()).into_iter() {
        let entry = entry?;
        let is_ours = |bytes: Vec<u8>| bytes.windows(OURS.len()).any(|part| part == OURS);
        ensure!(!entry.file_type().is_file() || !is_ours(fs::read(entry.path())?), "{} has it", entry.path().display());
    }
    Ok(())
}

/// A clock that tells how many files of a directory are open in this process.
struct OpenFiles(PathBuf);

impl HostMonotonicClock for OpenFiles {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        count_open(&self.0).expect("the process sees what it has open")
    }
}

fn count_open(directory: &Path) -> Result<u64> {
    let mut count = 0;
    for entry in fs::read_dir("/proc/self/fd")? {
        // Some are closed meanwhile.
        let target = fs::read_link(entry?.path());
        count += u64::from(target.is_ok_and(|target| target.starts_with(directory)));
    }
    Ok(count)
}
