//! A directory of the host that is united with the image and copied on write: some of a plan's files are in the image, some
//! in that directory, and directories may be in both.

use std::fs::{self, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_plan::linux::Linux;
use vfs_plan::{Item, Op, built, carry_out};
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::wasmtime_host::Granted;

use crate::program::{
    FIRST_SEED, OF_02, OF_03, OF_PREVIEW1, Planner, Program, difference, directory, each, emptied, tree, trial,
    without_access_times, without_links_of_directories,
};

/// Plans of each form over each tree.
const PLANS: u64 = 300;

/// The halves of a tree that are united.
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

pub fn trials() -> Vec<Trial> {
    let tests = [
        ("plugged_in_a_union", OF_02, Form::Plugged),
        ("linked_in_a_union", OF_02, Form::Linked),
        ("plugged_of_03_in_a_union", OF_03, Form::Plugged),
        ("linked_of_preview1_in_a_union", OF_PREVIEW1, Form::Linked),
    ];
    let all = tests.into_iter().map(|(name, planner, form)| {
        trial(name.to_owned(), Extent::Quick, move || HALVES.iter().try_for_each(|halves| plans(planner, form, halves)))
    });
    all.collect()
}

fn plans(planner: Planner, form: Form, halves: &'static Halves) -> Result<()> {
    for over_image in [false, true] {
        let bench = Bench::new(planner, form, over_image, halves)?;
        each(FIRST_SEED..FIRST_SEED + PLANS, |_, plan| bench.run(plan))?;
    }
    Ok(())
}

struct Bench {
    directory: TempDir,
    program: Program,
    linux: fn(Linux) -> Linux,
    over_image: bool,
    halves: &'static Halves,
}

impl Bench {
    fn new(planner: Planner, form: Form, over_image: bool, halves: &'static Halves) -> Result<Self> {
        let fill = |image: &Path| {
            Linux::new(image, over_image)?;
            if over_image { half(image, halves.host, halves.hidden) } else { Ok(()) }
        };
        let program = Program::compose(planner, form, fill, &["--host-dir=data::/,cow,union".to_owned()])?;
        Ok(Self { directory: directory()?, program, linux: planner.linux, over_image, halves })
    }

    /// The first line that differs.
    fn run(&self, plan: &[Op]) -> Result<Option<String>> {
        let root = emptied(self.directory.path(), "root")?;
        let linux = carry_out(&mut (self.linux)(Linux::new(&root, self.over_image)?), plan);
        let data = emptied(self.directory.path(), "data")?;
        Linux::new(&data, self.over_image)?;
        if self.over_image {
            half(&data, self.halves.image, &[])?;
        }
        let before = tree(&data)?;
        let ours = match self.program.carry_out(plan, Granted::Named("data", &data))? {
            Ok(lines) => lines,
            Err(end) => return Ok(Some(end)),
        };
        // Nobody counts the directories in a united one.
        let shown = |line: &str| without_links_of_directories(&without_access_times(line));
        let differs = difference(plan, ("composed", &ours), ("Linux", &linux), shown);
        let is = tree(&data)?;
        if differs.is_none() && is != before {
            return Ok(Some(format!("the directory has {is:?}, and had {before:?}")));
        }
        Ok(differs)
    }
}

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
