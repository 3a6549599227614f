//! A program that tries numbers of handles which it was not given, on every function of `wasi:filesystem` and `wasi:io`
//! that takes one. In the linked form it shares its handles' table with the vfs, which has the host's directory there:
//! each such call must end the program, and leave the directory as it is.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, anyhow, bail, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::extent::Extent;
use vfs_tests::wasmtime_host::{self, engine, linker};
use wasmtime::Trap;
use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi::{FsPerms, WasiCtx};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind};

use crate::made::{self, FORMS};
use crate::woven::snapshot;
use crate::written;

/// The interfaces whose functions are called.
const INTERFACES: [&str; 4] = ["wasi:filesystem/types", "wasi:io/streams", "wasi:io/poll", "wasi:io/error"];
/// The bit that marks handles of the vfs in the linked form.
const OF_VFS: u32 = 1 << 30;
/// What the program answers if a call returned, or if it was given the handle.
const RETURNED: u32 = 1;
const GIVEN: u32 = 2;
/// What it answers if a call returned, and what that begins with is 0: no error, or nothing.
const NONE: u32 = 3;

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for form in FORMS {
        for (access, most, extent) in ["rw", "ro", "cow"]
            .into_iter()
            .flat_map(|access| [(access, 20, Extent::Quick), (access, 4096, Extent::All)])
        {
            let name = format!("numbers::up_to_{most}::{access}::{}", form.name());
            let test = move || tries(form, access, most).map_err(|error| format!("{error:#}").into());
            trials.push(extent.trial(Trial::test(name, test)));
        }
    }
    trials
}

/// Tries numbers up to `most`, and as many with the mark of the vfs.
fn tries(form: Form, access: &str, most: u32) -> Result<()> {
    let (app, calls) = app(access)?;
    let flag = format!("--host-dir=data::/m,{access}");
    let made = made::composed("numbers", || Ok(app), form, |_| Ok(()), &[&flag])?;
    let data = TempDir::new()?;
    fs::create_dir(data.path().join("dir"))?;
    fs::write(data.path().join("dir/file"), "of the host")?;
    fs::write(data.path().join("dir/large"), vec![b'x'; 70_000])?;
    let before = snapshot(data.path())?;
    let component = Component::new(engine(), fs::read(made)?).map_err(|error| anyhow!("{error:?}"))?;
    let linked = linker().and_then(|linker| linker.instantiate_pre(&component));
    let app = linked.map_err(|error| anyhow!("{error:?}"))?;
    let marked =
        (0..=most.min(64) / 4).flat_map(|number| [number, number << 8, number << 20]).map(|number| number | OF_VFS);
    // The engine keeps the tables of two components apart, so that some show it; the linked form has all.
    let step = if form == Form::Plugged && most > 1000 { 16 } else { 1 };
    let numbers: Vec<_> =
        (0..=20).chain((21..=most).step_by(step)).chain([u32::MAX, 1 << 31, 1 << 29]).chain(marked).collect();
    let (mut ended, mut given) = (0_u32, 0_u32);
    for (call, name) in (0..).zip(&calls) {
        for number in &numbers {
            match attempt(&app, data.path(), call, *number).with_context(|| format!("{name} of {number:#x}"))? {
                None => ended += 1,
                Some(GIVEN) => given += 1,
                // Errors of the host's streams are for this function, too: the vfs says `none`, and asks nobody.
                Some(NONE) if form == Form::Linked && name == "filesystem-error-code" && number & OF_VFS == 0 => {}
                Some(_) => bail!("{name} of {number:#x} returned"),
            }
        }
    }
    ensure!(snapshot(data.path())? == before, "the directory has changed");
    // The program has handles of its own, and most numbers are none.
    ensure!(given > 0 && ended > given, "{ended} ended, {given} were given");
    Ok(())
}

/// What the program answers; `None` if it ended because the handle is none.
fn attempt(
    app: &InstancePre<wasmtime_host::State>,
    data: &std::path::Path,
    call: u32,
    number: u32,
) -> Result<Option<u32>> {
    let mut wasi = WasiCtx::builder();
    wasi.preopened_dir(data, "data", FsPerms::ReadWrite).map_err(|error| anyhow!("{error:?}"))?;
    let mut store = wasmtime_host::store_in(wasi.build());
    let instance = app.instantiate(&mut store).map_err(|error| anyhow!("{error:?}"))?;
    let function = instance.get_typed_func::<(u32, u32, u32), (u32,)>(&mut store, "attempt");
    let function = function.map_err(|error| anyhow!("{error:?}"))?;
    // Before it tries anything, it gets what it may have.
    let (first,) = function.call(&mut store, (call, number, 0)).map_err(|error| anyhow!("{error:?}"))?;
    if first == GIVEN {
        return Ok(Some(GIVEN));
    }
    match function.call(&mut store, (call, number, 1)) {
        Ok((answer,)) => Ok(Some(answer)),
        // The adapters' checks of handles, or the engine's own.
        Err(error) => match error.downcast_ref::<Trap>() {
            Some(Trap::UnreachableCodeReached) | None => Ok(None),
            Some(other) => bail!("another trap: {other}"),
        },
    }
}

/// The program, and the names of what it can call. It opens a file and a directory in the mount, makes a stream of each
/// kind that it may, and reads an entry: the host's handles of all that are somewhere. Where the directory is
/// copy-on-write, it changes another file in part, so that the rest is still the host's.
fn app(access: &str) -> Result<(Vec<u8>, Vec<String>)> {
    let (resolve, version) = written::wasi()?;
    let (mut imports, mut cases, mut names) = (String::new(), String::new(), Vec::new());
    for path in INTERFACES {
        let interface = format!("{path}@{version}");
        let found = resolve.interfaces.iter().find(|(id, _)| resolve.id_of(*id).is_some_and(|name| name == interface));
        let (_, found) = found.with_context(|| format!("no {interface}"))?;
        let drops = found.types.iter().filter(|(_, id)| matches!(resolve.types[**id].kind, TypeDefKind::Resource));
        for (resource, _) in drops {
            let name = format!("[resource-drop]{resource}");
            writeln!(imports, r#"(import "{interface}" "{name}" (func ${} (param i32)))"#, names.len())?;
            writeln!(
                cases,
                "(if (i32.eq (local.get $call) (i32.const {})) (then (call ${} (local.get $number))))",
                names.len(),
                names.len()
            )?;
            names.push(name);
        }
        for function in found.functions.values() {
            let (signature, call, results) = call(&resolve, function).with_context(|| function.name.clone())?;
            let drops = "(drop)".repeat(results);
            writeln!(imports, r#"(import "{interface}" "{}" (func ${} {signature}))"#, function.name, names.len())?;
            writeln!(
                cases,
                "(if (i32.eq (local.get $call) (i32.const {})) (then (call ${} {call}) {drops}))",
                names.len(),
                names.len()
            )?;
            names.push(function.name.clone());
        }
    }
    let number = |name: &str| names.iter().position(|known| known == name).with_context(|| format!("no {name}"));
    let (open, read_directory, read_entry) = (
        number("[method]descriptor.open-at")?,
        number("[method]descriptor.read-directory")?,
        number("[method]directory-entry-stream.read-directory-entry")?,
    );
    let (reader, writer, appender, read, write) = (
        number("[method]descriptor.read-via-stream")?,
        number("[method]descriptor.write-via-stream")?,
        number("[method]descriptor.append-via-stream")?,
        number("[method]descriptor.read")?,
        number("[method]descriptor.write")?,
    );
    let subscribe = number("[method]input-stream.subscribe")?;
    // Read, or read and write.
    let flags = if access == "ro" { 1 } else { 3 };
    let writers = format!(
        "(call ${writer} (local.get $file) (i64.const 0) (i32.const 256))
         (drop (call $opened))
         (call ${appender} (local.get $file) (i32.const 256))
         (drop (call $opened))"
    );
    let writers = if access == "ro" { "" } else { &writers };
    let change = format!(
        "(call ${open} (local.get $root) (i32.const 1) (i32.const 10) (i32.const 11) (i32.const 0) (i32.const 3) (i32.const 256))
         (call ${write} (call $opened) (i32.const 0) (i32.const 5) (i64.const 69000) (i32.const 256))
         (if (i32.load8_u (i32.const 256)) (then unreachable))"
    );
    let change = if access == "cow" { &change } else { "" };
    let module = format!(
        r#"(module
          (import "wasi:filesystem/preopens@{version}" "get-directories" (func $directories (param i32)))
          {imports}
          (memory (export "memory") 2)
          (data (i32.const 0) "m/dir/filem/dir/large")
          (global $next (mut i32) (i32.const 65536))
          ;; The handles that it was given are from 512 on.
          (global $given (mut i32) (i32.const 512))
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
            (global.set $next (i32.add (local.get $at) (local.get 3)))
            (local.get $at))
          (func $keep (param $handle i32) (result i32)
            (i32.store (global.get $given) (local.get $handle))
            (global.set $given (i32.add (global.get $given) (i32.const 4)))
            (local.get $handle))
          ;; The handle of a successful result.
          (func $opened (result i32)
            (if (i32.load8_u (i32.const 256)) (then unreachable))
            (call $keep (i32.load (i32.const 260))))
          (func $prepare
            (local $root i32) (local $file i32) (local $directory i32) (local $stream i32)
            (call $directories (i32.const 256))
            (local.set $root (call $keep (i32.load (i32.load (i32.const 256)))))
            (call ${open} (local.get $root) (i32.const 1) (i32.const 0) (i32.const 10) (i32.const 0) (i32.const {flags}) (i32.const 256))
            (local.set $file (call $opened))
            (call ${open} (local.get $root) (i32.const 1) (i32.const 10) (i32.const 5) (i32.const 2) (i32.const 1) (i32.const 256))
            (local.set $directory (call $opened))
            (call ${read_directory} (local.get $directory) (i32.const 256))
            (local.set $stream (call $opened))
            (call ${read_entry} (local.get $stream) (i32.const 256))
            (if (i32.load8_u (i32.const 256)) (then unreachable))
            (call ${read} (local.get $file) (i64.const 5) (i64.const 0) (i32.const 256))
            (if (i32.load8_u (i32.const 256)) (then unreachable))
            {writers}
            {change}
            (call ${reader} (local.get $file) (i64.const 0) (i32.const 256))
            (drop (call $keep (call ${subscribe} (call $opened)))))
          (func (export "attempt") (param $call i32) (param $number i32) (param $now i32) (result i32)
            (local $at i32)
            (if (i32.eqz (local.get $now))
              (then
                (call $prepare)
                (local.set $at (i32.const 512))
                (loop $next
                  (if (i32.lt_u (local.get $at) (global.get $given))
                    (then
                      (if (i32.eq (i32.load (local.get $at)) (local.get $number)) (then (return (i32.const {GIVEN}))))
                      (local.set $at (i32.add (local.get $at) (i32.const 4)))
                      (br $next))))
                (return (i32.const 0))))
            (i32.store (i32.const 128) (local.get $number))
            (i32.store (i32.const 256) (i32.const -1))
            {cases}
            (select (i32.const {RETURNED}) (i32.const {NONE}) (i32.load8_u (i32.const 256)))))"#
    );
    let imported: String = INTERFACES
        .iter()
        .chain(&["wasi:filesystem/preopens"])
        .map(|path| format!("import {path}@{version}; "))
        .collect();
    let world = format!("{imported} export attempt: func(call: u32, number: u32, now: u32) -> u32;");
    Ok((written::component(resolve, &world, &module)?, names))
}

/// The core type of a function, arguments for it (each handle is the number), and the number of its results.
fn call(resolve: &Resolve, function: &Function) -> Result<(String, String, usize)> {
    let core = resolve.wasm_signature(AbiVariant::GuestImport, function);
    ensure!(!core.indirect_params, "its parameters are in memory");
    let mut arguments = Vec::new();
    for param in &function.params {
        argument(resolve, &param.ty, &mut arguments)?;
    }
    if core.retptr {
        arguments.push("(i32.const 256)".to_owned());
    }
    ensure!(arguments.len() == core.params.len(), "{arguments:?} for {:?}", core.params);
    let name = |ty: &WasmType| match ty {
        WasmType::I64 | WasmType::PointerOrI64 => " i64",
        WasmType::F32 => " f32",
        WasmType::F64 => " f64",
        WasmType::I32 | WasmType::Pointer | WasmType::Length => " i32",
    };
    let list = |types: &[WasmType]| types.iter().map(name).collect::<String>();
    let result = if core.results.is_empty() { String::new() } else { format!("(result{})", list(&core.results)) };
    Ok((format!("(param{}) {result}", list(&core.params)), arguments.join(" "), core.results.len()))
}

fn argument(resolve: &Resolve, ty: &Type, to: &mut Vec<String>) -> Result<()> {
    let constant = |number: u32| format!("(i32.const {number})");
    match ty {
        Type::U64 | Type::S64 => to.push("(i64.const 5)".to_owned()),
        Type::String => to.extend([constant(0), constant(10)]),
        Type::Bool | Type::U8 | Type::U16 | Type::U32 | Type::S8 | Type::S16 | Type::S32 => to.push(constant(1)),
        Type::Id(id) => match &resolve.types[*id].kind {
            TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) => to.push("(local.get $number)".to_owned()),
            TypeDefKind::Type(ty) => argument(resolve, ty, to)?,
            TypeDefKind::Flags(_) | TypeDefKind::Enum(_) => to.push(constant(1)),
            TypeDefKind::List(Type::U8) => to.extend([constant(0), constant(10)]),
            // Of pollables: the number is there.
            TypeDefKind::List(_) => to.extend([constant(128), constant(1)]),
            // Of `new-timestamp`: now.
            TypeDefKind::Variant(_) => to.extend([constant(1), "(i64.const 0)".to_owned(), constant(0)]),
            other => bail!("a parameter of a kind that nobody thought of: {other:?}"),
        },
        other => bail!("a parameter of a type that nobody thought of: {other:?}"),
    }
    Ok(())
}
