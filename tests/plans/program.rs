//! Guests that carry out plans, what they say, and how that is compared.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use libtest_mimic::{Completion, Trial};
use tempfile::TempDir;
use vfs_plan::linux::Linux;
use vfs_plan::{Op, generate, minimal, print};
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{Granted, Prepared};
use vfs_tests::{compose, guests};

/// Other plans than those that the core carries out.
pub const FIRST_SEED: u64 = 1 << 32;

/// A program that carries plans out, and how Linux is asked so that the answers compare.
#[derive(Clone, Copy)]
pub struct Planner {
    pub guest: &'static str,
    pub linux: fn(Linux) -> Linux,
}

pub const OF_02: Planner = Planner { guest: "planner", linux: |linux| linux };
pub const OF_03: Planner = Planner { guest: "planner3", linux: |linux| linux };
/// Both descriptors of `path_rename` and `path_link` are looked at before the paths: `docs/preview1.md`.
pub const OF_PREVIEW1: Planner = Planner { guest: "planner.p1", linux: Linux::with_bases_first };

/// A planner that was composed.
pub struct Program(Prepared);

impl Program {
    /// Composes a planner with an image, which `fill` makes.
    pub fn compose(
        planner: Planner,
        form: Form,
        fill: impl FnOnce(&Path) -> Result<()>,
        flags: &[String],
    ) -> Result<Self> {
        let folder = directory()?;
        let [app, image, out] = ["app.wasm", "image", "out.wasm"].map(|name| folder.path().join(name));
        fs::write(&app, guests::named(planner.guest)?)?;
        fs::create_dir(&image)?;
        fill(&image)?;
        let compose = if form == Form::Linked { compose::linked } else { compose::plugged };
        compose(&app, &image, flags, &out)?;
        Ok(Self(Prepared::new(&fs::read(out)?)?))
    }

    /// What it says of a plan, line by line, or how else it ended.
    pub fn carry_out(&self, plan: &[Op], granted: Granted<'_>) -> Result<Result<Vec<String>, String>> {
        let invocation = Invocation { stdin: print(plan), ..Invocation::default() };
        let output = self.0.run(&invocation, granted)?;
        if output.exit != 0 {
            return Ok(Err(format!("{output:?}")));
        }
        Ok(Ok(output.stdout.lines().map(str::to_owned).collect()))
    }
}

/// Carries out the plans of some seeds; one that differs is made as small as it can be. `differs` gives the first line that
/// does.
pub fn each(seeds: Range<u64>, mut differs: impl FnMut(u64, &[Op]) -> Result<Option<String>>) -> Result<()> {
    for seed in seeds {
        let plan = generate(seed);
        if differs(seed, &plan)?.is_some() {
            let least = minimal(plan, |plan| !matches!(differs(seed, plan), Ok(None)));
            let what = differs(seed, &least)?.unwrap_or_default();
            ensure!(false, "seed {seed}: this plan differs\n{}\n{what}", print(&least));
        }
    }
    Ok(())
}

/// The first line in which two sides differ, each with its name, after `shown` has made them comparable.
pub fn difference(
    plan: &[Op],
    one: (&str, &[String]),
    other: (&str, &[String]),
    shown: impl Fn(&str) -> String,
) -> Option<String> {
    let line =
        |side: (&str, &[String]), number: usize| side.1.get(number).map_or("nothing".to_owned(), |line| shown(line));
    (0..one.1.len().max(other.1.len())).find_map(|number| {
        let (left, right) = (line(one, number), line(other, number));
        let place = plan.get(number).map_or_else(|| "at the end".to_owned(), Op::to_string);
        (left != right).then(|| format!("{place}\n  {}: {left}\n  {}: {right}", one.0, other.0))
    })
}

/// When a directory was last read is the host's affair: by the mount it is noted once in a while.
pub fn without_access_times(line: &str) -> String {
    const WORD: &str = " accessed ";
    let Some((before, time)) = line.split_once(WORD) else { return line.to_owned() };
    format!("{before}{}", time.trim_start_matches(|c: char| c.is_ascii_alphanumeric()))
}

/// The line without the number of links of a directory.
pub fn without_links_of_directories(line: &str) -> String {
    const KIND: &str = "Directory ";
    let Some((before, links)) = line.split_once(KIND) else { return line.to_owned() };
    format!("{before}{KIND}{}", links.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// Whether something is a file, its size, and its target or first bytes, because a file may be as large as can be.
pub type Seen = (bool, u64, Vec<u8>);

/// What is in a directory.
pub fn tree(root: &Path) -> Result<BTreeMap<PathBuf, Seen>> {
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
pub fn directory() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? })
}

/// An empty directory of this name.
pub fn emptied(within: &Path, name: &str) -> Result<PathBuf> {
    let root = within.join(name);
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    fs::create_dir(&root)?;
    Ok(root)
}

/// A test that is ignored where this machine lacks what it needs: it fails with an error of that kind then.
pub fn trial(name: String, extent: Extent, test: impl FnOnce() -> Result<()> + Send + 'static) -> Trial {
    let test = || match test() {
        Ok(()) => Ok(Completion::Completed),
        Err(error) => match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::Unsupported) => Ok(Completion::ignored_with("this machine's kernel has no openat2")),
            Some(io::ErrorKind::PermissionDenied) => Ok(Completion::ignored_with("only root can mount filesystems")),
            _ => Err(format!("{error:#}").into()),
        },
    };
    extent.trial(Trial::ignorable_test(name, test))
}
