//! The variants of the vfs's core module. The build script and the test of law 3 share this code.

use vfs_compose_wasm_build::WasmModule;

/// A variant of the guest: its file, and the features of `vfs-component` that make it. `composer/vfs/src/guest.rs` says
/// what each has.
pub struct Variant {
    pub file: &'static str,
    features: &'static [&'static str],
    /// The feature of this crate that this variant requires; `None` if it is always built.
    pub only_with: Option<&'static str>,
}

pub const VARIANTS: [Variant; 11] = [
    Variant { file: "vfs.wasm", features: &[], only_with: None },
    Variant { file: "vfs-preview1.wasm", features: &["preview1"], only_with: None },
    Variant { file: "vfs-end.wasm", features: &["end"], only_with: Some("end") },
    Variant { file: "vfs-end-preview1.wasm", features: &["end", "preview1"], only_with: Some("end") },
    Variant { file: "vfs-mounts.wasm", features: &["mounts"], only_with: None },
    Variant { file: "vfs-end-mounts.wasm", features: &["end", "mounts"], only_with: Some("end") },
    Variant { file: "vfs-mounts3.wasm", features: &["mounts3"], only_with: None },
    Variant { file: "vfs-end-mounts3.wasm", features: &["end", "mounts3"], only_with: Some("end") },
    Variant { file: "vfs-links.wasm", features: &["preview1", "absolute-links"], only_with: None },
    Variant { file: "vfs-end-links.wasm", features: &["end", "preview1", "absolute-links"], only_with: Some("end") },
    Variant { file: "vfs-late.wasm", features: &["late"], only_with: Some("test-guest") },
];

/// The stack comes first, so that an overflow traps. Between it and the data is the first part of the heap. A host that
/// makes an instance for each request pays for each page of 4 KiB that is written: the heap begins in the middle of the
/// page where the stack ends, and the data begins where all of it that changes lies in one page.
const LINK_ARGS: &[&str] = &["-zstack-size=133120", "--global-base=264192"];

impl Variant {
    /// Returns how it is built.
    pub const fn module(&self) -> WasmModule<'static> {
        WasmModule { package: "vfs-component", features: self.features, link_args: LINK_ARGS }
    }
}
