//! Guests on a directory of the host, without any vfs. It is not Linux in every answer; but the guests must agree.

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use vfs_compose::ExitCode;
use vfs_plan::linux::Linux;
use vfs_plan::{Op, generate, print};
use vfs_tests::extent::Extent;
use vfs_tests::guests;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{Granted, Prepared};

use crate::program::{FIRST_SEED, difference, directory, trial, without_access_times};

/// Plans of each guest over each tree.
const PLANS: u64 = 300;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("versions_on_the_host".to_owned(), Extent::Quick, || {
            agree(("0.2", &guests::named("planner")?), ("0.3", &guests::named("planner3")?))
        }),
        // Without any vfs: what `vfs-compose adapt` makes of a module.
        trial("preview1_on_the_host".to_owned(), Extent::Quick, || {
            let adapted = vfs_compose::adapt(&guests::named("planner.p1")?, ExitCode::Bool, None)?;
            agree(("0.2", &guests::named("planner")?), ("preview1", &adapted))
        }),
    ]
}

/// Two guests give the same answers.
fn agree(one: (&str, &[u8]), other: (&str, &[u8])) -> Result<()> {
    let guests = [Prepared::new(one.1)?, Prepared::new(other.1)?];
    for over_image in [false, true] {
        for seed in FIRST_SEED..FIRST_SEED + PLANS {
            let plan = generate(seed);
            let [left, right] = [&guests[0], &guests[1]].map(|guest| lines(guest, over_image, &plan));
            let differs = difference(&plan, (one.0, &left?), (other.0, &right?), without_access_times);
            ensure!(differs.is_none(), "seed {seed}, over an image: {over_image}\n{}", differs.unwrap_or_default());
        }
    }
    Ok(())
}

/// The lines of a guest on a new directory.
fn lines(guest: &Prepared, over_image: bool, plan: &[Op]) -> Result<Vec<String>> {
    let directory = directory()?;
    Linux::new(directory.path(), over_image)?;
    let invocation = Invocation { stdin: print(plan), ..Invocation::default() };
    let output = guest.run(&invocation, Granted::ReadWrite(directory.path()))?;
    ensure!(output.exit == 0, "{output:?}");
    Ok(output.stdout.lines().map(str::to_owned).collect())
}
