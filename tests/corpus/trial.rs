//! One start of one program: the same on a host directory, and composed in both forms on every host.

use std::fs;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, bail, ensure};
use vfs_tests::case::{Form, Host};
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::{chromium_host, node_host, normalise, wasmtime50_host};

use crate::entry::Run;
use crate::list;
use crate::on_directory;
use crate::program::{Program, What};

/// A run of a program, and what it printed on a host directory.
pub struct Trial {
    /// The program.
    pub program: Arc<Program>,
    index: usize,
    alone: Expected,
    listed: Expected,
}

type Expected = OnceLock<Result<Output, String>>;

impl Trial {
    /// All runs of a program.
    pub fn all(program: &Arc<Program>) -> Vec<Self> {
        let one = |index| {
            let (alone, listed) = (OnceLock::new(), OnceLock::new());
            Self { program: Arc::clone(program), index, alone, listed }
        };
        (0..program.entry.spec.runs.len()).map(one).collect()
    }

    /// Which of its program's runs it is.
    pub fn index(&self) -> usize {
        self.index
    }

    /// What is run.
    pub fn run(&self) -> &Run {
        &self.program.entry.spec.runs[self.index]
    }

    /// As it was built, on a host directory, on wasmtime; a module by the engine's own preview1. The lister behind it sees
    /// what it leaves.
    ///
    /// # Errors
    /// It does not end or say what it must, or the lister sees something else.
    pub fn on_host_directory(&self) -> Result<()> {
        self.expected(What::Alone)?;
        if self.run().leaves.is_none() {
            return Ok(());
        }
        let root = self.program.staged()?;
        on_directory::run(self.program.app(What::Alone)?, &self.invocation()?, root.path())?;
        let (left, seen) = (list::list(root.path())?, &self.expected(What::Listed)?.stdout);
        ensure!(seen.ends_with(&left), "the lister sees another tree:\n{}", normalise::difference(&left, seen));
        Ok(())
    }

    /// Composed, on a host.
    ///
    /// # Errors
    /// It does not print what it prints on a host directory.
    pub fn composed(&self, form: Form, host: Host) -> Result<()> {
        let expected = self.expected(What::Alone)?;
        let seen = self.seen(form, host)?;
        self.same(expected, &seen)?;
        // A program that must fail, and one that its host does not even load, look alike.
        let says = &self.run().says;
        ensure!(seen.stdout.contains(says) || seen.stderr.contains(says), "it does not say `{says}`\n{}", seen.stderr);
        Ok(())
    }

    /// Composed with the lister behind it, on wasmtime.
    ///
    /// # Errors
    /// It does not leave the tree that it leaves in a host directory.
    pub fn tree(&self, form: Form) -> Result<()> {
        let expected = self.expected(What::Listed)?;
        let app = self.program.composed(What::Listed, form)?;
        self.same(expected, &wasmtime_host::run(&fs::read(app)?, &self.invocation()?, Granted::Nothing)?)
    }

    /// It does not work, and says what its entry says.
    ///
    /// # Errors
    /// It works, or says something else.
    pub fn fails_as_said(&self, form: Form, host: Option<Host>) -> Result<()> {
        let fails = self.program.entry.fails(form, host).context("it has no such entry")?;
        let said = match host {
            None => match self.program.composed(What::Alone, form) {
                Ok(_) => bail!("it was composed: take the entry out of `fails`"),
                Err(error) => error.to_string(),
            },
            Some(host) => {
                let seen = self.seen(form, host)?;
                ensure!(
                    self.same(self.expected(What::Alone)?, &seen).is_err(),
                    "it works: take the entry out of `fails`"
                );
                seen.stderr
            }
        };
        ensure!(said.contains(&fails.says), "this was said:\n{said}");
        Ok(())
    }

    fn seen(&self, form: Form, host: Host) -> Result<Output> {
        let (app, invocation) = (self.program.composed(What::Alone, form)?, self.invocation()?);
        match host {
            Host::Wasmtime => wasmtime_host::run(&fs::read(app)?, &invocation, Granted::Nothing),
            Host::Wasmtime50 => wasmtime50_host::run(app, &invocation),
            Host::Node => node_host::run(app, form, &invocation),
            Host::Chromium => chromium_host::run(app, &invocation),
        }
    }

    fn same(&self, expected: &Output, seen: &Output) -> Result<()> {
        let stdout =
            |output: &Output| if self.run().any_order { sorted(&output.stdout) } else { output.stdout.clone() };
        let (wanted, found) = (stdout(expected), stdout(seen));
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

    fn invocation(&self) -> Result<Invocation> {
        self.program.invocation(self.run())
    }

    /// What it prints on a host directory.
    fn expected(&self, what: What) -> Result<&Output> {
        let slot = if what == What::Alone { &self.alone } else { &self.listed };
        let made = slot.get_or_init(|| self.on_a_directory(what).map_err(|error| format!("{error:#}")));
        made.as_ref().map_err(|error| anyhow::Error::msg(error.clone()))
    }

    fn on_a_directory(&self, what: What) -> Result<Output> {
        let root = self.program.staged()?;
        let output = on_directory::run(self.program.app(what)?, &self.invocation()?, root.path())?;
        let Output { exit, stdout, stderr } = &output;
        let run = self.run();
        let (wanted, says) = match what {
            What::Alone => (run.exit, &run.says),
            What::Listed => (0, run.leaves.as_ref().context("it leaves nothing that is worth a look")?),
        };
        ensure!(
            *exit == wanted && (stdout.contains(says) || what == What::Alone && stderr.contains(says)),
            "on the host directory it ends with {exit} and does not say `{says}`\n{}{}",
            end_of(stdout),
            end_of(stderr),
        );
        Ok(output)
    }
}

/// The last lines, for a message.
fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].iter().flat_map(|line| [*line, "\n"]).collect()
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}
