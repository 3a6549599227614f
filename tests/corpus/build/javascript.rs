//! JavaScript and TypeScript programs: esbuild makes one module of all, componentize-js puts it beside SpiderMonkey.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use tempfile::TempDir;
use vfs_tests::{paths, stage, wasi_wit};

use super::kept::kept;
use super::tool;

/// `[build.javascript]`: the module in the entry's folder, and the packages of its `package-lock.json` if there is one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JavaScript {
    /// The module.
    entry: String,
}

impl JavaScript {
    /// The component.
    ///
    /// # Errors
    /// The npm packages of `tests/setup.sh` are not there, a package cannot be had, or a tool fails.
    pub fn build(&self, name: &str, folder: &Path) -> Result<PathBuf> {
        let corpus = paths::tests().join("corpus");
        let (world, tools) = (corpus.join("command.wit"), corpus.join("javascript"));
        let source = folder.join("source");
        kept(&format!("{name}.wasm"), &format!("{self:?}"), &[&source, &world, &tools], |made| {
            let work = TempDir::new()?;
            stage::copy_tree(&source, work.path())?;
            fs::copy(tools.join("files.ts"), work.path().join("files.ts"))?;
            fs::write(work.path().join("world.wit"), wasi_wit::with(&fs::read_to_string(&world)?)?)?;
            if source.join("package-lock.json").is_file() {
                fs::copy(tools.join(".npmrc"), work.path().join(".npmrc"))?;
                let mut npm = tool::outside_of_cargo("npm");
                tool::run(npm.args(["ci", "--loglevel=error"]).current_dir(work.path()))?;
            }
            let bundle = work.path().join("bundle.js");
            let mut esbuild = tool::outside_of_cargo(tool::installed("javascript/node_modules/.bin/esbuild")?);
            esbuild.arg(&self.entry).args(["--bundle", "--format=esm", "--external:wasi:*", "--log-level=warning"]);
            esbuild.arg(format!("--outfile={}", bundle.display())).current_dir(work.path());
            tool::run(&mut esbuild)?;
            let mut jco = tool::outside_of_cargo(tool::installed("javascript/node_modules/.bin/jco")?);
            jco.arg("componentize").arg(&bundle).args(["--wit", "world.wit", "--world-name", "command"]);
            // Else it imports wasi:http, whatever the program does.
            jco.args(["--disable", "http", "--disable", "fetch-event", "--out"]).arg(made);
            tool::run(jco.current_dir(work.path())).with_context(|| format!("no component of {}", self.entry))?;
            Ok(())
        })
    }
}
