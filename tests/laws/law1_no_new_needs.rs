//! Every interface that the result imports is one the app imports, at the app's version, and has the functions that are used.
//!
//! Two functions may be new, both there since 0.2.0: the vfs asks the time where the app only knows what a time is, and it asks the
//! host's pollables before it blocks on them.

use anyhow::{Context, Result, ensure};
use vfs_tests::world::World;

use crate::apps;

const MAY_BE_NEW: [&str; 2] = ["now", "[method]pollable.ready"];

#[test]
fn imports_are_the_apps_own() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        for app in apps::all()? {
            let before = World::of(&apps::as_component(&app.bytes)?)?.imports();
            let after = World::of(&apps::composed(form, &app.bytes, image.path(), &[])?)?.imports();
            for (interface, functions) in &after {
                let own = before.get(interface).with_context(|| format!("{}: `{interface}` is new", app.name))?;
                let new: Vec<_> =
                    functions.difference(own).filter(|name| !MAY_BE_NEW.contains(&name.as_str())).collect();
                ensure!(new.is_empty(), "{}: `{interface}` has new functions: {new:?}", app.name);
            }
            ensure!(
                !after.keys().any(|name| name.starts_with("wasi:filesystem/")),
                "{}: files of the host are asked for",
                app.name
            );
        }
        Ok(())
    })
}

#[test]
fn exports_are_the_apps_own() -> Result<()> {
    apps::in_both_forms(|form| {
        let image = apps::image()?;
        for app in apps::all()? {
            let before = World::of(&apps::as_component(&app.bytes)?)?.exports();
            let after = World::of(&apps::composed(form, &app.bytes, image.path(), &[])?)?.exports();
            ensure!(before == after, "{}: {before:?} became {after:?}", app.name);
        }
        Ok(())
    })
}
