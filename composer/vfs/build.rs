//! Builds the variants of the vfs's core module from this workspace. Each becomes a file in `OUT_DIR`, such as
//! `vfs.wasm`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

#[path = "build/guest.rs"]
mod guest;

fn main() {
    if let Err(error) = build() {
        // Cargo shows what a failed build script printed to stderr.
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let workspace = vfs_compose_wasm_build::workspace(&PathBuf::from(env::var("CARGO_MANIFEST_DIR")?))?;
    let of_guest =
        ["vfs-component", "adapters/descriptors", "adapters/preview1/abi", "wit", "Cargo.lock", "Cargo.toml"];
    for watched in of_guest.into_iter().chain(["composer/vfs/build.rs", "composer/vfs/build"]) {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    vfs_compose_wasm_build::require_target()?;
    let target = vfs_compose_wasm_build::target_of(&out)?;
    for variant in guest::VARIANTS.iter().filter(|variant| variant.only_with.is_none_or(has_feature)) {
        fs::write(out.join(variant.file), vfs_compose_wasm_build::build(&workspace, &target, &variant.module())?)?;
    }
    Ok(())
}

/// Returns whether this crate is built with a feature.
fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"))).is_some()
}
