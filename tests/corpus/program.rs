//! A program: built, composed with a tree in each form, and with the lister behind it, all by the first who asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use vfs_compose::ExitCode;
use vfs_tests::case::Form;
use vfs_tests::host::Invocation;
use vfs_tests::{compose, stage};

use crate::build::{self, cargo};
use crate::entry::{Entry, Run, Takes};
use crate::imports;
use crate::on_directory;

/// One entry and what was made of it.
pub struct Program {
    /// What is said of it.
    pub entry: Entry,
    taken: Vec<Taken>,
    plain: Made,
    listed: Made,
}

/// A file that another program left.
struct Taken {
    from: Arc<Program>,
    run: String,
    file: String,
    content: Slot<Vec<u8>>,
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
    /// Those of all entries, of which nothing is made yet.
    ///
    /// # Errors
    /// One takes what no other leaves.
    pub fn all(mut entries: Vec<Entry>) -> Result<Vec<Arc<Self>>> {
        let mut programs: Vec<Arc<Self>> = Vec::new();
        while !entries.is_empty() {
            let find = |name: &str| programs.iter().find(|program| program.entry.name == name);
            let (ready, rest): (Vec<_>, _) =
                entries.into_iter().partition(|entry| entry.spec.takes.iter().all(|one| find(&one.program).is_some()));
            ensure!(!ready.is_empty(), "{} takes a file of a program that is not there", rest[0].name);
            let made: Vec<_> = ready.into_iter().map(|entry| Arc::new(Self::new(entry, find))).collect();
            programs.extend(made);
            entries = rest;
        }
        programs.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
        Ok(programs)
    }

    fn new<'p>(entry: Entry, find: impl Fn(&str) -> Option<&'p Arc<Self>>) -> Self {
        let taken = entry.spec.takes.iter().filter_map(|Takes { program, run, file }| {
            let from = Arc::clone(find(program)?);
            Some(Taken { from, run: run.clone(), file: file.clone(), content: Slot::new() })
        });
        let taken = taken.collect();
        Self { entry, taken, plain: Made::default(), listed: Made::default() }
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
        self.app(What::Alone)?;
        spec.build.add_data(&self.entry.name, directory.path())?;
        for taken in &self.taken {
            let content = once(&taken.content, || taken.from.left(&taken.run, &taken.file))?;
            fs::write(directory.path().join(taken.file.trim_start_matches('/')), content)?;
        }
        stage::make_all(directory.path(), &spec.make)?;
        Ok(directory)
    }

    /// How a run of it is started.
    ///
    /// # Errors
    /// It does not build.
    pub fn invocation(&self, run: &Run) -> Result<Invocation> {
        let (name, stdin) = (Some(self.file_name()?), run.stdin.clone());
        Ok(Invocation { name, stdin, ..Invocation::with_args(run.args.clone()) })
    }

    /// A file that a run of it leaves in a directory of the host.
    fn left(&self, run: &str, file: &str) -> Result<Vec<u8>> {
        let (name, root) = (&self.entry.name, self.staged()?);
        let run = self.entry.spec.runs.iter().find(|one| one.name == run);
        let run = run.with_context(|| format!("{name} has no such run"))?;
        let output = on_directory::run(self.app(What::Alone)?, &self.invocation(run)?, root.path())?;
        ensure!(output.exit == run.exit, "{name}/{} ends with {}\n{}", run.name, output.exit, output.stderr);
        let left = fs::read(root.path().join(file.trim_start_matches('/')));
        left.with_context(|| format!("{name}/{} leaves no {file}", run.name))
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
