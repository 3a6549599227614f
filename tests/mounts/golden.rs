//! Golden cases on a mount: what a program prints on a directory of the host, it prints where that directory is in the
//! tree. The vfs has nothing but the mount, and the program has the mount as its root.

use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use vfs_tests::case::{Case, Form};
use vfs_tests::extent::Extent;
use vfs_tests::{guests, normalise, paths, stage};

use crate::differs::{Differs, Expected};
use crate::host::{self, Given};
use crate::made::{self, FORMS};

/// Cases that are enough to show that a form works at all.
const USUAL: [&str; 7] =
    ["posix/files", "posix/rename", "posix/links", "wasi/descriptors", "wasi/read-only", "wasi/splice", "readme/tree"];

/// All cases whose files are in a directory of the host, in both forms.
///
/// # Errors
/// The cases or `differs.toml` cannot be read.
pub fn trials() -> Result<Vec<Trial>> {
    let differs = Arc::new(Differs::load()?);
    let cases = Case::all(&paths::tests().join("cases"))?;
    differs.check_names(&cases)?;
    let mut trials = Vec::new();
    for case in cases.into_iter().filter(applies).map(Arc::new) {
        let modules = case.spec.preview1.then(|| format!("{}.p1", case.spec.guest));
        for (guest, label) in [(Some(case.spec.guest.clone()), ""), (modules, "::preview1")] {
            let Some(guest) = guest else { continue };
            for form in FORMS.into_iter().filter(|form| case.spec.forms.contains(form)) {
                let (case, differs, guest) = (Arc::clone(&case), Arc::clone(&differs), guest.clone());
                let name = format!("golden::{}{label}::{}", case.name, form.name());
                let extent = extent(&case, &guest);
                let test = move || runs(&case, &guest, form, &differs).map_err(|error| format!("{error:#}").into());
                trials.push(extent.trial(Trial::test(name, test)));
            }
        }
    }
    Ok(trials)
}

fn extent(case: &Case, guest: &str) -> Extent {
    if is_usual(case) && !guest.ends_with(".p1") { Extent::Quick } else { Extent::All }
}

/// Whether a case is one of those that every run has.
pub fn is_usual(case: &Case) -> bool {
    USUAL.contains(&case.name.as_str())
}

/// Whether a case has its files in a directory of the host.
pub fn applies(case: &Case) -> bool {
    let flags: Vec<_> = case.spec.flags.iter().map(String::as_str).collect();
    let is_of_files = flags.is_empty() || (flags == ["--read-only"] && case.spec.read_only);
    is_of_files && case.spec.forms.contains(&Form::HostDirectory) && !case.error_file().exists()
}

fn runs(case: &Case, guest: &str, form: Form, differs: &Differs) -> Result<()> {
    let data = stage::stage(case)?;
    let access = if case.spec.read_only { "--host-dir=data::/m,ro" } else { "--host-dir=data::/m,rw" };
    let app = || guests::build(guest, &case.folder);
    // The case's own folder is a part of the name, because some programs are written there.
    let name = format!("{guest} of {}", if guest == "app.wat" { &case.name } else { "" });
    let made = made::composed(&name, app, form, |_| Ok(()), &[access, "--preopen=/m=/"])?;
    let output = host::run(&fs::read(made)?, &case.invocation(), &[Given::new("data", data.path())])?;
    let Expected { stdout, exit } = differs.expected(case, guest, form)?;
    let seen = format!("--- stderr\n{}", output.stderr);
    ensure!(
        output.stdout == stdout,
        "this is not what is expected:\n{}{seen}",
        normalise::difference(&stdout, &output.stdout)
    );
    ensure!(output.exit == exit, "ended with {} and not {exit}\n{seen}", output.exit);
    Ok(())
}

/// What the host's directory alone has a program print.
///
/// # Errors
/// The case has no such file.
pub fn of_host(case: &Case) -> Result<Expected> {
    let file = case.stdout_file(Form::HostDirectory);
    let stdout = fs::read_to_string(&file).with_context(|| format!("no {}", file.display()))?;
    Ok(Expected { stdout, exit: case.exit(Form::HostDirectory) })
}
