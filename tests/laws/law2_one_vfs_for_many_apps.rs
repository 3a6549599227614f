//! Law 2 without `vfs-compose` in the middle: a vfs that was made for no app in particular, plugged by the published `wac`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use vfs_tests::case::{Case, Form};
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::{compose, guests, paths, plugged, stage, versions};

use crate::apps;

/// Golden cases that write, list, rename and remove, and the version that their program is built for.
const CASES: [(&str, &str); 7] = [
    ("posix/files", "0.2.6"),
    ("posix/directories", "0.2.6"),
    ("posix/rename", "0.2.6"),
    ("wasi/descriptors", "0.2.12"),
    ("wasi/directory-streams", "0.2.12"),
    ("wasi/output-streams", "0.2.12"),
    ("wasi/poll", "0.2.12"),
];

/// Every version that is as long.
fn versions_like(version: &str) -> impl Iterator<Item = String> + use<> {
    let length = version.len();
    (0..=12).map(|minor| format!("0.2.{minor}")).filter(move |other| other.len() == length)
}

/// A vfs for any app, in a directory.
fn vfs(image: &Path) -> Result<TempDir> {
    let directory = TempDir::new()?;
    let out = directory.path().join("vfs.wasm");
    let args = ["vfs".as_ref(), "-q".as_ref(), "--image".as_ref(), image.as_os_str(), "-o".as_ref(), out.as_os_str()];
    let output = compose::run(args)?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(directory)
}

/// What `wac plug` makes of the two, and what it leaves open of what the vfs is for.
fn plug(app: &[u8], vfs: &TempDir) -> Result<(Vec<u8>, Vec<String>)> {
    let directory = TempDir::new()?;
    let (input, out) = (directory.path().join("app.wasm"), directory.path().join("out.wasm"));
    fs::write(&input, app)?;
    compose::wac_plug_with(&input, &vfs.path().join("vfs.wasm"), &out)?;
    let composed = fs::read(out)?;
    let mut open = plugged::left_open(&composed)?;
    open.retain(|import| !import.starts_with("wasi:random/"));
    Ok((composed, open))
}

#[test]
fn apps_of_every_minor_run() -> Result<()> {
    let cases = Case::all(&paths::tests().join("cases"))?;
    for (name, version) in CASES {
        let case = cases.iter().find(|case| case.name == name).with_context(|| format!("no case {name}"))?;
        let vfs = vfs(stage::stage(case)?.path())?;
        let app = guests::named(&case.spec.guest)?;
        let wanted = fs::read_to_string(case.stdout_file(Form::Plugged))?;
        for other in versions_like(version) {
            let (composed, open) = plug(&versions::reversion(&app, "wasi:", version, &other), &vfs)?;
            ensure!(open.is_empty(), "{name} at {other}: `wac` left open {open:?}");
            let output = wasmtime_host::run(&composed, &case.invocation(), Granted::Nothing)?;
            ensure!(output.exit == 0 && output.stdout == wanted, "{name} at {other}: {output:?}");
        }
    }
    Ok(())
}

/// The app runs in what `vfs-compose` makes of it, and `wac plug` leaves one of the two versions to the host.
#[test]
fn an_interface_at_two_versions_is_left_open() -> Result<()> {
    let app = wat::parse_str(include_str!("law2_two_versions.wat"))?;
    let image = apps::image()?;
    let (_, open) = plug(&app, &vfs(image.path())?)?;
    ensure!(open == ["wasi:filesystem/types@0.2.3", "wasi:filesystem/preopens@0.2.3"], "{open:?}");
    apps::in_both_forms(|form| {
        let composed = apps::composed(form, &app, image.path(), &[])?;
        let output = wasmtime_host::run(&composed, &Invocation::default(), Granted::Nothing)?;
        ensure!(output.exit == 0, "{output:?}");
        Ok(())
    })
}
