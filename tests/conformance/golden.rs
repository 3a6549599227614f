//! What the golden cases add to the table: behaviours that programs print, which the runner compares with `stdout.txt` in every form on
//! every host.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use vfs_tests::case::{Case, Form, Host};
use vfs_tests::paths;

use crate::place::Place;

/// Areas of `tests/cases` that are about files.
const AREAS: [(&str, &str); 4] = [
    ("posix", "std::fs"),
    ("wasi", "golden: wasi:filesystem, io, cli"),
    ("edges", "golden: at the limits of numbers"),
    ("limits", "golden: quotas"),
];

/// A row: behaviours of one area, built in one way, on one host.
pub struct Row {
    pub title: String,
    pub host: Host,
    pub behaviours: usize,
    /// Those that pass on the host directory, if it runs all of them.
    pub host_directory: Option<usize>,
}

/// All rows. The runner holds what they count.
///
/// # Errors
/// The cases cannot be read.
pub fn rows() -> Result<Vec<Row>> {
    let cases = Case::all(&paths::tests().join("cases"))?;
    let mut rows = Vec::new();
    for (area, title) in AREAS {
        let of_area = cases.iter().filter(|case| case.name.split('/').next() == Some(area));
        let (of_preview1, of_02): (Vec<_>, Vec<_>) = of_area.partition(|case| case.spec.guest.ends_with(".p1"));
        let twice: Vec<_> = of_02.iter().copied().filter(|case| case.spec.preview1).collect();
        for (title, cases) in [
            (format!("0.2: {title}"), &of_02),
            (format!("preview1: {title}, the same source"), &twice),
            (format!("preview1: {title}"), &of_preview1),
        ] {
            for host in Place::HOSTS {
                let on_host: Vec<_> = cases.iter().copied().filter(|case| runs(case, host)).collect();
                if !on_host.is_empty() {
                    rows.push(row(title.clone(), host, &on_host)?);
                }
            }
        }
    }
    ensure!(!rows.is_empty(), "there are no golden cases");
    Ok(rows)
}

fn runs(case: &Case, host: Host) -> bool {
    let both = [Form::Plugged, Form::Linked].iter().all(|form| case.spec.forms.contains(form));
    both && case.spec.hosts.contains(&host)
}

fn row(title: String, host: Host, cases: &[&Case]) -> Result<Row> {
    let (mut behaviours, mut host_directory) = (0, 0);
    for case in cases {
        let here = passed(&case.folder.join("stdout.txt"))?;
        behaviours += here;
        let other = case.folder.join("stdout.host-directory.txt");
        host_directory += if other.exists() { passed(&other)? } else { here };
    }
    let all_there = cases.iter().all(|case| case.spec.forms.contains(&Form::HostDirectory));
    let host_directory = (host == Host::Wasmtime && all_there).then_some(host_directory);
    Ok(Row { title, host, behaviours, host_directory })
}

/// The behaviours that hold, one a line. A line that begins with a space is an answer within one.
fn passed(file: &Path) -> Result<usize> {
    let text = fs::read_to_string(file)?;
    Ok(text.lines().filter(|line| line.ends_with(": ok") && !line.starts_with(' ')).count())
}
