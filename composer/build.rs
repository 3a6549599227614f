//! Builds the vfs's core module from this workspace, in its variants, and collects the WIT text of WASI.
//!
//! Writes to `OUT_DIR` a file for each variant (`vfs.wasm`), and `wasi.wit.rs`, a slice of pairs of name and text.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "build/guest.rs"]
mod guest;

use guest::TARGET;

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
    for watched in ["vfs-component", "wit", "Cargo.lock", "Cargo.toml", "composer/build.rs", "composer/build"] {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    write_wasi_wit(&manifest, &out)?;
    require_target()?;
    // target/PROFILE/build/PACKAGE/out: all profiles share one guest.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target directory")?.join("vfs");
    for variant in guest::VARIANTS.iter().filter(|variant| variant.only_with.is_none_or(has_feature)) {
        fs::write(out.join(variant.file), guest::build(&workspace, &target, variant)?)?;
    }
    Ok(())
}

/// Whether this crate is built with a feature.
fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase().replace('-', "_"))).is_some()
}

/// The WIT files of the crates `wasip2` and `wasip3`, as Rust source.
fn write_wasi_wit(manifest: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let metadata = |extra: &[&str]| {
        let mut options =
            vec!["--locked".to_owned(), "--filter-platform".to_owned(), env::var("HOST").unwrap_or_default()];
        options.extend(extra.iter().map(ToString::to_string));
        cargo_metadata::MetadataCommand::new().manifest_path(manifest.join("Cargo.toml")).other_options(options).exec()
    };
    // Everything is downloaded by now; the network is asked only if cargo thinks otherwise.
    let metadata = metadata(&["--offline"]).or_else(|_| metadata(&[]))?;
    let mut source = String::from("&[\n");
    for crate_name in ["wasip2", "wasip3"] {
        // The one with WASI's released text: others of these names, older ones, may be in the lock file too.
        let released = |version: &cargo_metadata::semver::Version| version.build.as_str().starts_with("wasi-0.");
        let package = metadata.packages.iter().filter(|p| p.name.as_str() == crate_name && released(&p.version));
        let package = package.max_by_key(|package| package.version.clone());
        let package = package.ok_or_else(|| format!("the crate `{crate_name}` is not in Cargo.lock"))?;
        let folder = package.manifest_path.parent().ok_or("no folder")?.join("wit/deps");
        let mut files: Vec<_> =
            fs::read_dir(&folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
        files.sort();
        for file in files {
            let name = file.file_name().and_then(|n| n.to_str()).ok_or("a WIT file name that is not UTF-8")?;
            source.push_str(&format!("    (\"{crate_name}/{name}\", {:?}),\n", fs::read_to_string(&file)?));
        }
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
