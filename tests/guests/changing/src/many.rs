//! So many of something that it is seen what is kept of each.

use std::fs::{self, FileTimes};
use std::time::{Duration, UNIX_EPOCH};

use check::{Behaviour, Outcome, holds, same};

use crate::both::{Errno, OURS, THEIRS, change, count_open, is_gone, names, open, refused};

pub const BEHAVIOURS: &[Behaviour] = &[
    ("files_whose_times_were_set_are_not_kept_open", files_whose_times_were_set_are_not_kept_open),
    ("changed_files_are_not_kept_open", changed_files_are_not_kept_open),
    ("directories_that_are_not_empty_are_not_kept_open", directories_that_are_not_empty_are_not_kept_open),
    ("a_directory_of_many_removed_files_is_removed", a_directory_of_many_removed_files_is_removed),
];

/// Open at most at one moment: the files of one step of the app, and what the vfs has open to look it up.
const FEW: u64 = 8;

fn files_whose_times_were_set_are_not_kept_open() -> Outcome {
    const COUNT: usize = 3_000;
    fs::create_dir("/host/d")?;
    for number in 0..COUNT {
        fs::write(format!("/host/d/{number}"), THEIRS)?;
    }
    let time = UNIX_EPOCH + Duration::new(77, 7);
    let times = FileTimes::new().set_accessed(time).set_modified(time);
    let original = fs::metadata("/host/d/0")?.modified()?;
    let before = count_open();
    for number in 0..COUNT {
        open(&format!("/w/d/{number}"))?.set_times(times)?;
        let now = count_open();
        holds(now <= before + FEW, format!("{now} are open after {} files, {before} before", number + 1))?;
    }
    for number in [0, 1, COUNT / 2, COUNT - 1] {
        let path = format!("/w/d/{number}");
        same(fs::metadata(&path)?.modified()?, time)?;
        same(fs::read_to_string(&path)?.as_str(), THEIRS)?;
        same(fs::metadata(&path)?.modified()?, time)?;
    }
    same(names("/w/d")?.len(), COUNT)?;
    same(fs::metadata("/host/d/0")?.modified()?, original)?;
    let now = count_open();
    holds(now <= before + FEW, format!("{now} are open at the end, {before} before"))
}

fn changed_files_are_not_kept_open() -> Outcome {
    const COUNT: usize = 500;
    fs::create_dir("/host/d")?;
    for number in 0..COUNT {
        fs::write(format!("/host/d/{number}"), THEIRS)?;
    }
    let before = count_open();
    for number in 0..COUNT {
        let path = format!("/w/d/{number}");
        match number % 3 {
            0 => change(&path, OURS)?,
            1 => open(&path)?.set_len(0)?,
            _ => fs::rename(path, format!("/w/d/moved-{number}"))?,
        }
        let now = count_open();
        holds(now <= before + FEW, format!("{now} are open after {} files, {before} before", number + 1))?;
    }
    same(fs::read_to_string("/w/d/0")?.as_str(), OURS)?;
    same(fs::read_to_string("/w/d/1")?.as_str(), "")?;
    same(fs::read_to_string("/w/d/moved-2")?.as_str(), THEIRS)
}

/// git tries to remove each directory above a file that it has removed.
fn directories_that_are_not_empty_are_not_kept_open() -> Outcome {
    const COUNT: usize = 500;
    for number in 0..COUNT {
        fs::create_dir(format!("/host/{number}"))?;
        fs::write(format!("/host/{number}/theirs"), THEIRS)?;
    }
    fs::create_dir("/w/empty")?;
    let before = count_open();
    for number in 0..COUNT {
        let path = format!("/w/{number}");
        // What is changed stays known; only the host's part says that it is not empty.
        fs::write(format!("{path}/own"), OURS)?;
        fs::remove_file(format!("{path}/own"))?;
        refused(fs::remove_dir(&path), Errno::NotEmpty)?;
        refused(fs::rename("/w/empty", &path), Errno::NotEmpty)?;
        let now = count_open();
        holds(now <= before + FEW, format!("{now} are open after {} directories, {before} before", number + 1))?;
    }
    same(names("/w/0")?, ["theirs"])
}

fn a_directory_of_many_removed_files_is_removed() -> Outcome {
    const COUNT: usize = 20_000;
    fs::create_dir("/host/d")?;
    for number in 0..COUNT {
        fs::write(format!("/host/d/{number}"), "")?;
    }
    for number in 0..COUNT {
        fs::remove_file(format!("/w/d/{number}"))?;
    }
    fs::remove_dir("/w/d")?;
    is_gone("/w/d")?;
    same(names("/host/d")?.len(), COUNT)
}
