//! Which of the app's functions and resources are the vfs's, wholly or in part.

use std::collections::BTreeSet;
use std::fmt;

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentImport, ComponentOuterAliasKind, ComponentTypeRef, TypeBounds,
};
use wit_parser::{Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem};

use vfs_compose_adapter::Owner;
use vfs_compose_ir::{Component, Item, Space};
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_wasi::App;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wit::parts;

const STDERR: &str = "wasi:cli/stderr";
/// Interfaces whose resources are made by many.
const SHARED: [&str; 3] = ["wasi:io/error", "wasi:io/poll", "wasi:io/streams"];

/// What one app leaves to the vfs.
pub(super) struct Served<'a> {
    app: &'a App,
    answers: &'a Answers,
    /// Of [`SHARED`], those with a resource that the host may make.
    of_both: BTreeSet<&'static str>,
}

/// An imported function.
pub(super) struct Imported<'a> {
    /// The import that it comes with: an interface, or the function itself.
    pub(super) import: String,
    /// `None` for one that has no version, and for a function that is an import itself.
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
    /// The import that has it.
    pub(super) import: String,
    pub(super) name: String,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.import, self.name)
    }
}

impl Resource {
    /// `None` for one whose interface has no version.
    pub(super) fn interface(&self) -> Option<InterfaceName> {
        InterfaceName::parse(&self.import)
    }

    /// Name of the drop of a handle.
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

    /// Who owns what an interface makes. `None`: the vfs has nothing to do with it.
    pub(super) fn owner(&self, path: &str) -> Option<Owner> {
        if self.is_withheld(path) {
            return Some(Owner::Virtual);
        }
        match path {
            "wasi:filesystem/types" | "wasi:filesystem/preopens" => Some(Owner::Virtual),
            _ if self.of_both.contains(path) => Some(Owner::Mixed),
            _ if SHARED.contains(&path) || self.answers.has_interface(path) => Some(Owner::Virtual),
            _ => None,
        }
    }

    /// Who owns what a function of an interface makes.
    pub(super) fn owner_of(&self, interface: &InterfaceName, function: &Function) -> Option<Owner> {
        let by_policy = self.answers.has_interface(&interface.path) && !self.is_withheld(&interface.path);
        let left_alone = by_policy && !self.answers.has(&interface.path, &function.name);
        self.owner(&interface.path).filter(|_| interface.is_wasi_0_2() && !left_alone)
    }

    /// Whether the vfs has an interface that no host may be asked for.
    pub(super) fn is_withheld(&self, path: &str) -> bool {
        self.app.served.keys().any(|name| name.path == path && self.app.withheld.contains(&name.to_string()))
    }

    /// Who owns the handles of a resource.
    pub(super) fn owner_of_resource(&self, resource: &Resource) -> Option<Owner> {
        self.owner(&resource.interface()?.path)
    }

    /// The vfs's function that a drop of a handle of a resource calls. `None`: all of them are the host's.
    pub(super) fn dtor(&self, resource: &Resource) -> Option<String> {
        let InterfaceName { path, .. } = resource.interface()?;
        self.owner(&path).map(|_| format!("{path}#[dtor]{}", resource.name))
    }

    /// Whether a function that is not the vfs's may be given a handle of its.
    pub(super) fn may_be_given(&self, function: &Function) -> bool {
        function.params.iter().any(|param| self.mentions(param.ty))
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
                    let imports = &resolve.worlds[self.app.world].imports;
                    let is_it = |item: &WorldItem| matches!(item, WorldItem::Interface { id, .. } if *id == owner);
                    let (key, _) = imports.iter().find(|(_, item)| is_it(item))?;
                    return Some(Resource { import: resolve.name_world_key(key), name: ty.name.clone()? });
                }
                _ => return None,
            }
        }
    }

    /// Whether a type is made of a resource that may be the vfs's.
    pub(super) fn mentions(&self, ty: Type) -> bool {
        let Type::Id(id) = ty else { return false };
        if let Some(resource) = self.home(id) {
            return self.owner_of_resource(&resource).is_some();
        }
        parts(&self.app.resolve.types[id].kind).into_iter().any(|ty| self.mentions(ty))
    }

    /// The app's types.
    pub(super) fn resolve(&self) -> &'a Resolve {
        &self.app.resolve
    }

    /// Where the app gets the host's stderr, and the interface of the stream that it is.
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

    /// The resources of [`SHARED`] that the host can make for the app: its functions return them, or it hands them to an export.
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
        // What they themselves return is the host's if what they are called on is.
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

    /// The resources that a type is made of.
    fn resources(&self, ty: Type) -> Vec<Resource> {
        let Type::Id(id) = ty else { return Vec::new() };
        match self.home(id) {
            Some(resource) => vec![resource],
            None => parts(&self.app.resolve.types[id].kind).into_iter().flat_map(|ty| self.resources(ty)).collect(),
        }
    }

    /// The imported interface that an instance is.
    fn interface<'c>(&self, component: &Component<'c>, instance: u32) -> Option<(&'c str, InterfaceId)> {
        let Item::Import(import) = component.get(Space::Instance, instance)? else { return None };
        match self.imported(import.name.name)? {
            WorldItem::Interface { id, .. } => Some((import.name.name, *id)),
            _ => None,
        }
    }

    /// What the app imports under a name.
    fn imported(&self, name: &str) -> Option<&'a WorldItem> {
        let resolve = &self.app.resolve;
        let mut imports = resolve.worlds[self.app.world].imports.iter();
        imports.find(|(key, _)| resolve.name_world_key(key) == name).map(|(_, item)| item)
    }
}

/// The functions of something that a world has.
fn functions<'r>(resolve: &'r Resolve, item: &'r WorldItem) -> Vec<&'r Function> {
    match item {
        WorldItem::Function(function) => vec![function],
        WorldItem::Interface { id, .. } => resolve.interfaces[*id].functions.values().collect(),
        WorldItem::Type { .. } => Vec::new(),
    }
}

/// The interface that an import asks for.
pub(super) fn interface_of(import: &ComponentImport<'_>) -> Option<InterfaceName> {
    match import.ty {
        ComponentTypeRef::Instance(_) => InterfaceName::parse(import.name.name),
        _ => None,
    }
}
