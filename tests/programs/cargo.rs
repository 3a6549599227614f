//! Programs that cargo builds: crates of the registry at fixed versions, with their own lock files, and the packages of `guests/`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use vfs_tests::paths;

use crate::program::folder;

/// A program that is a crate of the registry.
pub struct Published {
    pub krate: &'static str,
    pub version: &'static str,
    pub binary: &'static str,
    pub flags: &'static [&'static str],
}

/// The component, installed by the first who asks.
///
/// # Errors
/// It does not build.
pub fn published(program: &Published) -> Result<PathBuf> {
    let root = folder().join(format!("{}-{}", program.krate, program.version));
    let built = root.join("bin").join(program.binary).with_extension("wasm");
    if built.exists() {
        return Ok(built);
    }
    let mut cargo = cargo("install");
    cargo
        .arg(program.krate)
        .args(["--version", program.version, "--no-track"])
        .args(program.flags)
        .arg("--root")
        .arg(&root);
    run(cargo, program.krate)?;
    Ok(built)
}

/// A package of `guests/`. Cargo knows whether it is built.
///
/// # Errors
/// It does not build.
pub fn guest(name: &str, c_compiler: Option<&Tools>) -> Result<PathBuf> {
    let mut cargo = cargo("build");
    cargo.args(["--release", "-p", name]).current_dir(paths::tests().join("programs/guests"));
    if let Some(tools) = c_compiler {
        cargo.env("CC_wasm32_wasip2", &tools.compiler).env("AR_wasm32_wasip2", &tools.archiver);
        // Its defaults are for clang as rustc names targets.
        cargo.env("CRATE_CC_NO_DEFAULTS", "1");
    }
    run(cargo, name)?;
    Ok(folder().join("build/wasm32-wasip2/release").join(name).with_extension("wasm"))
}

fn cargo(subcommand: &str) -> Command {
    let mut cargo = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"].contains(&&*text)
            || text.starts_with("CARGO_PROFILE_")
        {
            cargo.env_remove(&name);
        }
    }
    // Whole-program optimisation doubles the time of the build and changes nothing that is looked at here.
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    cargo.env("CARGO_TARGET_DIR", folder().join("build"));
    cargo.args([subcommand, "--quiet", "--locked", "--target", "wasm32-wasip2"]);
    cargo
}

fn run(mut cargo: Command, what: &str) -> Result<()> {
    let output = cargo.output().context("`cargo` does not start")?;
    if !output.status.success() {
        bail!("{what} does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// A C compiler and an archiver, each one executable file.
pub struct Tools {
    compiler: PathBuf,
    archiver: PathBuf,
}

/// The zig of `tests/setup.sh`, behind scripts: build scripts want tools that need no argument to be what they are.
///
/// # Errors
/// It is not installed.
pub fn c_compiler() -> Result<Tools> {
    let python = paths::tools().join("python/bin/python");
    ensure!(python.is_file(), "no zig to build SQLite with: run tests/setup.sh");
    let folder = folder().join("zig");
    fs::create_dir_all(&folder)?;
    let script = |name: &str, command: &str| -> Result<PathBuf> {
        let path = folder.join(name);
        write_if_new(&path, &format!("#!/bin/sh\nexec '{}' -m ziglang {command} \"$@\"\n", python.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(path)
    };
    Ok(Tools { compiler: script("cc", "cc -target wasm32-wasi -O2")?, archiver: script("ar", "ar")? })
}

fn write_if_new(path: &Path, text: &str) -> Result<()> {
    if !fs::read_to_string(path).is_ok_and(|there| there == text) {
        fs::write(path, text)?;
    }
    Ok(())
}
