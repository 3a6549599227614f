//! `docs/conformance.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, ensure};
use vfs_tests::case::{Form, Host};
use vfs_tests::extent::Extent;
use vfs_tests::{normalise, paths};

use crate::Suite;
use crate::coverage::function_of;
use crate::differs::Differs;
use crate::golden::{self, Row};
use crate::place::Place;
use crate::program::Program;
use crate::report::{Report, Verdict};
use crate::run::Runs;
use crate::setting::Setting;

const HEAD: &str = "# Conformance

These cases test what WASI's text requires; where it is silent, they test what POSIX and Linux's manual pages
require. Each case is one call under one condition. It runs on a host directory (wasmtime 48's, on Linux) and
in both forms on every host; 0.3 runs plugged, on wasmtime 48. Our components must pass; the last column shows
how many cases the host directory passes. Rows named `std::fs` or golden count what the golden cases print
(`tests/cases`), which the runner checks. Laws, real programs (`compatibility.md`) and random plans on a Linux
directory (`deviations.md`) are separate tests and not counted here.

`just bless` generates this page. `tests/guests/conformance` has the cases and says how to add one.

";

/// The page is what the runs say; where this run has the embedded engine only, what it says of that is.
///
/// # Errors
/// It is not, or a program does not run.
pub fn check(suite: &Suite) -> Result<()> {
    let file = paths::repository().join("docs/conformance.md");
    let page = page(suite)?;
    let everything = Extent::All.is_asked_for();
    if normalise::bless() {
        ensure!(everything, "the page is made of all hosts: `TESTS=all`");
        return Ok(fs::write(file, page)?);
    }
    let wanted = fs::read_to_string(&file).context("no docs/conformance.md; BLESS=1 writes it")?;
    let (page, wanted) = if everything { (page, wanted) } else { (of_embedded(&page), of_embedded(&wanted)) };
    ensure!(page == wanted, "this is not what docs/conformance.md says:\n{}", normalise::difference(&wanted, &page));
    Ok(())
}

/// A page without the rows of hosts that not every run has.
fn of_embedded(page: &str) -> String {
    let others: Vec<_> = Place::HOSTS[1..].iter().map(|&other| format!("| {} |", host(other))).collect();
    let lines = page.lines().filter(|line| !others.iter().any(|other| line.contains(other)));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn page(suite: &Suite) -> Result<String> {
    let mut page = HEAD.to_owned();
    page += "| suite | cases | host | passed, plugged | passed, linked | passed, host directory |\n";
    page += "| --- | ---: | --- | ---: | ---: | ---: |\n";
    for (program, runs) in &suite.programs {
        rows(&mut page, suite, program, runs)?;
    }
    for Row { title, host: at, behaviours, host_directory } in golden::rows()? {
        let own = host_directory.map_or_else(String::new, |passed| passed.to_string());
        writeln!(page, "| {title} | {behaviours} | {} | {behaviours} | {behaviours} | {own} |", host(at))?;
    }
    page += "\n## Cases that do not pass\n\n";
    for entry in &suite.differs.all {
        let cases: Vec<_> = entry.cases.iter().map(|case| format!("`{case}`")).collect();
        let hosts: Vec<_> = entry.hosts.iter().copied().map(host).collect();
        let forms: Vec<_> = entry.forms.iter().map(|form| form.name()).collect();
        let (hosts, forms) = (hosts.join(", "), forms.join(", "));
        let how = if entry.left_out { "left out" } else { "not passed" };
        writeln!(page, "- {}, {how} ({hosts}; {forms}): {}", cases.join(", "), entry.reason)?;
    }
    page += "\n## Cases that the host directory does not pass\n\nWhat wasmtime 48's directory returned, and what the case required; `deviations.md` gives reasons.\n\n";
    for (program, runs) in &suite.programs {
        for (case, verdict) in everything(&suite.differs, program, runs, Place::HOST_DIRECTORY)? {
            if let Err(why) = verdict {
                writeln!(page, "- {}: `{case}`: {why}", program.title)?;
            }
        }
    }
    page += "\n## The cases\n\nGrouped by function. A case is named `function_condition`.\n\n";
    for (program, _) in &suite.programs {
        cases(&mut page, program)?;
    }
    Ok(page)
}

fn rows(page: &mut String, suite: &Suite, program: &Program, runs: &Runs) -> Result<()> {
    let suites = |report: &Report| {
        let mut passed = BTreeMap::<&str, (usize, usize)>::new();
        for (case, verdict) in report {
            let suite = function_of(program, case).map_or("", |function| function.suite);
            let counted = passed.entry(suite).or_default();
            counted.0 += 1;
            counted.1 += usize::from(verdict.is_ok());
        }
        passed
    };
    let directory = suites(&everything(&suite.differs, program, runs, Place::HOST_DIRECTORY)?);
    let embedded_only = !Extent::All.is_asked_for();
    for at in Place::HOSTS {
        if embedded_only && at != Host::Wasmtime {
            continue;
        }
        let [plugged, linked] = [Form::Plugged, Form::Linked].map(|form| {
            let place = Place::new(form, at);
            (program.runs)(place).then(|| everything(&suite.differs, program, runs, place)).transpose()
        });
        let (plugged, linked) = (plugged?.as_ref().map(suites), linked?.as_ref().map(suites));
        let own = (at == Host::Wasmtime).then_some(&directory);
        let Some(counted) = plugged.as_ref().or(linked.as_ref()).or(own) else { continue };
        for (package, (cases, _)) in counted {
            let passed = |all: Option<&BTreeMap<&str, (usize, usize)>>| {
                all.map_or_else(String::new, |all| all[package].1.to_string())
            };
            let (title, name) = (program.title, host(at));
            let (plugged, linked, own) = (passed(plugged.as_ref()), passed(linked.as_ref()), passed(own));
            writeln!(page, "| {title}: {package} | {cases} | {name} | {plugged} | {linked} | {own} |")?;
        }
    }
    Ok(())
}

/// The verdicts of all settings that a place can have.
fn everything(differs: &Differs, program: &Program, runs: &Runs, place: Place) -> Result<BTreeMap<String, Verdict>> {
    let mut all = BTreeMap::new();
    for setting in Setting::ALL {
        if Place::of(program, setting).any(|p| p == place) {
            all.extend(
                runs.get(differs, program, setting, place)?
                    .iter()
                    .map(|(case, verdict)| (case.clone(), verdict.clone())),
            );
        }
    }
    Ok(all)
}

fn cases(page: &mut String, program: &Program) -> Result<()> {
    for function in &program.functions {
        let of_it =
            program.cases.iter().filter(|c| function_of(program, &c.name).is_some_and(|f| f.prefix == function.prefix));
        let conditions: Vec<_> = of_it.map(|case| case.name[function.prefix.len() + 1..].replace('_', " ")).collect();
        let name = function.name.trim_start_matches("[method]");
        writeln!(page, "- {}: `{name}` ({}): {}", program.title, conditions.len(), conditions.join("; "))?;
    }
    Ok(())
}

fn host(host: Host) -> &'static str {
    match host {
        Host::Wasmtime => "wasmtime 48",
        Host::Wasmtime50 => "wasmtime 50",
        Host::Node => "Node",
        Host::Chromium => "Chromium",
    }
}
