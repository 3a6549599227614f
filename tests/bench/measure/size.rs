//! Bytes.

use crate::lab::{App, Form, Lab, run};
use crate::row::Sample;
use crate::trees::Tree;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use vfs_tests::{compose, wasi_wit};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{ManglingAndAbi, Resolve};

/// What composing adds to an app besides the image.
pub fn added(lab: &Lab, app: App, form: Form) -> Result<Sample> {
    Ok(Sample { vfs: overhead(lab, app, Tree::Tiny, form)?, ..Sample::default() })
}

/// The same with one file and with 1,000.
pub fn added_per_file(lab: &Lab) -> Result<Sample> {
    let base = overhead(lab, App::Reader, Tree::Tiny, Form::Plugged)?;
    let vfs = overhead(lab, App::Reader, Tree::SmallFiles(1_000), Form::Plugged)?;
    Ok(Sample { base: Some(base), vfs, ..Sample::default() })
}

/// Our image of a tree and `mkfs.erofs`'s.
pub fn image(lab: &Lab, tree: Tree) -> Result<Sample> {
    let theirs = lab.path("theirs.erofs");
    let mut mkfs = Command::new("mkfs.erofs");
    mkfs.args(["-E", "force-inode-extended"]).arg(&theirs).arg(lab.tree(tree)?);
    run(mkfs)?;
    Ok(Sample { base: Some(size(&theirs)?), vfs: size(&our_image(lab, tree)?)?, ..Sample::default() })
}

fn overhead(lab: &Lab, app: App, tree: Tree, form: Form) -> Result<f64> {
    let composed = size(&lab.composed(app, tree, form)?)?;
    Ok(composed - size(&lab.app(app)?)? - size(&our_image(lab, tree)?)?)
}

fn our_image(lab: &Lab, tree: Tree) -> Result<PathBuf> {
    let out = lab.path("ours.erofs");
    let mut build = Command::new(compose::command()?);
    build.args(["image", "build"]).arg(lab.tree(tree)?).arg("-o").arg(&out).arg("-q");
    run(build)?;
    Ok(out)
}

fn size(path: &Path) -> Result<f64> {
    Ok(fs::metadata(path).with_context(|| format!("no {}", path.display()))?.len() as f64)
}

/// The interfaces of WASI 0.2's filesystem, io and cli.
const INTERFACES: [&str; 15] = [
    "cli/environment",
    "cli/exit",
    "cli/stderr",
    "cli/stdin",
    "cli/stdout",
    "cli/terminal-input",
    "cli/terminal-output",
    "cli/terminal-stderr",
    "cli/terminal-stdin",
    "cli/terminal-stdout",
    "filesystem/preopens",
    "filesystem/types",
    "io/error",
    "io/poll",
    "io/streams",
];

/// A component that does nothing and imports every function of [`INTERFACES`].
pub fn everything() -> Result<Vec<u8>> {
    let wit = wasi_wit::folder()?;
    let version = version_of(&wit)?;
    let mut resolve = Resolve::default();
    resolve.push_dir(wit)?;
    let imports = INTERFACES.map(|name| format!("import wasi:{name}@{version};")).join(" ");
    let world = format!("package bench:everything; world everything {{ {imports} export wasi:cli/run@{version}; }}");
    let package = resolve.push_str("everything.wit", &world)?;
    let world = resolve.select_world(&[package], None)?;
    let mut module = wit_component::dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    ComponentEncoder::default().module(&module)?.validate(true).encode()
}

/// The version of WASI 0.2's packages in a folder.
fn version_of(wit: &Path) -> Result<String> {
    let text = fs::read_to_string(wit.join("deps/cli.wit"))?;
    let version = text.lines().find_map(|line| line.strip_prefix("package wasi:cli@")?.strip_suffix(";"));
    Ok(version.context("no version of wasi:cli")?.to_owned())
}
