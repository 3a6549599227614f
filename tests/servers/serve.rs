//! `vfs-compose serve`: the servers of `web` and `web3`, by the command. And what a command of WASI 0.3 wrote under
//! `vfs-compose run`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::{compose, guests, network_host};

use crate::client::Client;
use crate::origin;

/// All of it.
pub fn trials() -> Vec<Trial> {
    let trials = [("web", "linked"), ("web", "plugged"), ("web3", "plugged")].into_iter().flat_map(|(guest, form)| {
        [("composes", false), ("is-composed", true)].map(|(how, is_composed)| {
            let name = format!("serve::{guest}::{form}::{how}");
            Trial::test(name, move || serves(guest, form, is_composed).map_err(|error| format!("{error:#}").into()))
        })
    });
    let endings = [("returned", &[][..], 0), ("exited", &["", "exit"], 0), ("exited", &["", "exit-with-code"], 42)];
    let runs = endings.map(|(ended, arguments, code)| {
        let name = format!("run::streams3::counts::{}", arguments.last().unwrap_or(&ended));
        Trial::test(name, move || counts(ended, arguments, code).map_err(|error| format!("{error:#}").into()))
    });
    let some = Trial::test("serve::web3::asks-some", || asks_some().map_err(|error| format!("{error:#}").into()));
    trials.chain(runs).chain([some]).collect()
}

/// A file that is written through streams, by a task, which then returns or calls one of WASI 0.3's functions to exit.
fn counts(ended: &str, arguments: &[&str], code: i32) -> Result<()> {
    let directory = TempDir::new()?;
    fs::create_dir(directory.path().join("files"))?;
    fs::write(directory.path().join("files/in"), "some bytes\n")?;
    fs::write(directory.path().join("app.wasm"), guests::named("streams3")?)?;
    let mut command = Command::new(compose::command()?);
    command.args(["run", "app.wasm", "--image", "files", "--json", "--"]).args(arguments).stdin(Stdio::null());
    let output = command.current_dir(directory.path()).output()?;
    let said = String::from_utf8(output.stderr)?;
    let report: serde_json::Value = serde_json::from_str(said.trim()).context(said)?;
    let told = (&report["ended"], &report["exit-code"], &report["files-written"]);
    ensure!(output.status.code() == Some(code) && told == (&ended.into(), &code.into(), &1.into()), "{report}");
    let note = report["notes"].as_array().and_then(|notes| notes.last()).context("a note")?;
    ensure!(note["message"] == "1 file that the program wrote was in memory only and is gone", "{report}");
    Ok(())
}

/// A server that ends with this value.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Begins to serve, and returns the address.
fn begin(command: &mut Command) -> Result<(Served, SocketAddr)> {
    let mut child = command.args(["--addr", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn()?;
    let stderr = child.stderr.take().context("a pipe")?;
    let served = Served(child);
    let mut line = String::new();
    BufReader::new(stderr).read_line(&mut line)?;
    let address = line.trim().strip_prefix("serving at http://").with_context(|| line.clone())?;
    Ok((served, address.trim_end_matches('/').parse()?))
}

/// A server of WASI 0.3 that is composed, and is a client of some servers alone.
fn asks_some() -> Result<()> {
    let directory = TempDir::new()?;
    fs::create_dir_all(directory.path().join("files/up"))?;
    fs::write(directory.path().join("app.wasm"), guests::named("web3")?)?;
    let command = || -> Result<Command> {
        let mut command = Command::new(compose::command()?);
        command.current_dir(directory.path());
        Ok(command)
    };
    let flags = ["app.wasm", "--image", "files", "-q", "-o", "out.wasm"];
    ensure!(command()?.args(flags).status()?.success(), "it is not composed");
    let (allowed, other) = (origin::start()?, origin::start()?);
    let rule = format!("allow:{allowed}");
    let (_served, address) = begin(command()?.args(["serve", "out.wasm", "-q", "--http", &rule]))?;
    network_host::runtime().block_on(async {
        let mut client = Client::connect(address).await?;
        let fetched = client.get(&format!("/fetch/{allowed}/up/new")).await?;
        ensure!(fetched.status == 201, "{fetched:?}");
        let denied = client.get(&format!("/fetch/{other}/up/new")).await?;
        let told = String::from_utf8_lossy(&denied.body).into_owned();
        ensure!(!denied.status.is_success() && told.contains("HttpRequestDenied"), "{denied:?}: {told}");
        Ok(())
    })
}

/// Each request has an instance of its own, over the image.
fn serves(guest: &str, form: &str, is_composed: bool) -> Result<()> {
    let directory = TempDir::new()?;
    let path = |name: &str| directory.path().join(name);
    fs::create_dir_all(path("files/site"))?;
    fs::create_dir(path("files/up"))?;
    fs::write(path("files/site/page"), "a page\n")?;
    fs::write(path("app.wasm"), guests::named(guest)?)?;
    let with_files = |command: &mut Command, directory: &Path| {
        command.args(["app.wasm", "--image", "files", "--form", form, "-q"]).current_dir(directory);
    };
    let mut command = Command::new(compose::command()?);
    if is_composed {
        let mut composed = Command::new(compose::command()?);
        with_files(&mut composed, directory.path());
        ensure!(composed.args(["-o", "out.wasm"]).status()?.success(), "it is not composed");
        command.args(["serve", "out.wasm", "-q"]).current_dir(directory.path());
    } else {
        with_files(command.arg("serve"), directory.path());
    }
    let (_served, address) = begin(&mut command)?;
    network_host::runtime().block_on(async {
        let mut client = Client::connect(address).await?;
        for _ in 0..2 {
            let page = client.get("/files/site/page").await?;
            ensure!(page.status == 200 && page.body == b"a page\n", "{page:?}");
            let none = client.get("/files/up/new").await?;
            ensure!(none.status == 404, "{none:?}");
            let made = client.put("/files/up/new", &[b"n", b"ew"]).await?;
            ensure!(made.status.is_success(), "{made:?}");
        }
        Ok(())
    })
}
