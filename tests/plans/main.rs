//! Random plans through whole composed components: a guest carries them out, and Linux does; every answer, the trees
//! and what is open at the end must agree. `tests/plan-language` makes the plans. The core alone carries out more of
//! them: `vfs-component/core/tests/differential`.
//!
//! `planner` makes the calls of WASI 0.2, `planner.p1` those of preview1, `planner3` those of 0.3. On a directory of the
//! host, which is not Linux in every answer, they must agree. In a mount the vfs walks itself, so that there the answers
//! are Linux's again.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs::{self, FileTimes};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_compose::ExitCode;
use vfs_plan::linux::Linux;
use vfs_plan::{Item, Op, built, carry_out, generate, minimal, print};
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{Granted, Prepared};
use vfs_tests::{compose, guests};

/// Plans of each form over each tree.
const PLANS: u64 = 300;
/// Other plans than those that the core carries out.
const FIRST_SEED: u64 = 1 << 32;

type Compose = fn(&Path, &Path, &[String], &Path) -> Result<()>;

/// A program that carries plans out, and how Linux is asked so that the answers compare.
#[derive(Clone, Copy)]
struct Planner {
    guest: &'static str,
    linux: fn(Linux) -> Linux,
}

const OF_02: Planner = Planner { guest: "planner", linux: |linux| linux };
const OF_03: Planner = Planner { guest: "planner3", linux: |linux| linux };
/// Both descriptors of `path_rename` and `path_link` are looked at before the paths: `docs/preview1.md`.
const OF_PREVIEW1: Planner = Planner { guest: "planner.p1", linux: Linux::with_bases_first };

struct Bench {
    directory: TempDir,
    component: Prepared,
    linux: fn(Linux) -> Linux,
    over_image: bool,
    lower: Lower,
}

/// Where the files are that a plan begins with, and what it changes.
#[derive(Clone, Copy, PartialEq)]
enum Lower {
    /// In the image, and in memory.
    Image,
    /// In a directory of the host, which is in the tree.
    Mount,
    /// Some in the image, some in a directory of the host that is united with it and copied on write.
    Union(&'static Halves),
}

/// The halves of a tree that are united.
#[derive(PartialEq)]
struct Halves {
    /// Paths that only the image has. Directories above them are in both.
    image: &'static [&'static str],
    /// Paths that only the host has.
    host: &'static [&'static str],
    /// What the image has besides under names that the host has: none of it is seen.
    hidden: &'static [(&'static str, Item)],
}

const HALVES: [Halves; 4] = [
    Halves { image: &["a", "b/d", "b/b/d", "c"], host: &["b/a", "b/b/c", "b/c"], hidden: &[] },
    Halves {
        image: &["b/a", "b/b/c", "b/c"],
        host: &["a", "b/d", "b/b/d", "c"],
        hidden: &[("b/b/d", Item::File(b"x"))],
    },
    Halves { image: &["a", "b", "c"], host: &[], hidden: &[] },
    Halves {
        image: &[],
        host: &["a", "b/a", "b/b/c", "b/b/d/a", "b/c", "b/d", "c"],
        hidden: &[
            ("a", Item::Directory),
            ("a/x", Item::File(b"x")),
            ("b/a", Item::Link("../a")),
            ("b/b/c", Item::File(b"other")),
            ("b/b/d/a", Item::Directory),
            ("b/c", Item::File(b"other")),
            ("b/d", Item::Same("b/c")),
            ("c", Item::Directory),
            ("c/x", Item::Directory),
        ],
    },
];

/// Takes paths out of a tree, and adds others.
fn half(root: &Path, without: &[&str], others: &[(&str, Item)]) -> Result<()> {
    for path in without.iter().map(|path| root.join(path)) {
        if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    for (path, item) in others {
        let path = root.join(path);
        match item {
            Item::Directory => fs::create_dir(path)?,
            Item::File(bytes) => fs::write(path, bytes)?,
            Item::Link(target) => std::os::unix::fs::symlink(target, path)?,
            Item::Same(other) => fs::hard_link(root.join(other), path)?,
        }
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(built(true));
    let times = FileTimes::new().set_accessed(time).set_modified(time);
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry?;
        if entry.file_type().is_dir() {
            fs::File::open(entry.path())?.set_times(times)?;
        }
    }
    Ok(())
}

impl Bench {
    fn new(planner: Planner, compose: Compose, over_image: bool, lower: Lower) -> Result<Self> {
        let directory = directory()?;
        let [app, image, out] = ["app.wasm", "image", "out.wasm"].map(|name| directory.path().join(name));
        fs::write(&app, guests::named(planner.guest)?)?;
        fs::create_dir(&image)?;
        let flags = match lower {
            Lower::Image => Linux::new(&image, over_image).map(|_| Vec::new())?,
            Lower::Mount => ["--host-dir=data::/m,rw", "--preopen=/m=/"].map(str::to_owned).to_vec(),
            Lower::Union(halves) => {
                Linux::new(&image, over_image)?;
                if over_image {
                    half(&image, halves.host, halves.hidden)?;
                }
                vec!["--host-dir=data::/,cow,union".to_owned()]
            }
        };
        compose(&app, &image, &flags, &out)?;
        Ok(Self { component: Prepared::new(&fs::read(out)?)?, directory, linux: planner.linux, over_image, lower })
    }

    /// An empty directory of this name.
    fn emptied(&self, name: &str) -> Result<PathBuf> {
        let root = self.directory.path().join(name);
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        fs::create_dir(&root)?;
        Ok(root)
    }

    /// The first line that differs.
    fn run(&self, plan: &[Op]) -> Result<Option<String>> {
        let root = self.emptied("root")?;
        let linux = carry_out(&mut (self.linux)(Linux::new(&root, self.over_image)?), plan);
        let invocation = Invocation { stdin: print(plan), ..Invocation::default() };
        let data = self.emptied("data")?;
        if self.lower != Lower::Image {
            Linux::new(&data, self.over_image)?;
        }
        if let (Lower::Union(halves), true) = (self.lower, self.over_image) {
            half(&data, halves.image, &[])?;
        }
        let before = tree(&data)?;
        let granted = if self.lower == Lower::Image { Granted::Nothing } else { Granted::Named("data", &data) };
        let output = self.component.run(&invocation, granted)?;
        if output.exit != 0 {
            return Ok(Some(format!("{output:?}")));
        }
        let shown = |line: &str| match self.lower {
            Lower::Image => line.to_owned(),
            Lower::Mount => without_access_times(line).to_owned(),
            Lower::Union(_) => without_directories_in_directories(without_access_times(line)),
        };
        let ours: Vec<_> = output.stdout.lines().map(shown).collect();
        let linux: Vec<_> = linux.iter().map(|line| shown(line.as_str())).collect();
        let differs = difference(plan, ("composed", &ours), ("Linux", &linux));
        if matches!(self.lower, Lower::Union(_)) && tree(&data)? != before {
            return Ok(Some(format!("the directory has {:?}, and had {before:?}", tree(&data)?)));
        }
        if differs.is_none() && self.lower == Lower::Mount && tree(&data)? != tree(&root)? {
            return Ok(Some(format!("the directory has {:?}, and Linux's {:?}", tree(&data)?, tree(&root)?)));
        }
        Ok(differs)
    }
}

/// Whether something is a file, its size, and its target or first bytes, because a file may be as large as can be.
type Seen = (bool, u64, Vec<u8>);

/// What is in a directory.
fn tree(root: &Path) -> Result<BTreeMap<PathBuf, Seen>> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root).min_depth(1) {
        let entry = entry?;
        let kind = entry.file_type();
        let (mut size, mut bytes) = (0, Vec::new());
        if kind.is_symlink() {
            bytes = fs::read_link(entry.path())?.into_os_string().into_encoded_bytes();
        } else if kind.is_file() {
            size = entry.metadata()?.len();
            fs::File::open(entry.path())?.take(1 << 16).read_to_end(&mut bytes)?;
        }
        all.insert(entry.path().strip_prefix(root)?.to_owned(), (kind.is_file(), size, bytes));
    }
    Ok(all)
}

/// A new directory, in memory if there is one.
fn directory() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? })
}

/// The first line in which two sides differ, each with its name.
fn difference<L: AsRef<str>>(plan: &[Op], one: (&str, &[L]), other: (&str, &[L])) -> Option<String> {
    let line = |side: (&str, &[L]), number| side.1.get(number).map_or("nothing", AsRef::as_ref).to_owned();
    (0..one.1.len().max(other.1.len())).find_map(|number| {
        let (left, right) = (line(one, number), line(other, number));
        let place = plan.get(number).map_or_else(|| "at the end".to_owned(), Op::to_string);
        (left != right).then(|| format!("{place}\n  {}: {left}\n  {}: {right}", one.0, other.0))
    })
}

fn plans(planner: Planner, compose: Compose, lower: Lower) -> Result<()> {
    for over_image in [false, true] {
        let bench = match Bench::new(planner, compose, over_image, lower) {
            Err(error)
                if error
                    .downcast_ref()
                    .is_some_and(|e: &std::io::Error| e.kind() == std::io::ErrorKind::Unsupported) =>
            {
                eprintln!("skipped: this machine's kernel has no openat2");
                return Ok(());
            }
            bench => bench?,
        };
        for seed in FIRST_SEED..FIRST_SEED + PLANS {
            let plan = generate(seed);
            if bench.run(&plan)?.is_some() {
                let least = minimal(plan, |plan| !matches!(bench.run(plan), Ok(None)));
                let what = bench.run(&least)?.unwrap_or_default();
                ensure!(
                    false,
                    "seed {seed}, over an image: {over_image}: this plan differs\n{}\n{what}",
                    print(&least)
                );
            }
        }
    }
    Ok(())
}

/// The lines of a guest on a new directory of the host.
fn on_the_host(guest: &Prepared, over_image: bool, plan: &[Op]) -> Result<Vec<String>> {
    let directory = directory()?;
    Linux::new(directory.path(), over_image)?;
    let invocation = Invocation { stdin: print(plan), ..Invocation::default() };
    let output = guest.run(&invocation, Granted::ReadWrite(directory.path()))?;
    ensure!(output.exit == 0, "{output:?}");
    Ok(output.stdout.lines().map(str::to_owned).collect())
}

#[test]
fn plugged() -> Result<()> {
    plans(OF_02, compose::plugged, Lower::Image)
}

#[test]
fn linked() -> Result<()> {
    plans(OF_02, compose::linked, Lower::Image)
}

#[test]
fn plugged_of_03() -> Result<()> {
    plans(OF_03, compose::plugged, Lower::Image)
}

#[test]
fn plugged_of_preview1() -> Result<()> {
    plans(OF_PREVIEW1, compose::plugged, Lower::Image)
}

#[test]
fn linked_of_preview1() -> Result<()> {
    plans(OF_PREVIEW1, compose::linked, Lower::Image)
}

#[test]
fn plugged_in_a_mount() -> Result<()> {
    plans(OF_02, compose::plugged, Lower::Mount)
}

#[test]
fn linked_in_a_mount() -> Result<()> {
    plans(OF_02, compose::linked, Lower::Mount)
}

#[test]
fn plugged_of_03_in_a_mount() -> Result<()> {
    plans(OF_03, compose::plugged, Lower::Mount)
}

#[test]
fn linked_of_preview1_in_a_mount() -> Result<()> {
    plans(OF_PREVIEW1, compose::linked, Lower::Mount)
}

#[test]
fn plugged_in_a_union() -> Result<()> {
    HALVES.iter().try_for_each(|halves| plans(OF_02, compose::plugged, Lower::Union(halves)))
}

#[test]
fn linked_in_a_union() -> Result<()> {
    HALVES.iter().try_for_each(|halves| plans(OF_02, compose::linked, Lower::Union(halves)))
}

#[test]
fn plugged_of_03_in_a_union() -> Result<()> {
    HALVES.iter().try_for_each(|halves| plans(OF_03, compose::plugged, Lower::Union(halves)))
}

#[test]
fn linked_of_preview1_in_a_union() -> Result<()> {
    HALVES.iter().try_for_each(|halves| plans(OF_PREVIEW1, compose::linked, Lower::Union(halves)))
}

/// Nobody counts the directories in a united one.
fn without_directories_in_directories(line: &str) -> String {
    let Some((before, facts)) = line.split_once("Directory ") else { return line.to_owned() };
    let after = facts.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}Directory{after}")
}

/// When a directory was last read is the host's affair: by the mount it is noted once in a while.
fn without_access_times(line: &str) -> &str {
    line.split_once(" accessed ").map_or(line, |(before, _)| before)
}

/// Two guests give the same answers on a directory of the host.
fn agree(one: (&str, &[u8]), other: (&str, &[u8])) -> Result<()> {
    let guests = [Prepared::new(one.1)?, Prepared::new(other.1)?];
    for over_image in [false, true] {
        for seed in FIRST_SEED..FIRST_SEED + PLANS {
            let plan = generate(seed);
            let [left, right] = [&guests[0], &guests[1]].map(|guest| on_the_host(guest, over_image, &plan));
            let (left, right) = (left?, right?);
            let [left, right] =
                [&left, &right].map(|lines| lines.iter().map(|line| without_access_times(line)).collect::<Vec<_>>());
            let differs = difference(&plan, (one.0, &left), (other.0, &right));
            ensure!(differs.is_none(), "seed {seed}, over an image: {over_image}\n{}", differs.unwrap_or_default());
        }
    }
    Ok(())
}

#[test]
fn versions_on_the_host() -> Result<()> {
    agree(("0.2", &guests::named("planner")?), ("0.3", &guests::named("planner3")?))
}

/// Without any vfs: what `vfs-compose adapt` makes of a module.
#[test]
fn preview1_on_the_host() -> Result<()> {
    let adapted = vfs_compose::adapt(&guests::named("planner.p1")?, ExitCode::Bool, None)?;
    agree(("0.2", &guests::named("planner")?), ("preview1", &adapted))
}
