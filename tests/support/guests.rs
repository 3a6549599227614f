//! Builds the programs of `tests/guests`, each set once per process, and finds them by name.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use anyhow::{Context, Result, bail, ensure};
use wasi_preview1_component_adapter_provider as adapter;

use crate::{composition, paths};

/// The bytes of a program:
///
/// - `NAME`: the package of `tests/guests`, built for `wasm32-wasip2`, a component;
/// - `NAME.p1`: the same built for `wasm32-wasip1`, a core module;
/// - `c/NAME`: `tests/guests/c/NAME.c`, built by zig, a core module;
/// - `app.wat`: that file of the case's `folder`;
/// - `NAME(PLUG, ...)`: a composition of these, see [`composition`].
///
/// # Errors
/// It cannot be built, and the message says what is missing.
pub fn build(name: &str, folder: &Path) -> Result<Vec<u8>> {
    if let Some((socket, plugs)) = composition::parts(name) {
        return composition::plug(socket, &plugs, folder);
    }
    let path = if name == "app.wat" {
        return Ok(wat::parse_file(folder.join(name))?);
    } else if let Some(name) = name.strip_prefix("c/") {
        c(name)?
    } else if let Some(name) = name.strip_suffix(".p1") {
        rust("wasm32-wasip1")?.join(format!("{name}.wasm"))
    } else {
        rust("wasm32-wasip2")?.join(format!("{name}.wasm"))
    };
    std::fs::read(&path).with_context(|| format!("no guest `{name}`"))
}

/// Whether a program of that name is made by what `tests/setup.sh` installs.
#[must_use]
pub fn needs_tools(name: &str) -> bool {
    name.starts_with("c/") || composition::parts(name).is_some()
}

/// A program that needs no folder of a case.
///
/// # Errors
/// It cannot be built, and the message says what is missing.
pub fn named(name: &str) -> Result<Vec<u8>> {
    build(name, Path::new("."))
}

/// A core module made a component by the published adapter, without our composer; a component as it is.
///
/// # Errors
/// The module imports more than `wasi_snapshot_preview1`.
pub fn as_component(app: Vec<u8>) -> Result<Vec<u8>> {
    adapted(app, adapter::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER)
}

/// The same of a module that only others call.
///
/// # Errors
/// As [`as_component`].
pub fn as_library(module: Vec<u8>) -> Result<Vec<u8>> {
    adapted(module, adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)
}

fn adapted(app: Vec<u8>, bytes: &[u8]) -> Result<Vec<u8>> {
    if wasmparser::Parser::is_component(&app) {
        return Ok(app);
    }
    let mut encoder = wit_component::ComponentEncoder::default();
    encoder.module(&app)?.adapter(adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, bytes)?.encode()
}

/// Where the programs for one target are, after they were built.
fn rust(target: &'static str) -> Result<PathBuf> {
    static P1: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static P2: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let (once, packages) = if target == "wasm32-wasip1" {
        (&P1, &["conformance-module", "edges1", "keeper", "planner", "posix", "process", "reactor", "shouter"][..])
    } else {
        (&P2, &[][..])
    };
    once.get_or_init(|| cargo(target, packages).map_err(|e| format!("{e:#}"))).clone().map_err(anyhow::Error::msg)
}

/// Builds some packages, or all.
fn cargo(target: &str, packages: &[&str]) -> Result<PathBuf> {
    let guests = paths::tests().join("guests");
    let libraries =
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]).current_dir(&guests).output()?;
    let libraries = String::from_utf8_lossy(&libraries.stdout).trim().to_owned();
    ensure!(Path::new(&libraries).is_dir(), "no standard library for {target}: run `rustup target add {target}`");
    let built = paths::target().join("guests");
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--release", "--locked", "--target", target]).current_dir(&guests);
    if packages.is_empty() {
        command.arg("--workspace");
    }
    command.args(packages.iter().flat_map(|package| ["-p", package]));
    command.env("CARGO_TARGET_DIR", &built);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"].contains(&&*text)
            || text.starts_with("CARGO_PROFILE_")
        {
            command.env_remove(&name);
        }
    }
    let output = command.output().context("`cargo` does not start")?;
    if !output.status.success() {
        bail!("the guests do not build for {target}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(built.join(target).join("release"))
}

/// A C program, built by the zig of `tests/setup.sh`, or left from an earlier build of the same text.
fn c(name: &str) -> Result<PathBuf> {
    const FLAGS: [&str; 8] = ["cc", "-target", "wasm32-wasi", "-O2", "-s", "-Wall", "-Wextra", "-Werror"];
    let source = paths::tests().join("guests/c").join(format!("{name}.c"));
    let recipe = format!(
        "{}\n{FLAGS:?}\n{}",
        std::fs::read_to_string(paths::tests().join("requirements.txt"))?,
        std::fs::read_to_string(&source).with_context(|| format!("no guest `c/{name}`"))?
    );
    let folder = paths::target().join("guests/c");
    let (path, built_from) = (folder.join(format!("{name}.wasm")), folder.join(format!("{name}.recipe")));
    // Trials run at the same time, and zig takes seconds: one builds, the others find it.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _guard = BUILDING.lock();
    if path.is_file() && std::fs::read_to_string(&built_from).is_ok_and(|text| text == recipe) {
        return Ok(path);
    }
    let python = paths::tools().join("python/bin/python");
    ensure!(python.is_file(), "no zig to build C programs with: run tests/setup.sh");
    std::fs::create_dir_all(&folder)?;
    let mut command = Command::new(python);
    command.args(["-m", "ziglang"]).args(FLAGS).arg("-o").args([&path, &source]);
    let output = command.output()?;
    ensure!(output.status.success(), "`{name}.c` does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(built_from, recipe)?;
    Ok(path)
}
