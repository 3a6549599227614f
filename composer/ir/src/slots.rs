//! Functions that go through the table of a shim.
//!
//! Encoders of components let a core module call functions that cannot exist before the module does: a *shim* exports
//! functions with numbers for names, each of which calls an entry of the shim's table, and a *fixup* fills the table
//! later. It imports the table and, by the same numbers, the functions that belong there.

use wasmparser::{ComponentAlias, Export, ExternalKind, Instance};

use crate::{Component, Definition, Item, Malformed, Space};

/// An entry of a shim's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot<'a> {
    /// The core instance of the shim.
    pub shim: u32,
    /// The number of the entry, in digits.
    pub name: &'a str,
}

impl<'a> Slot<'a> {
    /// Returns the slot that a core function calls, if it is one of a shim.
    pub fn of(component: &Component<'a>, function: u32) -> Option<Self> {
        match component.get(Space::CoreFunction, function)? {
            Item::Alias(ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, instance_index, name })
                if name.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                Some(Self { shim: *instance_index, name })
            }
            _ => None,
        }
    }

    /// Returns the core instance by which the fixup imports what belongs there: one made of exports with numbers for
    /// names. The fixup also gets the shim, or its table.
    fn fixup(&self, component: &Component<'a>) -> Option<u32> {
        let mut given = fixups(component, self.shim).flat_map(|(_, given)| given);
        given.find(|instance| self.export(component, *instance).is_some())
    }

    /// Returns the function that a core instance made of exports has by the number of this entry.
    fn export(&self, component: &Component<'a>, instance: u32) -> Option<u32> {
        let exports = made_of(component, instance)?;
        exports.iter().find(|export| export.name == self.name).map(|export| export.index)
    }

    /// Returns the core function that the fixup puts there.
    pub fn filled(&self, component: &Component<'a>) -> Option<u32> {
        self.export(component, self.fixup(component)?)
    }

    /// Has the fixup put another core function there.
    pub fn fill(&self, component: &mut Component<'a>, function: u32) {
        let Some(fixup) = self.fixup(component) else { return };
        let Some(exports) = made_of(component, fixup) else { return };
        let mut exports = exports.to_vec();
        for export in exports.iter_mut().filter(|export| export.name == self.name) {
            export.index = function;
        }
        component.replace(Space::CoreInstance, fixup, Item::CoreInstance(Instance::FromExports(exports.into())));
    }
}

/// Removes the fixup of a shim if nothing else needs the shim. `roots` accepts what is needed by itself. Returns whether
/// it is gone.
///
/// # Errors
/// - [`Malformed::Broken`]: a definition cannot be encoded.
pub fn remove_unused<'a>(
    component: &mut Component<'a>,
    shim: u32,
    roots: impl Fn(&Definition<'a>) -> bool,
) -> Result<bool, Malformed> {
    let fixups: Vec<u32> = fixups(component, shim).map(|(fixup, _)| fixup).collect();
    let of_shim = |definition: &Definition<'a>| {
        let number = definition.id.filter(|id| id.space == Space::CoreInstance).map(|id| id.number);
        number.is_some_and(|number| number == shim || fixups.contains(&number))
    };
    let live = component.live(|definition| roots(definition) && !of_shim(definition))?;
    if live.into_iter().any(of_shim) {
        return Ok(false);
    }
    for gone in fixups.into_iter().chain([shim]) {
        component.replace(Space::CoreInstance, gone, Item::CoreInstance(Instance::FromExports([].into())));
    }
    Ok(true)
}

/// Returns the core instances that are fixups of a shim, each with the core instances that it is given.
fn fixups(component: &Component<'_>, shim: u32) -> impl Iterator<Item = (u32, Vec<u32>)> {
    component.definitions().iter().filter_map(move |definition| {
        let Item::CoreInstance(Instance::Instantiate { args, .. }) = &definition.item else { return None };
        let is_given = args.iter().any(|arg| is_shim(component, shim, arg.index));
        is_given.then_some((definition.id?.number, args.iter().map(|arg| arg.index).collect()))
    })
}

/// Returns whether a core instance is the shim, or has its table.
fn is_shim(component: &Component<'_>, shim: u32, instance: u32) -> bool {
    let is_table = |export: &Export<'_>| {
        export.kind == ExternalKind::Table
            && matches!(
                component.get(Space::CoreTable, export.index),
                Some(Item::Alias(ComponentAlias::CoreInstanceExport { instance_index, .. }))
                    if *instance_index == shim
            )
    };
    let exports = made_of(component, instance);
    instance == shim || exports.is_some_and(|exports| exports.iter().any(is_table))
}

/// Returns what a core instance is made of, if it is made of exports.
fn made_of<'c, 'a>(component: &'c Component<'a>, instance: u32) -> Option<&'c [Export<'a>]> {
    match component.get(Space::CoreInstance, instance)? {
        Item::CoreInstance(Instance::FromExports(exports)) => Some(exports),
        _ => None,
    }
}

/// Returns the functions that a core instance is given: the names of their module and of themselves, and their numbers.
pub fn arguments<'a>(component: &Component<'a>, instance: u32) -> Vec<(&'a str, &'a str, u32)> {
    let Some(Item::CoreInstance(Instance::Instantiate { args, .. })) = component.get(Space::CoreInstance, instance)
    else {
        return Vec::new();
    };
    let mut functions = Vec::new();
    for arg in args {
        if let Some(exports) = made_of(component, arg.index) {
            let of_kind = exports.iter().filter(|export| export.kind == ExternalKind::Func);
            functions.extend(of_kind.map(|export| (arg.name, export.name, export.index)));
        }
    }
    functions
}
