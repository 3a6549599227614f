//! Builds core modules for wasm from packages of this workspace, for build scripts and for the test of law 3.

#![forbid(unsafe_code)]

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target that the modules are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A module to be built.
#[derive(Clone, Copy, Debug)]
pub struct WasmModule<'a> {
    /// The package in this workspace; a `cdylib`.
    pub package: &'a str,
    /// Its features.
    pub features: &'a [&'a str],
    /// Arguments for the linker.
    pub link_args: &'a [&'a str],
}

/// Is a build script: builds modules into files of `OUT_DIR`, and again once one of `sources`, which are paths in the
/// workspace, has changed. If that fails, prints why, and ends the process.
pub fn run_build_script(sources: &[&str], modules: &[(&str, WasmModule<'_>)]) {
    if let Err(error) = build_all(sources, modules) {
        // Cargo shows what a failed build script printed to stderr.
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn build_all(sources: &[&str], modules: &[(&str, WasmModule<'_>)]) -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = workspace(&PathBuf::from(env::var("CARGO_MANIFEST_DIR")?))?;
    for source in sources {
        println!("cargo:rerun-if-changed={}", workspace.join(source).display());
    }
    require_target()?;
    let target = target_of(&out)?;
    for (file, module) in modules {
        fs::write(out.join(file), build(&workspace, &target, module)?)?;
    }
    Ok(())
}

/// Returns the directory of the workspace, given that of the package whose build script runs.
///
/// # Errors
/// The package is not in the workspace.
pub fn workspace(package: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut above = package.ancestors().skip(1);
    let workspace = above.find(|folder| folder.join("Cargo.lock").is_file());
    Ok(workspace.ok_or("this crate is a member of a workspace")?.to_path_buf())
}

/// Returns the target directory of nested builds, given `OUT_DIR`, which is target/PROFILE/build/PACKAGE/out. All
/// profiles share one. It is not the usual one, whose lock the outer build holds.
///
/// # Errors
/// `OUT_DIR` is somewhere else.
pub fn target_of(out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    Ok(out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target directory")?.join("vfs"))
}

/// Checks that the toolchain has the wasm target.
///
/// # Errors
/// It has not; the error says how to install it.
fn require_target() -> Result<(), Box<dyn Error>> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    if output.status.success() && folder.is_dir() {
        return Ok(());
    }
    let toolchain = env::var("RUSTUP_TOOLCHAIN").unwrap_or_default();
    let toolchain = toolchain.split('-').next().filter(|t| !t.is_empty()).unwrap_or("1.95.0");
    Err(format!(
        "the vfs is built for {TARGET}, and this toolchain does not have it. Run:\n\n    rustup target add {TARGET} --toolchain \
         {toolchain}\n"
    )
    .into())
}

/// Builds a module by a nested cargo, in its own target directory.
///
/// # Errors
/// The build fails, or the module contains a path of this machine.
pub fn build(workspace: &Path, target: &Path, module: &WasmModule<'_>) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace).args(["build", "--release", "--locked", "-p", module.package, "--target", TARGET]);
    cargo.arg("--features").arg(module.features.join(","));
    cargo.arg("--target-dir").arg(target);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(belongs_to_outer_build) {
            cargo.env_remove(name);
        }
    }
    for (key, value) in
        [("OPT_LEVEL", "3"), ("LTO", "fat"), ("CODEGEN_UNITS", "1"), ("PANIC", "abort"), ("STRIP", "symbols")]
    {
        cargo.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
    }
    // Set to empty instead of removed, because a configuration file may name a wrapper.
    cargo.env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
    // The encoded variable, because paths may contain spaces.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace, module).join("\u{1f}"));
    let output = cargo.output()?;
    let package = module.package;
    if !output.status.success() {
        return Err(format!("{package} did not build:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let file = target.join(TARGET).join("release").join(format!("{}.wasm", package.replace('-', "_")));
    let bytes = fs::read(&file).map_err(|error| format!("the build left no {}: {error}", file.display()))?;
    check_no_paths(&bytes, workspace)?;
    Ok(bytes)
}

fn flags(workspace: &Path, module: &WasmModule<'_>) -> Vec<String> {
    let mut flags = Vec::new();
    for (path, name) in machine_paths(workspace) {
        flags.push(format!("--remap-path-prefix={}={name}", path.display()));
    }
    for link in module.link_args {
        flags.extend(["-C".into(), format!("link-arg={link}")]);
    }
    flags
}

/// Returns whether a variable is a setting of the outer build that would change the guest.
fn belongs_to_outer_build(name: &str) -> bool {
    let exact = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET_DIR",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_INCREMENTAL",
        "CARGO_MAKEFLAGS",
        "MAKEFLAGS",
        "RUSTDOC",
        "TARGET",
        "PROFILE",
        "OPT_LEVEL",
        "DEBUG",
    ];
    let prefixes = [
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_BUILD_",
        "CARGO_CFG_",
        "CARGO_FEATURE_",
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "DEP_",
    ];
    exact.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// Returns the directories of this machine that a compiler may write into a module, each with its replacement.
fn machine_paths(workspace: &Path) -> Vec<(PathBuf, &'static str)> {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from);
    let inside_home = |variable: &str, folder: &str| {
        env::var_os(variable).map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(folder)))
    };
    // In rustc the last match wins, so the workspace comes last.
    let mut paths = Vec::new();
    paths.extend(inside_home("RUSTUP_HOME", ".rustup").map(|path| (path, "rustup")));
    paths.extend(inside_home("CARGO_HOME", ".cargo").map(|path| (path, "cargo")));
    paths.push((workspace.to_path_buf(), "vfs-compose"));
    paths
}

/// Checks law 3: the module is the same on every machine, so it contains no path of this one.
fn check_no_paths(module: &[u8], workspace: &Path) -> Result<(), Box<dyn Error>> {
    for (path, _) in machine_paths(workspace) {
        let path = path.to_str().unwrap_or_default().as_bytes();
        if path.len() > 1 && module.windows(path.len()).any(|window| window == path) {
            return Err(format!("the module holds the path {} of this machine", String::from_utf8_lossy(path)).into());
        }
    }
    Ok(())
}
