//! Decides which functions and resources of the app the vfs serves, wholly or in part.

use std::collections::BTreeSet;
use std::fmt;

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentImport, ComponentOuterAliasKind, ComponentTypeRef, TypeBounds,
};
use wit_parser::{Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem};

use vfs_compose_adapter::HandleOrigin;
use vfs_compose_ir::{Component, Item, Space};
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::{App, END};
use vfs_compose_wit::parts;

const STDERR: &str = "wasi:cli/stderr";
/// Interfaces whose resources functions of many other interfaces create.
const SHARED: [&str; 3] = ["wasi:io/error", "wasi:io/poll", "wasi:io/streams"];

/// The interfaces of one app that the vfs serves.
pub(super) struct Served<'a> {
    app: &'a App,
    answers: &'a Answers,
    /// Those of [`SHARED`] with a resource that the host may create for the app.
    of_both: BTreeSet<&'static str>,
}

/// An imported function.
pub(super) struct Imported<'a> {
    /// The name of the import: an interface, or the function itself.
    pub(super) import: String,
    /// The interface; `None` if its name has no version, or if the function is imported directly.
    pub(super) interface: Option<InterfaceName>,
    pub(super) function: &'a Function,
}

impl fmt::Display for Imported<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.import == self.function.name {
            return f.write_str(&self.import);
        }
        write!(f, "{}#{}", self.import, self.function.name)
    }
}

/// An imported resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    /// The name of the import that contains it.
    pub(super) import: String,
    pub(super) name: String,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.import, self.name)
    }
}

impl Resource {
    /// Returns the interface, or `None` if its name has no version.
    pub(super) fn interface(&self) -> Option<InterfaceName> {
        InterfaceName::parse(&self.import)
    }

    /// Returns the name of the function that drops a handle.
    pub(super) fn drop(&self) -> String {
        format!("{}#[resource-drop]{}", self.import, self.name)
    }
}

impl<'a> Served<'a> {
    pub(super) fn new(app: &'a App, answers: &'a Answers) -> Self {
        let mut served = Self { app, answers, of_both: SHARED.into() };
        let made: Vec<_> = served.made_by_host().iter().filter_map(Resource::interface).collect();
        served.of_both = SHARED.into_iter().filter(|path| made.iter().any(|name| name.path == *path)).collect();
        served
    }

    /// Returns who owns the resources that an interface creates; `None` if the vfs does not serve it.
    pub(super) fn owner(&self, path: &str) -> Option<HandleOrigin> {
        if self.is_withheld(path) {
            return Some(HandleOrigin::Vfs);
        }
        match path {
            "wasi:filesystem/types" | "wasi:filesystem/preopens" => Some(HandleOrigin::Vfs),
            _ if self.of_both.contains(path) => Some(HandleOrigin::VfsOrHost),
            END => Some(HandleOrigin::Vfs),
            _ if SHARED.contains(&path) || self.answers.has_interface(path) => Some(HandleOrigin::Vfs),
            _ => None,
        }
    }

    /// Returns who owns the resources that a function creates; `None` if the vfs does not serve it.
    pub(super) fn owner_of(&self, interface: &InterfaceName, function: &Function) -> Option<HandleOrigin> {
        let by_policy = self.answers.has_interface(&interface.path) && !self.is_withheld(&interface.path);
        let left_alone = by_policy && !self.answers.has(&interface.path, &function.name);
        self.owner(&interface.path).filter(|_| is_linked(interface) && !left_alone)
    }

    /// Returns whether the vfs serves an interface that no host may be asked for.
    pub(super) fn is_withheld(&self, path: &str) -> bool {
        self.app
            .virtual_imports
            .keys()
            .any(|name| name.path == path && self.app.sealed_imports.contains(&name.to_string()))
    }

    /// Returns who owns the handles of a resource.
    pub(super) fn owner_of_resource(&self, resource: &Resource) -> Option<HandleOrigin> {
        self.owner(&resource.interface()?.path)
    }

    /// Returns the destructor of a resource in the vfs; `None` if all its handles belong to the host.
    pub(super) fn dtor(&self, resource: &Resource) -> Option<String> {
        let InterfaceName { path, .. } = resource.interface()?;
        self.owner(&path).map(|_| format!("{path}#[dtor]{}", resource.name))
    }

    /// Returns whether a function that the vfs does not serve may be passed a handle of the vfs.
    pub(super) fn may_be_given(&self, function: &Function) -> bool {
        function.params.iter().any(|param| self.mentions(param.ty))
    }

    /// Returns whether an import may be removed once nothing refers to it.
    pub(super) fn is_optional(&self, import: &ComponentImport<'_>) -> bool {
        interface_of(import).is_some_and(|name| is_linked(&name) && self.owner(&name.path).is_some())
    }

    /// Returns the imported function behind a component function.
    pub(super) fn function(&self, component: &Component<'_>, mut number: u32) -> Option<Imported<'a>> {
        loop {
            match component.get(Space::Function, number)? {
                Item::Export(export) => number = export.index,
                Item::Import(import) => {
                    let WorldItem::Function(function) = self.imported(import.name.name)? else { return None };
                    return Some(Imported { import: import.name.name.to_owned(), interface: None, function });
                }
                Item::Alias(ComponentAlias::InstanceExport { instance_index, name, .. }) => {
                    let (import, id) = self.interface(component, *instance_index)?;
                    let function = self.app.resolve.interfaces[id].functions.get(*name)?;
                    let interface = InterfaceName::parse(import);
                    return Some(Imported { import: import.to_owned(), interface, function });
                }
                _ => return None,
            }
        }
    }

    /// Returns the imported resource behind a type of the component.
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

    /// Returns the imported resource behind a WIT type of the app.
    pub(super) fn home(&self, mut id: TypeId) -> Option<Resource> {
        let resolve = &self.app.resolve;
        loop {
            let ty = &resolve.types[id];
            match (&ty.kind, ty.owner) {
                (TypeDefKind::Type(Type::Id(next)), _) => id = *next,
                (TypeDefKind::Resource, TypeOwner::Interface(owner)) => {
                    let imports = &resolve.worlds[self.app.world].imports;
                    let is_it = |item: &WorldItem| matches!(item, WorldItem::Interface { id, .. } if *id == owner);
                    let (key, _) = imports.iter().find(|(_, item)| is_it(item))?;
                    return Some(Resource { import: resolve.name_world_key(key), name: ty.name.clone()? });
                }
                _ => return None,
            }
        }
    }

    /// Returns whether a type contains a resource that may belong to the vfs.
    pub(super) fn mentions(&self, ty: Type) -> bool {
        let Type::Id(id) = ty else { return false };
        if let Some(resource) = self.home(id) {
            return self.owner_of_resource(&resource).is_some();
        }
        parts(&self.app.resolve.types[id].kind).into_iter().any(|ty| self.mentions(ty))
    }

    /// Returns the WIT types of the app.
    pub(super) fn resolve(&self) -> &'a Resolve {
        &self.app.resolve
    }

    /// Returns the import that provides the host's stderr, and the interface of its stream.
    pub(super) fn stderr(&self) -> Option<(InterfaceName, InterfaceName)> {
        if self.answers.has_interface(STDERR) {
            return None;
        }
        let resolve = self.resolve();
        let mut imports = resolve.worlds[self.app.world].imports.iter();
        imports.find_map(|(key, item)| {
            let interface = InterfaceName::parse(&resolve.name_world_key(key))?;
            let WorldItem::Interface { id, .. } = item else { return None };
            let get = resolve.interfaces[*id].functions.get("get-stderr")?;
            let Type::Id(result) = get.result? else { return None };
            let TypeDefKind::Handle(Handle::Own(stream)) = resolve.types[result].kind else { return None };
            let stream = self.home(stream)?.interface()?;
            (interface.path == STDERR && interface.is_wasi_0_2() && !self.is_withheld(STDERR))
                .then_some((interface, stream))
        })
    }

    /// Returns the resources of [`SHARED`] that the host can create for the app: host functions return them, or the
    /// host passes them to an export.
    fn made_by_host(&self) -> BTreeSet<Resource> {
        let resolve = self.resolve();
        let world = &resolve.worlds[self.app.world];
        let mut made = BTreeSet::new();
        let mut of_shared = Vec::new();
        for (key, item) in &world.imports {
            let name = InterfaceName::parse(&resolve.name_world_key(key));
            for function in functions(resolve, item) {
                match &name {
                    Some(name) if SHARED.contains(&name.path.as_str()) => of_shared.push(function),
                    Some(name) if self.owner_of(name, function).is_some() => {}
                    _ => made.extend(function.result.into_iter().flat_map(|ty| self.resources(ty))),
                }
            }
        }
        for function in world.exports.values().flat_map(|item| functions(resolve, item)) {
            made.extend(function.params.iter().flat_map(|param| self.resources(param.ty)));
        }
        // A method on a host resource returns resources of the host.
        loop {
            let before = made.len();
            for function in &of_shared {
                let of = function.params.first().map(|param| self.resources(param.ty)).unwrap_or_default();
                if of.iter().any(|resource| made.contains(resource)) {
                    made.extend(function.result.into_iter().flat_map(|ty| self.resources(ty)));
                }
            }
            if made.len() == before {
                return made;
            }
        }
    }

    /// Returns the resources that a type contains.
    fn resources(&self, ty: Type) -> Vec<Resource> {
        let Type::Id(id) = ty else { return Vec::new() };
        match self.home(id) {
            Some(resource) => vec![resource],
            None => parts(&self.app.resolve.types[id].kind).into_iter().flat_map(|ty| self.resources(ty)).collect(),
        }
    }

    /// Returns the imported interface behind an instance.
    fn interface<'c>(&self, component: &Component<'c>, instance: u32) -> Option<(&'c str, InterfaceId)> {
        let Item::Import(import) = component.get(Space::Instance, instance)? else { return None };
        match self.imported(import.name.name)? {
            WorldItem::Interface { id, .. } => Some((import.name.name, *id)),
            _ => None,
        }
    }

    /// Returns the import of this name.
    fn imported(&self, name: &str) -> Option<&'a WorldItem> {
        let resolve = &self.app.resolve;
        let mut imports = resolve.worlds[self.app.world].imports.iter();
        imports.find(|(key, _)| resolve.name_world_key(key) == name).map(|(_, item)| item)
    }
}

/// Returns whether the vfs inside an app may serve an interface.
fn is_linked(name: &InterfaceName) -> bool {
    name.is_wasi_0_2() || name.path == END
}

/// Returns the functions of an import or export.
fn functions<'r>(resolve: &'r Resolve, item: &'r WorldItem) -> Vec<&'r Function> {
    match item {
        WorldItem::Function(function) => vec![function],
        WorldItem::Interface { id, .. } => resolve.interfaces[*id].functions.values().collect(),
        WorldItem::Type { .. } => Vec::new(),
    }
}

/// Returns the interface that an import names.
pub(super) fn interface_of(import: &ComponentImport<'_>) -> Option<InterfaceName> {
    match import.ty {
        ComponentTypeRef::Instance(_) => InterfaceName::parse(import.name.name),
        _ => None,
    }
}
