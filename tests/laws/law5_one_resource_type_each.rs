//! One pollable, one input stream, one output stream, one error: whatever interface of the vfs they come from.

use std::ffi::OsString;
use std::fs;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_tests::world::World;
use vfs_tests::{compose, guests};

use crate::apps;

#[test]
fn each_resource_is_one_type() -> Result<()> {
    let image = apps::image()?;
    for app in apps::all()? {
        let directory = TempDir::new()?;
        let (input, out) = (directory.path().join("app.wasm"), directory.path().join("vfs.wasm"));
        fs::write(&input, guests::as_component(app.bytes)?)?;
        let output = compose::run(["vfs", "-q", "--for"].map(OsString::from).into_iter().chain([
            input.into(),
            "--image".into(),
            image.path().into(),
            "-o".into(),
            out.clone().into(),
        ]))?;
        ensure!(output.status.success(), "{}: {}", app.name, String::from_utf8_lossy(&output.stderr));
        let resources = World::of(&fs::read(out)?)?.exported_resources();
        for name in ["pollable", "input-stream", "output-stream", "error"] {
            // What an app never uses is not there at all.
            let count = resources.get(name).map_or(0, |types| types.len());
            ensure!(count <= 1, "{}: {name} is {count} types", app.name);
            ensure!(count == 1 || app.name != "posix", "the vfs exports no {name} to a program that uses it");
        }
    }
    Ok(())
}
