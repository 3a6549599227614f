//! Where the component model defines a trap, both forms trap: at handles that the app has not, and at text that is not UTF-8. What is
//! left of the tree then, nobody can ask a component that has trapped; `composer/tests/pipeline/link/isolation/handles.rs` looks at it.

use std::fs;

use anyhow::{Result, ensure};
use vfs_tests::guests;
use vfs_tests::host::{Invocation, TRAP};
use vfs_tests::wasmtime_host::{self, Granted};

use crate::apps;

const TRAPS: [&str; 14] = [
    "stale_descriptor",
    "stale_input_stream",
    "stale_output_stream",
    "stale_directory_entry_stream",
    "stale_pollable",
    "stale_in_a_poll",
    "dropped_twice",
    "dropped_as_another_kind",
    "another_kind",
    "never_given",
    "marked_and_never_given",
    "malformed_path",
    "malformed_new_name",
    "malformed_target",
];

#[test]
fn both_forms_trap() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        fs::create_dir(image.path().join("w"))?;
        let app = apps::composed(form, &guests::named("edges")?, image.path(), &[])?;
        for name in TRAPS {
            let output = wasmtime_host::run(&app, &Invocation::with_args([name]), Granted::Nothing)?;
            // Nothing but a line before the call.
            ensure!(output.exit == TRAP && output.stdout == "now\n", "{name}: {output:?}");
        }
        Ok(())
    })
}
