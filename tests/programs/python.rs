//! `guests/python` as a component: componentize-py with CPython inside.

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
/// The Python environment of `tests/setup.sh` is not there, or componentize-py fails.
pub fn build() -> Result<PathBuf> {
    let guests = paths::tests().join("programs/guests");
    let (app, world) = (guests.join("python/app.py"), guests.join("world.wit"));
    let inputs = [&*app, &*world, &*paths::tests().join("requirements.txt")];
    recipe::kept("python.wasm", &inputs, |made| {
        let tool = paths::tools().join("python/bin/componentize-py");
        ensure!(tool.is_file(), "no {}: run tests/setup.sh", tool.display());
        // CPython leaves bytecode beside what it reads, and it reads all that lies there.
        let work = TempDir::new()?;
        fs::copy(&app, work.path().join("app.py"))?;
        fs::write(work.path().join("world.wit"), wasi_wit::with(&fs::read_to_string(&world)?)?)?;
        let mut command = Command::new(tool);
        command.args(["--quiet", "--wit-path", "world.wit", "--world", "command", "componentize", "app", "--output"]);
        let output = command.arg(made).current_dir(work.path()).output()?;
        ensure!(output.status.success(), "app.py does not build:\n{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    })
}
