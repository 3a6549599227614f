//! Functions that go through the table of a shim.
//!
//! Encoders of components let a core module call functions that cannot exist before the module does: a *shim* exports
//! functions with numbers for names, each of which calls an entry of the shim's table, and a *fixup* fills the table
//! later. It imports the table and, by the same numbers, the functions that belong there.

use wasmparser::{ComponentAlias, Export, ExternalKind, Instance};

use crate::{Component, Item, Space};

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
        component.definitions().iter().find_map(|definition| {
            let Item::CoreInstance(Instance::Instantiate { args, .. }) = &definition.item else { return None };
            if !args.iter().any(|arg| self.is_shim(component, arg.index)) {
                return None;
            }
            args.iter().map(|arg| arg.index).find(|instance| self.export(component, *instance).is_some())
        })
    }

    /// Returns whether a core instance is the shim, or has its table.
    fn is_shim(&self, component: &Component<'a>, instance: u32) -> bool {
        let is_table = |export: &Export<'a>| {
            export.kind == ExternalKind::Table
                && matches!(
                    component.get(Space::CoreTable, export.index),
                    Some(Item::Alias(ComponentAlias::CoreInstanceExport { instance_index, .. }))
                        if *instance_index == self.shim
                )
        };
        let exports = made_of(component, instance);
        instance == self.shim || exports.is_some_and(|exports| exports.iter().any(is_table))
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
