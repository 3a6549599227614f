//! Servers in languages that bring their engine: `guests/server.py` through componentize-py, `guests/server.js` through
//! componentize-js. What was made is kept until something that it was made from changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use vfs_tests::{paths, wasi_wit};

/// The Python server, with CPython inside.
///
/// # Errors
/// The Python environment of `tests/setup.sh` is not there, or componentize-py fails.
pub fn python() -> Result<Vec<u8>> {
    kept("server.py", &paths::tools().join("python/requirements.txt"), |work, made| {
        let mut command = Command::new(installed("python/bin/componentize-py")?);
        command.args(["--quiet", "--wit-path", "world.wit", "--world", "python-server"]);
        command.args(["componentize", "server", "--output"]).arg(made);
        run(command, work)
    })
}

/// The JavaScript server, with SpiderMonkey inside.
///
/// # Errors
/// The npm packages of `tests/setup.sh` are not there, or componentize-js fails.
pub fn javascript() -> Result<Vec<u8>> {
    kept("server.js", &paths::tools().join("javascript/package-lock.json"), |work, made| {
        let mut command = Command::new(installed("javascript/node_modules/.bin/jco")?);
        command.args(["componentize", "server.js", "--wit", "world.wit", "--world-name", "javascript-server"]);
        // Its own `fetch` and its own events: the server uses the calls.
        command.args(["--disable", "http", "--disable", "fetch-event", "--out"]).arg(made);
        run(command, work)
    })
}

/// The component of `guests/NAME`, made with `tools` by `make` in a directory of its own unless it is there.
fn kept(name: &str, tools: &Path, make: impl FnOnce(&Path, &Path) -> Result<()>) -> Result<Vec<u8>> {
    let guests = paths::tests().join("servers/guests");
    let program = fs::read_to_string(guests.join(name))?;
    let world = wasi_wit::with(&fs::read_to_string(guests.join("world.wit"))?)?;
    let tools = fs::read_to_string(tools).with_context(|| format!("no {}: run tests/setup.sh", tools.display()))?;
    let recipe = [&*program, &world, &tools, include_str!("scripts.rs")].concat();
    let folder = paths::target().join("servers");
    let (made, made_from) = (folder.join(format!("{name}.wasm")), folder.join(format!("{name}.recipe")));
    if !made.is_file() || !fs::read_to_string(&made_from).is_ok_and(|text| text == recipe) {
        fs::create_dir_all(&folder)?;
        let work = TempDir::new()?;
        fs::write(work.path().join(name), program)?;
        fs::write(work.path().join("world.wit"), world)?;
        make(work.path(), &made)?;
        fs::write(made_from, recipe)?;
    }
    Ok(fs::read(made)?)
}

fn installed(tool: &str) -> Result<PathBuf> {
    let tool = paths::tools().join(tool);
    ensure!(tool.is_file(), "no {}: run tests/setup.sh", tool.display());
    Ok(tool)
}

fn run(mut command: Command, work: &Path) -> Result<()> {
    let output = command.current_dir(work).output()?;
    ensure!(output.status.success(), "no server was made:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
