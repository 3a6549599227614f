//! Which of the app's functions and resources are the vfs's, wholly or in part.

use std::fmt;

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentImport, ComponentOuterAliasKind, ComponentTypeRef, TypeBounds,
};
use wit_parser::{Function, InterfaceId, Type, TypeDefKind, TypeId, TypeOwner, WorldItem};

use super::component::{Component, Item, Space};
use super::glue::Owner;
use crate::app::App;
use crate::name::InterfaceName;
use crate::wasi::parts;

const ENVIRONMENT: &str = "wasi:cli/environment";
/// What an app learns of its environment from the settings.
const FROM_SETTINGS: [&str; 2] = ["get-environment", "get-arguments"];

/// What one app leaves to the vfs.
pub(super) struct Served<'a> {
    app: &'a App,
    /// The settings have variables or arguments.
    environment: bool,
}

/// A function of an imported interface.
pub(super) struct Imported<'a> {
    pub(super) interface: InterfaceName,
    pub(super) function: &'a Function,
}

impl fmt::Display for Imported<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.interface, self.function.name)
    }
}

/// A resource, where it is defined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    pub(super) interface: InterfaceName,
    pub(super) name: String,
}

impl<'a> Served<'a> {
    pub(super) fn new(app: &'a App, environment: bool) -> Self {
        Self { app, environment }
    }

    /// Who owns what an interface makes. `None`: the vfs has nothing to do with it.
    pub(super) fn owner(&self, path: &str) -> Option<Owner> {
        match path {
            "wasi:filesystem/types" | "wasi:filesystem/preopens" => Some(Owner::Virtual),
            "wasi:io/error" | "wasi:io/poll" | "wasi:io/streams" => Some(Owner::Mixed),
            ENVIRONMENT if self.environment => Some(Owner::Virtual),
            _ => None,
        }
    }

    /// The same of a function.
    pub(super) fn owner_of(&self, imported: &Imported<'_>) -> Option<Owner> {
        let path = &imported.interface.path;
        let left_alone = path == ENVIRONMENT && !FROM_SETTINGS.contains(&imported.function.name.as_str());
        self.owner(path).filter(|_| !left_alone)
    }

    /// Whether an import can go when nothing refers to it any more.
    pub(super) fn is_optional(&self, import: &ComponentImport<'_>) -> bool {
        interface_of(import).is_some_and(|name| name.is_wasi_0_2() && self.owner(&name.path).is_some())
    }

    /// The imported function that a component function is.
    pub(super) fn function(&self, component: &Component<'_>, mut number: u32) -> Option<Imported<'a>> {
        loop {
            match component.get(Space::Function, number)? {
                Item::Export(export) => number = export.index,
                Item::Alias(ComponentAlias::InstanceExport { instance_index, name, .. }) => {
                    let (interface, id) = self.interface(component, *instance_index)?;
                    return Some(Imported {
                        interface,
                        function: self.app.resolve.interfaces[id].functions.get(*name)?,
                    });
                }
                _ => return None,
            }
        }
    }

    /// The imported resource that a type is.
    pub(super) fn resource(&self, component: &Component<'_>, mut number: u32) -> Option<Resource> {
        loop {
            match component.get(Space::Type, number)? {
                Item::Export(export) => number = export.index,
                Item::Import(ComponentImport { ty: ComponentTypeRef::Type(TypeBounds::Eq(other)), .. }) => {
                    number = *other
                }
                Item::Alias(ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, count: 0, index }) => {
                    number = *index;
                }
                Item::Alias(ComponentAlias::InstanceExport {
                    kind: ComponentExternalKind::Type,
                    instance_index,
                    name,
                }) => {
                    let (_, id) = self.interface(component, *instance_index)?;
                    return self.home(*self.app.resolve.interfaces[id].types.get(*name)?);
                }
                _ => return None,
            }
        }
    }

    /// The resource that a type of the app's is.
    pub(super) fn home(&self, mut id: TypeId) -> Option<Resource> {
        let resolve = &self.app.resolve;
        loop {
            let ty = &resolve.types[id];
            match (&ty.kind, ty.owner) {
                (TypeDefKind::Type(Type::Id(next)), _) => id = *next,
                (TypeDefKind::Resource, TypeOwner::Interface(owner)) => {
                    let interface = InterfaceName::parse(&resolve.id_of(owner)?)?;
                    return Some(Resource { interface, name: ty.name.clone()? });
                }
                _ => return None,
            }
        }
    }

    /// Whether a type is made of a resource that may be the vfs's.
    pub(super) fn mentions(&self, ty: Type) -> bool {
        let Type::Id(id) = ty else { return false };
        if let Some(resource) = self.home(id) {
            return self.owner(&resource.interface.path).is_some();
        }
        parts(&self.app.resolve.types[id].kind).into_iter().any(|ty| self.mentions(ty))
    }

    /// The imported interface that an instance is.
    fn interface(&self, component: &Component<'_>, instance: u32) -> Option<(InterfaceName, InterfaceId)> {
        let Item::Import(import) = component.get(Space::Instance, instance)? else { return None };
        let name = interface_of(import)?;
        let resolve = &self.app.resolve;
        let id = resolve.worlds[self.app.world].imports.iter().find_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } if resolve.name_world_key(key) == import.name.name => Some(*id),
            _ => None,
        })?;
        Some((name, id))
    }
}

/// The interface that an import asks for.
pub(super) fn interface_of(import: &ComponentImport<'_>) -> Option<InterfaceName> {
    match import.ty {
        ComponentTypeRef::Instance(_) => InterfaceName::parse(import.name.name),
        _ => None,
    }
}
