//! Builds the variants of the vfs's core module from this workspace. Each becomes a file in `OUT_DIR`, such as
//! `vfs.wasm`.

use std::env;

#[path = "build/guest.rs"]
mod guest;

const SOURCES: &[&str] = &[
    "vfs-component",
    "adapters/descriptors",
    "adapters/preview1/abi",
    "wit",
    "composer/vfs/build.rs",
    "composer/vfs/build",
    "Cargo.lock",
    "Cargo.toml",
];

fn main() {
    let variants = guest::VARIANTS.iter().filter(|variant| variant.only_with.is_none_or(has_feature));
    let modules: Vec<_> = variants.map(|variant| (variant.file, variant.module())).collect();
    vfs_compose_wasm_build::run_build_script(SOURCES, &modules);
}

/// Returns whether this crate is built with a feature.
fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"))).is_some()
}
