//! Builds the vfs's core module. The build script and the test of law 3 share this code.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// A variant of the guest: its file, and the features of `vfs-component` that make it. `composer/vfs/src/guest.rs` says
/// what each has.
pub struct Variant {
    pub file: &'static str,
    features: &'static [&'static str],
    /// The feature of this crate that this variant requires; `None` if it is always built.
    pub only_with: Option<&'static str>,
}

pub const VARIANTS: [Variant; 5] = [
    Variant { file: "vfs.wasm", features: &[], only_with: None },
    Variant { file: "vfs-preview1.wasm", features: &["preview1"], only_with: None },
    Variant { file: "vfs-end.wasm", features: &["end"], only_with: Some("end") },
    Variant { file: "vfs-end-preview1.wasm", features: &["end", "preview1"], only_with: Some("end") },
    Variant { file: "vfs-late.wasm", features: &["late"], only_with: Some("test-guest") },
];

/// Builds a variant of the vfs's core module by a nested cargo. It has a target directory of its own, because the outer
/// build holds the lock of the usual one.
///
/// # Errors
/// The build fails, or the module contains a path of this machine.
pub fn build(workspace: &Path, target: &Path, variant: &Variant) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace).args(["build", "--release", "--locked", "-p", "vfs-component", "--target", TARGET]);
    cargo.arg("--features").arg(variant.features.join(","));
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
    cargo.env("CARGO_ENCODED_RUSTFLAGS", guest_flags(workspace).join("\u{1f}"));
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!("the vfs did not build:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let file = target.join(TARGET).join("release/vfs_component.wasm");
    let module = fs::read(&file).map_err(|error| format!("the vfs's build left no {}: {error}", file.display()))?;
    check_no_paths(&module, workspace)?;
    Ok(module)
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

fn guest_flags(workspace: &Path) -> Vec<String> {
    let mut flags = Vec::new();
    for (path, name) in machine_paths(workspace) {
        flags.push(format!("--remap-path-prefix={}={name}", path.display()));
    }
    // The stack comes first, so that an overflow traps. Between it and the data is the first part of the heap. A host
    // that makes an instance for each request pays for each page of 4 KiB that is written: the heap begins in the middle
    // of the page where the stack ends, and the data begins where all of it that changes lies in one page.
    for link in ["-zstack-size=133120", "--global-base=264192"] {
        flags.extend(["-C".into(), format!("link-arg={link}")]);
    }
    flags
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
            return Err(format!("the vfs holds the path {} of this machine", String::from_utf8_lossy(path)).into());
        }
    }
    Ok(())
}
