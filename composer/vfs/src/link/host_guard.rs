//! Guards functions outside of the vfs that may receive its handles all the same: host functions that take a stream,
//! and exports of the app that return one.
//!
//! An adapter looks at the handles in such a call. For host functions it is among the adapters that the app calls
//! ([`super::plan`]); this module adds the adapters of exports.

use bumpalo::Bump;
use wasmparser::{CanonicalFunction, CanonicalOption, ComponentAlias, Export, ExternalKind};
use wit_parser::{Function, Resolve, WorldItem};

use super::Unlinkable;
use super::served::Served;
use super::vfs::Vfs;
use vfs_compose_adapter::{self as glue, AdapterKind, Encoding, Group, Request};
use vfs_compose_ir::{Component, Item, Space, bundle, exported, instantiate};
use vfs_compose_wasi::App;

/// An exported function whose result may contain a handle of the vfs.
pub(super) struct Returned<'a> {
    /// The names of the export and the function, separated by `#`.
    pub(super) name: String,
    function: &'a Function,
    /// The component function that the app lifts.
    lifted: u32,
}

/// Returns the exported functions whose results may contain handles of the vfs.
///
/// # Errors
/// - [`Unlinkable::Exported`]: one of them is not a plain function of the app's core code.
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
                // Passed on from an import: the host creates its result.
                Some((number, _)) if served.function(component, number).is_some() => {}
                _ => return Err(Unlinkable::Exported { name }),
            }
        }
    }
    Ok(all)
}

/// Puts adapters between these functions and their callers. If a result contains a handle of the vfs, the adapter calls
/// a refusal function of the core instance `refuse`.
///
/// # Errors
/// - [`Unlinkable::Exported`]: a function is lifted asynchronously.
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
        let request = Request {
            export: name.clone(),
            plain: String::new(),
            kind: AdapterKind::GuardExport { function },
            version: None,
        };
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

/// Returns the functions of an import or export.
fn functions<'a>(resolve: &'a Resolve, item: &'a WorldItem) -> Box<dyn Iterator<Item = &'a Function> + 'a> {
    match item {
        WorldItem::Function(function) => Box::new(std::iter::once(function)),
        WorldItem::Interface { id, .. } => Box::new(resolve.interfaces[*id].functions.values()),
        WorldItem::Type { .. } => Box::new(std::iter::empty()),
    }
}
