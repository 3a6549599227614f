//! What the vfs asks of the host, through the app's own imports.

use std::collections::BTreeSet;

use semver::Version;
use wasmparser::{
    ComponentAlias, ComponentDefinedType, ComponentExternName, ComponentExternalKind, ComponentFuncType,
    ComponentImport, ComponentType, ComponentTypeRef, ComponentValType, InstanceTypeDeclaration, PrimitiveValType,
};
use wit_parser::{Function, Handle, Type, TypeDefKind, TypeId};

use super::Unlinkable;
use super::component::{Component, Item, Space};
use super::plan::{self, Plan};
use super::served::interface_of;
use crate::wasi::{Wasi, is_in_version};

/// What the vfs has use for when the app's handles of the host do not go through it: the time, what it is asked to add to the
/// environment, and the other side of calls with handles of both.
pub(super) struct Wishes {
    environment: bool,
    poll: Option<Version>,
    splice: Option<Version>,
    blocking_splice: Option<Version>,
}

impl Wishes {
    /// # Errors
    /// - [`Unlinkable::Versions`]: the app calls a function that takes handles of both at several versions.
    pub(super) fn new(plan: &Plan<'_>, environment: bool) -> Result<Self, Unlinkable> {
        Ok(Self {
            environment,
            poll: version_of(plan, plan::POLL)?,
            splice: version_of(plan, plan::SPLICE)?,
            blocking_splice: version_of(plan, plan::BLOCKING_SPLICE)?,
        })
    }

    /// Whether an import of this version is wanted.
    fn want(&self, path: &str, name: &str, version: &Version) -> bool {
        let has = |wanted: &Option<Version>| wanted.as_ref() == Some(version);
        match (path, name) {
            ("wasi:clocks/wall-clock", "now") => true,
            ("wasi:cli/environment", _) => self.environment,
            ("wasi:io/poll", "[method]pollable.ready") => has(&self.poll),
            (
                "wasi:io/streams",
                "[method]input-stream.read" | "[method]output-stream.check-write" | "[method]output-stream.write",
            ) => has(&self.splice),
            (
                "wasi:io/streams",
                "[method]input-stream.blocking-read" | "[method]output-stream.blocking-write-and-flush",
            ) => has(&self.blocking_splice),
            _ => false,
        }
    }
}

/// The version at which the app calls what has this name in the vfs.
fn version_of(plan: &Plan<'_>, function: &str) -> Result<Option<Version>, Unlinkable> {
    let calls = plan.values().flat_map(|calls| calls.values());
    let versions: BTreeSet<_> = calls
        .filter(|call| call.functions().iter().any(|name| name == function))
        .map(|call| call.interface.version.clone())
        .collect();
    match versions.len() {
        0 | 1 => Ok(versions.into_iter().next()),
        _ => Err(Unlinkable::Versions { function: function.replace("vfs-compose:linked#", "") }),
    }
}

/// A function of the host that one of the app's imports has, or can have.
pub(super) struct HostImport<'a> {
    /// The imported instance.
    instance: u32,
    name: &'a str,
    /// The type of an import that lacks the function, with it.
    extended: Option<ComponentType<'a>>,
}

impl<'a> HostImport<'a> {
    /// Looks at the app's imports of the interface `path`, the newest first.
    ///
    /// `None` where the function is not wanted, and where the app does not import the interface, or at a version that has no such
    /// function.
    pub(super) fn find(
        wasi: &'a Wasi,
        component: &Component<'a>,
        wishes: &Wishes,
        path: &str,
        name: &str,
    ) -> Option<Self> {
        let function = wasi.function(path, name)?;
        let mut imports: Vec<_> = component
            .definitions()
            .iter()
            .filter_map(|definition| match &definition.item {
                Item::Import(import) => Some((interface_of(import)?, definition.id?.number, import)),
                _ => None,
            })
            .filter(|(interface, ..)| interface.path == path && interface.is_wasi_0_2())
            .filter(|(interface, ..)| wishes.want(path, name, &interface.version))
            .collect();
        imports.sort_by(|(one, ..), (other, ..)| other.version.cmp(&one.version));
        imports.into_iter().find_map(|(interface, instance, import)| {
            let extended = match declarations(component, import)? {
                declarations if has_function(declarations, name) => None,
                _ if !is_in_version(&function.stability, &interface.version) => return None,
                declarations => Some(Extension::new(wasi, declarations).with(function)?),
            };
            Some(Self { instance, name: &function.name, extended })
        })
    }

    /// The component function, for which the import is changed if it must be.
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

/// The type of an imported instance.
fn declarations<'c, 'a>(
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

/// The type of an instance, to which a function is added that speaks of types it exports already.
struct Extension<'a> {
    wasi: &'a Wasi,
    declarations: Vec<InstanceTypeDeclaration<'a>>,
    /// How many types it has.
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

    /// The type that the instance exports under a name.
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
