//! Adds core instances and aliases of their exports.

use wasmparser::{ComponentAlias, Export, ExternalKind, Instance, InstantiationArg, InstantiationArgKind};

use crate::{Component, Item};

/// Adds an instance of a core module. `arguments` are core instances by name.
pub fn instantiate<'a>(component: &mut Component<'a>, module: u32, arguments: Vec<(&'a str, u32)>) -> u32 {
    component.add(Item::CoreInstance(instantiation(module, arguments)))
}

/// Returns an instance of a core module, which the caller adds where it belongs.
pub fn instantiation<'a>(module_index: u32, arguments: Vec<(&'a str, u32)>) -> Instance<'a> {
    let argument = |(name, index)| InstantiationArg { name, kind: InstantiationArgKind::Instance, index };
    Instance::Instantiate { module_index, args: arguments.into_iter().map(argument).collect() }
}

/// Adds a core instance made of exports.
pub fn bundle<'a>(component: &mut Component<'a>, parts: Vec<Export<'a>>) -> u32 {
    component.add(Item::CoreInstance(Instance::FromExports(parts.into())))
}

/// Adds an alias of an export of a core instance.
pub fn alias<'a>(component: &mut Component<'a>, kind: ExternalKind, instance_index: u32, name: &'a str) -> u32 {
    component.add(Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name }))
}
