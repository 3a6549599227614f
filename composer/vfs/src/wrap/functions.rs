//! Implements the wrapped interfaces: by host functions, or by adapters where a signature mentions resources of the
//! vfs.

use std::collections::HashMap;

use bumpalo::Bump;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, Export, ExternalKind, Instance,
};
use wit_parser::{Function, TypeId, TypeOwner};

use super::Wrapping;
use crate::error::TailorError;
use vfs_compose_adapter::handle_translation::{self, HOST, INTRINSICS, Intrinsic, VFS};
use vfs_compose_ir::{Component, Item, Space, alias, bundle, exported, instantiate};

const MEMORY: &str = "memory";
const REALLOC: &str = "cabi_realloc";

/// A lifted function that gets an adapter.
struct Lifted<'a> {
    name: String,
    function: &'a Function,
    /// The index of the component function.
    number: u32,
    /// The index of the host's component function.
    host: u32,
}

/// Replaces the functions of the wrapped interfaces.
///
/// # Errors
/// - [`TailorError::Module`]: the component is not as expected, or an adapter cannot be generated.
pub(super) fn replace<'a>(
    wrapping: &Wrapping<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
) -> Result<(), TailorError> {
    let mut glued = Vec::new();
    for &id in wrapping.interfaces {
        let interface = wrapping.name(id);
        for function in wrapping.resolve.interfaces[id].functions.values() {
            let missing = || TailorError::module(format!("`{interface}` has no `{}`", function.name));
            let number = exported(component, interface, &function.name).ok_or_else(missing)?;
            let instance_index = imported(component, &wrapping.host_name(id)).ok_or_else(missing)?;
            let of_host = Item::Alias(ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Func,
                instance_index,
                name: names.alloc_str(&function.name),
            });
            if wrapping.mentions(function) {
                let host = component.add(of_host);
                glued.push(Lifted { name: format!("{interface}#{}", function.name), function, number, host });
            } else {
                component.replace(Space::Function, number, of_host);
            }
        }
    }
    if glued.is_empty() { Ok(()) } else { glue(wrapping, component, names, &glued) }
}

fn glue<'a>(
    wrapping: &Wrapping<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    all: &[Lifted<'_>],
) -> Result<(), TailorError> {
    let requests: Vec<_> = all.iter().map(|one| wrapping.request(one.name.clone(), one.function)).collect();
    let module =
        handle_translation::module(wrapping.resolve, &requests, &wrapping.own()).map_err(TailorError::module)?;
    let vfs = vfs(component).ok_or_else(|| TailorError::module("the vfs has no instance"))?;
    let memory = alias(component, ExternalKind::Memory, vfs, MEMORY);
    let realloc = alias(component, ExternalKind::Func, vfs, REALLOC);
    let options = [CanonicalOption::UTF8, CanonicalOption::Memory(memory), CanonicalOption::Realloc(realloc)];
    let mut of_host = Vec::new();
    for one in all {
        let lower = CanonicalFunction::Lower { func_index: one.host, options: options.into() };
        let index = component.add(Item::Canonical(lower));
        of_host.push(Export { name: names.alloc_str(&one.name), kind: ExternalKind::Func, index });
    }
    let mut types = HashMap::new();
    let mut intrinsics = Vec::new();
    for intrinsic in &module.intrinsics {
        let resource = resource(wrapping, component, names, &mut types, intrinsic.resource())?;
        let function = match intrinsic {
            Intrinsic::New(_) => CanonicalFunction::ResourceNew { resource },
            Intrinsic::Rep(_) => CanonicalFunction::ResourceRep { resource },
            Intrinsic::Drop(_) => CanonicalFunction::ResourceDrop { resource },
        };
        let index = component.add(Item::Canonical(function));
        intrinsics.push(Export { name: names.alloc_str(&intrinsic.name()), kind: ExternalKind::Func, index });
    }
    let arguments = vec![(VFS, vfs), (HOST, bundle(component, of_host)), (INTRINSICS, bundle(component, intrinsics))];
    let module = component.add(Item::CoreModule(module.bytes.into()));
    let glue = instantiate(component, module, arguments);
    for one in all {
        let Some(Item::Canonical(CanonicalFunction::Lift { type_index, .. })) =
            component.get(Space::Function, one.number)
        else {
            return Err(TailorError::module(format!("`{}` is not lifted", one.name)));
        };
        let type_index = *type_index;
        let core_func_index = alias(component, ExternalKind::Func, glue, names.alloc_str(&one.name));
        let lift = CanonicalFunction::Lift { core_func_index, type_index, options: options.into() };
        component.replace(Space::Function, one.number, Item::Canonical(lift));
    }
    Ok(())
}

/// Returns the type of a resource, which the vfs exports or the host defines.
fn resource<'a>(
    wrapping: &Wrapping<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    types: &mut HashMap<TypeId, u32>,
    id: TypeId,
) -> Result<u32, TailorError> {
    if let Some(&known) = types.get(&id) {
        return Ok(known);
    }
    let ty = &wrapping.resolve.types[id];
    let (TypeOwner::Interface(owner), Some(name)) = (ty.owner, &ty.name) else {
        return Err(TailorError::module("a resource that is not of an interface"));
    };
    let instance = if wrapping.served.contains_key(&owner) {
        exported_instance(component, wrapping.name(owner))
    } else {
        imported(component, &wrapping.host_name(owner))
    };
    let instance_index =
        instance.ok_or_else(|| TailorError::module(format!("there is no `{}`", wrapping.name(owner))))?;
    let number = component.add(Item::Alias(ComponentAlias::InstanceExport {
        kind: ComponentExternalKind::Type,
        instance_index,
        name: names.alloc_str(name),
    }));
    types.insert(id, number);
    Ok(number)
}

fn imported(component: &Component<'_>, name: &str) -> Option<u32> {
    let mut all = component.definitions().iter();
    all.find(|one| matches!(&one.item, Item::Import(import) if import.name.name == name))?.id.map(|id| id.number)
}

fn exported_instance(component: &Component<'_>, name: &str) -> Option<u32> {
    let mut all = component.definitions().iter();
    all.find(|one| matches!(&one.item, Item::Export(export) if export.name.name == name))?.id.map(|id| id.number)
}

/// Returns the core instance of the vfs module, which is the first module.
fn vfs(component: &Component<'_>) -> Option<u32> {
    let mut all = component.definitions().iter();
    let is = |item: &Item<'_>| matches!(item, Item::CoreInstance(Instance::Instantiate { module_index: 0, .. }));
    all.find(|one| is(&one.item))?.id.map(|id| id.number)
}
