//! WASI 0.2, linked and plugged: a call blocks for each answer that it needs.

use anyhow::{Result, ensure};
use vfs_compose::FormChoice;

use crate::host::{KeptBack, Ran, composed, run};

fn in_both_forms(argument: &str, test: impl Fn(Ran) -> Result<()>) -> Result<()> {
    for form in [FormChoice::Linked, FormChoice::Plugged] {
        test(run(&composed("late", form)?, argument, KeptBack::Nothing)?)?;
    }
    Ok(())
}

fn says(ran: &Ran, lines: &[&str]) -> Result<()> {
    ensure!(ran.stdout.lines().eq(lines.iter().copied()), "{}", ran.stdout);
    Ok(())
}

#[test]
fn files_are_read_in_as_many_pieces_as_the_host_gives() -> Result<()> {
    in_both_forms("read", |ran| {
        says(&ran, &READ)?;
        // 300,000 bytes at 10,000 each, and three pieces more.
        ensure!(ran.counts.reads >= 33, "{:?}", ran.counts);
        ensure!(ran.counts.lists == 0, "{:?}", ran.counts);
        Ok(())
    })
}

const READ: [&str; 9] = [
    "/dir/file.txt: 20 bytes, 0fe907c7",
    "/big.bin: 300000 bytes, b956aa1e",
    "/link: 20 bytes, 0fe907c7",
    "/dir/../dir/up: 2 bytes, 00000e9b",
    "/empty: 0 bytes, 00000000",
    "/link -> dir/file.txt",
    "/big.bin at 0: 1000 bytes, 255000fe",
    "/big.bin at 65000: 1000 bytes, f91ff4be",
    "/big.bin at 299500: 500 bytes, 41d283ff",
];

#[test]
fn directories_are_listed_in_as_many_pieces_as_the_host_gives() -> Result<()> {
    in_both_forms("list", |ran| {
        says(
            &ran,
            &[
                "/: again big.bin dir empty link many other secret walked",
                "/walked: sub",
                "/many: 300 names, 000 to 299",
            ],
        )?;
        ensure!(ran.counts.lists >= 46 && ran.counts.reads == 0, "{:?}", ran.counts);
        Ok(())
    })
}

#[test]
fn what_the_host_says_of_names_is_what_the_app_is_told() -> Result<()> {
    in_both_forms("look-up", |ran| {
        let lines: Vec<_> = ran.stdout.lines().map(|line| line.split_once(": ").unwrap_or_default()).collect();
        for (path, outcome) in [
            ("/missing", "NotFound"),
            ("/missing/file", "NotFound"),
            ("/dir/file.txt/x", "NotADirectory"),
            ("/secret/file", "PermissionDenied"),
        ] {
            ensure!(lines.contains(&(path, outcome)), "{path}: {outcome}\n{}", ran.stdout);
        }
        ensure!(
            lines.iter().any(|(path, told)| *path == "/dir/file.txt" && told.ends_with("20 bytes")),
            "{}",
            ran.stdout
        );
        for (what, told) in lines.iter().filter(|(what, _)| ["/dir/broken", "reading", "listing"].contains(what)) {
            ensure!(!told.contains("Ok(()") && !told.contains("bytes"), "{what}: {told}");
        }
        Ok(())
    })
}

#[test]
fn changes_are_kept_above_the_hosts_tree() -> Result<()> {
    in_both_forms("change", |ran| {
        says(
            &ran,
            &[
                "big: 300000 bytes, c0b9edeb",
                "file: a file of the host's, and more",
                "old: Err(NotFound)",
                "removing: false",
                "/: again big.bin empty file link moved other secret walked",
                "/moved: broken file.txt sub unreadable",
                "/moved/sub: newer",
                "cut: a fil",
            ],
        )
    })
}
