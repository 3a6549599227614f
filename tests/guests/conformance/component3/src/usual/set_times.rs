//! `futimens` and `utimensat`.

use NewTimestamp::{NoChange, Now, Timestamp};
use suite::spelling::{LOOK, LOOK_FOLLOWING, NOWHERE};

use crate::tools::*;

const LATER: Instant = Instant { seconds: 1_300_000_000, nanoseconds: 1 };

async fn times(file: &Descriptor, accessed: Instant, modified: Instant) -> Outcome {
    let seen = file.stat().await?;
    same_time(seen.data_access_timestamp, accessed)?;
    same_time(seen.data_modification_timestamp, modified)
}

#[case]
async fn set_times_to_given_ones(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    file.set_times(Timestamp(THEN), Timestamp(LATER)).await?;
    times(&file, THEN, LATER).await
}

#[case]
async fn set_times_no_change(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    file.set_times(Timestamp(THEN), Timestamp(LATER)).await?;
    file.set_times(NoChange, NoChange).await?;
    times(&file, THEN, LATER).await
}

#[case]
async fn set_times_of_access_alone(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    file.set_times(Timestamp(THEN), Timestamp(THEN)).await?;
    file.set_times(Timestamp(LATER), NoChange).await?;
    times(&file, LATER, THEN).await
}

#[case]
async fn set_times_now(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    file.set_times(Timestamp(THEN), Timestamp(THEN)).await?;
    file.set_times(NoChange, Now).await?;
    same_time(file.stat().await?.data_access_timestamp, THEN)?;
    is_now(file.stat().await?.data_modification_timestamp)
}

#[case]
async fn set_times_sets_the_status_change_time(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    file.set_times(Timestamp(THEN), Timestamp(THEN)).await?;
    is_now(file.stat().await?.status_change_timestamp)
}

#[case]
async fn set_times_to_the_epoch(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    let epoch = Instant { seconds: 0, nanoseconds: 0 };
    file.set_times(Timestamp(epoch), Timestamp(epoch)).await?;
    times(&file, epoch, epoch).await
}

#[case]
async fn set_times_with_too_many_nanoseconds(dir: &Descriptor) -> Outcome {
    let wrong = Instant { seconds: 1, nanoseconds: 1_000_000_000 };
    fails(file(dir, "f", "").await?.set_times(Timestamp(wrong), NoChange).await, E::Invalid)
}

#[case]
async fn set_times_of_a_directory(dir: &Descriptor) -> Outcome {
    dir.set_times(Timestamp(THEN), Timestamp(LATER)).await?;
    times(dir, THEN, LATER).await
}

#[case]
async fn set_times_of_a_file_of_the_tree() -> Outcome {
    let file = root().open_at(FOLLOW, "change/times", EXISTING, READ | WRITE).await?;
    file.set_times(Timestamp(THEN), Timestamp(LATER)).await?;
    times(&file, THEN, LATER).await?;
    same(contents(&file).await?, b"times\n")
}

#[case]
async fn set_times_seen_under_every_name(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    dir.link_at(STAY, "f", dir, "g").await?;
    file.set_times(Timestamp(THEN), Timestamp(LATER)).await?;
    same_time(dir.stat_at(STAY, "g").await?.data_modification_timestamp, LATER)
}

#[case]
async fn set_times_at_of_a_file(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    dir.set_times_at(FOLLOW, "f", Timestamp(THEN), Timestamp(LATER)).await?;
    times(&file, THEN, LATER).await
}

#[case]
async fn set_times_at_following_a_link(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    dir.symlink_at("f", "l").await?;
    dir.set_times_at(FOLLOW, "l", Timestamp(THEN), Timestamp(LATER)).await?;
    times(&file, THEN, LATER).await
}

#[case]
async fn set_times_at_of_a_link_itself(dir: &Descriptor) -> Outcome {
    let file = file(dir, "f", "").await?;
    dir.symlink_at("f", "l").await?;
    dir.set_times_at(STAY, "l", NoChange, Timestamp(THEN)).await?;
    same_time(dir.stat_at(STAY, "l").await?.data_modification_timestamp, THEN)?;
    is_now(file.stat().await?.data_modification_timestamp)
}

#[case]
async fn set_times_at_every_spelling(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK_FOLLOWING, NOWHERE], async |dir, path| dir.set_times_at(FOLLOW, path, Now, Now).await).await
}

#[case]
async fn set_times_at_every_spelling_not_following(dir: &Descriptor) -> Outcome {
    spellings(dir, &[LOOK, NOWHERE], async |dir, path| dir.set_times_at(STAY, path, Now, Now).await).await
}

#[case]
async fn set_times_at_no_entry(dir: &Descriptor) -> Outcome {
    fails(dir.set_times_at(FOLLOW, "none", Now, Now).await, E::NoEntry)
}

#[case]
async fn set_times_at_from_a_file(dir: &Descriptor) -> Outcome {
    fails(file(dir, "f", "x").await?.set_times_at(FOLLOW, "f", Now, Now).await, E::NotDirectory)
}

#[case]
async fn set_times_at_with_too_many_nanoseconds(dir: &Descriptor) -> Outcome {
    file(dir, "f", "").await?;
    let wrong = Instant { seconds: 1, nanoseconds: 1_000_000_000 };
    fails(dir.set_times_at(FOLLOW, "f", NoChange, Timestamp(wrong)).await, E::Invalid)
}

#[case]
async fn set_times_at_circle_of_links() -> Outcome {
    fails(root().set_times_at(FOLLOW, "loop", Now, Now).await, E::Loop)
}

#[case]
async fn set_times_at_name_too_long(dir: &Descriptor) -> Outcome {
    fails(dir.set_times_at(FOLLOW, &"n".repeat(256), Now, Now).await, E::NameTooLong)
}
