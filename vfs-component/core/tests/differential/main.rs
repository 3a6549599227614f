//! Random plans, carried out here and by Linux on a directory of this machine: the same answers, error for error, the
//! same trees, times included, and the same contents of what is open at the end.
//!
//! Meant differences are in docs/deviations.md; `vfs_plan::linux` puts them in the place of Linux's own answers.
//!
//! - `PLANS=100000 SEED=7 cargo test --release -p vfs-core --test differential` carries out more and others;
//! - `DURATION=600 ... -- --ignored --nocapture without_end` goes on with new seeds for that time;
//! - `PLAN=file ... -- --ignored replay` carries out the plan in a file, as a failure prints it.
#![cfg(target_os = "linux")]

mod listing;
mod ours;
#[path = "../support/mod.rs"]
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ours::Ours;
use tempfile::TempDir;
use vfs_plan::linux::Linux;
use vfs_plan::{Op, carry_out, generate, minimal, parse, print};

/// Plans of each of the two tests.
const PLANS: u64 = 10_500;

/// What is used for all plans of a test.
struct Bench {
    directory: TempDir,
    image: Option<Vec<u8>>,
    /// After how many operations the tree's invariants are checked.
    check_every: usize,
}

impl Bench {
    fn new(over_image: bool) -> Self {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let image = over_image.then(ours::lower);
        Self { directory: directory.unwrap(), image, check_every: 10 }
    }

    /// Whether Linux can carry out plans here: kernels before 5.6 and some sandboxes have no `openat2`.
    fn is_possible(&self) -> bool {
        let possible = Linux::new(&self.fresh(), false).is_ok();
        if !possible {
            eprintln!("skipped: this machine's kernel has no openat2");
        }
        possible
    }

    fn fresh(&self) -> std::path::PathBuf {
        let place = self.directory.path().join("root");
        if place.exists() {
            std::fs::remove_dir_all(&place).unwrap();
        }
        std::fs::create_dir(&place).unwrap();
        place
    }

    /// The first line that differs, ours and Linux's.
    fn run(&self, plan: &[Op]) -> Result<(), String> {
        let mut linux = Linux::new(&self.fresh(), self.image.is_some()).unwrap();
        let linux = carry_out(&mut linux, plan);
        let ours = catch_unwind(AssertUnwindSafe(|| {
            let mut ours = Ours::new(self.image.as_deref(), self.check_every);
            let lines = carry_out(&mut ours, plan);
            ours.end();
            lines
        }));
        let ours = ours.map_err(|_| "a panic, which is told above".to_owned())?;
        let places = plan.iter().map(|op| op.to_string()).chain(std::iter::repeat("at the end".to_owned()));
        match places.zip(ours.iter().zip(&linux)).find(|(_, (ours, linux))| ours != linux) {
            Some((place, (ours, linux))) => Err(format!("{place}\n  here:  {ours}\n  Linux: {linux}")),
            None if ours.len() != linux.len() => Err(format!("at the end\n  here:  {ours:#?}\n  Linux: {linux:#?}")),
            None => Ok(()),
        }
    }

    /// Fails with the smallest plan that shows it.
    fn check(&self, plan: Vec<Op>, seed: u64) {
        if self.run(&plan).is_ok() {
            return;
        }
        let least = minimal(plan, |plan| self.run(plan).is_err());
        let what = self.run(&least).unwrap_err();
        let over = if self.image.is_some() { "over the image" } else { "from nothing" };
        panic!("seed {seed}, {over}: this plan differs\n{}\n{what}", print(&least));
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn some_plans(over_image: bool) {
    let bench = Bench::new(over_image);
    if bench.is_possible() {
        let first = number("SEED").unwrap_or(0);
        (first..first + number("PLANS").unwrap_or(PLANS)).for_each(|seed| bench.check(generate(seed), seed));
    }
}

#[test]
fn from_nothing() {
    some_plans(false);
}

#[test]
fn over_an_image() {
    some_plans(true);
}

// Ignored: it runs for as long as it is told, so it is no test that passes or fails.
#[test]
#[ignore = "`just fuzz` runs it"]
fn without_end() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let first = number("SEED").unwrap_or(now << 24);
    let limit = Duration::from_secs(number("DURATION").unwrap_or(600));
    let (start, mut plans) = (Instant::now(), 0);
    let benches = [false, true].map(|over_image| Bench { check_every: 1, ..Bench::new(over_image) });
    println!("seed {first}");
    while start.elapsed() < limit {
        for bench in &benches {
            let seed = first + plans;
            bench.check(generate(seed), seed);
            plans += 1;
        }
        if plans % 20_000 == 0 {
            println!("{plans} plans in {} s", start.elapsed().as_secs());
        }
    }
    println!("{plans} plans from seed {first} in {} s", start.elapsed().as_secs());
}

// Ignored: it needs the file of a plan that failed, which only whoever looks for the fault has.
#[test]
#[ignore = "carries out one plan that a failure printed"]
fn replay() {
    let file = std::env::var("PLAN").expect("PLAN names a file");
    let plan = parse(&std::fs::read_to_string(file).unwrap()).unwrap();
    for over_image in [false, true] {
        Bench::new(over_image).check(plan.clone(), 0);
    }
}
