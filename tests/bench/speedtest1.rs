//! SQLite's own benchmark, `speedtest1`, as a preview1 module. Nothing of it is in the repository: the program comes out of the
//! distribution's source package, the library out of the crate that `tests/corpus` has its SQLite from, and zig makes one of both.

use crate::lab::run;
use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::MetadataCommand;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use vfs_tests::paths;

/// The program in the source package `sqlite3` of Debian 12, SQLite 3.40.1.
const SHA256: &str = "3bcf072c8766ca7aa7a6ef28d8976b85f7353071744058f4b132056e747349b1";

const FLAGS: [&str; 7] =
    ["cc", "-target", "wasm32-wasi", "-O2", "-s", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION"];

/// The module, built now or left from an earlier run with the same sources.
///
/// # Errors
/// One of the sources cannot be had, or is not the one above: with a message that says which and why.
pub fn build() -> Result<PathBuf> {
    let folder = paths::target().join("speedtest1");
    fs::create_dir_all(&folder)?;
    let program = folder.join("speedtest1.c");
    if hash(&program).is_err() {
        download(&folder, &program).context("cannot get the source of speedtest1")?;
    }
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

/// Asks apt for the source package, with lists of its own: the machine's may have no sources in them.
fn download(folder: &Path, program: &Path) -> Result<()> {
    let lists = folder.join("lists");
    fs::create_dir_all(lists.join("partial"))?;
    let mut targets = Command::new("apt-get");
    // What is wanted of it is known by its hash.
    targets.args(["indextargets", "--format", "deb-src [trusted=yes] $(REPO_URI) $(RELEASE) $(COMPONENT)"]);
    targets.arg("Created-By: Packages");
    let sources = folder.join("sources.list");
    fs::write(&sources, run(targets)?.stdout)?;

    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.current_dir(folder).args(["-qq", "-o", "Dir::Etc::sourceparts=-", "-o"]);
        apt.arg(format!("Dir::Etc::sourcelist={}", sources.display())).arg("-o");
        apt.arg(format!("Dir::State::lists={}", lists.display())).args(arguments);
        run(apt)
    };
    apt(&["update"])?;
    apt(&["source", "--download-only", "sqlite3"])?;

    let archives: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let archive = archives.iter().find(|path| path.to_string_lossy().ends_with(".orig.tar.xz"));
    let mut tar = Command::new("tar");
    tar.arg("-xJOf").arg(archive.context("the source package has no archive")?);
    tar.args(["--wildcards", "*/test/speedtest1.c"]);
    fs::write(program, run(tar)?.stdout)?;
    hash(program)
}

/// The program is the one that is meant.
fn hash(program: &Path) -> Result<()> {
    let mut sha256sum = Command::new("sha256sum");
    sha256sum.arg(program);
    let sum = String::from_utf8(run(sha256sum)?.stdout)?;
    ensure!(sum.starts_with(SHA256), "{} is not that of SQLite 3.40.1, as Debian 12 has it", program.display());
    Ok(())
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
