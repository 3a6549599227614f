//! Builds `over-wasi`, which becomes a file in `OUT_DIR`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

#[path = "build/over_wasi.rs"]
mod over_wasi;

use over_wasi::OVER_WASI;

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
    for watched in [
        "adapters/descriptors/src",
        "adapters/preview1/abi/src",
        "adapters/preview1/over-wasi",
        "adapters/preview1/build.rs",
        "adapters/preview1/build",
        "Cargo.lock",
        "Cargo.toml",
    ] {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    vfs_compose_wasm_build::require_target()?;
    let target = vfs_compose_wasm_build::target_of(&out)?;
    let module = vfs_compose_wasm_build::build(&workspace, &target, &OVER_WASI)?;
    fs::write(out.join("over-wasi.wasm"), module)?;
    Ok(())
}
