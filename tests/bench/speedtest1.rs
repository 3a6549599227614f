//! SQLite's own benchmark, `speedtest1`, as a preview1 module. Nothing of it is in the repository: the program comes out of the
//! distribution's source package, the library out of the crate that `tests/corpus` has its SQLite from, and zig makes one of both.

use crate::lab::run;
use anyhow::{Result, bail};
use cargo_metadata::MetadataCommand;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use vfs_tests::{debian, paths};

/// The archive of the source package `sqlite3` of Debian 12.
const SHA256: &str = "aaa776260ab4dc976db34aa7891819484c8676b5b2783123ebc6301e2ca5d655";

const FLAGS: [&str; 7] =
    ["cc", "-target", "wasm32-wasi", "-O2", "-s", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION"];

/// The module, built now or left from an earlier run with the same sources.
///
/// # Errors
/// One of the sources cannot be had, or is not the one above: with a message that says which and why.
pub fn build() -> Result<PathBuf> {
    let folder = paths::target().join("speedtest1");
    fs::create_dir_all(&folder)?;
    let package = debian::Package { name: "sqlite3".into(), version: "3.40.1".into(), sha256: SHA256.into() };
    let program = package.unpacked(&folder)?.join("test/speedtest1.c");
    let library = library()?;
    let (module, built_from) = (folder.join("speedtest1.wasm"), folder.join("recipe"));
    let compiler = fs::read_to_string(paths::tests().join("requirements.txt"))?;
    let recipe = format!("{SHA256}\n{}\n{FLAGS:?}\n{compiler}", library.display());
    if !module.is_file() || !fs::read_to_string(&built_from).is_ok_and(|text| text == recipe) {
        let mut zig = Command::new(paths::tools().join("python/bin/python"));
        zig.args(["-m", "ziglang"]).args(FLAGS).arg("-I").arg(&library);
        zig.arg("-o").args([&module, &program, &library.join("sqlite3.c")]);
        run(zig)?;
        fs::write(built_from, recipe)?;
    }
    Ok(module)
}

/// The folder with SQLite in one file.
fn library() -> Result<PathBuf> {
    let manifest = paths::tests().join("corpus/Cargo.toml");
    let options = ["--locked".to_owned()];
    let metadata = MetadataCommand::new().manifest_path(manifest).other_options(options).exec()?;
    let Some(package) = metadata.packages.iter().find(|package| package.name == "libsqlite3-sys") else {
        bail!("no libsqlite3-sys in tests/corpus/Cargo.lock");
    };
    Ok(package.manifest_path.with_file_name("sqlite3").into())
}
