//! A program whose http requests may go to some servers alone.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, anyhow, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::host::Invocation;
use vfs_tests::{compose, guests, network_host};

use crate::origin;

/// What is allowed of a server on this machine, `PORT` being its port, and what the program is told.
const ALLOWED: [(&str, &str); 4] = [
    ("allow:127.0.0.1:PORT", "418"),
    ("allow:example.com,127.0.0.1:PORT", "418"),
    ("allow:127.0.0.1", "ErrorCode::HttpRequestDenied"),
    ("allow:example.com,*.localhost:PORT", "ErrorCode::HttpRequestDenied"),
];

/// What the program does.
const ARGUMENTS: [&str; 2] = ["http", "file"];

/// Each in a trial, where the program is composed with the flag and where it is run with it.
pub fn trials() -> Vec<Trial> {
    type Run = fn(Form, &str, &str) -> Result<()>;
    let trial = |by: &str, run: Run, form: Form, (allowed, told): (&'static str, &'static str)| {
        Trial::test(format!("gate::{by}::{}::{allowed}", form.name()), move || {
            run(form, allowed, told).map_err(|error| format!("{error:#}").into())
        })
    };
    let ways = [("composed", composed as Run), ("run", by_run)];
    let all = ways.into_iter().flat_map(|way| [Form::Linked, Form::Plugged].map(|form| (way, form)));
    all.flat_map(|((by, run), form)| ALLOWED.map(|allowed| trial(by, run, form, allowed))).collect()
}

fn composed(form: Form, allowed: &str, told: &str) -> Result<()> {
    let origin = origin::start()?;
    let allowed = allowed.replace("PORT", &origin.port().to_string());
    let (_directory, out) = compose(form, &["--http", &allowed, "--sockets", "deny"])?;
    let mut invocation = Invocation { args: ARGUMENTS.map(str::to_owned).into(), ..Invocation::default() };
    invocation.env.insert("ORIGIN".into(), origin.to_string());
    let linker = network_host::linker().map_err(|error| anyhow!("{error:?}"))?;
    let output = network_host::run(&fs::read(&out)?, &invocation, None, &linker)?;
    ensure!(output.exit == 0 && output.stdout == expected(told), "{}{}", output.stdout, output.stderr);
    Ok(())
}

/// What is composed may talk to everybody; `vfs-compose run` asks for less.
fn by_run(form: Form, allowed: &str, told: &str) -> Result<()> {
    let origin = origin::start()?;
    let allowed = allowed.replace("PORT", &origin.port().to_string());
    let (_directory, out) = compose(form, &["--sockets", "deny"])?;
    let variable = format!("ORIGIN={origin}");
    let flags = ["--http", &allowed, "--env", &variable, "--"].map(OsString::from);
    let arguments = ["run".into(), out.into()].into_iter().chain(flags).chain(ARGUMENTS.map(OsString::from));
    let output = compose::run(arguments)?;
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    // Here the answer is the error, if the request is denied, and not the call's result.
    let is_told = stdout == expected(told) || stdout == expected(&format!("Some(Ok(Err({told})))"));
    ensure!(output.status.success() && is_told, "{stdout}{stderr}");
    Ok(())
}

fn expected(told: &str) -> String {
    format!("http: {told}\nfile: \"text\"\n")
}

/// Composes the program, and returns where it is, as long as the directory is there.
fn compose(form: Form, flags: &[&str]) -> Result<(TempDir, PathBuf)> {
    let directory = TempDir::new()?;
    let [app, tree, out] = ["app.wasm", "tree", "out.wasm"].map(|name| directory.path().join(name));
    fs::create_dir(&tree)?;
    fs::write(tree.join("file.txt"), "text")?;
    fs::write(&app, guests::named("denied")?)?;
    let compose = if form == Form::Linked { compose::linked } else { compose::plugged };
    compose(&app, &tree, &flags.iter().copied().map(str::to_owned).collect::<Vec<_>>(), &out)?;
    Ok((directory, out))
}
