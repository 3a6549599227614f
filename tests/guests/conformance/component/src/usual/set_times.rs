//! `futimens` and `utimensat`.

use NewTimestamp::{NoChange, Now, Timestamp};
use suite::spelling::{LOOK, LOOK_FOLLOWING, NOWHERE};

use crate::tools::*;

const LATER: Datetime = Datetime { seconds: 1_300_000_000, nanoseconds: 1 };

fn times(file: &Descriptor, accessed: Datetime, modified: Datetime) -> Outcome {
    let seen = file.stat()?;
    same_time(seen.data_access_timestamp, accessed)?;
    same_time(seen.data_modification_timestamp, modified)
}

#[case]
fn set_times_to_given_ones(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    file.set_times(Timestamp(THEN), Timestamp(LATER))?;
    times(&file, THEN, LATER)
}

#[case]
fn set_times_no_change(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    file.set_times(Timestamp(THEN), Timestamp(LATER))?;
    file.set_times(NoChange, NoChange)?;
    times(&file, THEN, LATER)
}

#[case]
fn set_times_of_access_alone(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    file.set_times(Timestamp(THEN), Timestamp(THEN))?;
    file.set_times(Timestamp(LATER), NoChange)?;
    times(&file, LATER, THEN)
}

#[case]
fn set_times_now(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    file.set_times(Timestamp(THEN), Timestamp(THEN))?;
    file.set_times(NoChange, Now)?;
    same_time(file.stat()?.data_access_timestamp, THEN)?;
    is_now(file.stat()?.data_modification_timestamp)
}

#[case]
fn set_times_sets_the_status_change_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    file.set_times(Timestamp(THEN), Timestamp(THEN))?;
    is_now(file.stat()?.status_change_timestamp)
}

#[case]
fn set_times_to_the_epoch(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    let epoch = Datetime { seconds: 0, nanoseconds: 0 };
    file.set_times(Timestamp(epoch), Timestamp(epoch))?;
    times(&file, epoch, epoch)
}

#[case]
fn set_times_with_too_many_nanoseconds(dir: &Descriptor) -> Outcome {
    let wrong = Datetime { seconds: 1, nanoseconds: 1_000_000_000 };
    fails(file(dir, "f", "")?.set_times(Timestamp(wrong), NoChange), E::Invalid)
}

#[case]
fn set_times_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.set_times(Timestamp(THEN), Timestamp(LATER))?;
    times(dir, THEN, LATER)
}

#[case]
fn set_times_of_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/times", EXISTING, READ | WRITE)?;
    file.set_times(Timestamp(THEN), Timestamp(LATER))?;
    times(&file, THEN, LATER)?;
    same(contents(&file)?, b"times\n")
}

#[case]
fn set_times_seen_under_every_name(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    dir.link_at(STAY, "f", dir, "g")?;
    file.set_times(Timestamp(THEN), Timestamp(LATER))?;
    same_time(dir.stat_at(STAY, "g")?.data_modification_timestamp, LATER)
}

#[case]
fn set_times_at_of_a_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    dir.set_times_at(FOLLOW, "f", Timestamp(THEN), Timestamp(LATER))?;
    times(&file, THEN, LATER)
}

#[case]
fn set_times_at_following_a_link(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    dir.symlink_at("f", "l")?;
    dir.set_times_at(FOLLOW, "l", Timestamp(THEN), Timestamp(LATER))?;
    times(&file, THEN, LATER)
}

#[case]
fn set_times_at_of_a_link_itself(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "")?;
    dir.symlink_at("f", "l")?;
    dir.set_times_at(STAY, "l", NoChange, Timestamp(THEN))?;
    same_time(dir.stat_at(STAY, "l")?.data_modification_timestamp, THEN)?;
    is_now(file.stat()?.data_modification_timestamp)
}

#[case]
fn set_times_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], |dir, path| dir.set_times_at(FOLLOW, path, Now, Now))
}

#[case]
fn set_times_at_every_spelling_not_following(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK, NOWHERE], |dir, path| dir.set_times_at(STAY, path, Now, Now))
}

#[case]
fn set_times_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.set_times_at(FOLLOW, "none", Now, Now), E::NoEntry)
}

#[case]
fn set_times_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x")?.set_times_at(FOLLOW, "f", Now, Now), E::NotDirectory)
}

#[case]
fn set_times_at_with_too_many_nanoseconds(dir: &Descriptor) -> Outcome {
    file(dir, "f", "")?;
    let wrong = Datetime { seconds: 1, nanoseconds: 1_000_000_000 };
    fails(dir.set_times_at(FOLLOW, "f", NoChange, Timestamp(wrong)), E::Invalid)
}

#[case]
fn set_times_at_circle_of_links() -> Outcome {
    fails(root().set_times_at(FOLLOW, "loop", Now, Now), E::Loop)
}

#[case]
fn set_times_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.set_times_at(FOLLOW, &"n".repeat(256), Now, Now), E::NameTooLong)
}
