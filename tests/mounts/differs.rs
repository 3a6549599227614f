//! `differs.toml`: what a program sees of a mount and not of the host's directory itself, with the reason.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use vfs_tests::case::{Case, Form};
use vfs_tests::paths;

use crate::golden;

/// All of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differs {
    #[serde(default)]
    golden: Vec<Golden>,
}

/// A golden case that prints something else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Golden {
    /// Its name.
    case: String,
    /// Whether this is about the program as a preview1 module. Left out: about both.
    preview1: Option<bool>,
    /// In which forms. Left out: in both.
    #[serde(default = "both_forms")]
    forms: Vec<Form>,
    /// It prints what it does over an image.
    #[serde(default)]
    as_over_an_image: bool,
    /// Lines of the host's directory, each with what is printed instead of it.
    #[serde(default)]
    lines: Vec<[String; 2]>,
    /// The exit code, where it is another one.
    exit: Option<i32>,
    /// Why.
    reason: String,
}

fn both_forms() -> Vec<Form> {
    vec![Form::Plugged, Form::Linked]
}

/// What a program must print.
pub struct Expected {
    pub stdout: String,
    pub exit: i32,
}

impl Differs {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or an entry has no reason.
    pub fn load() -> Result<Self> {
        let text = fs::read_to_string(paths::tests().join("mounts/differs.toml"))?;
        let all: Self = toml::from_str(&text)?;
        ensure!(all.golden.iter().all(|entry| !entry.reason.is_empty()), "an entry of differs.toml has no reason");
        Ok(all)
    }

    /// Each entry is about a case that there is.
    ///
    /// # Errors
    /// One is not.
    pub fn check_names(&self, cases: &[Case]) -> Result<()> {
        for entry in &self.golden {
            ensure!(cases.iter().any(|case| case.name == entry.case), "differs.toml: no case `{}`", entry.case);
        }
        Ok(())
    }

    /// What a case must print on a mount.
    ///
    /// # Errors
    /// An entry is about a line that the host's directory does not have printed.
    pub fn expected(&self, case: &Case, guest: &str, form: Form) -> Result<Expected> {
        let mut expected = golden::of_host(case)?;
        let is_module = guest.ends_with(".p1");
        let entries = self.golden.iter().filter(|entry| {
            entry.case == case.name
                && entry.forms.contains(&form)
                && entry.preview1.is_none_or(|preview1| preview1 == is_module)
        });
        for entry in entries {
            if entry.as_over_an_image {
                let stdout = fs::read_to_string(case.stdout_file(form))?;
                ensure!(stdout != expected.stdout, "differs.toml: `{}` prints the same over an image", case.name);
                expected = Expected { stdout, exit: case.exit(form) };
            }
            let mut lines: Vec<_> = expected.stdout.lines().collect();
            for [theirs, ours] in &entry.lines {
                let line = lines.iter_mut().find(|line| *line == theirs);
                *line.with_context(|| format!("differs.toml: `{}` does not print `{theirs}`", case.name))? = ours;
            }
            let stdout = lines.into_iter().flat_map(|line| [line, "\n"]).collect();
            expected = Expected { stdout, exit: entry.exit.unwrap_or(expected.exit) };
        }
        Ok(expected)
    }
}
