//! End of file is `closed` on a stream and never an empty success; `read-directory` never gives `.` or `..`.

use std::fs;

use anyhow::{Result, ensure};
use vfs_tests::guests;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted};

use crate::apps;

#[test]
fn ends_are_told() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        fs::write(image.path().join("empty.txt"), "")?;
        fs::create_dir(image.path().join("w"))?;
        let app = apps::composed(form, &guests::named("raw")?, image.path(), &[])?;
        let behaviours = [
            "read_to_the_end",
            "end_stays_the_end",
            "read_from_the_end",
            "read_from_far_beyond_the_end",
            "read_an_empty_file",
            "skip_past_the_end",
            "splice_at_the_end",
            "no_dot_entries",
        ];
        let output = wasmtime_host::run(&app, &Invocation::with_args(behaviours), Granted::Nothing)?;
        ensure!(output.exit == 0 && output.stdout.ends_with("8 of 8 ok\n"), "{output:?}");
        Ok(())
    })
}
