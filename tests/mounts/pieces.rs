//! `docs/pieces.md`: a vfs that is made for any app, and plugged with `wac` before one that knows nothing of it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::{Case, Form};
use vfs_tests::extent::Extent;
use vfs_tests::host::Invocation;
use vfs_tests::{compose, guests, normalise, paths, stage};

use crate::cow::snapshot;
use crate::host::{self, Given};

/// A vfs, and a golden case for which it is a piece.
struct Piece {
    name: &'static str,
    flag: &'static str,
    /// Whether the case's tree is in the vfs's image.
    has_image: bool,
    /// The name under which the host gives its directory.
    given: &'static str,
    case: &'static str,
    /// Where in the host's directory the case's tree is, if it is there.
    below: &'static str,
    /// What the program prints: what it does on this kind of tree.
    as_on: Form,
    /// Whether the host's directory stays as it is.
    leaves: bool,
}

const PIECES: [Piece; 4] = [
    Piece {
        name: "read-only",
        flag: "*,ro",
        has_image: false,
        given: ".",
        case: "wasi/read-only",
        below: "",
        as_on: Form::Linked,
        leaves: true,
    },
    Piece {
        name: "chroot",
        flag: "work/sub::/,rw",
        has_image: false,
        given: "work",
        case: "posix/files",
        below: "sub",
        as_on: Form::HostDirectory,
        leaves: false,
    },
    Piece {
        name: "overlay",
        flag: "*,cow",
        has_image: false,
        given: ".",
        case: "posix/files",
        below: "",
        as_on: Form::Linked,
        leaves: true,
    },
    Piece {
        name: "defaults",
        flag: "*,cow,union",
        has_image: true,
        given: "/",
        case: "posix/files",
        below: "",
        as_on: Form::Linked,
        leaves: true,
    },
];

/// Each piece.
pub fn trials() -> Vec<Trial> {
    let trial = |piece: &'static Piece| {
        let test = move || runs(piece).map_err(|error| format!("{error:#}").into());
        Extent::Usual.trial(Trial::test(format!("pieces::{}", piece.name), test))
    };
    let mut trials: Vec<_> = PIECES.iter().map(trial).collect();
    let several = || several().map_err(|error| format!("{error:#}").into());
    trials.push(Extent::Usual.trial(Trial::test("pieces::several_directories", several)));
    trials
}

fn runs(piece: &Piece) -> Result<()> {
    let case = Case::all(&paths::tests().join("cases"))?.into_iter().find(|case| case.name == piece.case);
    let case = case.context("no such case")?;
    let (folder, work) = (TempDir::new()?, TempDir::new()?);
    let root = work.path().join(piece.below);
    fs::create_dir_all(&root)?;
    let staged = stage::stage(&case)?;
    if !piece.has_image {
        stage::copy_tree(staged.path(), &root)?;
    }
    let before = snapshot(work.path())?;
    let image = piece.has_image.then(|| staged.path());
    let guest = guests::as_component(guests::build(&case.spec.guest, &case.folder)?)?;
    let app = plugged(piece.flag, image, &guest, folder.path())?;
    let output = host::run(&fs::read(app)?, &case.invocation(), &[Given::new(piece.given, work.path())])?;
    let wanted = fs::read_to_string(case.stdout_file(piece.as_on))?;
    let difference = || normalise::difference(&wanted, &output.stdout);
    ensure!(output.stdout == wanted, "this is not what is expected:\n{}{}", difference(), output.stderr);
    ensure!(
        (snapshot(work.path())? == before) == piece.leaves,
        "the host's directory was changed, or should have been"
    );
    Ok(())
}

/// A program behind a vfs.
fn plugged(flag: &str, image: Option<&Path>, guest: &[u8], folder: &Path) -> Result<PathBuf> {
    let [app, vfs, out] = ["app.wasm", "vfs.wasm", "out.wasm"].map(|name| folder.join(name));
    fs::write(&app, guest)?;
    let mut args: Vec<OsString> = ["vfs", "--host-dir", flag, "-q", "-o"].map(Into::into).into();
    args.push(vfs.clone().into());
    if let Some(image) = image {
        args.extend(["--image".into(), image.into()]);
    }
    let made = compose::run(args)?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    compose::wac_plug_with(&app, &vfs, &out)?;
    Ok(out)
}

/// All that the host gives is in the tree of an app that knows of one root.
fn several() -> Result<()> {
    let (work, inputs) = (TempDir::new()?, TempDir::new()?);
    fs::write(work.path().join("file"), "work")?;
    fs::write(inputs.path().join("input"), "in")?;
    let before = (snapshot(work.path())?, snapshot(inputs.path())?);
    let given = [Given::new(".", work.path()), Given::new("./inputs", inputs.path())];
    for (flag, written) in [("*,ro", ": Read-only file system (os error 69)\n"), ("*,cow", ": written\n")] {
        let folder = TempDir::new()?;
        let guest = guests::as_component(guests::named("process")?)?;
        let app = fs::read(plugged(flag, None, &guest, folder.path())?)?;
        let run = |args: &[&str]| host::run(&app, &Invocation::with_args(args.iter().copied()), &given);
        let output = run(&["tree"])?;
        ensure!(output.stdout == "/file 4\n/inputs/\n/inputs/input 2\n", "{output:?}");
        let output = run(&["write", "/made", "/inputs/made", "/file"])?;
        ensure!(output.stdout.matches(written).count() == 3, "{output:?}");
    }
    ensure!((snapshot(work.path())?, snapshot(inputs.path())?) == before, "the host's directories were changed");
    Ok(())
}
