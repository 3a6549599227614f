//! Law 2 for apps that are no programs: a component that only others call, without `run` and without a handler of requests.
//! Its functions find the files, and keep what they write, from call to call.

use std::fs;

use anyhow::{Context, Result, ensure};
use vfs_tests::guests;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted, State, pipes};
use vfs_tests::world::World;
use wasmtime::Store;
use wasmtime::component::{Component, ComponentNamedList, Instance, Lift, Lower};

use crate::apps;

const NOTES: &str = "tests:reactor/notes";

struct Running {
    store: Store<State>,
    instance: Instance,
}

impl Running {
    fn new(component: &[u8], granted: Granted<'_>) -> wasmtime::Result<Self> {
        let component = Component::new(wasmtime_host::engine(), component)?;
        let (stdout, stderr) = pipes();
        let mut store = wasmtime_host::store(&Invocation::default(), granted, stdout, stderr)?;
        let instance = wasmtime_host::linker()?.instantiate(&mut store, &component)?;
        Ok(Self { store, instance })
    }

    fn call<P, R>(&mut self, name: &str, parameters: P) -> wasmtime::Result<Result<R, String>>
    where
        P: ComponentNamedList + Lower,
        R: Lift + Lower + Send + Sync + 'static,
    {
        let Self { store, instance } = self;
        let notes = instance.get_export_index(&mut *store, None, NOTES);
        let function = instance.get_export_index(&mut *store, notes.as_ref(), name);
        let function = function.ok_or_else(|| wasmtime::format_err!("no `{name}`"))?;
        let function = instance.get_typed_func::<P, (Result<R, String>,)>(&mut *store, function)?;
        Ok(function.call(&mut *store, parameters)?.0)
    }

    /// Calls each function, and returns what all of them said.
    fn use_notes(&mut self) -> wasmtime::Result<String> {
        let path = |path: &str| (path.to_owned(),);
        let line = |line: &str| ("/dir/notes.txt".to_owned(), line.to_owned());
        Ok(format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            self.call::<_, String>("read", path("/hello.txt"))?,
            self.call::<_, u32>("add", line("one"))?,
            self.call::<_, u32>("add", line("two"))?,
            self.call::<_, String>("read", path("/dir/notes.txt"))?,
            self.call::<_, Vec<String>>("names", path("/dir"))?,
            self.call::<_, String>("read", path("/none"))?,
        ))
    }
}

fn use_notes(component: &[u8], granted: Granted<'_>) -> Result<String> {
    let used = Running::new(component, granted).and_then(|mut running| running.use_notes());
    used.map_err(|error| anyhow::anyhow!("{error:?}"))
}

const SAID: &str =
    r#"Ok("hello, image\n") Ok(1) Ok(2) Ok("one\ntwo\n") Ok(["a.txt", "notes.txt"]) Err("entity not found")"#;

#[test]
fn a_reactor_of_wasi_0_2_and_one_of_preview1() -> Result<()> {
    for guest in ["reactor", "reactor.p1"] {
        let app = guests::named(guest)?;
        let bare = apps::as_component(&app)?;
        let directory = apps::image()?;
        ensure!(use_notes(&bare, Granted::ReadWrite(directory.path()))? == SAID, "{guest} on a directory");
        apps::in_both_forms(|form| {
            let image = apps::image()?;
            let composed = apps::composed(form, &app, image.path(), &[])?;
            let said = use_notes(&composed, Granted::Nothing)?;
            ensure!(said == SAID, "{guest}: {said}");
            let world = World::of(&composed)?;
            let names: Vec<_> = world.exports().into_keys().collect();
            ensure!(names == [NOTES], "{guest} exports {names:?}");
            let of_files = world.imports().into_keys().find(|name| name.starts_with("wasi:filesystem/"));
            ensure!(of_files.is_none(), "{guest} imports {of_files:?}");
            ensure!(!image.path().join("dir/notes.txt").exists(), "{guest}: the image was changed");
            Ok(())
        })
        .with_context(|| guest)?;
        ensure!(fs::read_to_string(directory.path().join("dir/notes.txt"))? == "one\ntwo\n", "{guest}");
    }
    Ok(())
}
