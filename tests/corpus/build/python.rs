//! Python programs: componentize-py with CPython inside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;
use tempfile::TempDir;
use vfs_tests::{paths, wasi_wit};

use super::kept::kept;
use super::tool;

/// `[build.python]`: `app.py` in the entry's folder, and the packages of its `requirements.txt` if there is one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Python {
    /// The package that does the work, if others wrote it.
    pub package: Option<String>,
}

impl Python {
    /// The component.
    ///
    /// # Errors
    /// The Python environment of `tests/setup.sh` is not there, a package cannot be had, or componentize-py fails.
    pub fn build(&self, name: &str, folder: &Path) -> Result<PathBuf> {
        let (app, requirements) = (folder.join("app.py"), folder.join("requirements.txt"));
        let (world, tools) = (paths::tests().join("corpus/command.wit"), paths::tests().join("requirements.txt"));
        let mut inputs = vec![&*app, &*world, &*tools];
        inputs.extend(requirements.is_file().then_some(&*requirements));
        kept(&format!("{name}.wasm"), "", &inputs, |made| {
            let work = TempDir::new()?;
            // CPython leaves bytecode beside what it reads, and it reads all that lies there.
            fs::copy(&app, work.path().join("app.py"))?;
            fs::write(work.path().join("world.wit"), wasi_wit::with(&fs::read_to_string(&world)?)?)?;
            if requirements.is_file() {
                let mut pip = tool::outside_of_cargo(tool::installed("python/bin/pip")?);
                pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
                tool::run(pip.arg("--target").arg(work.path()).arg("-r").arg(&requirements))?;
            }
            let mut command = tool::outside_of_cargo(tool::installed("python/bin/componentize-py")?);
            command.args(["--quiet", "--wit-path", "world.wit", "--world", "command"]);
            command.args(["componentize", "app", "--output"]).arg(made).current_dir(work.path());
            tool::run(&mut command)?;
            Ok(())
        })
    }
}
