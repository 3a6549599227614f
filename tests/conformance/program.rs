//! The programs of `tests/guests/conformance`, and what their cases are about.

use anyhow::{Context, Result, ensure};
use vfs_tests::guests;

use crate::coverage::{self, Function};
use crate::place::Place;
use crate::run;
use crate::setting::Setting;

/// A program.
pub struct Program {
    /// As in the names of trials.
    pub name: &'static str,
    /// As in the table.
    pub title: &'static str,
    /// As `guests::build` has it.
    pub guest: &'static str,
    /// Where what we make of it runs.
    pub runs: fn(Place) -> bool,
    /// What it must cover.
    pub functions: Vec<Function>,
    /// Its cases, in the order in which it runs them.
    pub cases: Vec<Case>,
}

/// A case of a program.
#[derive(Clone, Debug)]
pub struct Case {
    pub setting: String,
    pub name: String,
}

impl Program {
    /// All programs.
    ///
    /// # Errors
    /// One cannot be built, or does not list its cases.
    pub fn all() -> Result<Vec<Self>> {
        Ok(vec![
            Self::load("component", "0.2", "conformance-component", Place::is_ours, coverage::component()?)?,
            Self::load(
                "component3",
                "0.3",
                "conformance_component3",
                Place::plugged_on_wasmtime,
                coverage::component3()?,
            )?,
            Self::load("module", "preview1", "conformance-module.p1", Place::is_ours, coverage::module())?,
        ])
    }

    fn load(
        name: &'static str,
        title: &'static str,
        guest: &'static str,
        runs: fn(Place) -> bool,
        functions: Vec<Function>,
    ) -> Result<Self> {
        let mut program = Self { name, title, guest, runs, functions, cases: Vec::new() };
        let setting = &Setting::ALL[0];
        let output = run::launch(&program, setting, Place::HOST_DIRECTORY, &["list"])?;
        let case = |line: &str| {
            let (setting, name) = line.strip_prefix("case ")?.split_once(' ')?;
            Some(Case { setting: setting.to_owned(), name: name.to_owned() })
        };
        program.cases =
            output.stdout.lines().map(|l| case(l).with_context(|| format!("{name}: `{l}`"))).collect::<Result<_>>()?;
        for case in &program.cases {
            ensure!(Setting::ALL.iter().any(|s| s.name == case.setting), "`{}` is in no setting", case.name);
        }
        let mut names: Vec<_> = program.cases.iter().map(|case| &case.name).collect();
        names.sort();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
        ensure!(twice.is_none(), "{name}: two cases are called `{}`", twice.expect("there are two")[0]);
        Ok(program)
    }

    /// Its bytes.
    pub fn build(&self) -> Result<Vec<u8>> {
        guests::named(self.guest)
    }

    /// The names of a setting's cases, in order.
    pub fn in_setting(&self, setting: &Setting) -> Vec<&str> {
        self.cases.iter().filter(|case| case.setting == setting.name).map(|case| case.name.as_str()).collect()
    }
}
