//! Chromium, through `adapters/browser` and `hosts/chromium.mjs`: one for all that this process runs. No directory is ever granted.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::host::{Invocation, Output};
use crate::paths;

/// A running browser. It ends when its input does, so with this process.
struct Chromium {
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Ended { exit: i32, stdout: String, stderr: String },
    Failed { error: String },
}

/// Runs a command component to its end.
///
/// # Errors
/// Node, the modules of `adapters` or Chromium are not there, or Chromium does not run it.
pub fn run(app: &Path, invocation: &Invocation) -> Result<Output> {
    static CHROMIUM: Mutex<Option<Chromium>> = Mutex::new(None);
    let mut slot = CHROMIUM.lock().unwrap_or_else(PoisonError::into_inner);
    let mut chromium = match slot.take() {
        Some(running) => running,
        None => start()?,
    };
    let Invocation { name, args, env, stdin } = invocation;
    let request = json!({ "app": app, "name": name, "arguments": args, "environment": env, "stdin": stdin });
    let answer = chromium.ask(&request.to_string()).context("Chromium has gone")?;
    // Only one that has answered is asked again.
    *slot = Some(chromium);
    match answer {
        Answer::Ended { exit, stdout, stderr } => Ok(Output { exit, stdout, stderr }),
        Answer::Failed { error } => bail!("Chromium does not run it: {error}"),
    }
}

fn start() -> Result<Chromium> {
    let modules = paths::repository().join("adapters/node_modules");
    ensure!(modules.is_dir(), "run `npm ci` in adapters, or tests/setup.sh");
    let mut command = Command::new("node");
    command.arg(paths::tests().join("hosts/chromium.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.env("VFS_NODE_CACHE", paths::target().join("node-cache"));
    let mut child = command.spawn().context("`node` does not start; install Node 20 or later")?;
    let requests = child.stdin.take().context("stdin is piped")?;
    let answers = BufReader::new(child.stdout.take().context("stdout is piped")?);
    Ok(Chromium { requests, answers })
}

impl Chromium {
    fn ask(&mut self, request: &str) -> Result<Answer> {
        writeln!(self.requests, "{request}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer)?)
    }
}
