//! Any mix of 0.2.x minors composes, and what is composed runs.

use anyhow::{Result, ensure};
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted};

use crate::apps;

#[test]
fn apps_of_every_minor_run() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        for app in apps::all()? {
            let (args, wanted): (&[&str], _) = if app.name.starts_with("posix") {
                (&["metadata_of_a_file"], "metadata_of_a_file: ok\n1 of 1 ok\n")
            } else if app.name.starts_with("raw") {
                (&["read_to_the_end"], "read_to_the_end: ok\n1 of 1 ok\n")
            } else {
                (&["tree"], "/dir/\n/dir/a.txt 2\n/hello.txt 13\n")
            };
            let out = apps::composed(form, &app.bytes, image.path(), &[])?;
            let output = wasmtime_host::run(&out, &Invocation::with_args(args.iter().copied()), Granted::Nothing)?;
            ensure!(output.exit == 0 && output.stdout == wanted, "{}: {output:?}", app.name);
        }
        Ok(())
    })
}
