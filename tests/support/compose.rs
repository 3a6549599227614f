//! The `vfs-compose` command and the published `wac`, as a user has them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};

use crate::paths;

/// The command, built once per process.
///
/// # Errors
/// It does not build.
pub fn command() -> Result<&'static Path> {
    static COMMAND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    COMMAND.get_or_init(|| build().map_err(|e| format!("{e:#}"))).as_deref().map_err(|e| anyhow::Error::msg(e.clone()))
}

fn build() -> Result<PathBuf> {
    let output = Command::new("cargo")
        // Both packages: chosen alone, `vfs-compose` has other features in its dependencies, and all of them are built again.
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "-p",
            "vfs-compose",
            "-p",
            "vfs-tests",
            "--bin",
            "vfs-compose",
        ])
        .current_dir(paths::repository())
        .output()
        .context("`cargo` does not start")?;
    ensure!(output.status.success(), "vfs-compose does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(paths::target().join("release/vfs-compose"))
}

/// Runs the command to its end.
///
/// # Errors
/// It does not start.
pub fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Result<Output> {
    Ok(Command::new(command()?).args(args).env_remove("SOURCE_DATE_EPOCH").output()?)
}

/// Composes `app` with `image` into `out`.
///
/// # Errors
/// It cannot be composed.
pub fn compose(app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    Ok(std::fs::write(out, composer(app, image, flags)?.compose()?.to_bytes()?)?)
}

/// Makes the vfs for `app` alone, and lets `wac plug` join the two into `out`.
///
/// # Errors
/// One of the two fails.
pub fn plug(app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    let vfs = out.with_extension("vfs.wasm");
    std::fs::write(&vfs, composer(app, image, flags)?.vfs()?.to_bytes()?)?;
    succeed(Command::new(wac()?).arg("plug").arg(app).arg("--plug").arg(&vfs).arg("-o").arg(out).output()?)
}

fn composer(app: &Path, image: &Path, flags: &[String]) -> Result<vfs_compose::Composer> {
    let mut composer = vfs_compose::Composer::new(std::fs::read(app)?).image(image);
    let mut flags = flags.iter().map(String::as_str);
    while let Some(flag) = flags.next() {
        composer = match flag {
            "--read-only" => composer.read_only(true),
            "--arg" => composer.arg(flags.next().context("--arg needs a value")?),
            "--env" => {
                let (name, value) = flags.next().and_then(|v| v.split_once('=')).context("--env needs NAME=VALUE")?;
                composer.env(name, value)
            }
            "--preopen" => {
                let value = flags.next().context("--preopen needs a value")?;
                match value.split_once('=') {
                    Some((path, name)) => composer.preopen_as(path, name),
                    None => composer.preopen(value),
                }
            }
            other => bail!("no flag `{other}`"),
        };
    }
    Ok(composer)
}

/// The published `wac`.
///
/// # Errors
/// It is not installed.
pub fn wac() -> Result<PathBuf> {
    let wac = paths::tools().join("bin/wac");
    ensure!(wac.is_file(), "no `wac`: run tests/setup.sh");
    Ok(wac)
}

fn succeed(output: Output) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    bail!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
