//! Cases whose tree is a directory of the host, in a mount: each answers as it does on that directory itself, except as
//! `mounts.toml` says.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use vfs_tests::paths;

use crate::Suite;
use crate::place::Place;
use crate::setting::Setting;

/// All cases that end otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differs {
    #[serde(default)]
    differs: Vec<Entry>,
}

/// Cases that end otherwise, for one reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    /// Of which programs.
    programs: Vec<String>,
    /// Which cases.
    cases: Vec<String>,
    /// How they end in a mount.
    ends: Ends,
    /// Who is right, and why.
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ends {
    /// They pass, and not on the directory itself.
    Passed,
    /// They fail, and pass on the directory itself.
    Failed,
}

/// Each case of a setting ends as on the directory itself, or as is said.
///
/// # Errors
/// One does not, or what is said is not so.
pub fn check(suite: &Suite, number: usize, setting: &'static Setting, place: Place) -> Result<()> {
    let (program, runs) = &suite.programs[number];
    let text = fs::read_to_string(paths::tests().join("conformance/mounts.toml"))?;
    let Differs { differs } = toml::from_str(&text)?;
    ensure!(differs.iter().all(|entry| !entry.reason.is_empty()), "an entry of mounts.toml has no reason");
    let directory = runs.get(&suite.differs, program, setting, Place::HOST_DIRECTORY)?;
    let mount = runs.get(&suite.differs, program, setting, place)?;
    let mut wrong = Vec::new();
    for (case, verdict) in &*mount {
        let of_directory = directory.get(case).with_context(|| format!("{case} does not run on the directory"))?;
        let entry = differs.iter().find(|entry| {
            entry.programs.iter().any(|name| name == program.name) && entry.cases.iter().any(|name| name == case)
        });
        let seen = match (verdict, of_directory) {
            (Ok(()), Ok(())) | (Err(_), Err(_)) => None,
            (Ok(()), Err(_)) => Some(Ends::Passed),
            (Err(_), Ok(())) => Some(Ends::Failed),
        };
        if seen != entry.map(|entry| entry.ends) {
            let why = |verdict: &Result<(), String>| verdict.clone().err().unwrap_or_else(|| "passes".to_owned());
            wrong.push(format!("{case}: in a mount: {}; on the directory: {}", why(verdict), why(of_directory)));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{} of {} cases\n{}", wrong.len(), mount.len(), wrong.join("\n")) }
}
