//! Builds the variants of the vfs's core module from this workspace. Each becomes a file in `OUT_DIR`, such as
//! `vfs.wasm`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

#[path = "build/guest.rs"]
mod guest;

use guest::TARGET;

fn main() {
    if let Err(error) = build() {
        // Cargo shows what a failed build script printed to stderr.
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let workspace = manifest.ancestors().nth(2).ok_or("this crate is a member of a workspace")?.to_path_buf();
    let of_guest =
        ["vfs-component", "adapters/descriptors", "adapters/preview1/abi", "wit", "Cargo.lock", "Cargo.toml"];
    for watched in of_guest.into_iter().chain(["composer/vfs/build.rs", "composer/vfs/build"]) {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    require_target()?;
    // `out` is target/PROFILE/build/PACKAGE/out. All profiles share one build of the guest.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target directory")?.join("vfs");
    for variant in guest::VARIANTS.iter().filter(|variant| variant.only_with.is_none_or(has_feature)) {
        fs::write(out.join(variant.file), guest::build(&workspace, &target, variant)?)?;
    }
    Ok(())
}

/// Returns whether this crate is built with a feature.
fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"))).is_some()
}

/// Checks that the toolchain has the wasm target. The error says how to install it.
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
