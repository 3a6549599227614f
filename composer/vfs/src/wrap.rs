//! Interfaces of the host that the vfs does not have and that share its resources, so that a plugged app can have both.
//!
//! A socket of the host gives a stream of the host, and the app knows only the vfs's. So the vfs exports such interfaces too, over
//! the host's: their own resources are the host's, and whatever does not mention a resource of the vfs's is the host's function
//! itself. For the others there is glue, which makes the host's handles the vfs's and the other way round.
//!
//! ```text
//! sharing     what is wrapped for an app
//! any         what is wrapped for any app
//! world       a world that imports the host's interfaces and the vfs's resources, and exports what the app sees
//! encode      a component of this world, whose types are right and whose code is of no use
//! join        its definitions behind those of the vfs's component
//! functions   the host's functions, or glue, in the place of that code
//! emit        what is still needed, as one component
//! ```

mod any;
mod functions;
mod join;
mod sharing;
mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexMap;
use semver::Version;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{Function, InterfaceId, LiftLowerAbi, ManglingAndAbi, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::error::TailorError;
use vfs_abi::names::wrapped::{ADOPT_ERROR, ADOPT_INPUT_STREAM, ADOPT_OUTPUT_STREAM, ADOPT_POLLABLE};
use vfs_compose_adapter as glue;
use vfs_compose_adapter::wrap::{self, Own, Request};
use vfs_compose_ir::{Component, Definition, Id, Item, Space};
use vfs_compose_wasi::App;
use vfs_compose_wasi::ERRORS;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wit::{parts, signature};

pub use any::Extra;
pub use any::OfAnyApp;
pub use sharing::interfaces;

/// Resources of the vfs's that may be the host's, and the function that makes one of a handle of the host's.
const MIXED: [(&str, &str, &str); 4] = [
    ("wasi:io/error", "error", ADOPT_ERROR),
    ("wasi:io/poll", "pollable", ADOPT_POLLABLE),
    ("wasi:io/streams", "input-stream", ADOPT_INPUT_STREAM),
    ("wasi:io/streams", "output-stream", ADOPT_OUTPUT_STREAM),
];

/// Whether a resource of the vfs's may stand for one of the host's.
fn is_mixed(path: &str, resource: &str) -> bool {
    MIXED.iter().any(|(of, name, _)| (*of, *name) == (path, resource))
}

/// What is wrapped.
#[derive(Clone, Copy)]
pub struct Wrapping<'a> {
    /// The types.
    pub resolve: &'a Resolve,
    /// The wrapped interfaces, those they use first.
    pub interfaces: &'a [InterfaceId],
    /// Those that the vfs has.
    pub served: &'a BTreeMap<InterfaceId, InterfaceName>,
    /// All imports with their names, those that others use first.
    pub imports: &'a IndexMap<InterfaceId, String>,
    /// At which version the host is asked for the wrapped interfaces, if not at that of the app.
    pub at: Option<&'a Version>,
    /// At which version the vfs asks the host for an interface that it has.
    pub host: &'a dyn Fn(&str) -> Version,
}

impl<'a> Wrapping<'a> {
    /// These interfaces of an app. `host` says at which version the vfs asks the host for an interface that it has.
    pub fn of_app(app: &'a App, interfaces: &'a [InterfaceId], host: &'a dyn Fn(&str) -> Version) -> Self {
        let (resolve, served, imports) = (&app.resolve, &app.interfaces, &app.all_interfaces);
        Self { resolve, interfaces, served, imports, at: None, host }
    }

    /// The name that an interface is imported under.
    fn name(&self, id: InterfaceId) -> &'a str {
        self.imports.get(&id).map_or("", String::as_str)
    }

    /// The name under which the host is asked for a wrapped interface.
    fn host_name(&self, id: InterfaceId) -> String {
        match (InterfaceName::parse(self.name(id)), self.at) {
            (Some(name), Some(version)) => InterfaceName::new(name.path, version.clone()).to_string(),
            _ => self.name(id).to_owned(),
        }
    }

    fn of_host(&self, own: &InterfaceName) -> String {
        InterfaceName::new(own.path.clone(), (self.host)(&own.path)).to_string()
    }

    /// The resources that may be the vfs's or the host's.
    fn own(&self) -> Own {
        let types = self.resolve.types.iter().filter(|(_, ty)| matches!(ty.kind, TypeDefKind::Resource));
        let own = types.filter_map(|(id, ty)| {
            let TypeOwner::Interface(owner) = ty.owner else { return None };
            let (path, name) = (&self.served.get(&owner)?.path, ty.name.as_ref()?);
            let (.., adopt) =
                MIXED.iter().find(|(of, resource, _)| (of, resource) == (&path.as_str(), &name.as_str()))?;
            Some((id, (*adopt).to_owned()))
        });
        own.collect()
    }

    /// Whether a function mentions a resource of the vfs's.
    fn mentions(&self, function: &Function) -> bool {
        signature(function).any(|ty| !self.resources(ty).is_empty())
    }

    /// The resources of the vfs's that a type is made of.
    fn resources(&self, ty: Type) -> BTreeSet<TypeId> {
        let Type::Id(id) = ty else { return BTreeSet::new() };
        let definition = &self.resolve.types[id];
        if let (TypeDefKind::Resource, TypeOwner::Interface(owner)) = (&definition.kind, definition.owner) {
            return self.served.contains_key(&owner).then_some(id).into_iter().collect();
        }
        parts(&definition.kind).into_iter().flat_map(|ty| self.resources(ty)).collect()
    }

    /// The functions that need glue, with their full names.
    fn glued(&self) -> impl Iterator<Item = Request<'a>> {
        let all = self.interfaces.iter().flat_map(move |id| {
            let interface = self.name(*id);
            let functions = self.resolve.interfaces[*id].functions.values();
            functions.map(move |function| self.request(format!("{interface}#{}", function.name), function))
        });
        all.filter(|request| self.mentions(request.function))
    }

    /// The glue for a function, by its full name.
    fn request<'f>(&self, export: String, function: &'f Function) -> Request<'f> {
        Request { export, function, answer: glue::answer_of(self.resolve, function, ERRORS) }
    }

    /// The vfs's functions that the glue calls.
    ///
    /// # Errors
    /// - [`TailorError::Module`]: there can be no such glue.
    pub fn functions(&self) -> Result<BTreeSet<String>, TailorError> {
        let glued: Vec<_> = self.glued().collect();
        wrap::functions(self.resolve, &glued, &self.own()).map_err(TailorError::module)
    }

    /// Path and name of the resources that the host makes in the wrapped interfaces.
    pub fn made(&self) -> BTreeSet<(String, String)> {
        let types = self.glued().flat_map(|request| signature(request.function));
        let made = types.flat_map(|ty| self.resources(ty));
        let named = made.filter_map(|id| {
            let ty = &self.resolve.types[id];
            let TypeOwner::Interface(owner) = ty.owner else { return None };
            Some((self.served.get(&owner)?.path.clone(), ty.name.clone()?))
        });
        named.collect()
    }
}

/// A vfs component that has the wrapped interfaces too.
pub struct Wrapped {
    /// The encoded component.
    pub component: Vec<u8>,
    /// The vfs's module, counted among those of the component.
    pub module: u32,
}

/// Adds the wrapped interfaces to the vfs's component, whose first module is the vfs's.
///
/// # Errors
/// - [`TailorError`]: the component cannot be made.
pub fn wrap(wrapping: &Wrapping<'_>, vfs: &[u8]) -> Result<Wrapped, TailorError> {
    let sides = world::world(wrapping);
    let wrapped = encode(&sides)?;
    let joined = join::join(vfs, &wrapped, &sides).map_err(TailorError::module)?;
    let names = bumpalo::Bump::new();
    let mut component = Component::read(&joined.bytes).map_err(TailorError::module)?;
    functions::replace(wrapping, &mut component, &names)?;
    let emitted =
        component.emit(|definition| is_root(definition, joined.core_instances)).map_err(TailorError::module)?;
    let module = emitted.numbers.get(&Id { space: Space::CoreModule, number: 0 }).copied().unwrap_or(0);
    Ok(Wrapped { component: emitted.bytes, module })
}

fn encode(sides: &world::Sides) -> Result<Vec<u8>, TailorError> {
    let mut module = dummy_module(&sides.resolve, sides.world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    embed_component_metadata(&mut module, &sides.resolve, sides.world, StringEncoding::UTF8)
        .map_err(|source| TailorError::Encode { source: source.into() })?;
    let names: HashMap<_, _> = sides.host.clone();
    ComponentEncoder::default()
        .merge_imports_based_on_semver(false)
        .import_name_map(names)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .map_err(|source| TailorError::Encode { source: source.into() })
}

/// What stays whether or not anything refers to it: all of the vfs's, and the exports.
fn is_root(definition: &Definition<'_>, core_instances: u32) -> bool {
    match &definition.item {
        Item::Export(_) | Item::Custom { .. } => true,
        Item::CoreInstance(_) => definition.id.is_some_and(|id| id.number < core_instances),
        _ => false,
    }
}
