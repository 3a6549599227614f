//! The `vfs-compose` command and the published `wac`, as a user has them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail, ensure};

use crate::world::World;
use crate::{guests, paths, plugged};

/// The command, built once per process.
///
/// # Errors
/// It does not build.
pub fn command() -> Result<&'static Path> {
    static COMMAND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    COMMAND.get_or_init(|| build().map_err(|e| format!("{e:#}"))).as_deref().map_err(|e| anyhow::Error::msg(e.clone()))
}

fn build() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    // What `cargo test` sets for this process. The build script of `ring` asks for it: with other values, it and all that
    // uses it, up to the command, would be built again.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    let output = cargo
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
    Ok(Command::new(command()?).args(args).env_remove("SOURCE_DATE_EPOCH").env("RUST_BACKTRACE", "0").output()?)
}

/// Composes `app` with `image` into `out`, with the vfs as a component of its own.
///
/// # Errors
/// The command fails; the message is what it printed.
pub fn plugged(app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    compose("plugged", app, image, flags, out)
}

/// Composes `app` with `image` into `out`, with the vfs inside the app's component.
///
/// # Errors
/// The command fails; the message is what it printed.
pub fn linked(app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    compose("linked", app, image, flags, out)
}

fn compose(form: &str, app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    let fixed: [&OsStr; 8] = [
        app.as_ref(),
        "--form".as_ref(),
        form.as_ref(),
        "--image".as_ref(),
        image.as_ref(),
        "-o".as_ref(),
        out.as_ref(),
        "-q".as_ref(),
    ];
    succeed(&run(fixed.into_iter().chain(flags.iter().map(OsStr::new)))?)
}

/// Makes the vfs for `app` alone, and lets `wac plug` join the two into `out`.
///
/// # Errors
/// One of the commands fails; the message is what it printed.
pub fn wac_plug(app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    let component = component(app, out)?;
    plug(&component, image, flags, &["--for".as_ref(), component.as_ref()], out)
}

/// Makes a vfs for any app, with those packages of WASI that this one imports, and lets `wac plug` join the two into `out`.
///
/// # Errors
/// One of the commands fails; the message is what it printed. Or an import of the app's is left open that is the vfs's.
pub fn any_app(app: &Path, image: &Path, flags: &[String], out: &Path) -> Result<()> {
    let component = component(app, out)?;
    let imports = World::of(&std::fs::read(&component)?)?.imports();
    let imported = |package: &&str| imports.keys().any(|import| import.starts_with(&format!("wasi:{package}/")));
    let extras: Vec<_> = ["sockets", "http"].into_iter().filter(imported).collect();
    let with = format!("--with={}", extras.join(","));
    let with: &[&OsStr] = if extras.is_empty() { &[] } else { &[with.as_ref()] };
    plug(&component, image, flags, with, out)?;
    let mut open = plugged::left_open(&std::fs::read(out)?)?;
    // Random numbers are the host's.
    open.retain(|import| !import.starts_with("wasi:random/"));
    ensure!(open.is_empty(), "`wac plug` left open: {open:?}");
    Ok(())
}

/// The app as a component, beside `out`.
fn component(app: &Path, out: &Path) -> Result<PathBuf> {
    let component = out.with_extension("component.wasm");
    std::fs::write(&component, guests::as_component(std::fs::read(app)?)?)?;
    Ok(component)
}

/// Makes a vfs with `args`, and plugs it into a component.
fn plug(component: &Path, image: &Path, flags: &[String], args: &[&OsStr], out: &Path) -> Result<()> {
    let vfs = out.with_extension("vfs.wasm");
    let fixed: [&OsStr; 6] =
        ["vfs".as_ref(), "--image".as_ref(), image.as_ref(), "-o".as_ref(), vfs.as_ref(), "-q".as_ref()];
    let flags = flags.iter().map(OsStr::new);
    succeed(&run(fixed.into_iter().chain(args.iter().copied()).chain(flags))?)?;
    wac_plug_with(component, &vfs, out)
}

/// What `wac plug` makes of a component and a plug.
///
/// # Errors
/// It fails; the message is what it printed.
pub fn wac_plug_with(component: &Path, plug: &Path, out: &Path) -> Result<()> {
    let mut wac = Command::new(wac()?);
    wac.arg("plug").arg(component).arg("--plug").arg(plug).arg("-o").arg(out).env("RUST_BACKTRACE", "0");
    succeed(&wac.output()?)
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

fn succeed(output: &Output) -> Result<()> {
    if output.status.success() {
        return Ok(());
    }
    bail!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
