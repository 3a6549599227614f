//! WASI 0.3, plugged: a task waits for each answer that it needs, and others use the tree meanwhile.

use anyhow::{Result, ensure};
use vfs_compose::FormChoice;

use crate::host::{KeptBack, Ran, composed, run};

fn ran(argument: &str, kept_back: KeptBack) -> Result<Ran> {
    run(&composed("late3", FormChoice::Plugged)?, argument, kept_back)
}

fn says(ran: &Ran, lines: &[&str]) -> Result<()> {
    ensure!(ran.stdout.lines().eq(lines.iter().copied()), "{}", ran.stdout);
    Ok(())
}

#[test]
fn each_call_is_answered() -> Result<()> {
    let ran = ran("calls", KeptBack::Nothing)?;
    says(
        &ran,
        &[
            "stat-at: DescriptorType::RegularFile, 20 bytes, Some(1700000000)",
            "missing: Err(ErrorCode::NoEntry)",
            "dir/broken: Err(ErrorCode::Io)",
            "secret/file: Err(ErrorCode::NotPermitted)",
            "readlink-at: dir/file.txt",
            "stat: 20 bytes, DescriptorType::RegularFile, DescriptorFlags(READ | WRITE)",
            "same: true",
            "set-size: 3",
            "through a link: 300000",
            "links: 2",
            "gone: Err(ErrorCode::NoEntry)",
        ],
    )
}

#[test]
fn a_walk_sees_what_another_task_renamed_while_it_waited() -> Result<()> {
    // The host has found the file by then; but the walk starts afresh, and its directory has another name.
    let ran = ran("renamed", KeptBack::Name("file"))?;
    ensure!(ran.stdout.contains("renamed while it waits\nwalked/sub/file: Err(ErrorCode::NoEntry)"), "{}", ran.stdout);
    ensure!(ran.stdout.contains("where it is now: 5"), "{}", ran.stdout);
    Ok(())
}

#[test]
fn answers_come_in_any_order() -> Result<()> {
    let ran = ran("many", KeptBack::In("many", 40))?;
    says(&ran, &["40 are right"])?;
    ensure!(ran.counts.most_at_once == 40, "{:?}", ran.counts);
    Ok(())
}

#[test]
fn calls_can_be_given_up_while_they_wait() -> Result<()> {
    says(&ran("cancelled", KeptBack::Name("file"))?, &["after them: 5"])
}

#[test]
fn streams_and_listings_wait_for_answers() -> Result<()> {
    let ran = ran("streams", KeptBack::Nothing)?;
    says(
        &ran,
        &[
            "read: 300000 bytes, b956aa1e, 150000 bytes, f1d2610f",
            "left: 0, read: 300000 bytes, c0b9edeb",
            "many: 300 names, 000 to 299",
            "dir: 4 names, broken to up",
            "unreadable: Err(ErrorCode::Io)",
        ],
    )?;
    ensure!(ran.counts.most_at_once > 1, "{:?}", ran.counts);
    Ok(())
}
