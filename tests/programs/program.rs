//! Where the programs come from: crates of the registry at fixed versions, built with their own lock files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail, ensure};
use vfs_tests::paths;

/// A program, built for `wasm32-wasip2`.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    /// coreutils: many commands in one binary, the first argument says which.
    Coreutils,
    /// ripgrep.
    Ripgrep,
    /// Our driver over the crates of coreutils' commands: a script in one process.
    Session,
    /// Our driver over SQLite.
    Database,
}

/// A program that is a crate of the registry.
struct Published {
    krate: &'static str,
    version: &'static str,
    binary: &'static str,
    flags: &'static [&'static str],
}

const COREUTILS: Published = Published {
    krate: "coreutils",
    version: "0.12.0",
    binary: "coreutils",
    flags: &["--no-default-features", "--features", "feat_wasm", "--bin", "coreutils"],
};

const RIPGREP: Published = Published { krate: "ripgrep", version: "15.2.0", binary: "rg", flags: &[] };

impl Program {
    /// What it is called: coreutils wants to know that it is coreutils.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Coreutils => "coreutils.wasm",
            Self::Ripgrep => "rg.wasm",
            Self::Session => "session.wasm",
            Self::Database => "database.wasm",
        }
    }

    /// The component, built by the first who asks.
    ///
    /// # Errors
    /// It does not build.
    pub fn build(self) -> Result<PathBuf> {
        // One build at a time: they share what they have built of the same crates.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _building = BUILDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match self {
            Self::Coreutils => published(&COREUTILS),
            Self::Ripgrep => published(&RIPGREP),
            Self::Session => guest("session", None),
            Self::Database => guest("database", Some(&c_compiler()?)),
        }
    }
}

fn folder() -> PathBuf {
    paths::target().join("programs")
}

fn published(program: &Published) -> Result<PathBuf> {
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
fn guest(name: &str, c_compiler: Option<&Tools>) -> Result<PathBuf> {
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
struct Tools {
    compiler: PathBuf,
    archiver: PathBuf,
}

/// The zig of `tests/setup.sh`, behind scripts: build scripts want tools that need no argument to be what they are.
fn c_compiler() -> Result<Tools> {
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
