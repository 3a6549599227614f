//! A host that fails in the middle of something, and one that lies about what it has: the program gets an error or what
//! can be, nothing else is lost, and nothing traps. What the program does is in `tests/guests/mounts/src/lies.rs`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_plan::{generate, print};
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::{Invocation, Output};
use wasmtime_wasi::p2::bindings::sync::filesystem::types::DescriptorType;

use crate::host::Given;
use crate::lying_host::{Liar, Lie, NAMES};
use crate::made::{self, FORMS};
use crate::woven::snapshot;

const ACCESSES: [&str; 3] = ["ro", "rw", "cow"];

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for form in FORMS {
        for access in ACCESSES {
            let name = format!("lies::each::{access}::{}", form.name());
            let test = move || each(form, access).map_err(|error| format!("{error:#}").into());
            trials.push(Extent::Quick.trial(Trial::test(name, test)));
            for (size, seeds, extent) in [("some", 100, Extent::Quick), ("many", 5_000, Extent::All)] {
                let name = format!("lies::{size}::{access}::{}", form.name());
                let test = move || any(form, access, seeds).map_err(|error| format!("{error:#}").into());
                trials.push(extent.trial(Trial::test(name, test)));
            }
        }
    }
    trials
}

/// Lies, each with what the program does.
fn lies() -> Vec<(Lie, &'static str)> {
    let mut lies = vec![
        (Lie::ListingFails { at: 2, times: 1 }, "a_listing_goes_on_after_an_error"),
        (Lie::ListingFails { at: 0, times: 1 }, "a_listing_goes_on_after_an_error"),
        (Lie::ListingFails { at: 6, times: 1 }, "a_listing_goes_on_after_an_error"),
        (Lie::ListingFails { at: 2, times: usize::MAX }, "a_listing_that_always_fails"),
        (Lie::ReadFails { from: 70_000 }, "a_read_that_fails"),
        (Lie::ReadGives { percent: 50 }, "reads_that_give_less"),
        (Lie::ReadGives { percent: 0 }, "reads_that_give_nothing"),
        (Lie::ReadGives { percent: 300 }, "reads_that_give_more"),
        (Lie::WriteFails { from: 50_000 }, "a_write_that_fails_in_the_middle"),
        (Lie::WriteTakes { percent: 0 }, "a_write_that_takes_nothing_or_more"),
        (Lie::WriteTakes { percent: 200 }, "a_write_that_takes_nothing_or_more"),
        (Lie::AppendFails { after: 1000 }, "an_append_that_fails_in_the_middle"),
        (Lie::OneObject, "anything"),
        (Lie::Goes, "a_directory_that_goes"),
        (Lie::Goes, "all_that_goes"),
    ];
    let impossible = NAMES.into_iter().filter(|name| !["a", "b"].contains(name)).map(str::to_owned);
    let names = impossible.chain(["../a".to_owned(), "sub/file".to_owned(), "n".repeat(256)]);
    lies.extend(names.map(|name| (Lie::Named(2, name), "no_name_that_cannot_be_is_listed")));
    let sizes = [0, 1, 6, 65_536, 99_999, 200_000, 1 << 40, i64::MAX as u64, 1 << 63, u64::MAX];
    lies.extend(sizes.map(|size| (Lie::Size(size), "sizes_that_are_not_true")));
    let counts = [0, 1, 2, u64::from(u32::MAX), 1 << 32, u64::MAX];
    lies.extend(counts.map(|links| (Lie::Links(links), "anything")));
    let kinds = [
        DescriptorType::Unknown,
        DescriptorType::BlockDevice,
        DescriptorType::CharacterDevice,
        DescriptorType::Directory,
        DescriptorType::Fifo,
        DescriptorType::SymbolicLink,
        DescriptorType::RegularFile,
        DescriptorType::Socket,
    ];
    lies.extend(kinds.map(|kind| (Lie::Kind(kind), "anything")));
    lies
}

fn fill(image: &Path) -> Result<()> {
    fs::create_dir(image.join("etc"))?;
    Ok(fs::write(image.join("etc/config"), "of the image")?)
}

/// The directories of a host: `data`, `other`, and `outside`, which nothing leads to.
fn around() -> Result<TempDir> {
    let around = TempDir::new()?;
    let root = around.path();
    let data = root.join("data");
    for directory in ["data/lies/sub", "other", "outside"] {
        fs::create_dir_all(root.join(directory))?;
    }
    fs::write(root.join("other/file"), "of the other")?;
    fs::write(root.join("outside/secret"), "secret")?;
    fs::write(data.join("truth"), "the truth")?;
    fs::write(data.join("lie"), (0..100_000).map(|offset| (offset % 251) as u8).collect::<Vec<_>>())?;
    for name in ["a", "b", "c", "d", "e", "sub/file"] {
        fs::write(data.join("lies").join(name), "x")?;
    }
    symlink("lies/b", data.join("lie-near"))?;
    symlink("../outside", data.join("lie-far"))?;
    Ok(around)
}

/// Runs a program, which must not trap. Nothing changes of what it has no part in.
fn run(liar: &Liar, access: &str, arguments: &[&str], stdin: String, lie: &Lie) -> Result<Output> {
    let around = around()?;
    let [data, other] = ["data", "other"].map(|name| around.path().join(name));
    let kept = if access == "rw" || matches!(lie, Lie::Goes) { "outside" } else { "" };
    let before = snapshot(&around.path().join(kept))?;
    let mut invocation = Invocation { stdin, ..Invocation::with_args(arguments.iter().copied()) };
    invocation.env.insert("ACCESS".to_owned(), access.to_owned());
    let given = [Given::new("data", &data), Given::new("other", &other)];
    let output = liar.run(&invocation, &given, &data, lie)?;
    ensure!(output.exit == 0, "{}{}", output.stdout, output.stderr);
    ensure!(snapshot(&around.path().join(kept))? == before, "something has changed");
    Ok(output)
}

fn each(form: Form, access: &str) -> Result<()> {
    let flags = [format!("--host-dir=data::/m,{access}"), "--host-dir=other::/other".to_owned()];
    let flags = flags.each_ref().map(String::as_str);
    let made = made::composed("lies", || guests::named("mounts"), form, fill, &flags)?;
    let liar = Liar::new(&fs::read(made)?)?;
    let mut wrong = Vec::new();
    for (lie, behaviour) in lies() {
        match run(&liar, access, &[behaviour], String::new(), &lie) {
            Ok(output) if output.stdout.contains(": ok") => {}
            Ok(output) => wrong.push(format!("{lie:?}: {output:?}")),
            Err(error) => wrong.push(format!("{lie:?}: {error:#}")),
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Random plans over a host that does anything, in a tree half of which is in the image.
fn any(form: Form, access: &str, seeds: u64) -> Result<()> {
    let flags = [format!("--host-dir=data::/b,{access}"), format!("--host-dir=other::/d,{access}")];
    let flags = flags.each_ref().map(String::as_str);
    let made = made::composed("any lies", || guests::named("planner"), form, fill, &flags)?;
    let liar = Liar::new(&fs::read(made)?)?;
    for seed in 0..seeds {
        let plan = generate(seed);
        let output = run(&liar, access, &["operations", "etc/config"], print(&plan), &Lie::Random(seed));
        let output = output.with_context(|| format!("seed {seed}"))?;
        let lines: Vec<_> = output.stdout.lines().collect();
        ensure!(lines.len() == plan.len() + 1, "seed {seed}: {} lines for {}", lines.len(), plan.len());
        ensure!(lines.last() == Some(&"of the image"), "seed {seed}: {lines:?}");
    }
    Ok(())
}
