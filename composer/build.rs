//! Builds the vfs's core module from this workspace and collects the WIT text of WASI.
//!
//! Writes three files to `OUT_DIR`: `vfs.wasm`, `wasi.wit.rs` (a slice of name and text pairs) and nothing else. Neither is ever
//! committed.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

fn main() {
    if let Err(error) = build() {
        // Cargo shows what a build script prints to stderr, and its exit code fails the build.
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let workspace = manifest.parent().ok_or("the composer is a member of a workspace")?.to_path_buf();
    for watched in ["vfs-component", "wit", "Cargo.lock", "Cargo.toml", "composer/build.rs"] {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    write_wasi_wit(&manifest, &out)?;
    require_target()?;
    let module = build_guest(&workspace, &out)?;
    check_no_paths(&module, &workspace)?;
    fs::write(out.join("vfs.wasm"), module)?;
    Ok(())
}

/// The WIT files of the crate `wasip2`, as Rust source.
fn write_wasi_wit(manifest: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let metadata = |extra: &[&str]| {
        let mut options =
            vec!["--locked".to_owned(), "--filter-platform".to_owned(), env::var("HOST").unwrap_or_default()];
        options.extend(extra.iter().map(ToString::to_string));
        cargo_metadata::MetadataCommand::new().manifest_path(manifest.join("Cargo.toml")).other_options(options).exec()
    };
    // Everything is downloaded by now; the network is asked only if cargo thinks otherwise.
    let metadata = metadata(&["--offline"]).or_else(|_| metadata(&[]))?;
    let wasip2 = metadata.packages.iter().find(|p| p.name.as_str() == "wasip2" && p.version.major >= 2);
    let folder = wasip2
        .ok_or("the crate `wasip2` is not in Cargo.lock")?
        .manifest_path
        .parent()
        .ok_or("no folder")?
        .join("wit/deps");
    let mut files: Vec<_> = fs::read_dir(&folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut source = String::from("&[\n");
    for file in files {
        let name = file.file_name().and_then(|n| n.to_str()).ok_or("a WIT file name that is not UTF-8")?;
        source.push_str(&format!("    ({name:?}, {:?}),\n", fs::read_to_string(&file)?));
    }
    source.push_str("]\n");
    fs::write(out.join("wasi.wit.rs"), source)?;
    Ok(())
}

/// An error that says what to install where the wasm target is missing.
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

/// A nested build with a target directory of its own: the outer build holds the lock of the usual one.
fn build_guest(workspace: &Path, out: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    // target/PROFILE/build/PACKAGE/out: all profiles share one guest.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target directory")?.join("vfs");
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(workspace).args(["build", "--release", "--locked", "-p", "vfs-component", "--target", TARGET]);
    cargo.arg("--target-dir").arg(&target);
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
    // The encoded form, because paths may hold spaces.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", guest_flags(workspace).join("\u{1f}"));
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(format!("the vfs did not build:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let file = target.join(TARGET).join("release/vfs_component.wasm");
    fs::read(&file).map_err(|error| format!("the vfs's build left no {}: {error}", file.display()).into())
}

/// Settings of the outer build that would change the guest.
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
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
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
    flags.extend(["-C".into(), "link-arg=-zstack-size=131072".into()]);
    flags
}

/// Folders of this machine that a compiler may write into a module, and what stands there instead.
fn machine_paths(workspace: &Path) -> Vec<(PathBuf, &'static str)> {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from);
    let inside_home = |variable: &str, folder: &str| {
        env::var_os(variable).map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(folder)))
    };
    // The last one that matches wins in rustc, so the workspace comes last.
    let mut paths = Vec::new();
    paths.extend(inside_home("RUSTUP_HOME", ".rustup").map(|path| (path, "rustup")));
    paths.extend(inside_home("CARGO_HOME", ".cargo").map(|path| (path, "cargo")));
    paths.push((workspace.to_path_buf(), "vfs-compose"));
    paths
}

/// Law 3: what is built here is the same everywhere.
fn check_no_paths(module: &[u8], workspace: &Path) -> Result<(), Box<dyn Error>> {
    for (path, _) in machine_paths(workspace) {
        let path = path.to_str().unwrap_or_default().as_bytes();
        if path.len() > 1 && module.windows(path.len()).any(|window| window == path) {
            return Err(format!("the vfs holds the path {} of this machine", String::from_utf8_lossy(path)).into());
        }
    }
    Ok(())
}
