//! A program: built, composed with a tree in each form, and with the lister behind it, all by the first who asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_compose::ExitCode;
use vfs_tests::case::Form;
use vfs_tests::{compose, stage};

use crate::build::{self, cargo};
use crate::entry::Entry;
use crate::imports;

/// One entry and what was made of it.
pub struct Program {
    /// What is said of it.
    pub entry: Entry,
    plain: Made,
    listed: Made,
}

/// The program and its two forms, each in a directory of its own.
#[derive(Default)]
struct Made {
    app: Slot<PathBuf>,
    plugged: Slot<(TempDir, PathBuf)>,
    linked: Slot<(TempDir, PathBuf)>,
}

type Slot<T> = OnceLock<Result<T, String>>;

/// What is run: the program, or the program and then the lister.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// As it was built.
    Alone,
    /// `wac plug` of the lister with it.
    Listed,
}

impl Program {
    /// One of which nothing is made yet.
    pub fn new(entry: Entry) -> Self {
        Self { entry, plain: Made::default(), listed: Made::default() }
    }

    /// What it is called: some programs want to know which they are.
    pub fn file_name(&self) -> Result<String> {
        let app = self.app(What::Alone)?;
        Ok(app.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }

    /// The program without files: as the toolchain made it, or with the lister, a component.
    ///
    /// # Errors
    /// It does not build, or `wac` cannot join the two.
    pub fn app(&self, what: What) -> Result<&Path> {
        let path = once(&self.made(what).app, || match what {
            What::Alone => self.entry.spec.build.build(&self.entry.name, &self.entry.folder),
            What::Listed => self.join(),
        })?;
        Ok(path)
    }

    /// The component with its tree inside.
    ///
    /// # Errors
    /// The program does not build, or `vfs-compose` does not take it.
    pub fn composed(&self, what: What, form: Form) -> Result<&Path> {
        let made = self.made(what);
        let slot = if form == Form::Linked { &made.linked } else { &made.plugged };
        let compose = if form == Form::Linked { compose::linked } else { compose::plugged };
        let (_, path) = once(slot, || {
            let (directory, root) = (TempDir::new()?, self.staged()?);
            let composed = directory.path().join(self.file_name()?);
            compose(self.app(what)?, root.path(), &self.flags(), &composed)?;
            Ok((directory, composed))
        })?;
        Ok(path)
    }

    /// A program whose exit codes say more than that it failed keeps them.
    fn flags(&self) -> Vec<String> {
        let has_codes = self.entry.spec.runs.iter().any(|run| run.exit > 1);
        if has_codes { ["--exit-code", "full"].map(str::to_owned).into() } else { Vec::new() }
    }

    /// The tree that it begins with, in a fresh directory.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn staged(&self) -> Result<TempDir> {
        let (directory, spec) = (TempDir::new()?, &self.entry.spec);
        spec.tree.make(directory.path())?;
        let root = self.entry.folder.join("root");
        if root.is_dir() {
            stage::copy_tree(&root, directory.path())?;
        }
        stage::make_all(directory.path(), &spec.make)?;
        Ok(directory)
    }

    fn made(&self, what: What) -> &Made {
        match what {
            What::Alone => &self.plain,
            What::Listed => &self.listed,
        }
    }

    /// The program between the listers: one for when it returns, one for when it exits.
    fn join(&self) -> Result<PathBuf> {
        let folder = build::folder().join("listed");
        fs::create_dir_all(&folder)?;
        let made = |what: &str| folder.join(format!("{}{what}.wasm", self.entry.name));
        let lister = cargo::lister()?;
        let mut app = made(".component");
        let component = as_component(fs::read(self.app(What::Alone)?)?)?;
        fs::write(&app, &component)?;
        if imports::of(&component)?.iter().any(|name| name.starts_with("wasi:cli/exit@")) {
            let exits = made(".exits");
            plug(&app, &lister.with_file_name("at_exit.wasm"), &exits)?;
            app = exits;
        }
        let listed = made("");
        plug(&lister, &app, &listed)?;
        Ok(listed)
    }
}

/// What wasmtime can run of a program as it was built, on whatever directory.
///
/// # Errors
/// It is a module that cannot become a component.
pub fn as_component(app: Vec<u8>) -> Result<Vec<u8>> {
    if wasmparser::Parser::is_component(&app) {
        return Ok(app);
    }
    Ok(vfs_compose::adapt(&app, ExitCode::Bool, None)?)
}

/// `wac plug`.
fn plug(socket: &Path, plug: &Path, out: &Path) -> Result<()> {
    let mut wac = Command::new(compose::wac()?);
    let output = wac.arg("plug").arg(socket).arg("--plug").arg(plug).arg("-o").arg(out).output()?;
    ensure!(output.status.success(), "wac: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn once<T>(slot: &OnceLock<Result<T, String>>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    slot.get_or_init(|| make().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow::Error::msg(error.clone()))
}
