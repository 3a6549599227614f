//! `docs/pieces.md`: a vfs that is made for any app, and plugged with `wac` before one that knows nothing of it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::{Case, Form};
use vfs_tests::extent::Extent;
use vfs_tests::{compose, guests, normalise, paths, stage};

use crate::cow::snapshot;
use crate::host::{self, Given};

/// A vfs, and a golden case for which it is a piece.
struct Piece {
    name: &'static str,
    flag: &'static str,
    case: &'static str,
    /// Where in the host's directory the case's tree is.
    below: &'static str,
    /// What the program prints: what it does on this kind of tree.
    as_on: Form,
    /// Whether the host's directory stays as it is.
    leaves: bool,
}

const PIECES: [Piece; 3] = [
    Piece {
        name: "read-only",
        flag: "work::/,ro",
        case: "wasi/read-only",
        below: "",
        as_on: Form::Linked,
        leaves: true,
    },
    Piece {
        name: "chroot",
        flag: "work/sub::/,rw",
        case: "posix/files",
        below: "sub",
        as_on: Form::HostDirectory,
        leaves: false,
    },
    Piece { name: "overlay", flag: "work::/,cow", case: "posix/files", below: "", as_on: Form::Linked, leaves: true },
];

/// Each piece.
pub fn trials() -> Vec<Trial> {
    let trial = |piece: &'static Piece| {
        let test = move || runs(piece).map_err(|error| format!("{error:#}").into());
        Extent::Usual.trial(Trial::test(format!("pieces::{}", piece.name), test))
    };
    PIECES.iter().map(trial).collect()
}

fn runs(piece: &Piece) -> Result<()> {
    let case = Case::all(&paths::tests().join("cases"))?.into_iter().find(|case| case.name == piece.case);
    let case = case.context("no such case")?;
    let (folder, work) = (TempDir::new()?, TempDir::new()?);
    let root = work.path().join(piece.below);
    fs::create_dir_all(&root)?;
    let staged = stage::stage(&case)?;
    stage::copy_tree(staged.path(), &root)?;
    let before = snapshot(work.path())?;
    let app = plugged(piece, &case, folder.path())?;
    let output = host::run(&fs::read(app)?, &case.invocation(), &[Given::new("work", work.path())])?;
    let wanted = fs::read_to_string(case.stdout_file(piece.as_on))?;
    let difference = || normalise::difference(&wanted, &output.stdout);
    ensure!(output.stdout == wanted, "this is not what is expected:\n{}{}", difference(), output.stderr);
    ensure!(
        (snapshot(work.path())? == before) == piece.leaves,
        "the host's directory was changed, or should have been"
    );
    Ok(())
}

/// The case's program behind the piece.
fn plugged(piece: &Piece, case: &Case, folder: &Path) -> Result<PathBuf> {
    let [app, vfs, out] = ["app.wasm", "vfs.wasm", "out.wasm"].map(|name| folder.join(name));
    fs::write(&app, guests::as_component(guests::build(&case.spec.guest, &case.folder)?)?)?;
    let made = compose::run(["vfs", "--host-dir", piece.flag, "-q", "-o", &vfs.to_string_lossy()])?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    compose::wac_plug_with(&app, &vfs, &out)?;
    Ok(out)
}
