//! How `over-wasi` is built. The build script and the test of law 3 share this code.

use vfs_compose_wasm_build::WasmModule;

/// The stack comes first, so that an overflow traps. Few bytes are enough, as paths are in the heap.
pub const OVER_WASI: WasmModule<'static> = WasmModule {
    package: "vfs-preview1-over-wasi",
    features: &[],
    link_args: &["-zstack-size=16384", "--stack-first"],
};
