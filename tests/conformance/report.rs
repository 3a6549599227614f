//! What a program printed of its cases.

use std::collections::BTreeMap;

use vfs_tests::host::Output;

/// For each case, nothing or why it failed.
pub type Report = BTreeMap<String, Verdict>;

/// Nothing, or why.
pub type Verdict = Result<(), String>;

/// Reads the output of a run of `cases`, in this order, into `report`. If a case ended the program, the rest, which did not run, is
/// given back.
pub fn read<'a, 'n>(cases: &'a [&'n str], output: &Output, report: &mut Report) -> &'a [&'n str] {
    let said = Said::of(output);
    for (number, &name) in cases.iter().enumerate() {
        match said.verdicts.get(name) {
            Some(verdict) => drop(report.insert(name.to_owned(), verdict.clone())),
            None => {
                report.insert(name.to_owned(), said.ended(name, output));
                return &cases[number + 1..];
            }
        }
    }
    &[]
}

struct Said<'a> {
    verdicts: BTreeMap<&'a str, Verdict>,
    ends: BTreeMap<&'a str, i32>,
}

impl<'a> Said<'a> {
    fn of(output: &'a Output) -> Self {
        let mut said = Self { verdicts: BTreeMap::new(), ends: BTreeMap::new() };
        let mut texts = BTreeMap::new();
        for line in output.stdout.lines() {
            if let Some(name) = line.strip_prefix("ok ") {
                said.verdicts.insert(name, Ok(()));
            } else if let Some((name, why)) = line.strip_prefix("FAIL ").and_then(|rest| rest.split_once(": ")) {
                said.verdicts.insert(name, Err(why.to_owned()));
            } else if let Some((name, code)) = line.strip_prefix("ends ").and_then(|rest| rest.split_once(' ')) {
                said.ends.insert(name, code.parse().unwrap_or(-1));
            } else if let Some((name, what)) = line.strip_prefix("says ").and_then(|rest| rest.split_once(' ')) {
                texts.insert(name, what);
            }
        }
        for (name, what) in texts {
            let (stream, text) = what.split_once(' ').unwrap_or((what, ""));
            let all = if stream == "stderr" { &output.stderr } else { &output.stdout };
            if said.verdicts.get(name) == Some(&Ok(())) && !all.lines().any(|line| line == text) {
                said.verdicts.insert(name, Err(format!("`{text}` did not come to {stream}")));
            }
        }
        said
    }

    /// The verdict on a case that ended the program.
    fn ended(&self, name: &str, output: &Output) -> Verdict {
        match self.ends.get(name) {
            Some(&code) if code == output.exit => Ok(()),
            Some(code) => Err(format!("the program ended with {}, not {code}", output.exit)),
            None => Err(format!("it ended the program with {}", output.exit)),
        }
    }
}
