//! Calls between parts: functions that one part lowers and another part lifted.

use std::collections::{BTreeSet, HashMap};

use bumpalo::Bump;
use indexmap::IndexMap;
use wasmparser::types::Types;
use wasmparser::{CanonicalFunction, CanonicalOption, ComponentAlias, ComponentType, Export, ExternalKind};
use wit_parser::TypeId;

use super::types::{Converter, types};
use super::{Flat, lent};
use crate::FlattenError;
use crate::lowering::{Group, group};
use vfs_compose_adapter::component_adapter;
use vfs_compose_ir::{Component, Id, Item, Space, bundle, instantiate};

/// A function that a part lifts.
struct Lifted {
    /// The component function.
    number: u32,
    /// The core function that it lifts.
    core: u32,
    options: Group,
    /// The post-return core function.
    after: Option<u32>,
}

/// A lifted function that other parts call.
struct Call {
    lifted: Lifted,
    /// The lowered core functions with which other parts call it.
    core_functions: Vec<u32>,
}

/// Calls that share an adapter module, because the callers lower with the same canonical options, and one part lifts
/// the callees with the same options.
type Calls = IndexMap<(Group, Group, Option<usize>), IndexMap<u32, Call>>;

/// Replaces every function that a part lowered from another part by an adapter.
///
/// # Errors
/// - [`FlattenError::Broken`]: the flat component is not valid.
/// - [`FlattenError::Borrowed`]: an export makes a part borrow a resource of another part.
/// - As [`component_adapter::module`] and [`group`].
pub fn connect<'a>(component: &mut Component<'a>, flat: &Flat, names: &'a Bump) -> Result<(), FlattenError> {
    let types = types(&flat.bytes).map_err(|source| FlattenError::Broken { source: source.into() })?;
    let Some(types) = types else { return Ok(()) };
    let mut converter = Converter::new(&types);
    let calls = find(component, flat)?;
    let resources = resources(component, flat, &types, &mut converter);
    let mut list = None;
    let mut borrowers = BTreeSet::new();
    for ((caller, callee, part), calls) in calls {
        let calls: Vec<_> = calls.into_values().collect();
        let requests: Vec<_> = calls
            .iter()
            .map(|call| {
                let ty = types.component_function_at(call.lifted.number);
                let function = converter.function(ty, name(flat, call.lifted.number));
                component_adapter::Request { function, has_after: call.lifted.after.is_some() }
            })
            .collect();
        let own = resources.iter().filter(|(_, resource)| resource.part == part).map(|(id, _)| *id).collect();
        let module = component_adapter::module(&converter.resolve, &requests, &own, side(caller), side(callee))?;
        let module_index = component.add(Item::CoreModule(module.bytes.into()));
        let mut of_callee = parts(callee);
        for (call, number) in calls.iter().zip(0..) {
            let name = names.alloc_str(&component_adapter::callee_name(number));
            of_callee.push(Export { name, kind: ExternalKind::Func, index: call.lifted.core });
            let name = names.alloc_str(&component_adapter::after_name(number));
            of_callee.extend(call.lifted.after.map(|index| Export { name, kind: ExternalKind::Func, index }));
        }
        for (id, name) in module.representations {
            let resource = resources.get(&id).map_or(u32::MAX, |resource| resource.number);
            let index = component.add(Item::Canonical(CanonicalFunction::ResourceRep { resource }));
            of_callee.push(Export { name: names.alloc_str(&name), kind: ExternalKind::Func, index });
        }
        let of_callee = bundle(component, of_callee);
        let of_caller = bundle(component, parts(caller));
        let mut arguments = vec![(component_adapter::CALLEE, of_callee), (component_adapter::CALLER, of_caller)];
        if !module.lent.is_empty() {
            arguments.push((component_adapter::LENT, *list.get_or_insert_with(|| lent::add(component))));
            borrowers.extend(
                module
                    .lent
                    .into_iter()
                    .filter_map(|resource| Some((part?, component_adapter::resource_number(resource)))),
            );
        }
        let instance_index = instantiate(component, module_index, arguments);
        for (call, number) in calls.iter().zip(0..) {
            let name = names.alloc_str(&component_adapter::callee_name(number));
            for &core_function in &call.core_functions {
                let kind = ExternalKind::Func;
                let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name });
                component.replace(Space::CoreFunction, core_function, instead);
            }
        }
    }
    if let Some(list) = list {
        for (drop, resource) in drops(component, flat, &converter, &borrowers) {
            lent::look_first(component, names, list, resource, drop);
        }
    }
    check_exports(component, flat, &resources, &types, &mut converter)
}

/// Returns the core functions with which parts drop handles that they may have borrowed, each with the number of its
/// resource.
fn drops(
    component: &Component<'_>,
    flat: &Flat,
    converter: &Converter<'_>,
    borrowers: &BTreeSet<(usize, i32)>,
) -> Vec<(u32, i32)> {
    let drops = component.definitions().iter().filter_map(|definition| {
        let Item::Canonical(CanonicalFunction::ResourceDrop { resource }) = definition.item else { return None };
        let id = definition.id?;
        let resource = component_adapter::resource_number(converter.resource(resource)?);
        borrowers.contains(&(*flat.parts.get(&id)?, resource)).then_some((id.number, resource))
    });
    drops.collect()
}

/// Returns the canonical options of one side of a call.
fn side(group: Group) -> component_adapter::Side {
    let Group { memory, realloc, encoding } = group;
    component_adapter::Side { has_memory: memory.is_some(), has_realloc: realloc.is_some(), encoding }
}

fn parts(group: Group) -> Vec<Export<'static>> {
    let memory = group.memory.map(|index| Export { name: "memory", kind: ExternalKind::Memory, index });
    let realloc = group.realloc.map(|index| Export { name: "realloc", kind: ExternalKind::Func, index });
    memory.into_iter().chain(realloc).collect()
}

fn find(component: &Component<'_>, flat: &Flat) -> Result<Calls, FlattenError> {
    let mut found = Calls::new();
    for definition in component.definitions() {
        let Item::Canonical(CanonicalFunction::Lower { func_index, options }) = &definition.item else { continue };
        let (Some(lifted), Some(id)) = (lifted(component, flat, *func_index)?, definition.id) else { continue };
        let group = group(name(flat, *func_index), options)?;
        let part = flat.parts.get(&Id { space: Space::Function, number: lifted.number }).copied();
        let calls = found.entry((group, lifted.options, part)).or_default();
        let call = calls.entry(lifted.number).or_insert(Call { lifted, core_functions: Vec::new() });
        call.core_functions.push(id.number);
    }
    Ok(found)
}

/// Returns the lifted function behind a component function; `None` if no part lifts it.
fn lifted(component: &Component<'_>, flat: &Flat, mut number: u32) -> Result<Option<Lifted>, FlattenError> {
    loop {
        match component.get(Space::Function, number) {
            Some(Item::Export(export)) => number = export.index,
            Some(Item::Canonical(CanonicalFunction::Lift { core_func_index, options, .. })) => {
                let after = options.iter().find_map(|option| match option {
                    CanonicalOption::PostReturn(number) => Some(*number),
                    _ => None,
                });
                let others = options.iter().filter(|option| !matches!(option, CanonicalOption::PostReturn(_)));
                let others: Vec<_> = others.copied().collect();
                let options = group(name(flat, number), &others)?;
                return Ok(Some(Lifted { number, core: *core_func_index, options, after }));
            }
            _ => return Ok(None),
        }
    }
}

/// A resource that a part defines.
struct Resource {
    /// The component type.
    number: u32,
    part: Option<usize>,
}

/// Returns the resources that parts define and that signatures of lifted functions mention.
fn resources(
    component: &Component<'_>,
    flat: &Flat,
    types: &Types,
    converter: &mut Converter<'_>,
) -> HashMap<TypeId, Resource> {
    let definitions =
        || component.definitions().iter().filter_map(|definition| Some((definition.id?, &definition.item)));
    for (id, item) in definitions() {
        if let Item::Canonical(CanonicalFunction::Lift { .. }) = item {
            converter.function(types.component_function_at(id.number), name(flat, id.number));
        }
    }
    let defined = definitions().filter(|(_, item)| matches!(item, Item::Type(ComponentType::Resource { .. })));
    let defined = defined.filter_map(|(id, _)| {
        let resource = Resource { number: id.number, part: flat.parts.get(&id).copied() };
        Some((converter.resource(id.number)?, resource))
    });
    defined.collect()
}

/// Refuses exports that make a part borrow a resource of another part.
///
/// The flat component lifts exports unchanged. In one component, a lifted function that borrows any resource of the
/// component gets its rep, and a part cannot use reps of resources that it does not define.
fn check_exports(
    component: &Component<'_>,
    flat: &Flat,
    resources: &HashMap<TypeId, Resource>,
    types: &Types,
    converter: &mut Converter<'_>,
) -> Result<(), FlattenError> {
    for definition in component.live(|definition| matches!(definition.item, Item::Export(_)))? {
        let (Some(id), Item::Canonical(CanonicalFunction::Lift { .. })) = (definition.id, &definition.item) else {
            continue;
        };
        let function = converter.function(types.component_function_at(id.number), name(flat, id.number));
        let params = function.params.iter().map(|param| param.ty);
        let part = flat.parts.get(&id).copied();
        let is_anothers = |id: &TypeId| resources.get(id).is_some_and(|resource| resource.part != part);
        if component_adapter::lent(&converter.resolve, params).iter().any(is_anothers) {
            return Err(FlattenError::Borrowed { function: function.name });
        }
    }
    Ok(())
}

fn name(flat: &Flat, number: u32) -> &str {
    flat.names.get(&number).map_or("a function", String::as_str)
}
