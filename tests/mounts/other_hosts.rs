//! Mounts on other hosts than the embedded engine: what is seen and refused there, too.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;
use vfs_tests::case::{Form, Host};
use vfs_tests::extent::Extent;
use vfs_tests::host::{Given, Invocation, Output};
use vfs_tests::{guests, node_host, wasmtime50_host};

use crate::made::{self, FORMS};
use crate::{absolute, escapes, missing, nested, opened, union, woven};

/// What each host is known to do otherwise, with the reason.
const DIFFERS: &[(Host, &str, &str)] = &[
    (
        Host::Node,
        "an_open_directory_moves",
        "a directory's descriptor of jco's shim is its path, so that it does not move with the directory",
    ),
    (
        Host::Node,
        "an_open_directory_of_both_stays",
        "a directory's descriptor of jco's shim is its path, so that it does not move with the directory",
    ),
    (Host::Node, "sizes_and_times_are_set", "jco's shim takes seconds for milliseconds"),
];

/// A test in one form on one host.
type OnHost = fn(Form, Host) -> Result<()>;

pub fn trials() -> Vec<Trial> {
    let tests: [(_, OnHost); 8] = [
        ("woven", woven),
        ("read_only", read_only),
        ("opened", opened),
        ("nested", nested),
        ("union", united),
        ("absolute", absolute),
        ("escapes", escapes),
        ("missing", nothing_is_given),
    ];
    let mut trials = Vec::new();
    for (name, test) in tests {
        for host in [Host::Wasmtime50, Host::Node] {
            for form in FORMS {
                let extent = if form == Form::Linked { Extent::Usual } else { Extent::All };
                let name = format!("{name}::{}::{}", form.name(), host.name());
                let test = move || test(form, host).map_err(|error| format!("{error:#}").into());
                trials.push(extent.trial(Trial::test(name, test)));
            }
        }
    }
    trials
}

fn run(host: Host, form: Form, app: &Path, args: &[&str], given: &[Given]) -> Result<Output> {
    let invocation = Invocation::with_args(args.iter().copied());
    match host {
        Host::Wasmtime50 => wasmtime50_host::run_with(app, &invocation, given),
        Host::Node => node_host::run_with(app, form, &invocation, given),
        other => bail!("{} is not another host", other.name()),
    }
}

/// All behaviours are as they must be, but for those that the host is known to have otherwise.
fn check(host: Host, output: &Output) -> Result<()> {
    let mut wrong = Vec::new();
    let behaviours: Vec<_> = output.stdout.lines().filter_map(|line| line.split_once(": ")).collect();
    ensure!(!behaviours.is_empty(), "{output:?}");
    for (name, outcome) in behaviours {
        let differs = DIFFERS.iter().any(|(other, behaviour, _)| *other == host && *behaviour == name);
        if (outcome == "ok") == differs {
            wrong.push(format!("{name}: {outcome}"));
        }
    }
    ensure!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), output.stderr);
    // A program that ended before its last line would have shown nothing wrong.
    ensure!(output.stdout.lines().last().is_some_and(|line| line.ends_with(" ok")), "{output:?}");
    Ok(())
}

fn woven(form: Form, host: Host) -> Result<()> {
    let made = woven::made_woven(form)?;
    let (data, other) = woven::given_woven()?;
    let given = [Given::new("data", data.path()), Given::new("other", other.path())];
    check(host, &run(host, form, &made, &["woven"], &given)?)
}

fn read_only(form: Form, host: Host) -> Result<()> {
    let made = woven::made_read_only(form, &["--host-dir=data::/m"])?;
    let data = woven::given_read_only()?;
    let before = woven::snapshot(data.path())?;
    check(host, &run(host, form, &made, &["read-only"], &[Given::new("data", data.path())])?)?;
    ensure!(woven::snapshot(data.path())? == before, "the directory has changed");
    Ok(())
}

/// In `cow`, one file has one node by what the host says of its identity.
fn opened(form: Form, host: Host) -> Result<()> {
    let run = |app: &Path, behaviour: &str, given: &[Given]| run(host, form, app, &[behaviour], given);
    opened::each_with(form, "cow", run, |output| check(host, output))
}

fn nested(form: Form, host: Host) -> Result<()> {
    for access in ["rw", "cow", "ro"] {
        let made = nested::made_nested("mounts", form, access)?;
        let (outer, inner) = nested::given()?;
        let given = [Given::new("outer", outer.path()), Given::new("inner", inner.path())];
        check(host, &run(host, form, &made, &["nested", &format!("nested-{access}")], &given)?)?;
    }
    Ok(())
}

fn united(form: Form, host: Host) -> Result<()> {
    for access in ["ro", "cow"] {
        let made = union::made_union(form, access)?;
        for behaviours in ["union", &format!("union-{access}")] {
            let data = union::given()?;
            check(host, &run(host, form, &made, &[behaviours], &[Given::new("data", data.path())])?)?;
        }
    }
    Ok(())
}

/// jco's shim tells absolute targets.
fn absolute(form: Form, host: Host) -> Result<()> {
    let of_host = if host == Host::Node { "absolute-told" } else { "absolute-untold" };
    for access in ["rw", "cow", "ro"] {
        let made = absolute::made_absolute(form, access)?;
        let data = absolute::given()?;
        let given = [Given::new("data", data.path())];
        check(host, &run(host, form, &made, &["absolute", of_host, &format!("absolute-{access}")], &given)?)?;
    }
    Ok(())
}

fn escapes(form: Form, host: Host) -> Result<()> {
    for access in ["ro", "rw", "cow"] {
        let run = |app: &Path, behaviour: &str, given: &[Given]| run(host, form, app, &[behaviour], given);
        escapes::paths_with(form, access, "refuse", run).with_context(|| access.to_owned())?;
    }
    Ok(())
}

fn nothing_is_given(form: Form, host: Host) -> Result<()> {
    let app = || guests::named("process");
    let made = made::composed("process", app, form, |_| Ok(()), &["--host-dir=data::/m"])?;
    missing::refused(&run(host, form, &made, &["tree"], &[])?, "data")?;
    let data = tempfile::TempDir::new()?;
    fs::write(data.path().join("file"), "text")?;
    let output = run(host, form, &made, &["tree"], &[Given::new("data", data.path())])?;
    ensure!(output.exit == 0 && output.stdout == "/m/\n/m/file 4\n", "{output:?}");
    Ok(())
}
