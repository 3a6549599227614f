//! `guests/javascript` as a component: componentize-js with SpiderMonkey inside.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_tests::{paths, wasi_wit};

use crate::recipe;

/// The component, built by the first who asks.
///
/// # Errors
/// The npm packages of `tests/setup.sh` are not there, or componentize-js fails.
pub fn build() -> Result<PathBuf> {
    let guests = paths::tests().join("programs/guests");
    let (app, world) = (guests.join("javascript/app.js"), guests.join("world.wit"));
    let inputs = [&*app, &*world, &*guests.join("javascript/package-lock.json")];
    recipe::kept("javascript.wasm", &inputs, |made| {
        let tool = paths::tools().join("javascript/node_modules/.bin/jco");
        ensure!(tool.is_file(), "no {}: run tests/setup.sh", tool.display());
        let work = TempDir::new()?;
        fs::write(work.path().join("world.wit"), wasi_wit::with(&fs::read_to_string(&world)?)?)?;
        let mut command = Command::new(tool);
        command.arg("componentize").arg(&app).args(["--wit", "world.wit", "--world-name", "command"]);
        // Else it imports wasi:http, whatever the program does.
        command.args(["--disable", "http", "--disable", "fetch-event", "--out"]).arg(made);
        let output = command.current_dir(work.path()).output()?;
        ensure!(output.status.success(), "app.js does not build:\n{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    })
}
