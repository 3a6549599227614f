//! zig, the compiler of C, C++ and Zig programs: core modules over preview1.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use vfs_tests::{debian, paths};

use super::kept::{folder, kept};
use super::tool;

/// `[build.zig]`: what `python -m ziglang COMMAND FLAGS SOURCES` makes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Zig {
    command: Language,
    /// What stands before the sources. `{source}` is the unpacked source package, or the entry's folder `source`.
    #[serde(default)]
    flags: Vec<String>,
    /// Files of the source package, or of the entry's folder `source`.
    sources: Vec<String>,
    /// Where the sources come from, if not from the entry's folder.
    pub debian: Option<debian::Package>,
}

/// A command of zig.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Language {
    #[serde(rename = "cc")]
    C,
    #[serde(rename = "c++")]
    Cxx,
    #[serde(rename = "build-exe")]
    Zig,
}

impl Zig {
    /// The module.
    ///
    /// # Errors
    /// zig or the sources cannot be had, or it does not build.
    pub fn build(&self, name: &str, entry: &Path) -> Result<PathBuf> {
        let (own, tools) = (entry.join("source"), paths::tests().join("requirements.txt"));
        let mut inputs = vec![&*tools];
        inputs.extend(own.is_dir().then_some(&*own));
        kept(&format!("{name}.wasm"), &format!("{self:?}"), &inputs, |made| {
            let source = match &self.debian {
                Some(package) => package.unpacked(&folder())?,
                None => own.clone(),
            };
            let flags = self.flags.iter().map(|flag| {
                flag.replace("{source}", &source.to_string_lossy()).replace("{own}", &own.to_string_lossy())
            });
            let mut zig = zig()?;
            match self.command {
                Language::C => zig.args(["cc", "-target", "wasm32-wasi", "-O2", "-s"]),
                Language::Cxx => zig.args(["c++", "-target", "wasm32-wasi", "-O2", "-s"]),
                Language::Zig => zig.args(["build-exe", "-target", "wasm32-wasi", "-OReleaseSmall", "-fstrip"]),
            };
            match self.command {
                Language::C | Language::Cxx => zig.arg("-o").arg(made),
                Language::Zig => zig.arg(format!("-femit-bin={}", made.display())),
            };
            zig.args(flags).args(&self.sources).current_dir(&source);
            // It keeps what it built of its own libraries here, for all programs.
            zig.env("ZIG_GLOBAL_CACHE_DIR", folder().join("zig-cache"));
            zig.env("ZIG_LOCAL_CACHE_DIR", folder().join("zig-cache"));
            tool::run(&mut zig).with_context(|| format!("{name} does not build"))?;
            Ok(())
        })
    }
}

fn zig() -> Result<Command> {
    let mut python = tool::outside_of_cargo(tool::installed("python/bin/python")?);
    python.args(["-m", "ziglang"]);
    Ok(python)
}

/// A C compiler and an archiver, each one executable file.
pub struct Tools {
    pub compiler: PathBuf,
    pub archiver: PathBuf,
}

/// zig behind scripts: build scripts of crates want tools that need no argument to be what they are.
///
/// # Errors
/// It is not installed.
pub fn as_c_compiler() -> Result<Tools> {
    let python = tool::installed("python/bin/python")?;
    let folder = folder().join("zig");
    fs::create_dir_all(&folder)?;
    let script = |name: &str, command: &str| -> Result<PathBuf> {
        let path = folder.join(name);
        let text = format!("#!/bin/sh\nexec '{}' -m ziglang {command} \"$@\"\n", python.display());
        // A new time would have cargo build everything again that was built with it.
        if !fs::read_to_string(&path).is_ok_and(|there| there == text) {
            fs::write(&path, text)?;
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(path)
    };
    Ok(Tools { compiler: script("cc", "cc -target wasm32-wasi -O2")?, archiver: script("ar", "ar")? })
}
