//! Builds `over-wasi`, which becomes a file in `OUT_DIR`.

#[path = "build/over_wasi.rs"]
mod over_wasi;

const SOURCES: &[&str] = &[
    "adapters/descriptors/src",
    "adapters/preview1/abi/src",
    "adapters/preview1/over-wasi",
    "adapters/preview1/build.rs",
    "adapters/preview1/build",
    "Cargo.lock",
    "Cargo.toml",
];

fn main() {
    vfs_compose_wasm_build::run_build_script(SOURCES, &[("over-wasi.wasm", over_wasi::OVER_WASI)]);
}
