//! Wraps host interfaces that the vfs does not serve but that share its resources, so that a plugged app can use both.
//!
//! For example, a socket of the host returns a stream of the host, but the app only knows the stream type of the vfs.
//! So the vfs exports such interfaces too, and implements them by the host's. The resources that they define stay the
//! host's, and a function whose signature does not mention a resource of the vfs is the host's function itself. The
//! other functions get adapters, which convert between handles of the host and of the vfs.
//!
//! ```text
//! sharing     finds what is wrapped for an app
//! any         finds what is wrapped for any app
//! world       a world that imports the host's interfaces and the vfs's resources, and exports what the app imports
//! encode      a component of this world, with the right types and dummy code
//! join        puts its definitions after those of the vfs's component
//! functions   replaces the dummy code by host functions and adapters
//! emit        writes all definitions that are still used as one component
//! ```

mod any;
mod functions;
mod join;
mod sharing;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use semver::Version;
use wit_component::dummy_module;
use wit_parser::{Function, InterfaceId, LiftLowerAbi, ManglingAndAbi, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::error::TailorError;
use vfs_abi::names::wrapped::{ADOPT_ERROR, ADOPT_INPUT_STREAM, ADOPT_OUTPUT_STREAM, ADOPT_POLLABLE};
use vfs_compose_adapter as glue;
use vfs_compose_adapter::handle_translation::{self, Own, Request};
use vfs_compose_ir::{Component, Definition, Id, Item, Space};
use vfs_compose_wasi::App;
use vfs_compose_wasi::ERRORS;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wit::{parts, signature};

pub use any::Extra;
pub use any::OfAnyApp;
pub use sharing::interfaces;

/// Resources of the vfs that may stand for resources of the host, each with the vfs function that creates one from a
/// host handle.
const MIXED: [(&str, &str, &str); 4] = [
    ("wasi:io/error", "error", ADOPT_ERROR),
    ("wasi:io/poll", "pollable", ADOPT_POLLABLE),
    ("wasi:io/streams", "input-stream", ADOPT_INPUT_STREAM),
    ("wasi:io/streams", "output-stream", ADOPT_OUTPUT_STREAM),
];

/// Returns whether a resource of the vfs may stand for one of the host.
fn is_mixed(path: &str, resource: &str) -> bool {
    MIXED.iter().any(|(of, name, _)| (*of, *name) == (path, resource))
}

/// The wrapped interfaces, and what is around them.
#[derive(Clone, Copy)]
pub struct Wrapping<'a> {
    /// The WIT types.
    pub resolve: &'a Resolve,
    /// The wrapped interfaces, in the order of their uses: used ones come first.
    pub interfaces: &'a [InterfaceId],
    /// The interfaces that the vfs serves.
    pub served: &'a BTreeMap<InterfaceId, InterfaceName>,
    /// All imports by name, in the order of their uses: used ones come first.
    pub imports: &'a IndexMap<InterfaceId, String>,
    /// The version at which the wrapped interfaces are imported from the host; `None` is the version of the app.
    pub at: Option<&'a Version>,
    /// Returns the version at which the vfs imports a served interface from the host.
    pub host: &'a dyn Fn(&str) -> Version,
}

impl<'a> Wrapping<'a> {
    /// Wraps these interfaces of an app. `host` returns the version at which the vfs imports a served interface from
    /// the host.
    pub fn of_app(app: &'a App, interfaces: &'a [InterfaceId], host: &'a dyn Fn(&str) -> Version) -> Self {
        let (resolve, served, imports) = (&app.resolve, &app.interfaces, &app.all_interfaces);
        Self { resolve, interfaces, served, imports, at: None, host }
    }

    /// Returns the name of an imported interface.
    fn name(&self, id: InterfaceId) -> &'a str {
        self.imports.get(&id).map_or("", String::as_str)
    }

    /// Returns the name under which a wrapped interface is imported from the host.
    fn host_name(&self, id: InterfaceId) -> String {
        match (InterfaceName::parse(self.name(id)), self.at) {
            (Some(name), Some(version)) => InterfaceName::new(name.path, version.clone()).to_string(),
            _ => self.name(id).to_owned(),
        }
    }

    fn of_host(&self, own: &InterfaceName) -> String {
        InterfaceName::new(own.path.clone(), (self.host)(&own.path)).to_string()
    }

    /// Returns the resources that may belong to the vfs or to the host, each with the function that adopts a host
    /// handle.
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

    /// Returns whether the signature of a function mentions a resource of the vfs.
    fn mentions(&self, function: &Function) -> bool {
        signature(function).any(|ty| !self.resources(ty).is_empty())
    }

    /// Returns the resources of the vfs that a type contains.
    fn resources(&self, ty: Type) -> BTreeSet<TypeId> {
        let Type::Id(id) = ty else { return BTreeSet::new() };
        let definition = &self.resolve.types[id];
        if let (TypeDefKind::Resource, TypeOwner::Interface(owner)) = (&definition.kind, definition.owner) {
            return self.served.contains_key(&owner).then_some(id).into_iter().collect();
        }
        parts(&definition.kind).into_iter().flat_map(|ty| self.resources(ty)).collect()
    }

    /// Returns the functions that need adapters, by full name.
    fn glued(&self) -> impl Iterator<Item = Request<'a>> {
        let all = self.interfaces.iter().flat_map(move |id| {
            let interface = self.name(*id);
            let functions = self.resolve.interfaces[*id].functions.values();
            functions.map(move |function| self.request(format!("{interface}#{}", function.name), function))
        });
        all.filter(|request| self.mentions(request.function))
    }

    /// Creates the request for the adapter of a function, which is exported under this full name.
    fn request<'f>(&self, export: String, function: &'f Function) -> Request<'f> {
        Request { export, function, answer: glue::answer_of(self.resolve, function, ERRORS) }
    }

    /// Returns the functions of the vfs that the adapters call.
    ///
    /// # Errors
    /// - [`TailorError::Module`]: an adapter cannot be generated.
    pub fn functions(&self) -> Result<BTreeSet<String>, TailorError> {
        let glued: Vec<_> = self.glued().collect();
        handle_translation::functions(self.resolve, &glued, &self.own()).map_err(TailorError::module)
    }

    /// Returns path and name of each resource that the host creates in the wrapped interfaces.
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

/// A vfs component that also exports the wrapped interfaces.
pub struct Wrapped {
    /// The encoded component.
    pub component: Vec<u8>,
    /// The index of the vfs module among the modules of the component.
    pub module: u32,
}

/// Adds the wrapped interfaces to the vfs component, whose first module is the vfs module.
///
/// # Errors
/// - [`TailorError`]: the component cannot be generated.
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
    Ok(Wrapped { component: emitted.component.bytes, module })
}

fn encode(sides: &world::Sides) -> Result<Vec<u8>, TailorError> {
    let module = dummy_module(&sides.resolve, sides.world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    vfs_compose_wit::encode(module, &sides.resolve, sides.world, sides.host.clone())
        .map_err(|source| TailorError::Encode { source })
}

/// Returns whether a definition stays even if nothing refers to it: exports, and all core instances of the vfs
/// component.
fn is_root(definition: &Definition<'_>, core_instances: u32) -> bool {
    match &definition.item {
        Item::Export(_) | Item::Custom { .. } => true,
        Item::CoreInstance(_) => definition.id.is_some_and(|id| id.number < core_instances),
        _ => false,
    }
}
