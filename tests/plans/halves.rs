//! Some directories of the tree are the host's, and the rest is in the image. On Linux, the kernel has directories mounted at
//! the same places: it says between which names nothing can be moved or linked (`cross-device`), and what is busy.
//!
//! Where both are true, either will do if a path of a rename ends in `..`: to Linux it ends in the directory before that,
//! to the vfs in the one where `..` leads.

use std::path::Path;

use anyhow::Result;
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_plan::linux::{Linux, lay_out};
use vfs_plan::{ITEMS, Items, Op, built, carry_out, split};
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::wasmtime_host::Granted;

use crate::namespace::{Mounted, within};
use crate::program::{
    OF_02, OF_03, OF_PREVIEW1, Planner, Program, difference, directory, each, emptied, tree, trial,
    without_access_times,
};

/// Other plans than those of the other tests.
const FIRST_SEED: u64 = 1 << 35;

/// Where directories of the host are, and whether the tree has something to begin with.
const LAYOUTS: &[(&[&str], bool)] = &[
    (&["b"], true),
    (&["b", "d"], true),
    (&["b/b"], true),
    (&["b/b/d", "d/a"], true),
    (&["b", "b/b"], true),
    (&["a", "c"], false),
    (&["a", "a/b"], false),
    (&["a/b"], false),
];

pub fn trials() -> Vec<Trial> {
    use Form::{Linked, Plugged};
    let tests = [
        ("linked", OF_02, Linked, Extent::Quick),
        ("plugged", OF_02, Plugged, Extent::Quick),
        ("plugged_of_03", OF_03, Plugged, Extent::Quick),
        ("linked_of_preview1", OF_PREVIEW1, Linked, Extent::All),
    ];
    let mut all = Vec::new();
    for (name, planner, form, extent) in tests {
        for access in ["rw", "cow"] {
            for (count, size, extent) in [(25, "", extent), (500, "::many", Extent::All)] {
                let name = format!("halves::{name}::{access}{size}");
                all.push(trial(name, extent, move || within(|| plans(planner, form, access, count))));
            }
        }
    }
    all
}

/// As many plans for each layout.
fn plans(planner: Planner, form: Form, access: &str, count: u64) -> Result<()> {
    for (first, (points, over_image)) in (FIRST_SEED..).step_by(1 << 20).zip(LAYOUTS) {
        let halves = Halves::new(planner, form, access, points, *over_image)?;
        let context = || format!("{points:?}, over an image: {over_image}");
        each(first..first + count, |_, plan| halves.run(plan)).map_err(|error| error.context(context()))?;
    }
    Ok(())
}

struct Halves {
    folder: TempDir,
    program: Program,
    linux: fn(Linux) -> Linux,
    points: &'static [&'static str],
    in_image: Items,
    /// What is in each directory of the host.
    given: Vec<Items>,
    time: u64,
    is_copied: bool,
}

impl Halves {
    fn new(
        planner: Planner,
        form: Form,
        access: &str,
        points: &'static [&'static str],
        over_image: bool,
    ) -> Result<Self> {
        let (in_image, given) = split(if over_image { ITEMS } else { &[] }, points);
        let time = built(over_image);
        // All of them are in one directory that the host gives.
        let flags: Vec<_> =
            (0..).zip(points).map(|(number, point)| format!("--host-dir=data/{number}::/{point},{access}")).collect();
        let program = Program::compose(planner, form, |image| Ok(lay_out(image, &in_image, time)?), &flags)?;
        let is_copied = access == "cow";
        Ok(Self { folder: directory()?, program, linux: planner.linux, points, in_image, given, time, is_copied })
    }

    /// What is given to the program, or mounted by the kernel.
    fn lay_out_given(&self, name: &str) -> Result<std::path::PathBuf> {
        let given = emptied(self.folder.path(), name)?;
        for (number, items) in self.given.iter().enumerate() {
            lay_out(&emptied(&given, &number.to_string())?, items, self.time)?;
        }
        Ok(given)
    }

    /// What Linux says. The kernel has the directories in `given` mounted where the program has them.
    fn on_linux(&self, given: &Path, plan: &[Op]) -> Result<Vec<String>> {
        let root = emptied(self.folder.path(), "root")?;
        lay_out(&root, &self.in_image, self.time)?;
        let points = self.points.iter().enumerate();
        let mounted: Vec<_> = points
            .map(|(number, point)| Mounted::bind(&given.join(number.to_string()), &root.join(point)))
            .collect::<Result<_>>()?;
        let lines = carry_out(&mut (self.linux)(Linux::on(&root)?), plan);
        drop(mounted);
        Ok(lines)
    }

    /// The first line that differs.
    fn run(&self, plan: &[Op]) -> Result<Option<String>> {
        let (mounted, data) = (self.lay_out_given("mounted")?, self.lay_out_given("data")?);
        let before = tree(&data)?;
        let linux = self.on_linux(&mounted, plan)?;
        let ours = match self.program.carry_out(plan, Granted::Named("data", &data))? {
            Ok(lines) => lines,
            Err(end) => return Ok(Some(end)),
        };
        let [ours, linux] = [ours, linux].map(|lines| lines_or_both(plan, lines));
        let differs = difference(plan, ("composed", &ours), ("Linux", &linux), without_access_times);
        let (is, wanted) = (tree(&data)?, if self.is_copied { before } else { tree(&mounted)? });
        if differs.is_none() && is != wanted {
            return Ok(Some(format!("the directory has {is:?}, and not {wanted:?}")));
        }
        Ok(differs)
    }
}

/// The lines, in which a rename of a path that ends in `..` fails in one way, whether that is busy or elsewhere.
fn lines_or_both(plan: &[Op], mut lines: Vec<String>) -> Vec<String> {
    for (op, line) in plan.iter().zip(&mut lines) {
        if let Op::Rename { from_path, to_path, .. } = op
            && [from_path, to_path].into_iter().any(|path| path.trim_end_matches('/').ends_with(".."))
            && line == "error cross-device"
        {
            "error busy".clone_into(line);
        }
    }
    lines
}
