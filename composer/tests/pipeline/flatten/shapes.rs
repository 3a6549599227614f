//! Compositions of all shapes.

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use super::rig::{Graph, flat, part, runs};
use vfs_compose_flatten::FlattenError;
use vfs_compose_flatten::flatten;
use vfs_compose_ir::Component as Read;

fn both(text: &str) -> u32 {
    let component = wat::parse_str(text).unwrap();
    let (as_it_is, flat) = (runs(&component).unwrap(), runs(&flat(&component).unwrap()).unwrap());
    assert_eq!(as_it_is, flat);
    flat
}

/// A component that counts its calls, and one that adds what two others answer.
const COUNTS_AND_ADDS: &str = r#"
  (component $counts
    (core module $m
      (global $n (mut i32) (i32.const 0))
      (func (export "f") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
    (core instance $m (instantiate $m))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (component $adds
    (import "a" (func $a (result u32)))
    (import "b" (func $b (result u32)))
    (core func $a (canon lower (func $a)))
    (core func $b (canon lower (func $b)))
    (core module $m
      (import "" "a" (func $a (result i32)))
      (import "" "b" (func $b (result i32)))
      (func (export "run") (result i32) (i32.add (i32.mul (i32.const 10) (call $a)) (call $b))))
    (core instance $m (instantiate $m (with "" (instance (export "a" (func $a)) (export "b" (func $b))))))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))"#;

/// Shows why adapters between the parts are needed.
#[test]
fn no_component_calls_itself_or_one_inside() {
    let parts = [
        r#"(core module $f (func (export "f") (result i32) i32.const 7))
           (core instance $f (instantiate $f))
           (func $f (result u32) (canon lift (core func $f "f")))"#,
        r#"(component $inside
             (core module $f (func (export "f") (result i32) i32.const 7))
             (core instance $f (instantiate $f))
             (func (export "f") (result u32) (canon lift (core func $f "f"))))
           (instance $inside (instantiate $inside))
           (alias export $inside "f" (func $f))"#,
    ];
    for part in parts {
        let text = format!(
            r#"(component {part}
              (core func $lowered (canon lower (func $f)))
              (core module $m (import "" "f" (func $f (result i32))) (func (export "run") (result i32) call $f))
              (core instance $m (instantiate $m (with "" (instance (export "f" (func $lowered))))))
              (func (export "run") (result u32) (canon lift (core func $m "run"))))"#
        );
        let trap = runs(&wat::parse_str(text).unwrap()).unwrap_err();
        assert!(trap.contains("cannot enter component instance"), "{trap}");
    }
}

#[test]
fn one_instance_for_two_and_two_instances_of_one() {
    let shared = r#"(instance $one (instantiate $counts))
      (instance $adds (instantiate $adds (with "a" (func $one "f")) (with "b" (func $one "f"))))
      (export "run" (func $adds "run"))"#;
    let apart = r#"(instance $one (instantiate $counts)) (instance $other (instantiate $counts))
      (instance $adds (instantiate $adds (with "a" (func $one "f")) (with "b" (func $other "f"))))
      (export "run" (func $adds "run"))"#;
    assert_eq!(both(&format!("(component {COUNTS_AND_ADDS} {shared})")), 12);
    assert_eq!(both(&format!("(component {COUNTS_AND_ADDS} {apart})")), 11);
}

#[test]
fn levels_and_names_from_around() {
    let text = format!(
        r#"(component
          (core module $seven (func (export "f") (result i32) i32.const 7))
          (component $level
            {COUNTS_AND_ADDS}
            (component $inner
              (alias outer 2 $seven (core module $seven))
              (core instance $seven (instantiate $seven))
              (func $f (result u32) (canon lift (core func $seven "f")))
              (instance $bag (export "f" (func $f)))
              (export "bag" (instance $bag)))
            (component $again
              (alias outer 1 $counts (component $counts))
              (instance $one (instantiate $counts))
              (export "f" (func $one "f")))
            (instance $inner (instantiate $inner))
            (instance $again (instantiate $again))
            (alias export $inner "bag" (instance $bag))
            (instance $adds (instantiate $adds (with "a" (func $bag "f")) (with "b" (func $again "f"))))
            (export "run" (func $adds "run")))
          (instance $level (instantiate $level))
          (export "run" (func $level "run")))"#
    );
    assert_eq!(both(&text), 71);
}

#[test]
fn components_and_modules_as_arguments() {
    let text = format!(
        r#"(component
          {COUNTS_AND_ADDS}
          (core module $seven (func (export "f") (result i32) i32.const 7))
          (component $makes
            (import "counts" (component $counts (export "f" (func (result u32)))))
            (import "module" (core module $module (export "f" (func (result i32)))))
            (instance $counts (instantiate $counts))
            (core instance $module (instantiate $module))
            (func $seven (result u32) (canon lift (core func $module "f")))
            (export "f" (func $counts "f"))
            (export "seven" (func $seven)))
          (instance $makes (instantiate $makes (with "counts" (component $counts)) (with "module" (core module $seven))))
          (instance $adds (instantiate $adds (with "a" (func $makes "f")) (with "b" (func $makes "seven"))))
          (export "run" (func $adds "run")))"#
    );
    assert_eq!(both(&text), 17);
}

#[test]
fn more_instances_than_engines_take() {
    let mut text = String::from(r#"(component $c0 (core module $m) (core instance (instantiate $m)))"#);
    for level in 1..15 {
        let below = level - 1;
        text = format!(
            "(component $c{level} {text} (instance (instantiate $c{below})) (instance (instantiate $c{below})))"
        );
    }
    let component = wat::parse_str(format!("(component {text} (instance (instantiate $c14)))")).unwrap();
    let refused = flatten(&Read::read(&component).unwrap()).map(|_| ());
    assert!(matches!(refused, Err(FlattenError::Part { what }) if what.contains("instances")), "{refused:?}");
}

#[test]
fn what_has_no_code_inside_is_left_alone() {
    let text = r#"(component
      (import "f" (func $f))
      (component $names (import "f" (func $f)) (export "g" (func $f)))
      (instance $names (instantiate $names (with "f" (func $f))))
      (export "g" (func $names "g")))"#;
    let component = wat::parse_str(text).unwrap();
    assert!(flatten(&Read::read(&component).unwrap()).unwrap().is_none());
}

#[test]
fn a_function_of_asynchronous_calls() {
    let text = r#"(component
      (component $inside
        (core func $yield (canon backpressure.inc))
        (core module $m (import "" "f" (func)))
        (core instance (instantiate $m (with "" (instance (export "f" (func $yield)))))))
      (instance (instantiate $inside)))"#;
    let component = wat::parse_str(text).unwrap();
    let refused = flatten(&Read::read(&component).unwrap()).map(|_| ());
    assert!(matches!(refused, Err(FlattenError::Part { .. })), "{refused:?}");
}

#[test]
fn exports_of_an_inner_part_with_types_of_their_own() {
    let interface = "record point { x: u32, y: u32 } resource thing { constructor(); } make: func() -> point; of: func(t: borrow<thing>) -> u32;";
    let library = part(
        &format!("export lib: interface {{ {interface} }}"),
        r#"(import "[export]lib" "[resource-new]thing" (func $new (param i32) (result i32)))"#,
        r#"(func (export "lib#make") (result i32) (i32.store (i32.const 0) (i32.const 3)) (i32.store (i32.const 4) (i32.const 4)) (i32.const 0))
           (func (export "lib#[constructor]thing") (result i32) (call $new (i32.const 9)))
           (func (export "lib#of") (param i32) (result i32) (local.get 0))"#,
    );
    let command = part(
        &format!("import lib: interface {{ {interface} }} export run: func() -> u32;"),
        r#"(import "lib" "make" (func $make (param i32))) (import "lib" "[constructor]thing" (func $new (result i32)))
           (import "lib" "of" (func $of (param i32) (result i32)))"#,
        r#"(func (export "run") (result i32)
             (call $make (i32.const 16))
             (i32.add (call $of (call $new)) (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 20)))))"#,
    );
    let mut graph = Graph::default();
    let (library, command) = (graph.add("library", library), graph.add("command", command));
    let (library, command) = (graph.instance(library), graph.instance(command));
    graph.give(library, "lib", command, "lib");
    graph.export(command, "run");
    graph.export(library, "lib");
    let composition = graph.encode();
    let flat = flat(&composition).unwrap();
    assert_eq!((runs(&composition).unwrap(), runs(&flat).unwrap()), (16, 16));
    let edges = [&composition, &flat].map(|component| vfs_compose_ir::Edge::of(component).unwrap().exports);
    assert_eq!(edges[0], edges[1]);
    // The host can use what is exported.
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let component = Component::new(&engine, &flat).unwrap();
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let lib = instance.get_export_index(&mut store, None, "lib").unwrap();
    let make = instance.get_export_index(&mut store, Some(&lib), "make").unwrap();
    let mut point = [wasmtime::component::Val::U32(0)];
    instance.get_func(&mut store, make).unwrap().call(&mut store, &[], &mut point).unwrap();
    assert!(format!("{point:?}").contains("3") && format!("{point:?}").contains("4"), "{point:?}");
}
