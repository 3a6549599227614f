//! Collects the WIT text of WASI, without comments, and writes it to `wasi.wit.rs` in `OUT_DIR`, as a slice of pairs of
//! name and text.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

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
    let workspace = manifest.ancestors().nth(2).ok_or("this crate is a member of a workspace")?;
    for watched in ["Cargo.lock", "Cargo.toml", "composer/wasi/build.rs"] {
        println!("cargo:rerun-if-changed={}", workspace.join(watched).display());
    }
    write_wasi_wit(&manifest, &out)
}

/// Writes the WIT files of the crates `wasip2` and `wasip3` as Rust source.
fn write_wasi_wit(manifest: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let metadata = |extra: &[&str]| {
        let mut options =
            vec!["--locked".to_owned(), "--filter-platform".to_owned(), env::var("HOST").unwrap_or_default()];
        options.extend(extra.iter().map(ToString::to_string));
        cargo_metadata::MetadataCommand::new().manifest_path(manifest.join("Cargo.toml")).other_options(options).exec()
    };
    // The crates are already downloaded, so cargo should not need the network. If offline fails, try with it.
    let metadata = metadata(&["--offline"]).or_else(|_| metadata(&[]))?;
    let mut source = String::from("&[\n");
    for crate_name in ["wasip2", "wasip3"] {
        // Chooses the version with WASI's released text. The lock file may also contain older crates of these names.
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
            let text = leave_out_comments(&fs::read_to_string(&file)?);
            source.push_str(&format!("    (\"{crate_name}/{name}\", {text:?}),\n"));
        }
    }
    source.push_str("]\n");
    fs::write(out.join("wasi.wit.rs"), source)?;
    Ok(())
}

/// Leaves out lines that are comments, two thirds of the text: every composition parses it.
fn leave_out_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}
