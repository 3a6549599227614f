//! Resources between parts.

use wac_graph::NodeId;

use super::rig::{Graph, command, end, flat, library, part, part_of, plugged, runs};
use crate::run::End;
use vfs_compose_flatten::FlattenError;

/// Counters whose representation is 100 more than their start. A destructor counts.
const LIBRARY: &str = r#"
  (func (export "lib#[constructor]counter") (param i32) (result i32)
    (call $new (i32.add (local.get 0) (i32.const 100))))
  (func (export "lib#[method]counter.get") (param i32) (result i32) (i32.sub (local.get 0) (i32.const 100)))
  (func (export "lib#sum") (param i32 i32) (result i32)
    (local $sum i32)
    (block (loop
      (br_if 1 (i32.eqz (local.get 1)))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 4)))
      (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
      (br 0)))
    (local.get $sum))
  (func (export "lib#maybe") (param i32 i32) (result i32)
    (if (result i32) (local.get 0) (then (local.get 1)) (else (i32.const 7))))
  (func (export "lib#same") (param i32) (result i32) (local.get 0))
  (func (export "lib#take") (param i32) (result i32) (call $rep (local.get 0)) (call $drop (local.get 0)))
  (global $dropped (mut i32) (i32.const 0))
  (func (export "lib#[dtor]counter") (param i32) (global.set $dropped (i32.add (global.get $dropped) (local.get 0))))
  (func (export "lib#dropped") (result i32) (global.get $dropped))"#;

const NEW: &str = r#"
  (import "[export]lib" "[resource-new]counter" (func $new (param i32) (result i32)))
  (import "[export]lib" "[resource-rep]counter" (func $rep (param i32) (result i32)))
  (import "[export]lib" "[resource-drop]counter" (func $drop (param i32)))"#;

const INTERFACE: &str = "resource counter { constructor(start: u32); get: func() -> u32; }
  sum: func(all: list<borrow<counter>>) -> u32; maybe: func(one: option<borrow<counter>>) -> u32;
  same: func(one: counter) -> counter; take: func(one: counter) -> u32; dropped: func() -> u32;";

const IMPORTS: &str = r#"
  (import "lib" "[constructor]counter" (func $new (param i32) (result i32)))
  (import "lib" "[method]counter.get" (func $get (param i32) (result i32)))
  (import "lib" "sum" (func $sum (param i32 i32) (result i32)))
  (import "lib" "maybe" (func $maybe (param i32 i32) (result i32)))
  (import "lib" "same" (func $same (param i32) (result i32)))
  (import "lib" "take" (func $take (param i32) (result i32)))
  (import "lib" "dropped" (func $dropped (result i32)))
  (import "lib" "[resource-drop]counter" (func $drop (param i32)))"#;

fn counters(body: &str) -> Vec<u8> {
    let library = part(&format!("export lib: interface {{ {INTERFACE} }}"), NEW, LIBRARY);
    plugged(command(INTERFACE, IMPORTS, "", body), library)
}

#[test]
fn a_resource_of_a_part_is_used_by_another() {
    let body = r#"
      (local $one i32) (local $other i32)
      (local.set $one (call $new (i32.const 3)))
      (local.set $other (call $new (i32.const 4)))
      (if (i32.ne (call $get (local.get $one)) (i32.const 3)) (then unreachable))
      (i32.store (i32.const 0) (local.get $one))
      (i32.store (i32.const 4) (local.get $other))
      (i32.store (i32.const 8) (local.get $one))
      (if (i32.ne (call $sum (i32.const 0) (i32.const 3)) (i32.const 310)) (then unreachable))
      (if (i32.ne (call $maybe (i32.const 1) (local.get $other)) (i32.const 104)) (then unreachable))
      (if (i32.ne (call $maybe (i32.const 0) (i32.const 0)) (i32.const 7)) (then unreachable))
      (local.set $one (call $same (local.get $one)))
      (if (i32.ne (call $get (local.get $one)) (i32.const 3)) (then unreachable))
      (call $drop (local.get $one))
      (if (i32.ne (call $dropped) (i32.const 103)) (then unreachable))
      (if (i32.ne (call $take (local.get $other)) (i32.const 104)) (then unreachable))
      (i32.ne (call $dropped) (i32.const 207))"#;
    assert_eq!(end(&counters(body)), End::Returned(Ok(())));
}

#[test]
fn handles_that_are_none() {
    for call in [
        "(drop (call $get (i32.const 77)))",
        "(drop (call $get (i32.const 0)))",
        "(drop (call $get (i32.const -1)))",
        "(call $drop (i32.const 77))",
        "(i32.store (i32.const 0) (i32.const 77)) (drop (call $sum (i32.const 0) (i32.const 1)))",
        "(drop (call $maybe (i32.const 1) (i32.const 77)))",
        "(drop (call $take (i32.const 77)))",
        "(local $one i32) (local.set $one (call $new (i32.const 3))) (call $drop (local.get $one))
         (drop (call $get (local.get $one)))",
    ] {
        let end = end(&counters(&format!("{call} (i32.const 0)")));
        assert!(matches!(end, End::Trapped(_)), "{call}: {end:?}");
    }
}

/// WIT of a library with counters, and of a part that is given or lent one.
fn wit(handle: &str, world: &str) -> String {
    format!(
        "package test:parts; interface lib {{ {INTERFACE} }}
         interface middle {{ use lib.{{counter}}; look: func(c: {handle}) -> u32; }} world part {{ {world} }}"
    )
}

fn imports() -> String {
    IMPORTS.replace("\"lib\"", "\"test:parts/lib\"")
}

/// The library, and the part with its code for `look`, of which the instances are given back.
fn library_and_middle(graph: &mut Graph, handle: &str, look: &str) -> [NodeId; 2] {
    let new = NEW.replace("[export]lib", "[export]test:parts/lib");
    let library = part_of(&wit(handle, "export lib;"), &new, &LIBRARY.replace("lib#", "test:parts/lib#"));
    let core = if handle.starts_with("option") { "(param i32 i32)" } else { "(param i32)" };
    let look = format!(r#"(func (export "test:parts/middle#look") {core} (result i32) {look})"#);
    let middle = part_of(&wit(handle, "import lib; export middle;"), &imports(), &look);
    let packages = [("library", library), ("middle", middle)].map(|(name, bytes)| graph.add(name, bytes));
    let [library, middle] = packages.map(|package| graph.instance(package));
    graph.give(library, "test:parts/lib", middle, "test:parts/lib");
    [library, middle]
}

/// A command that shows the part between a counter of 5, and adds 100 if it still has it.
fn between(handle: &str, look: &str) -> Vec<u8> {
    let (is_option, is_lent) = (handle.starts_with("option"), handle.contains("borrow"));
    let core = if is_option { "(param i32 i32)" } else { "(param i32)" };
    let imports = format!(r#"{} (import "test:parts/middle" "look" (func $look {core} (result i32)))"#, imports());
    let some = if is_option { "(i32.const 1)" } else { "" };
    let dropped =
        if is_lent { "(call $drop (local.get 0)) (i32.add (i32.sub (call $dropped) (i32.const 5)))" } else { "" };
    let run = format!(
        r#"(func (export "run") (result i32) (local i32)
             (local.set 0 (call $new (i32.const 5)))
             (call $look {some} (local.get 0)) {dropped})"#
    );
    let command = part_of(&wit(handle, "import lib; import middle; export run: func() -> u32;"), &imports, &run);
    let mut graph = Graph::default();
    let [library, middle] = library_and_middle(&mut graph, handle, look);
    let command = graph.add("command", command);
    let command = graph.instance(command);
    graph.give(library, "test:parts/lib", command, "test:parts/lib");
    graph.give(middle, "test:parts/middle", command, "test:parts/middle");
    graph.export(command, "run");
    graph.encode()
}

/// What `run` answers in the composition and in the flat one.
fn both(handle: &str, look: &str) -> [Result<u32, String>; 2] {
    let composition = between(handle, look);
    [runs(&composition), runs(&flat(&composition).unwrap())]
}

/// Gets the counter, drops its handle and answers.
const LOOK: &str = "(call $get (local.get 0)) (call $drop (local.get 0))";

#[test]
fn a_part_is_given_what_is_anothers() {
    assert_eq!(both("counter", LOOK), [Ok(5), Ok(5)]);
}

#[test]
fn a_part_is_lent_what_is_anothers() {
    assert_eq!(both("borrow<counter>", LOOK), [Ok(105), Ok(105)]);
    assert_eq!(
        both("option<borrow<counter>>", "(call $get (local.get 1)) (call $drop (local.get 1))"),
        [Ok(105), Ok(105)]
    );
}

#[test]
fn what_a_part_is_lent_must_be_dropped_once() {
    for look in ["(call $get (local.get 0))", "(i32.const 5) (call $drop (local.get 0)) (call $drop (local.get 0))"] {
        for outcome in both("borrow<counter>", look) {
            outcome.unwrap_err();
        }
    }
}

#[test]
fn what_the_host_lends_must_be_the_parts_own() {
    let mut graph = Graph::default();
    let [_, middle] = library_and_middle(&mut graph, "borrow<counter>", LOOK);
    graph.export(middle, "test:parts/middle");
    let error = flat(&graph.encode()).map(|_| ()).unwrap_err();
    assert!(matches!(&error, FlattenError::Borrowed { function } if function.ends_with("look")), "{error}");
}

#[test]
fn a_result_is_told_when_it_was_taken() {
    let interface = "text: func() -> string; told: func() -> u32;";
    let library = library(
        interface,
        r#"
        (global $told (mut i32) (i32.const 0))
        (data (i32.const 16) "text")
        (func (export "lib#text") (result i32) (i32.store (i32.const 8) (i32.const 16)) (i32.store (i32.const 12) (i32.const 4)) (i32.const 8))
        (func (export "cabi_post_lib#text") (param i32) (global.set $told (i32.add (global.get $told) (local.get 0))))
        (func (export "lib#told") (result i32) (global.get $told))"#,
    );
    let imports = r#"(import "lib" "text" (func $text (param i32))) (import "lib" "told" (func $told (result i32)))"#;
    let body = "(call $text (i32.const 0)) (call $text (i32.const 0))
      (if (i32.ne (i32.load (i32.load (i32.const 0))) (i32.const 0x74786574)) (then unreachable))
      (i32.ne (call $told) (i32.const 16))";
    assert_eq!(end(&plugged(command(interface, imports, "", body), library)), End::Returned(Ok(())));
}
