//! A library and a command that calls it, composed by `wac`.

use bumpalo::Bump;
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};
use wasmparser::Validator;
use wasmtime::component::{Component as Loaded, Linker};
use wasmtime::{Engine, Store};

use crate::apps;
use crate::run::{End, Running};
use vfs_compose_flatten::FlattenError;
use vfs_compose_flatten::{connect, flatten};
use vfs_compose_ir::Component;

/// The composition as one component, with adapters between its parts.
pub(super) fn flat(composition: &[u8]) -> Result<Vec<u8>, FlattenError> {
    let names = Bump::new();
    let flat = flatten(&Component::read(composition)?)?.expect("it is a composition");
    let mut component = Component::read(&flat.bytes)?;
    connect(&mut component, &flat, &names)?;
    let bytes = component.emit(|_| true)?.component.bytes;
    if let Err(error) = Validator::new().validate_all(&bytes) {
        panic!("{error}\n{}", wasmprinter::print_bytes(&bytes).unwrap_or_default());
    }
    Ok(bytes)
}

/// How a command ends, made flat or not.
pub(super) fn end(composition: &[u8]) -> End {
    let [as_it_is, flat] = [composition, &flat(composition).unwrap()].map(|app| Running::new(app, |_| ()).run().end);
    match (&as_it_is, &flat) {
        // Other words for the same.
        (End::Trapped(_), End::Trapped(_)) => {}
        _ => assert_eq!(as_it_is, flat),
    }
    flat
}

/// A memory of one page, with memory from address 4096 on for those who ask.
const MEMORY: &str = r#"
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.get $next)
    (global.set $next (i32.add (global.get $next) (local.get 3))))"#;

/// A part whose world has this body, and its module `code` besides a memory.
pub(super) fn part(world: &str, imports: &str, code: &str) -> Vec<u8> {
    apps::written(&["0.2.3"], world, &format!("(module {imports} {MEMORY} {code})"))
}

/// A library: `code` exports what the interface `lib` has.
pub(super) fn library(interface: &str, code: &str) -> Vec<u8> {
    part(&format!("export lib: interface {{ {interface} }}"), "", code)
}

/// A command over the library's interface: `body` answers 0 if all is well. At address 0 of its memory is `data`.
pub(super) fn command(interface: &str, imports: &str, data: &str, body: &str) -> Vec<u8> {
    let world = format!("import lib: interface {{ {interface} }} export wasi:cli/run@0.2.3;");
    let run = format!(r#"(func (export "wasi:cli/run@0.2.3#run") (result i32) {body})"#);
    part(&world, imports, &format!(r#"{run} (data (i32.const 0) "{data}")"#))
}

/// A command on a library.
pub(super) fn plugged(command: Vec<u8>, library: Vec<u8>) -> Vec<u8> {
    let mut graph = Graph::default();
    let library = graph.add("library", library);
    let command = graph.add("command", command);
    let (library, command) = (graph.instance(library), graph.instance(command));
    graph.give(library, "lib", command, "lib");
    graph.export(command, "wasi:cli/run@0.2.3");
    graph.encode()
}

/// A composition while it is made.
#[derive(Default)]
pub(super) struct Graph(CompositionGraph);

impl Graph {
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>) -> PackageId {
        let package = Package::from_bytes(name, None, bytes, self.0.types_mut()).unwrap();
        self.0.register_package(package).unwrap()
    }

    pub(super) fn instance(&mut self, package: PackageId) -> NodeId {
        self.0.instantiate(package)
    }

    pub(super) fn give(&mut self, from: NodeId, export: &str, to: NodeId, import: &str) {
        let export = self.0.alias_instance_export(from, export).unwrap();
        self.0.set_instantiation_argument(to, import, export).unwrap();
    }

    pub(super) fn export(&mut self, from: NodeId, name: &str) {
        let export = self.0.alias_instance_export(from, name).unwrap();
        self.0.export(export, name).unwrap();
    }

    pub(super) fn encode(self) -> Vec<u8> {
        self.0.encode(EncodeOptions::default()).unwrap()
    }
}

/// A part of the world `part` of a WIT package, and its module `code` besides a memory.
pub(super) fn part_of(wit: &str, imports: &str, code: &str) -> Vec<u8> {
    apps::of_wit(wit, "part", &format!("(module {imports} {MEMORY} {code})"))
}

/// What the exported function `run` of no parameters answers, or why it traps.
pub(super) fn runs(component: &[u8]) -> Result<u32, String> {
    let engine = Engine::default();
    let component = Loaded::new(&engine, component).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &component).unwrap();
    let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run").unwrap();
    run.call(&mut store, ()).map(|(answer,)| answer).map_err(|trap| format!("{trap:?}"))
}
