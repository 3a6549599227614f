//! Core instances.

use wasmparser::{ComponentAlias, Export, ExternalKind, Instance, InstantiationArg, InstantiationArgKind};

use crate::{Component, Item};

/// A core instance of a module.
pub fn instantiate<'a>(component: &mut Component<'a>, module: u32, arguments: Vec<(&'a str, u32)>) -> u32 {
    component.add(Item::CoreInstance(instantiation(module, arguments)))
}

/// The same, to be put somewhere.
pub fn instantiation<'a>(module_index: u32, arguments: Vec<(&'a str, u32)>) -> Instance<'a> {
    let argument = |(name, index)| InstantiationArg { name, kind: InstantiationArgKind::Instance, index };
    Instance::Instantiate { module_index, args: arguments.into_iter().map(argument).collect() }
}

/// A core instance made of parts.
pub fn bundle<'a>(component: &mut Component<'a>, parts: Vec<Export<'a>>) -> u32 {
    component.add(Item::CoreInstance(Instance::FromExports(parts.into())))
}

/// Something that a core instance exports.
pub fn alias<'a>(component: &mut Component<'a>, kind: ExternalKind, instance_index: u32, name: &'a str) -> u32 {
    component.add(Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name }))
}
