//! One pollable, one input-stream, one output-stream, one error: whatever interface they come from.

use std::ffi::OsString;
use std::fs;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::world::World;
use vfs_tests::{compose, guests};
use wasmparser::{ComponentType, Parser, Payload};

use crate::apps;

const SHARED: [&str; 4] = ["pollable", "input-stream", "output-stream", "error"];

#[test]
fn each_resource_is_one_type() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        for app in apps::all()? {
            let component = guests::as_component(app.bytes)?;
            // Plugged, the types are the vfs's own, which it exports. Linked, they stay those that the app imports.
            let (there, most) = if form == Form::Linked {
                let linked = apps::composed(form, &component, image.path(), &[])?;
                ensure!(defined_resources(&linked)? == 0, "{}: a resource type is new", app.name);
                (World::of(&linked)?.imported_resources(), World::of(&component)?.imported_resources())
            } else {
                (World::of(&vfs_for(&component)?)?.exported_resources(), Default::default())
            };
            for name in SHARED {
                // What an app never uses is not there at all.
                let count = there.get(name).map_or(0, |types| types.len());
                let most = most.get(name).map_or(1, |types| types.len());
                ensure!(count <= most, "{}: {name} is {count} types", app.name);
                ensure!(count == 1 || app.name != "posix", "there is no {name} for a program that uses it");
            }
        }
        Ok(())
    })
}

/// The vfs alone, as a component.
fn vfs_for(app: &[u8]) -> Result<Vec<u8>> {
    let directory = TempDir::new()?;
    let (input, out) = (directory.path().join("app.wasm"), directory.path().join("vfs.wasm"));
    fs::write(&input, app)?;
    let image = apps::image()?;
    let output = compose::run(["vfs", "-q", "--for"].map(OsString::from).into_iter().chain([
        input.into(),
        "--image".into(),
        image.path().into(),
        "-o".into(),
        out.clone().into(),
    ]))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(fs::read(out)?)
}

/// Resource types that a component makes, at any depth.
fn defined_resources(component: &[u8]) -> Result<usize> {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(component) {
        let Payload::ComponentTypeSection(types) = payload? else { continue };
        for defined in types {
            count += usize::from(matches!(defined?, ComponentType::Resource { .. }));
        }
    }
    Ok(count)
}
