//! A component taken apart and put together again.

mod core_runner;
mod isolation;

use wasmparser::{Validator, WasmFeatures};

use crate::{apps, run};
use vfs_compose::{Composer, ExitCode};
use vfs_compose_ir::Component;
use vfs_compose_ir::Edge;

/// Read and written without a change.
fn again(component: &[u8]) -> Vec<u8> {
    let written = Component::read(component).unwrap().emit(|_| true).unwrap().component.bytes;
    Validator::new_with_features(WasmFeatures::default()).validate_all(&written).unwrap();
    let (before, after) = (Edge::of(component).unwrap(), Edge::of(&written).unwrap());
    assert_eq!((before.imports, before.exports), (after.imports, after.exports));
    written
}

/// A command that fails unless its first preopen is there.
fn looks_for_a_preopen() -> Vec<u8> {
    apps::written(
        &["0.2.3"],
        "import wasi:filesystem/preopens@0.2.3; export wasi:cli/run@0.2.3;",
        r#"(module
          (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
          (memory (export "memory") 1)
          (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
          (func (export "wasi:cli/run@0.2.3#run") (result i32)
            (call $dirs (i32.const 16))
            (i32.ne (i32.load (i32.const 20)) (i32.const 1))))"#,
    )
}

#[test]
fn a_program_with_every_import() {
    again(&apps::command("0.2.6"));
}

#[test]
fn twice_is_as_once() {
    let once = again(&apps::command("0.2.6"));
    assert_eq!(again(&once), once);
}

#[test]
fn components_inside_and_what_they_refer_to() {
    let directory = tempfile::tempdir().unwrap();
    let composed = Composer::new(looks_for_a_preopen()).image(directory.path()).compose().unwrap().to_bytes().unwrap();
    assert_eq!(run::command(&composed), Ok(()));
    assert_eq!(run::command(&again(&composed)), Ok(()));
}

#[test]
fn references_from_within() {
    let text = r#"(component
      (type $number u32)
      (core module $module (func (export "f") (result i32) i32.const 7))
      (component $inside
        (type $inner u8)
        (alias outer 1 $module (core module $module))
        (alias outer 1 $number (type $number))
        (core instance $instance (instantiate $module))
        (func (export "f") (result $number) (canon lift (core func $instance "f")))
      )
      (instance $instance (instantiate $inside))
      (export "f" (func $instance "f"))
    )"#;
    let component = wat::parse_str(text).unwrap();
    let dropped = Component::read(&component).unwrap();
    again(&component);
    // The types that nothing refers to go, and all numbers change.
    let small =
        dropped.emit(|definition| matches!(definition.item, vfs_compose_ir::Item::Export(_))).unwrap().component.bytes;
    Validator::new().validate_all(&small).unwrap();
}

#[test]
fn a_program_through_the_adapter() {
    let module = r#"(module
      (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (if (call $prestat (i32.const 3) (i32.const 0)) (then unreachable))))"#;
    again(&vfs_compose::adapt(&wat::parse_str(module).unwrap(), ExitCode::Bool, None).unwrap());
}
