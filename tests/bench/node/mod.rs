//! Node with several memories, jco and its shim, through `run.mjs`.

use crate::engine::Run;
use crate::lab::run;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use vfs_tests::{node_host, paths};

/// A Node and the script that it runs.
pub struct Node {
    /// As it names it itself: `v24.9.0`.
    pub version: String,
    program: PathBuf,
    script: PathBuf,
}

/// What jco makes of a component.
pub struct Transpiled(PathBuf);

impl Node {
    /// The Node that runs linked components, and the script in `directory`, which is there, beside the packages that it imports.
    ///
    /// # Errors
    /// There is no such Node, or `adapters` has no packages.
    pub fn new(directory: &Path) -> Result<Self> {
        let packages = paths::repository().join("adapters/node_modules");
        ensure!(packages.is_dir(), "no {}: run tests/setup.sh", packages.display());
        symlink(&packages, directory.join("node_modules"))?;
        let script = directory.join("run.mjs");
        fs::write(&script, include_str!("run.mjs"))?;
        let program = node_host::with_multi_memory()?;
        let mut version = Command::new(&program);
        version.arg("--version");
        let version = String::from_utf8(run(version)?.stdout)?.trim().to_owned();
        Ok(Self { version, program, script })
    }

    /// Transpiles `wasm` beside itself.
    pub fn transpile(&self, wasm: &Path) -> Result<Transpiled> {
        let out = wasm.with_extension("js");
        let mut node = Command::new(&self.program);
        node.arg(&self.script).arg("transpile").arg(wasm).arg(&out);
        run(node)?;
        Ok(Transpiled(out))
    }

    /// Runs a component with `arguments` after its name, on `directory` as `/` or on no directory at all.
    pub fn run(&self, app: &Transpiled, directory: Option<&Path>, arguments: &[&str]) -> Result<Run> {
        self.measure("run", app, directory, arguments)
    }

    /// Does the same `times` times, each in an instance that it makes. The cost is that of all of them.
    pub fn instances(
        &self,
        app: &Transpiled,
        directory: Option<&Path>,
        times: usize,
        arguments: &[&str],
    ) -> Result<Run> {
        self.measure("instances", app, directory, &[&[times.to_string().as_str()], arguments].concat())
    }

    fn measure(&self, mode: &str, app: &Transpiled, directory: Option<&Path>, arguments: &[&str]) -> Result<Run> {
        let mut node = Command::new(&self.program);
        node.arg(&self.script).arg(mode).arg(&app.0).arg(directory.unwrap_or(Path::new(""))).args(arguments);
        let output = run(node)?;
        let said = String::from_utf8(output.stderr)?;
        let times = || {
            let (wall, cpu) = said.lines().last()?.split_once(' ')?;
            Some((Duration::from_micros(wall.parse().ok()?), Duration::from_micros(cpu.parse().ok()?)))
        };
        let (wall, cpu) =
            times().with_context(|| format!("Node did not say what the run cost but `{}`", said.trim()))?;
        Ok(Run { stdout: String::from_utf8(output.stdout)?, wall, cpu })
    }
}
