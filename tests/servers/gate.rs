//! A program whose http requests may go to some servers alone.

use std::fs;

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

/// Each in a trial.
pub fn trials() -> Vec<Trial> {
    let trial = |form: Form, (allowed, told): (&'static str, &'static str)| {
        Trial::test(format!("gate::{}::{allowed}", form.name()), move || {
            run(form, allowed, told).map_err(|error| format!("{error:#}").into())
        })
    };
    let forms = [Form::Linked, Form::Plugged];
    forms.into_iter().flat_map(|form| ALLOWED.into_iter().map(move |allowed| trial(form, allowed))).collect()
}

fn run(form: Form, allowed: &str, told: &str) -> Result<()> {
    let directory = TempDir::new()?;
    let [app, tree, out] = ["app.wasm", "tree", "out.wasm"].map(|name| directory.path().join(name));
    fs::create_dir(&tree)?;
    fs::write(tree.join("file.txt"), "text")?;
    fs::write(&app, guests::named("denied")?)?;
    let origin = origin::start()?;
    let allowed = allowed.replace("PORT", &origin.port().to_string());
    let flags = ["--http", &allowed, "--sockets", "deny"].map(str::to_owned);
    let compose = if form == Form::Linked { compose::linked } else { compose::plugged };
    compose(&app, &tree, &flags, &out)?;
    let mut invocation = Invocation { args: vec!["http".into(), "file".into()], ..Invocation::default() };
    invocation.env.insert("ORIGIN".into(), origin.to_string());
    let linker = network_host::linker().map_err(|error| anyhow!("{error:?}"))?;
    let output = network_host::run(&fs::read(&out)?, &invocation, None, &linker)?;
    let expected = format!("http: {told}\nfile: \"text\"\n");
    ensure!(output.exit == 0 && output.stdout == expected, "{}{}", output.stdout, output.stderr);
    Ok(())
}
