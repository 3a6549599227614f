//! Copy-on-write: golden cases over a directory of the host print what they print over an image with the same files,
//! quotas among them, and the directory is left as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use vfs_tests::case::{Case, Form};
use vfs_tests::extent::Extent;
use vfs_tests::{guests, normalise, paths, stage};

use crate::golden;
use crate::host::{self, Given};
use crate::made::{self, FORMS};

/// Cases of quotas: what is full says so, and changes nothing.
const QUOTAS: [&str; 5] = ["limits/bytes", "limits/nodes", "limits/refill", "limits/creates", "policy/limits"];

/// All cases whose files are in a directory of the host, and those of quotas, in both forms.
///
/// # Errors
/// The cases cannot be read.
pub fn trials() -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    let cases = Case::all(&paths::tests().join("cases"))?;
    let is_quota = |case: &Case| QUOTAS.contains(&case.name.as_str());
    let applies = |case: &Case| golden::applies(case) && !case.spec.read_only || is_quota(case);
    for case in cases.into_iter().filter(applies).map(Arc::new) {
        for form in FORMS.into_iter().filter(|form| case.spec.forms.contains(form)) {
            let case = Arc::clone(&case);
            let name = format!("cow::{}::{}", case.name, form.name());
            let is_usual = golden::is_usual(&case) || is_quota(&case);
            let extent = if is_usual { Extent::Quick } else { Extent::All };
            let test = move || runs(&case, form).map_err(|error| format!("{error:#}").into());
            trials.push(extent.trial(Trial::test(name, test)));
        }
    }
    Ok(trials)
}

fn runs(case: &Case, form: Form) -> Result<()> {
    let data = stage::stage(case)?;
    let before = snapshot(data.path())?;
    let app = || guests::build(&case.spec.guest, &case.folder);
    let name = format!("{} of {}", case.spec.guest, if case.spec.guest == "app.wat" { &case.name } else { "" });
    let flags: Vec<_> = case.spec.flags.iter().map(String::as_str).collect();
    let flags = [&["--host-dir=data::/m,cow", "--preopen=/m=/"], flags.as_slice()].concat();
    let made = made::composed(&name, app, form, |_| Ok(()), &flags)?;
    let output = host::run(&fs::read(made)?, &case.invocation(), &[Given::new("data", data.path())])?;
    let wanted = fs::read_to_string(case.stdout_file(form)).context("the case has no stdout.txt")?;
    let seen = format!("--- stderr\n{}", output.stderr);
    ensure!(
        output.stdout == wanted,
        "this is not what is expected:\n{}{seen}",
        normalise::difference(&wanted, &output.stdout)
    );
    ensure!(output.exit == case.exit(form), "ended with {} and not {}\n{seen}", output.exit, case.exit(form));
    let after = snapshot(data.path())?;
    for (path, was) in &before {
        ensure!(after.get(path) == Some(was), "{}: {was:?} became {:?}", path.display(), after.get(path));
    }
    ensure!(before.len() == after.len(), "the directory has more than before");
    Ok(())
}

/// What something in a directory is.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    mode: u32,
    /// When its contents and its state were last changed, in seconds and nanoseconds.
    times: [i64; 4],
    /// A file's contents, or a link's target.
    bytes: Vec<u8>,
}

/// Everything below a directory, and the directory.
pub fn snapshot(root: &Path) -> Result<BTreeMap<PathBuf, Seen>> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry?;
        let metadata = fs::symlink_metadata(entry.path())?;
        let bytes = match metadata.file_type() {
            kind if kind.is_file() => fs::read(entry.path())?,
            kind if kind.is_symlink() => fs::read_link(entry.path())?.into_os_string().into_encoded_bytes(),
            _ => Vec::new(),
        };
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        all.insert(entry.path().to_owned(), Seen { mode: metadata.mode(), times, bytes });
    }
    Ok(all)
}
