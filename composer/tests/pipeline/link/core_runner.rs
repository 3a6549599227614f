//! Runs the core instances of a component without the component around them: a trap ends a component for good, but not these, and
//! their memories can be looked at.

use std::collections::HashMap;

use wasmparser::{CanonicalFunction, ComponentAlias, ExternalKind, Instance};
use wasmtime::{Engine, Extern, ExternType, Func, Memory, Module, Store, Val, ValType};

use vfs_compose_ir::{Component, Id, Item, Space};

/// What core instances have.
#[derive(Clone)]
enum Thing {
    Extern(Extern),
    /// A function of the host; here it does nothing.
    Host,
}

type Exports = HashMap<String, Thing>;

/// A component's modules, by their numbers.
pub(super) struct Modules(HashMap<u32, Module>);

impl Modules {
    pub(super) fn compile(engine: &Engine, component: &[u8]) -> Self {
        let component = Component::read(component).unwrap();
        let modules = component.definitions().iter().filter_map(|definition| match &definition.item {
            Item::CoreModule(bytes) => Some((definition.id?.number, Module::new(engine, bytes).unwrap())),
            _ => None,
        });
        Self(modules.collect())
    }
}

/// A component's core instances.
pub(super) struct CoreRunner {
    pub(super) store: Store<()>,
    instances: Vec<Exports>,
}

impl CoreRunner {
    pub(super) fn new(engine: &Engine, component: &[u8], modules: &Modules) -> Self {
        let component = Component::read(component).unwrap();
        let mut building = Building {
            store: Store::new(engine, ()),
            modules,
            instances: HashMap::new(),
            things: HashMap::new(),
            order: Vec::new(),
        };
        for definition in component.definitions() {
            if let Some(id) = definition.id {
                building.define(id, &definition.item);
            }
        }
        let instances = building.order.iter().map(|number| building.instances[number].clone()).collect();
        Self { store: building.store, instances }
    }

    /// Calls a function of the instance that exports it and `beside`, with unsigned numbers. `None`: it trapped.
    pub(super) fn call(&mut self, beside: &str, name: &str, args: &[u64]) -> Option<Vec<u64>> {
        let Some(Extern::Func(function)) = self.find(beside, name) else { panic!("no {name}") };
        let ty = function.ty(&self.store);
        let args: Vec<_> = ty.params().zip(args).map(|(ty, number)| value(&ty, *number)).collect();
        let mut results: Vec<_> = ty.results().map(|ty| value(&ty, 0)).collect();
        match function.call(&mut self.store, &args, &mut results) {
            Ok(()) => Some(results.iter().map(number).collect()),
            Err(error) => {
                assert!(error.is::<wasmtime::Trap>(), "{error:?}");
                None
            }
        }
    }

    /// The memory of the instance that exports `beside`.
    pub(super) fn memory(&self, beside: &str) -> Memory {
        match self.find(beside, "memory") {
            Some(Extern::Memory(memory)) => memory,
            _ => panic!("no memory beside {beside}"),
        }
    }

    fn find(&self, beside: &str, name: &str) -> Option<Extern> {
        let exports =
            self.instances.iter().find(|exports| exports.contains_key(beside) && exports.contains_key(name))?;
        match &exports[name] {
            Thing::Extern(one) => Some(one.clone()),
            Thing::Host => None,
        }
    }
}

struct Building<'m> {
    store: Store<()>,
    modules: &'m Modules,
    instances: HashMap<u32, Exports>,
    things: HashMap<Id, Thing>,
    /// Instances of modules.
    order: Vec<u32>,
}

impl Building<'_> {
    fn define(&mut self, id: Id, item: &Item<'_>) {
        match item {
            Item::CoreInstance(Instance::FromExports(exports)) => {
                let exports = exports.iter().map(|export| {
                    let id = Id { space: space(export.kind), number: export.index };
                    (export.name.to_owned(), self.things[&id].clone())
                });
                let exports = exports.collect();
                self.instances.insert(id.number, exports);
            }
            Item::CoreInstance(Instance::Instantiate { module_index, args }) => {
                let module = self.modules.0[module_index].clone();
                let mut imports = Vec::new();
                for import in module.imports() {
                    let arg = args.iter().find(|arg| arg.name == import.module()).unwrap();
                    imports.push(match (&self.instances[&arg.index][import.name()], import.ty()) {
                        (Thing::Extern(one), _) => one.clone(),
                        (Thing::Host, ExternType::Func(ty)) => {
                            // The clock: it is always 1970.
                            Func::new(&mut self.store, ty, |_, _, _| Ok(())).into()
                        }
                        (Thing::Host, ty) => panic!("{ty:?}"),
                    });
                }
                let instance = wasmtime::Instance::new(&mut self.store, &module, &imports).unwrap();
                let exports = instance.exports(&mut self.store);
                let exports = exports.map(|one| (one.name().to_owned(), Thing::Extern(one.into_extern()))).collect();
                self.instances.insert(id.number, exports);
                self.order.push(id.number);
            }
            Item::Alias(ComponentAlias::CoreInstanceExport { instance_index, name, .. }) => {
                let thing = self.instances[instance_index][*name].clone();
                self.things.insert(id, thing);
            }
            Item::Canonical(CanonicalFunction::Lift { .. }) => {}
            Item::Canonical(_) => {
                self.things.insert(id, Thing::Host);
            }
            _ => {}
        }
    }
}

fn space(kind: ExternalKind) -> Space {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => Space::CoreFunction,
        ExternalKind::Table => Space::CoreTable,
        ExternalKind::Memory => Space::CoreMemory,
        ExternalKind::Global => Space::CoreGlobal,
        ExternalKind::Tag => Space::CoreTag,
    }
}

fn value(ty: &ValType, number: u64) -> Val {
    match ty {
        ValType::I32 => Val::I32(number as i32),
        ValType::I64 => Val::I64(number.cast_signed()),
        other => panic!("{other:?}"),
    }
}

fn number(value: &Val) -> u64 {
    match value {
        Val::I32(number) => number.cast_unsigned().into(),
        Val::I64(number) => number.cast_unsigned(),
        other => panic!("{other:?}"),
    }
}
