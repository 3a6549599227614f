//! One program, one tree, one start: the same on a host directory, and composed in both forms on every host.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::{chromium_host, compose, node_host, normalise, stage, wasmtime50_host};

use crate::program::Program;

/// What is run on what.
pub struct Scenario {
    /// In the names of the trials.
    pub name: &'static str,
    /// The program.
    pub program: Program,
    /// Its arguments.
    pub arguments: &'static str,
    /// Makes the files in an empty directory.
    pub tree: fn(&Path) -> Result<()>,
    /// Something that it must print, so that two equal failures are none.
    pub says: &'static str,
    /// It goes through directories as they come: its lines may be in any order.
    pub any_order: bool,
    /// What `--form plugged` says instead of plugging it.
    pub refused: Option<&'static str>,
    expected: OnceLock<Result<Output, String>>,
    plugged: Composed,
    linked: Composed,
}

/// A component with the files inside, in a directory of its own.
type Composed = OnceLock<Result<(TempDir, PathBuf), String>>;

impl Scenario {
    /// One of which nothing is made yet. `arguments` are words between spaces.
    pub fn new(
        name: &'static str,
        program: Program,
        arguments: &'static str,
        tree: fn(&Path) -> Result<()>,
        says: &'static str,
    ) -> Self {
        let (any_order, refused) = (false, None);
        let (expected, plugged, linked) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { any_order, refused, name, program, arguments, tree, says, expected, plugged, linked }
    }

    /// The same, its lines in any order.
    pub fn in_any_order(self) -> Self {
        Self { any_order: true, ..self }
    }

    /// The same, of a program that can only be linked: for the other form, `vfs-compose` must say this.
    pub fn not_plugged(self, refused: &'static str) -> Self {
        Self { refused: Some(refused), ..self }
    }

    /// As it was built, on a host directory, on wasmtime.
    ///
    /// # Errors
    /// It fails, or does not say what it must.
    pub fn on_host_directory(&self) -> Result<()> {
        self.expected().map(drop)
    }

    /// Composed, on the embedded wasmtime.
    ///
    /// # Errors
    /// It does not print what it prints on a host directory.
    pub fn on_wasmtime(&self, form: Form) -> Result<()> {
        let expected = self.expected()?;
        let app = std::fs::read(self.composed(form)?)?;
        self.same(expected, wasmtime_host::run(&app, &self.invocation(), Granted::Nothing)?)
    }

    /// Composed, on the newer wasmtime.
    ///
    /// # Errors
    /// It does not print what it prints on a host directory.
    pub fn on_wasmtime50(&self, form: Form) -> Result<()> {
        let expected = self.expected()?;
        self.same(expected, wasmtime50_host::run(self.composed(form)?, &self.invocation())?)
    }

    /// Composed, on Node.
    ///
    /// # Errors
    /// It does not print what it prints on a host directory.
    pub fn on_node(&self, form: Form) -> Result<()> {
        let expected = self.expected()?;
        self.same(expected, node_host::run(self.composed(form)?, form, &self.invocation())?)
    }

    /// Composed, in Chromium.
    ///
    /// # Errors
    /// It does not print what it prints on a host directory.
    pub fn on_chromium(&self, form: Form) -> Result<()> {
        let expected = self.expected()?;
        self.same(expected, chromium_host::run(self.composed(form)?, &self.invocation())?)
    }

    /// Not plugged, for the reason that it gives.
    ///
    /// # Errors
    /// It was plugged, or something else was said.
    pub fn is_refused(&self) -> Result<()> {
        let said = self.composed(Form::Plugged).err().context("it was plugged")?.to_string();
        ensure!(self.refused.is_some_and(|reason| said.contains(reason)), "this was said:\n{said}");
        Ok(())
    }

    fn same(&self, expected: &Output, seen: Output) -> Result<()> {
        let stdout = |output: &Output| if self.any_order { sorted(&output.stdout) } else { output.stdout.clone() };
        let (wanted, found) = (stdout(expected), stdout(&seen));
        if expected.exit != seen.exit || wanted != found {
            bail!(
                "exit code {}, on the host directory {}; its output differs:\n{}\nstderr:\n{}",
                seen.exit,
                expected.exit,
                normalise::difference(&wanted, &found),
                seen.stderr
            );
        }
        Ok(())
    }

    fn stage(&self, root: &Path) -> Result<()> {
        (self.tree)(root)?;
        stage::still(root)
    }

    fn invocation(&self) -> Invocation {
        let name = Some(self.program.file_name().to_owned());
        Invocation { name, ..Invocation::with_args(self.arguments.split_whitespace()) }
    }

    /// What it prints on a host directory.
    fn expected(&self) -> Result<&Output> {
        once(&self.expected, || {
            let app = std::fs::read(self.program.build()?)?;
            let root = TempDir::new()?;
            self.stage(root.path())?;
            let output = wasmtime_host::run(&app, &self.invocation(), Granted::ReadWrite(root.path()))?;
            let Output { exit, stdout, stderr } = &output;
            ensure!(
                *exit == 0 && stdout.contains(self.says),
                "on the host directory it ends with {exit} and does not say `{}`\n{stdout}{stderr}",
                self.says,
            );
            Ok(output)
        })
    }

    /// The component with the files inside.
    fn composed(&self, form: Form) -> Result<&Path> {
        let slot = if form == Form::Linked { &self.linked } else { &self.plugged };
        let compose = if form == Form::Linked { compose::linked } else { compose::plugged };
        let (_, path) = once(slot, || {
            let (directory, root) = (TempDir::new()?, TempDir::new()?);
            self.stage(root.path())?;
            let composed = directory.path().join(self.program.file_name());
            compose(&self.program.build()?, root.path(), &[], &composed)?;
            Ok((directory, composed))
        })?;
        Ok(path)
    }
}

fn once<T>(slot: &OnceLock<Result<T, String>>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    slot.get_or_init(|| make().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow::Error::msg(error.clone()))
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}
