//! `differs.toml`: the cases that what we make fails, with the reason.

use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use vfs_tests::case::{Form, Host};
use vfs_tests::paths;

use crate::place::Place;
use crate::program::Program;
use crate::report::Report;

/// All of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differs {
    #[serde(default, rename = "differs")]
    pub all: Vec<Entry>,
}

/// Cases that fail for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    /// Of which program.
    pub program: String,
    /// Which cases.
    pub cases: Vec<String>,
    /// On which hosts. Left out: on all.
    #[serde(default = "all_hosts")]
    pub hosts: Vec<Host>,
    /// In which forms. Left out: in both.
    #[serde(default = "both_forms")]
    pub forms: Vec<Form>,
    /// They do not run there: what they ask is the host's own to answer, and it does not always answer alike.
    #[serde(default)]
    pub left_out: bool,
    /// Who is right, and why.
    pub reason: String,
}

fn all_hosts() -> Vec<Host> {
    Place::HOSTS.to_vec()
}

fn both_forms() -> Vec<Form> {
    Place::FORMS.to_vec()
}

impl Differs {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or an entry has no reason.
    pub fn load() -> Result<Self> {
        let text = std::fs::read_to_string(paths::tests().join("conformance/differs.toml"))?;
        let all: Self = toml::from_str(&text)?;
        for entry in &all.all {
            ensure!(!entry.reason.is_empty() && !entry.cases.is_empty(), "an entry of differs.toml says nothing");
        }
        Ok(all)
    }

    /// What fails in `report` is what is said here.
    ///
    /// # Errors
    /// Cases that fail and are not named here, or are named here and pass.
    pub fn check(&self, program: &Program, place: Place, report: &Report) -> Result<()> {
        let mut wrong = Vec::new();
        for (case, verdict) in report {
            match (verdict, self.said(program, place, case)) {
                (Err(why), None) => wrong.push(format!("{case}: {why}")),
                (Ok(()), Some(_)) => wrong.push(format!("{case}: passes, and differs.toml says it does not")),
                (Ok(()), None) | (Err(_), Some(_)) => {}
            }
        }
        if wrong.is_empty() { Ok(()) } else { bail!("{} of {} cases\n{}", wrong.len(), report.len(), wrong.join("\n")) }
    }

    /// Whether a case does not run at that place.
    pub fn leave_out(&self, program: &Program, place: Place, case: &str) -> bool {
        place.is_ours() && self.said(program, place, case).is_some_and(|entry| entry.left_out)
    }

    fn said(&self, program: &Program, place: Place, case: &str) -> Option<&Entry> {
        self.all.iter().find(|entry| {
            entry.program == program.name
                && entry.hosts.contains(&place.host)
                && entry.forms.contains(&place.form)
                && entry.cases.iter().any(|name| name == case)
        })
    }
}
