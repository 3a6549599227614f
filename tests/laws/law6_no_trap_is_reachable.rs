//! Every call that an app can make gets a result, and the same one on every host.

use std::fs;
use std::os::unix::fs::symlink;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::{guests, node_host};

use crate::apps;

fn hostile(form: Form) -> Result<Vec<u8>> {
    let image = TempDir::new()?;
    let root = image.path();
    fs::create_dir_all(root.join("d/e"))?;
    fs::create_dir(root.join("image"))?;
    fs::create_dir(root.join("sealed"))?;
    fs::write(root.join("sealed/never-named.txt"), "as it was\n")?;
    fs::write(root.join("image/f"), vec![b'f'; 9000])?;
    fs::write(root.join("image/g"), "g")?;
    symlink("f", root.join("image/l"))?;
    symlink("d", root.join("l"))?;
    symlink("loop", root.join("loop"))?;
    apps::composed(form, &guests::named("hostile")?, root, &[])
}

#[test]
fn garbage_is_answered() -> Result<()> {
    apps::in_both_forms(|form| {
        let app = hostile(form)?;
        for seed in 0..12 {
            let invocation = Invocation::with_args(["200000".to_owned(), seed.to_string()]);
            let output = wasmtime_host::run(&app, &invocation, Granted::Nothing)?;
            ensure!(output.exit == 0, "seed {seed}: {output:?}");
        }
        Ok(())
    })
}

#[test]
fn garbage_is_answered_alike_on_node() -> Result<()> {
    apps::in_both_forms(|form| {
        let directory = TempDir::new()?;
        let path = directory.path().join("app.wasm");
        let app = hostile(form)?;
        fs::write(&path, &app)?;
        let invocation = Invocation::with_args(["10000", "7"]);
        let (here, there) =
            (wasmtime_host::run(&app, &invocation, Granted::Nothing)?, node_host::run(&path, form, &invocation)?);
        ensure!(here.exit == 0 && here == there, "wasmtime: {here:?}\nnode: {there:?}");
        Ok(())
    })
}
