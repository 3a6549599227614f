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

    /// Returns the core instance by which the fixup imports what belongs into the shim's table.
    pub fn fixup(&self, component: &Component<'a>) -> Option<u32> {
        component.definitions().iter().find_map(|definition| match &definition.item {
            Item::CoreInstance(Instance::FromExports(exports)) if self.is_filled_by(component, exports) => {
                definition.id.map(|id| id.number)
            }
            _ => None,
        })
    }

    fn is_filled_by(&self, component: &Component<'a>, exports: &[Export<'a>]) -> bool {
        let is_table_of_shim = |export: &Export<'a>| {
            export.kind == ExternalKind::Table
                && matches!(
                    component.get(Space::CoreTable, export.index),
                    Some(Item::Alias(ComponentAlias::CoreInstanceExport { instance_index, .. }))
                        if *instance_index == self.shim
                )
        };
        exports.iter().any(is_table_of_shim)
    }

    /// Returns the core function that the fixup puts there.
    pub fn filled(&self, component: &Component<'a>) -> Option<u32> {
        match component.get(Space::CoreInstance, self.fixup(component)?)? {
            Item::CoreInstance(Instance::FromExports(exports)) => {
                exports.iter().find(|export| export.name == self.name).map(|export| export.index)
            }
            _ => None,
        }
    }

    /// Has the fixup put another core function there.
    pub fn fill(&self, component: &mut Component<'a>, function: u32) {
        let Some(fixup) = self.fixup(component) else { return };
        let Some(Item::CoreInstance(Instance::FromExports(exports))) = component.get(Space::CoreInstance, fixup) else {
            return;
        };
        let mut exports = exports.to_vec();
        for export in exports.iter_mut().filter(|export| export.name == self.name) {
            export.index = function;
        }
        component.replace(Space::CoreInstance, fixup, Item::CoreInstance(Instance::FromExports(exports.into())));
    }
}

/// Returns the functions that a core instance is given: the names of their module and of themselves, and their numbers.
pub fn arguments<'a>(component: &Component<'a>, instance: u32) -> Vec<(&'a str, &'a str, u32)> {
    let Some(Item::CoreInstance(Instance::Instantiate { args, .. })) = component.get(Space::CoreInstance, instance) else {
        return Vec::new();
    };
    let mut functions = Vec::new();
    for arg in args {
        if let Some(Item::CoreInstance(Instance::FromExports(exports))) = component.get(Space::CoreInstance, arg.index) {
            let of_kind = exports.iter().filter(|export| export.kind == ExternalKind::Func);
            functions.extend(of_kind.map(|export| (arg.name, export.name, export.index)));
        }
    }
    functions
}
