//! Random plans through whole composed components: a guest carries them out, and Linux does; every answer, the trees and what is open
//! at the end must agree. The core alone carries out more of them: `vfs-component/core/tests/differential`.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_plan::linux::Linux;
use vfs_plan::{Op, carry_out, generate, minimal, print};
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{Granted, Prepared};
use vfs_tests::{compose, guests};

/// Plans of each form over each tree.
const PLANS: u64 = 300;
/// Other plans than those that the core carries out.
const FIRST_SEED: u64 = 1 << 32;

type Compose = fn(&Path, &Path, &[String], &Path) -> Result<()>;

struct Bench {
    directory: TempDir,
    component: Prepared,
    over_image: bool,
}

impl Bench {
    fn new(compose: Compose, over_image: bool) -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new()? };
        let [app, image, out] = ["app.wasm", "image", "out.wasm"].map(|name| directory.path().join(name));
        fs::write(&app, guests::named("planner")?)?;
        fs::create_dir(&image)?;
        Linux::new(&image, over_image)?;
        compose(&app, &image, &[], &out)?;
        Ok(Self { component: Prepared::new(&fs::read(out)?)?, directory, over_image })
    }

    /// The first line that differs.
    fn run(&self, plan: &[Op]) -> Result<Option<String>> {
        let root = self.directory.path().join("root");
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        fs::create_dir(&root)?;
        let linux = carry_out(&mut Linux::new(&root, self.over_image)?, plan);
        let invocation = Invocation { stdin: print(plan), ..Invocation::default() };
        let output = self.component.run(&invocation, Granted::Nothing)?;
        if output.exit != 0 {
            return Ok(Some(format!("{output:?}")));
        }
        let mut ours: Vec<_> = output.stdout.lines().collect();
        ours.resize(ours.len().max(linux.len()), "nothing");
        let mut places = plan.iter().map(Op::to_string).chain(std::iter::repeat("at the end".to_owned()));
        let mut lines = ours.iter().zip(linux.iter().map(String::as_str).chain(std::iter::repeat("nothing")));
        let differs = lines.find_map(|(ours, linux)| {
            let place = places.next()?;
            (*ours != linux).then(|| format!("{place}\n  composed: {ours}\n  Linux:    {linux}"))
        });
        Ok(differs)
    }
}

fn plans(compose: Compose) -> Result<()> {
    for over_image in [false, true] {
        let bench = match Bench::new(compose, over_image) {
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

#[test]
fn plugged() -> Result<()> {
    plans(compose::plugged)
}

#[test]
fn linked() -> Result<()> {
    plans(compose::linked)
}
