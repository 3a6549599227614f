//! All files of a plan are in the image, or in one directory of the host, in which the program has its root. There the
//! vfs walks itself, so that the answers are Linux's and not the host's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_plan::linux::Linux;
use vfs_plan::{Op, carry_out, parse};
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::wasmtime_host::Granted;

use crate::program::{
    FIRST_SEED, OF_02, OF_03, OF_PREVIEW1, Planner, Program, Seen, difference, directory, each, emptied, tree, trial,
    without_access_times,
};

/// Plans of each form over each tree.
const PLANS: u64 = 300;

/// Plans that once differed, and that seeds find late.
const FOUND: &[&str] = &[
    // What was removed from the directory was there again, as the change of a directory in which nothing else was known.
    "set-times-at root \"a\" follow 0 1\nrename root \"b/d\" root \"x\"\n",
    // A file that was open was cut with the number of links that was known when it was opened by its path.
    "open 2 root \"b/d\" follow 0 1\nopen 2 root \"a\" follow 9 0\n",
];

/// Where the files are that a plan begins with, and what it changes.
#[derive(Clone, Copy, PartialEq)]
enum Files {
    /// In the image, and in memory.
    Image,
    /// In a directory of the host, which is in the tree.
    Mount,
    /// The same; what is changed is in memory.
    Copied,
}

pub fn trials() -> Vec<Trial> {
    use Files::{Copied, Image, Mount};
    use Form::{Linked, Plugged};
    let tests = [
        ("plugged", OF_02, Plugged, Image, Extent::Quick),
        ("linked", OF_02, Linked, Image, Extent::Quick),
        ("plugged_of_03", OF_03, Plugged, Image, Extent::Quick),
        ("plugged_of_preview1", OF_PREVIEW1, Plugged, Image, Extent::Quick),
        ("linked_of_preview1", OF_PREVIEW1, Linked, Image, Extent::Quick),
        ("plugged_in_a_mount", OF_02, Plugged, Mount, Extent::Quick),
        ("linked_in_a_mount", OF_02, Linked, Mount, Extent::Quick),
        ("plugged_of_03_in_a_mount", OF_03, Plugged, Mount, Extent::Quick),
        ("linked_of_preview1_in_a_mount", OF_PREVIEW1, Linked, Mount, Extent::Quick),
        ("linked_in_a_copy", OF_02, Linked, Copied, Extent::Quick),
        ("plugged_in_a_copy", OF_02, Plugged, Copied, Extent::All),
        ("plugged_of_03_in_a_copy", OF_03, Plugged, Copied, Extent::All),
        ("linked_of_preview1_in_a_copy", OF_PREVIEW1, Linked, Copied, Extent::All),
    ];
    let all = tests.into_iter().map(|(name, planner, form, files, extent)| {
        trial(name.to_owned(), extent, move || plans(planner, form, files))
    });
    all.collect()
}

fn plans(planner: Planner, form: Form, files: Files) -> Result<()> {
    for over_image in [false, true] {
        let bench = Bench::new(planner, form, over_image, files)?;
        each(FIRST_SEED..FIRST_SEED + PLANS, |_, plan| bench.run(plan))?;
        for text in FOUND {
            let differs = bench.run(&parse(text).map_err(Error::msg)?)?;
            ensure!(differs.is_none(), "this plan differs\n{text}{}", differs.unwrap_or_default());
        }
    }
    Ok(())
}

struct Bench {
    directory: TempDir,
    program: Program,
    linux: fn(Linux) -> Linux,
    over_image: bool,
    files: Files,
}

impl Bench {
    fn new(planner: Planner, form: Form, over_image: bool, files: Files) -> Result<Self> {
        let flags = match files {
            Files::Image => &[][..],
            Files::Mount => &["--host-dir=data::/m,rw", "--preopen=/m=/"],
            Files::Copied => &["--host-dir=data::/m,cow", "--preopen=/m=/"],
        };
        let flags: Vec<_> = flags.iter().map(|&flag| flag.to_owned()).collect();
        let fill = |image: &Path| match files {
            Files::Image => Ok(Linux::new(image, over_image).map(drop)?),
            Files::Mount | Files::Copied => Ok(()),
        };
        let program = Program::compose(planner, form, fill, &flags)?;
        Ok(Self { directory: directory()?, program, linux: planner.linux, over_image, files })
    }

    /// The first line that differs.
    fn run(&self, plan: &[Op]) -> Result<Option<String>> {
        let root = emptied(self.directory.path(), "root")?;
        let linux = carry_out(&mut (self.linux)(Linux::new(&root, self.over_image)?), plan);
        let data = emptied(self.directory.path(), "data")?;
        let (granted, shown): (_, fn(&str) -> String) = match self.files {
            Files::Image => (Granted::Nothing, str::to_owned),
            Files::Mount | Files::Copied => (Granted::Named("data", &data), without_access_times),
        };
        let mut wanted = BTreeMap::<PathBuf, Seen>::new();
        if self.files != Files::Image {
            Linux::new(&data, self.over_image)?;
            wanted = tree(if self.files == Files::Mount { &root } else { &data })?;
        }
        let ours = match self.program.carry_out(plan, granted)? {
            Ok(lines) => lines,
            Err(end) => return Ok(Some(end)),
        };
        let differs = difference(plan, ("composed", &ours), ("Linux", &linux), shown);
        let is = tree(&data)?;
        if differs.is_none() && is != wanted {
            return Ok(Some(format!("the directory has {is:?}, and not {wanted:?}")));
        }
        Ok(differs)
    }
}
