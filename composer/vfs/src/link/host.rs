//! The host functions that a linked vfs imports, by the app's own imports.

use std::collections::BTreeSet;

use semver::Version;
use wasmparser::{
    ComponentAlias, ComponentDefinedType, ComponentExternName, ComponentExternalKind, ComponentFuncType,
    ComponentImport, ComponentType, ComponentTypeRef, ComponentValType, InstanceTypeDeclaration, PrimitiveValType,
};
use wit_parser::{Function, Handle, Type, TypeDefKind, TypeId};

use super::plan::{Call, LinkPlan};
use super::served::interface_of;
use vfs_abi::names::linked::{BLOCKING_SPLICE, POLL, SPLICE};
use vfs_compose_ir::{Component, Item, Space};
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::{LATE_TREE, Wasi, is_in_version};

/// The host functions that a linked vfs needs although the app's host handles do not pass through it: the time, the
/// environment that it adds to or filters, and the host's half of calls that mix handles of both owners.
pub(super) struct HostImportNeeds {
    poll: BTreeSet<Version>,
    splice: BTreeSet<Version>,
    blocking_splice: BTreeSet<Version>,
}

/// The versions of the app's imports at which a function is needed.
enum HostImportNeed<'a> {
    /// Not needed.
    No,
    /// Needed at any one version.
    One,
    /// Needed at each of these versions, because host handles have the types of their version.
    Each(&'a BTreeSet<Version>),
}

impl HostImportNeeds {
    pub(super) fn new(plan: &LinkPlan<'_>) -> Self {
        let versions = |function| versions_of(plan, function);
        let [poll, splice, blocking_splice] = [POLL, SPLICE, BLOCKING_SPLICE].map(versions);
        Self { poll, splice, blocking_splice }
    }

    /// Returns the versions of calls that mix handles of both owners, ascending.
    pub(super) fn versions(&self) -> Vec<Version> {
        let all: BTreeSet<_> = [&self.poll, &self.splice, &self.blocking_splice].into_iter().flatten().collect();
        all.into_iter().cloned().collect()
    }

    fn of(&self, path: &str, name: &str) -> HostImportNeed<'_> {
        match (path, name) {
            ("wasi:clocks/wall-clock", "now") | ("wasi:cli/environment" | LATE_TREE, _) => HostImportNeed::One,
            ("wasi:io/poll", "[method]pollable.ready") => HostImportNeed::Each(&self.poll),
            (
                "wasi:io/streams",
                "[method]input-stream.read" | "[method]output-stream.check-write" | "[method]output-stream.write",
            ) => HostImportNeed::Each(&self.splice),
            (
                "wasi:io/streams",
                "[method]input-stream.blocking-read" | "[method]output-stream.blocking-write-and-flush",
            ) => HostImportNeed::Each(&self.blocking_splice),
            _ => HostImportNeed::No,
        }
    }
}

/// Returns the versions at which the app makes calls that use a function of the vfs.
fn versions_of(plan: &LinkPlan<'_>, function: &str) -> BTreeSet<Version> {
    let calls = plan.values().flat_map(|calls| calls.values());
    calls
        .filter(|call| call.functions().iter().any(|name| name == function))
        .filter_map(Call::version)
        .cloned()
        .collect()
}

/// A host function that an import of the app has, or can be extended by.
pub(super) struct HostImport<'a> {
    /// The version of the import.
    pub(super) version: Version,
    /// The index of the imported instance.
    instance: u32,
    name: &'a str,
    /// The type of the import extended by the function, if the import lacks it.
    extended: Option<ComponentType<'a>>,
}

impl<'a> HostImport<'a> {
    /// Finds a function that the vfs needs: in the newest import that can have it, or in the import of each version
    /// whose handles are passed.
    ///
    /// Returns nothing if the function is not needed, if the app does not import the interface, or if no imported
    /// version has the function.
    pub(super) fn find(
        wasi: &'a Wasi,
        component: &Component<'a>,
        wishes: &HostImportNeeds,
        path: &str,
        name: &str,
    ) -> Vec<Self> {
        let imported = newest_first(component, path);
        let found = imported.iter().filter(|interface| match wishes.of(path, name) {
            HostImportNeed::No => false,
            HostImportNeed::One => true,
            HostImportNeed::Each(versions) => versions.contains(&interface.version),
        });
        let found = found.filter_map(|interface| Self::at(wasi, component, interface, name));
        match wishes.of(path, name) {
            HostImportNeed::Each(_) => found.collect(),
            HostImportNeed::One | HostImportNeed::No => found.take(1).collect(),
        }
    }

    /// Finds a function in the newest import that can have it.
    pub(super) fn of_any_version(wasi: &'a Wasi, component: &Component<'a>, path: &str, name: &str) -> Option<Self> {
        newest_first(component, path).iter().find_map(|interface| Self::at(wasi, component, interface, name))
    }

    /// Finds a function in one import.
    ///
    /// Returns `None` if the app does not import the interface, or if this version does not have the function.
    pub(super) fn at(wasi: &'a Wasi, component: &Component<'a>, interface: &InterfaceName, name: &str) -> Option<Self> {
        let function = wasi.function(&interface.path, name)?;
        let (instance, import) = component.definitions().iter().find_map(|definition| match &definition.item {
            Item::Import(import) if interface_of(import).as_ref() == Some(interface) => {
                Some((definition.id?.number, import))
            }
            _ => None,
        })?;
        let extended = match declarations(component, import)? {
            declarations if has_function(declarations, name) => None,
            _ if !is_in_version(&function.stability, &interface.version) => return None,
            declarations => Some(Extension::new(wasi, declarations).with(function)?),
        };
        Some(Self { version: interface.version.clone(), instance, name: &function.name, extended })
    }

    /// Adds the component function, and extends the type of the import if needed.
    pub(super) fn add(self, component: &mut Component<'a>) -> u32 {
        if let Some(ty) = self.extended {
            let ty = component.add(Item::Type(ty));
            if let Some(&Item::Import(import)) = component.get(Space::Instance, self.instance) {
                let import = ComponentImport { ty: ComponentTypeRef::Instance(ty), ..import };
                component.replace(Space::Instance, self.instance, Item::Import(import));
            }
        }
        component.add(Item::Alias(ComponentAlias::InstanceExport {
            kind: ComponentExternalKind::Func,
            instance_index: self.instance,
            name: self.name,
        }))
    }
}

/// Returns the imports of an interface, newest version first.
fn newest_first(component: &Component<'_>, path: &str) -> Vec<InterfaceName> {
    let imports = component.definitions().iter().filter_map(|definition| match &definition.item {
        Item::Import(import) => interface_of(import),
        _ => None,
    });
    let mut all: Vec<_> =
        imports.filter(|interface| interface.path == path && (interface.is_wasi_0_2() || path == LATE_TREE)).collect();
    all.sort_by(|one, other| other.version.cmp(&one.version));
    all
}

/// Returns the declarations in the type of an imported instance.
pub(super) fn declarations<'c, 'a>(
    component: &'c Component<'a>,
    import: &ComponentImport<'_>,
) -> Option<&'c [InstanceTypeDeclaration<'a>]> {
    let ComponentTypeRef::Instance(ty) = import.ty else { return None };
    match component.get(Space::Type, ty)? {
        Item::Type(ComponentType::Instance(declarations)) => Some(declarations),
        _ => None,
    }
}

fn has_function(declarations: &[InstanceTypeDeclaration<'_>], wanted: &str) -> bool {
    declarations.iter().any(|declaration| {
        matches!(declaration, InstanceTypeDeclaration::Export { name, ty: ComponentTypeRef::Func(_) } if name.name == wanted)
    })
}

/// Extends the type of an instance by a function whose types the instance exports already.
struct Extension<'a> {
    wasi: &'a Wasi,
    declarations: Vec<InstanceTypeDeclaration<'a>>,
    /// The number of types declared so far.
    types: u32,
}

impl<'a> Extension<'a> {
    fn new(wasi: &'a Wasi, declarations: &[InstanceTypeDeclaration<'a>]) -> Self {
        let types = declarations.iter().filter(|declaration| defines_type(declaration)).count() as u32;
        Self { wasi, declarations: declarations.to_vec(), types }
    }

    fn with(mut self, function: &'a Function) -> Option<ComponentType<'a>> {
        let params = function.params.iter().map(|param| Some((param.name.as_str(), self.ty(param.ty)?)));
        let params = params.collect::<Option<_>>()?;
        let result = match function.result {
            Some(ty) => Some(self.ty(ty)?),
            None => None,
        };
        let ty = self.define(ComponentType::Func(ComponentFuncType { async_: false, params, result }));
        let name =
            ComponentExternName { name: &function.name, implements: None, version_suffix: None, external_id: None };
        self.declarations.push(InstanceTypeDeclaration::Export { name, ty: ComponentTypeRef::Func(ty) });
        Some(ComponentType::Instance(self.declarations.into()))
    }

    fn define(&mut self, ty: ComponentType<'a>) -> u32 {
        self.declarations.push(InstanceTypeDeclaration::Type(ty));
        self.types += 1;
        self.types - 1
    }

    fn ty(&mut self, ty: Type) -> Option<ComponentValType> {
        let Type::Id(id) = ty else { return Some(ComponentValType::Primitive(primitive(ty)?)) };
        if let Some((_, name)) = self.wasi.home_of(id) {
            return Some(ComponentValType::Type(self.exported(name)?));
        }
        let defined = match &self.wasi.resolve.types[id].kind {
            TypeDefKind::Type(other) => return self.ty(*other),
            TypeDefKind::Handle(Handle::Own(resource)) => ComponentDefinedType::Own(self.resource(*resource)?),
            TypeDefKind::Handle(Handle::Borrow(resource)) => ComponentDefinedType::Borrow(self.resource(*resource)?),
            TypeDefKind::List(element) => ComponentDefinedType::List(self.ty(*element)?),
            TypeDefKind::Option(some) => ComponentDefinedType::Option(self.ty(*some)?),
            TypeDefKind::Result(result) => {
                let (ok, err) = (self.maybe(result.ok)?, self.maybe(result.err)?);
                ComponentDefinedType::Result { ok, err }
            }
            TypeDefKind::Tuple(tuple) => {
                ComponentDefinedType::Tuple(tuple.types.iter().map(|ty| self.ty(*ty)).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        Some(ComponentValType::Type(self.define(ComponentType::Defined(defined))))
    }

    fn maybe(&mut self, ty: Option<Type>) -> Option<Option<ComponentValType>> {
        match ty {
            Some(ty) => Some(Some(self.ty(ty)?)),
            None => Some(None),
        }
    }

    fn resource(&self, id: TypeId) -> Option<u32> {
        self.exported(self.wasi.home_of(id)?.1)
    }

    /// Returns the index of the type that the instance exports under a name.
    fn exported(&self, wanted: &str) -> Option<u32> {
        let types = self.declarations.iter().filter(|declaration| defines_type(declaration));
        let mut named = types.zip(0..).filter(|(declaration, _)| {
            matches!(declaration, InstanceTypeDeclaration::Export { name, .. } if name.name == wanted)
        });
        named.next().map(|(_, number)| number)
    }
}

fn defines_type(declaration: &InstanceTypeDeclaration<'_>) -> bool {
    use wasmparser::ComponentOuterAliasKind::Type;
    match declaration {
        InstanceTypeDeclaration::Type(_) => true,
        InstanceTypeDeclaration::CoreType(_) => false,
        InstanceTypeDeclaration::Alias(ComponentAlias::Outer { kind, .. }) => *kind == Type,
        InstanceTypeDeclaration::Alias(ComponentAlias::InstanceExport { kind, .. }) => {
            *kind == ComponentExternalKind::Type
        }
        InstanceTypeDeclaration::Alias(ComponentAlias::CoreInstanceExport { .. }) => false,
        InstanceTypeDeclaration::Export { ty, .. } => matches!(ty, ComponentTypeRef::Type(_)),
    }
}

fn primitive(ty: Type) -> Option<PrimitiveValType> {
    Some(match ty {
        Type::Bool => PrimitiveValType::Bool,
        Type::U8 => PrimitiveValType::U8,
        Type::U16 => PrimitiveValType::U16,
        Type::U32 => PrimitiveValType::U32,
        Type::U64 => PrimitiveValType::U64,
        Type::S8 => PrimitiveValType::S8,
        Type::S16 => PrimitiveValType::S16,
        Type::S32 => PrimitiveValType::S32,
        Type::S64 => PrimitiveValType::S64,
        Type::F32 => PrimitiveValType::F32,
        Type::F64 => PrimitiveValType::F64,
        Type::Char => PrimitiveValType::Char,
        Type::String => PrimitiveValType::String,
        Type::ErrorContext | Type::Id(_) => return None,
    })
}
