//! Functions that know nothing of the vfs, and what is its own all the same comes to them: the host's functions that take a stream,
//! the app's exports that return one.
//!
//! Where such a function is called, glue looks at the handles. For the host's functions it is part of the glue that the app calls
//! ([`super::plan`]); here is that of the exports.

use std::collections::{BTreeMap, BTreeSet};

use bumpalo::Bump;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentTypeRef,
    Export, ExternalKind,
};
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId, WorldItem};

use super::Unlinkable;
use super::component::{Component, Item, Space};
use super::glue::{self, Encoding, Group, Kind, Owned, Request};
use super::plan::{Call, What};
use super::served::{Resource, Served};
use super::vfs::{Vfs, bundle, instantiate};
use crate::app::App;
use crate::wasi::parts;

/// An exported function whose result may hold a handle of the vfs's.
pub(super) struct Returned<'a> {
    /// The export, `#` and the function.
    pub(super) name: String,
    function: &'a Function,
    /// The component function, which the app lifted.
    lifted: u32,
}

/// The exported functions that may return what is the vfs's.
///
/// # Errors
/// - [`Unlinkable::Exported`]: one that does not come from the app's core code in a plain way.
pub(super) fn returned<'a>(
    served: &Served<'_>,
    app: &'a App,
    component: &Component<'_>,
) -> Result<Vec<Returned<'a>>, Unlinkable> {
    let (resolve, world) = (&app.resolve, &app.resolve.worlds[app.world]);
    let mut all = Vec::new();
    for (key, item) in &world.exports {
        let export = resolve.name_world_key(key);
        for function in
            functions(resolve, item).filter(|function| function.result.is_some_and(|ty| served.mentions(ty)))
        {
            let name = if export == function.name { export.clone() } else { format!("{export}#{}", function.name) };
            let number = exported(component, &export, &function.name);
            match number.map(|number| (number, component.get(Space::Function, number))) {
                Some((lifted, Some(Item::Canonical(CanonicalFunction::Lift { .. })))) => {
                    all.push(Returned { name, function, lifted });
                }
                // What the host makes for itself.
                Some((number, _)) if served.function(component, number).is_some() => {}
                _ => return Err(Unlinkable::Exported { name }),
            }
        }
    }
    Ok(all)
}

/// Puts glue before the results of these functions. `refuse` says that a handle cannot be used.
///
/// # Errors
/// - [`Unlinkable::Exported`]: one is lifted as an asynchronous function.
/// - As [`glue::module`].
pub(super) fn guard<'a>(
    app: &App,
    component: &mut Component<'a>,
    names: &'a Bump,
    (vfs, refuse): (&Vfs, u32),
    all: &[Returned<'_>],
) -> Result<(), Unlinkable> {
    for Returned { name, function, lifted } in all {
        let Some(Item::Canonical(CanonicalFunction::Lift { core_func_index, type_index, options })) =
            component.get(Space::Function, *lifted).cloned()
        else {
            continue;
        };
        let is_plain =
            |option: &CanonicalOption| !matches!(option, CanonicalOption::Async | CanonicalOption::Callback(_));
        if !options.iter().all(is_plain) {
            return Err(Unlinkable::Exported { name: name.clone() });
        }
        let memory = options.iter().find_map(|option| match option {
            CanonicalOption::Memory(number) => Some(*number),
            _ => None,
        });
        let request =
            Request { export: name.clone(), plain: String::new(), kind: Kind::Returned { function }, version: None };
        let group = Group { has_memory: memory.is_some(), has_realloc: false, encoding: Encoding::Utf8 };
        let module = glue::module(&app.resolve, &[request], group)?;
        let module = component.add(Item::CoreModule(module.into()));
        let name: &str = names.alloc_str(name);
        let kind = ExternalKind::Func;
        let of_app = bundle(component, vec![Export { name, kind, index: core_func_index }]);
        let mut arguments = vec![("vfs", vfs.instance), ("host", of_app), ("refuse", refuse)];
        if let Some(index) = memory {
            arguments
                .push(("app", bundle(component, vec![Export { name: "memory", kind: ExternalKind::Memory, index }])));
        }
        let instance_index = instantiate(component, module, arguments);
        let guarded = ComponentAlias::CoreInstanceExport { kind, instance_index, name };
        let core_func_index = component.add(Item::Alias(guarded));
        let lift = CanonicalFunction::Lift { core_func_index, type_index, options };
        component.replace(Space::Function, *lifted, Item::Canonical(lift));
    }
    Ok(())
}

/// The functions that an import or export brings.
fn functions<'a>(resolve: &'a Resolve, item: &'a WorldItem) -> Box<dyn Iterator<Item = &'a Function> + 'a> {
    match item {
        WorldItem::Function(function) => Box::new(std::iter::once(function)),
        WorldItem::Interface { id, .. } => Box::new(resolve.interfaces[*id].functions.values()),
        WorldItem::Type { .. } => Box::new(std::iter::empty()),
    }
}

/// The component function behind an export, or behind a function of an exported instance.
fn exported(component: &Component<'_>, export: &str, function: &str) -> Option<u32> {
    let mut exports = component.definitions().iter().filter_map(|definition| match &definition.item {
        Item::Export(export) => Some(export),
        _ => None,
    });
    let export = exports.find(|one| one.name.name == export)?;
    match export.kind {
        ComponentExternalKind::Func => Some(original(component, Space::Function, export.index)),
        ComponentExternalKind::Instance => of_instance(component, export.index, function),
        _ => None,
    }
}

/// What a name that was exported stands for.
fn original(component: &Component<'_>, space: Space, mut number: u32) -> u32 {
    while let Some(Item::Export(export)) = component.get(space, number) {
        number = export.index;
    }
    number
}

/// A function of an instance that is put together here, or by a component that only gives names to what it is given.
fn of_instance(component: &Component<'_>, instance: u32, function: &str) -> Option<u32> {
    let number = match component.get(Space::Instance, original(component, Space::Instance, instance))? {
        Item::Instance(ComponentInstance::FromExports(exports)) => {
            exports.iter().find(|export| export.name.name == function)?.index
        }
        Item::Instance(ComponentInstance::Instantiate { component_index, args }) => {
            let Item::Component(bytes) = component.get(Space::Component, *component_index)? else { return None };
            let inside = Component::read(bytes).ok()?;
            let number = exported(&inside, function, function)?;
            let import = match inside.get(Space::Function, number)? {
                Item::Import(import) if matches!(import.ty, ComponentTypeRef::Func(_)) => import.name.name,
                _ => return None,
            };
            args.iter().find(|arg| arg.name == import && arg.kind == ComponentExternalKind::Func)?.index
        }
        _ => return None,
    };
    Some(original(component, Space::Function, number))
}

/// The resources whose handles a function takes for good.
pub(super) fn owned(served: &Served<'_>, function: &Function) -> Vec<Owned> {
    let resources = taken(served.resolve(), function).into_iter();
    let owned = resources.filter_map(|id| {
        let resource = served.home(id)?;
        let vfs = served.owner(&resource.interface.path).map(|_| resource.dtor());
        Some(Owned { resource: id, host: resource.drop(), vfs })
    });
    owned.collect()
}

/// Names of the drops that the glue of these calls needs of the host, and the resources.
pub(super) fn dropped(served: &Served<'_>, calls: &[Call<'_>]) -> BTreeMap<String, Resource> {
    let owned = calls.iter().flat_map(|call| match &call.what {
        What::Given { owned, .. } => owned.as_slice(),
        _ => &[],
    });
    owned.filter_map(|owned| Some((owned.host.clone(), served.home(owned.resource)?))).collect()
}

/// Adds the host's drop of a resource's handles.
///
/// # Errors
/// - [`Unlinkable::HandedOn`]: the app does not import the interface that has the resource.
pub(super) fn add_drop(
    served: &Served<'_>,
    component: &mut Component<'_>,
    wanted: &Resource,
) -> Result<u32, Unlinkable> {
    let types = component.definitions().iter().filter_map(|definition| definition.id);
    let mut types = types.filter(|id| id.space == Space::Type).map(|id| id.number);
    let resource = types.find(|number| served.resource(component, *number).as_ref() == Some(wanted));
    let resource = resource.ok_or_else(|| Unlinkable::HandedOn { interface: wanted.interface.to_string() })?;
    Ok(component.add(Item::Canonical(CanonicalFunction::ResourceDrop { resource })))
}

/// The resources whose handles a function of any package takes for good.
pub(super) fn taken(resolve: &Resolve, function: &Function) -> BTreeSet<TypeId> {
    let mut taken = BTreeSet::new();
    let mut todo: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    while let Some(ty) = todo.pop() {
        let Type::Id(id) = ty else { continue };
        match &resolve.types[id].kind {
            TypeDefKind::Handle(Handle::Own(resource)) => {
                let mut resource = *resource;
                while let TypeDefKind::Type(Type::Id(next)) = resolve.types[resource].kind {
                    resource = next;
                }
                taken.insert(resource);
            }
            kind => todo.extend(parts(kind)),
        }
    }
    taken
}
