//! Law 2 for preview1 modules in steps of their own: `vfs-compose adapt` makes the component, `vfs-compose vfs --for` the vfs,
//! and the published `wac` joins the two. That is what `vfs-compose APP` makes at once, whatever `--exit-code` says.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::wasmtime_host::{self, Granted};
use vfs_tests::world::World;
use vfs_tests::{compose, guests, plugged};

use crate::apps;

/// Prints a packed file, and ends with code 10.
const ENDS_WITH_10: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "hello.txt")
    (data (i32.const 16) "\00\01\00\00\00\01\00\00")
    (func (export "_start")
      (if (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 0) (i64.const 2) (i64.const 0)
            (i32.const 0) (i32.const 24))
        (then (call $exit (i32.const 2))))
      (if (call $read (i32.load (i32.const 24)) (i32.const 16) (i32.const 1) (i32.const 20))
        (then (call $exit (i32.const 3))))
      (if (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 32)) (then (call $exit (i32.const 4))))
      (call $exit (i32.const 10))))"#;

/// Runs the command, which succeeds, and returns what it has written.
fn written<'a>(args: &[&'a OsStr], out: &'a Path) -> Result<Vec<u8>> {
    let output = compose::run(args.iter().copied().chain(["-q".as_ref(), "-o".as_ref(), out.as_os_str()]))?;
    ensure!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(fs::read(out)?)
}

fn run(component: &[u8], args: &[&str]) -> Result<Output> {
    let args = args.iter().map(|&arg| arg.to_owned()).collect();
    wasmtime_host::run(component, &Invocation { args, ..Invocation::default() }, Granted::Nothing)
}

/// Composes a module at once and in steps, and returns how the result ends.
fn in_steps(module: &[u8], exit_code: &str, args: &[&str]) -> Result<Output> {
    let (directory, image) = (TempDir::new()?, apps::image()?);
    let path = |name: &str| directory.path().join(name);
    let [app, component, vfs, other, joined, at_once] =
        ["app.wasm", "component.wasm", "vfs.wasm", "other.wasm", "joined.wasm", "at-once.wasm"].map(path);
    fs::write(&app, module)?;
    let code: [&OsStr; 2] = ["--exit-code".as_ref(), exit_code.as_ref()];
    let image: [&OsStr; 2] = ["--image".as_ref(), image.path().as_ref()];
    written(&[&["adapt".as_ref(), app.as_os_str()], &code[..]].concat(), &component)?;
    let of_module = written(&[&["vfs".as_ref(), "--for".as_ref(), app.as_os_str()], &code[..], &image].concat(), &vfs)?;
    // The component says itself what becomes of its code.
    let of_component =
        written(&[&["vfs".as_ref(), "--for".as_ref(), component.as_os_str()], &image[..]].concat(), &other)?;
    ensure!(of_module == of_component, "`--for` makes one vfs of a module and another one of its component");
    compose::wac_plug_with(&component, &vfs, &joined)?;
    let joined = fs::read(joined)?;
    let open = plugged::left_open(&joined)?;
    ensure!(open.is_empty(), "`wac` left open {open:?}");
    let form: [&OsStr; 2] = ["--form".as_ref(), "plugged".as_ref()];
    let at_once = written(&[&[app.as_os_str()], &form[..], &code, &image].concat(), &at_once)?;
    let [one, other] = [World::of(&joined)?, World::of(&at_once)?];
    ensure!(one.imports() == other.imports(), "{:?} and {:?}", one.imports(), other.imports());
    ensure!(one.exports() == other.exports(), "{:?} and {:?}", one.exports(), other.exports());
    let [one, other] = [run(&joined, args)?, run(&at_once, args)?];
    ensure!(one == other, "joined {one:?}, at once {other:?}");
    Ok(one)
}

#[test]
fn a_module_in_steps_is_what_it_is_at_once() -> Result<()> {
    let module = wat::parse_str(ENDS_WITH_10)?;
    for (exit_code, code) in [("bool", 1), ("full", 10)] {
        let ended = in_steps(&module, exit_code, &[])?;
        ensure!(ended.exit == code && ended.stdout == "hello, image\n", "{exit_code}: {ended:?}");
        let ended = in_steps(&guests::named("process.p1")?, exit_code, &["tree", "/"])?;
        ensure!(ended.exit == 0 && ended.stdout.contains("hello.txt"), "{exit_code}: {ended:?}");
    }
    Ok(())
}
