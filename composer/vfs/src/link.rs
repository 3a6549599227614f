//! The linked form: the vfs inside the app's own component. The app calls it through core-module adapters instead of
//! across a component boundary.
//!
//! The parts; `flatten`, `adapter` and `emit` are in crates of their own:
//!
//! ```text
//! flatten     makes an app that is a composition of components into one component
//! served      which functions and resources of the app belong to the vfs
//! plan        which lowered functions of the app are replaced
//! preview1    the vfs in the place of preview1 over WASI
//! bridge      a module that reaches the memory of a preview1 program
//! mounts      what the vfs calls of the host's filesystem
//! direct      reads whose bytes the host puts into the app's memory itself
//! tailor      reduces the vfs's module to what those need
//! host        what the vfs imports from the host, by the app's own imports
//! vfs         the instance of the vfs's module beside the app's modules
//! adapter     modules that replace the app's lowered functions
//! foreign     guards other functions that may receive a handle of the vfs
//! taken       the handles that those functions take ownership of
//! drops       drops such handles if they belong to the host
//! refuse      ends the app if their types cannot express an error
//! sealed_imports    reduces denied imports to their types
//! emit        writes a component of all definitions that are still used
//! ```
//!
//! Each handle shows its owner: handles of the vfs have bit 30 set, and no handle of the host has. For handles of the
//! host, an adapter calls the function that the app called before. So streams, sockets and clocks of the host work as
//! they did.

pub mod bridge;
mod direct;
mod drops;
mod host;
mod host_guard;
pub mod mixed_dispatch;
mod mounts;
mod plan;
mod preview1;
mod refuse;
mod sealed_imports;
mod served;
mod taken;
mod vfs;

use std::collections::BTreeSet;

use bumpalo::Bump;
use indexmap::IndexMap;
use semver::Version;
use wasmparser::{ComponentAlias, Export, ExternalKind, Instance};

use crate::error::{CheckError, TailorError};
use crate::specialize::preview1::is_of_program;
use crate::specialize::{self, Embedding, Placed};
use host::{HostImport, HostImportNeeds};
use mounts::HostDirectories;
use plan::{Call, LinkPlan, LoweredTarget};
use refuse::Refusal;
use served::Served;
use vfs::{Callee, ImportBinding, Vfs};
use vfs_compose_adapter::{self as glue, AdapterError, HandleOrigin};
use vfs_compose_flatten::{FlattenError, Group};
use vfs_compose_ir::{Component, Definition, Emitted, Encoded, Id, Item, Malformed, Space, alias, bundle, instantiate};
use vfs_compose_wasi::Wasi;
use vfs_compose_wasi::{App, FILESYSTEM};
use vfs_compose_wasi::{Cause, WitError};

/// The reason that an app cannot be linked with the vfs. It may still be plugged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unlinkable {
    /// A function that the vfs provides and for which no adapter can be generated.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// An export that may return a vfs resource without being a plain function of the app's core code.
    #[error("the app's export `{name}` may return vfs resources, but is not a plain function of its core code")]
    Exported {
        /// The export and the function.
        name: String,
    },
    /// A function that lends a component inside the app a resource that is not its own.
    #[error("`{function}` lends a component inside the app a resource that is not its own")]
    Borrowed {
        /// The function's name.
        function: String,
    },
    /// An interface with streams of WASI 0.3. One component cannot have both ends of such a stream.
    #[error("the app imports `{interface}`: streams of WASI 0.3 need a vfs that is a component of its own")]
    Streams {
        /// The interface.
        interface: String,
    },
    /// An interface that the app passes on as a whole, to a component inside it or to an export.
    #[error("the app passes `{interface}` on as a whole instead of only calling it")]
    HandedOn {
        /// The interface.
        interface: String,
    },
    /// A resource that a host function takes ownership of and that comes from no import.
    #[error("the app passes ownership of `{name}` to the host, but does not import it with its interface")]
    Resource {
        /// The interface and the resource.
        name: String,
    },
    /// A kind of definition that linking does not support.
    #[error("the app's component has {what}, which linking does not support")]
    Part {
        /// The part, in words.
        what: &'static str,
    },
    /// A law does not hold for the result, which is a bug in this program.
    #[error("linking produced an incorrect component, which is a bug in vfs-compose: {0}")]
    Wrong(CheckError),
    /// The app's component cannot be parsed.
    #[error("the app's component cannot be parsed")]
    Broken {
        /// The reader's error.
        #[source]
        source: Cause,
    },
}

impl From<FlattenError> for Unlinkable {
    fn from(error: FlattenError) -> Self {
        match error {
            FlattenError::Part { what } => Self::Part { what },
            FlattenError::Broken { source } => Self::Broken { source },
            FlattenError::Adapter(error) => error.into(),
            FlattenError::Borrowed { function } => Self::Borrowed { function },
        }
    }
}

impl From<Malformed> for Unlinkable {
    fn from(error: Malformed) -> Self {
        match error {
            Malformed::Part { what } => Self::Part { what },
            Malformed::Broken { source } => Self::Broken { source },
        }
    }
}

/// Linking failed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The app cannot be linked.
    #[error(transparent)]
    Unlinkable(#[from] Unlinkable),
    /// The vfs cannot be fitted to the app.
    #[error(transparent)]
    Tailor(#[from] TailorError),
}

/// A component that contains the vfs, with empty space reserved for the image.
pub struct Linked {
    /// The component.
    pub component: Encoded,
    /// The index of the vfs module among the modules of the component.
    pub module: u32,
    /// Where the settings and the image lie in the vfs's memory.
    pub place: Placed,
}

/// Puts the vfs into the app's component.
///
/// # Errors
/// - [`Unlinkable`]: the app uses something that linking does not support.
/// - [`crate::error::TailorError`]: the vfs cannot be tailored to the app.
pub fn link(wasi: &Wasi, app: &App, embedding: &Embedding) -> Result<Linked, LinkError> {
    if let Some(interface) = app.of_0_3() {
        return Err(Unlinkable::Streams { interface: interface.to_string() }.into());
    }
    let names = Bump::new();
    let directories = HostDirectories::of(app, embedding.guest)?;
    let with_imports = directories.as_ref().map(|directories| directories.import(wasi, app)).transpose()?;
    let mut component = Component::read(with_imports.as_ref().unwrap_or(&app.component)).map_err(Unlinkable::from)?;
    let flat = vfs_compose_flatten::flatten(&component).map_err(Unlinkable::from)?;
    if let Some(flat) = &flat {
        component = Component::read(&flat.bytes).map_err(Unlinkable::from)?;
        vfs_compose_flatten::connect(&mut component, flat, &names).map_err(Unlinkable::from)?;
    }
    let served = Served::new(app, &embedding.answers);
    let over_wasi = preview1::OverWasi::find(&component);
    // A variant of the vfs that has no functions of preview1 leaves preview1 over WASI in its place.
    let of_preview1 = over_wasi.as_ref().and_then(|_| embedding.guest.with_preview1());
    let over_wasi = over_wasi.filter(|_| of_preview1.is_some());
    let embedding = &match of_preview1 {
        Some(guest) => Embedding { guest, ..embedding.clone() },
        None => embedding.clone(),
    };
    let is_left = |function| over_wasi.as_ref().is_some_and(|over_wasi| over_wasi.has(function));
    let plan = plan::plan(&served, &component, is_left)?;
    let returned = host_guard::returned(&served, app, &component)?;
    plan.values().flat_map(|calls| calls.values()).try_for_each(|call| require_known(wasi, call))?;
    let mut exports = functions(app, &plan);
    exports.extend(over_wasi.iter().flat_map(preview1::OverWasi::functions));
    exports.extend(directories.iter().flat_map(|_| direct::functions(&plan)));
    let wishes = HostImportNeeds::new(&plan);
    let versions = wishes.versions();
    let given = |path: &str, name: &str| {
        over_wasi.as_ref().and_then(|over_wasi| over_wasi.given(&embedding.answers, path, name))
    };
    let slots = |path: &str, name: &str| {
        if let Some(directories) = directories.as_ref().filter(|directories| directories.has(path)) {
            return u32::from(directories.serves(path));
        }
        let found = HostImport::find(wasi, &component, &wishes, path, name).len();
        let count = if found > 1 { versions.len() } else { found.max(given(path, name).iter().len()) };
        // Imports for mounts give the vfs nothing else of their interfaces.
        if served.is_withheld(path) || !app.imports_path(path) { 0 } else { count as u32 }
    };
    let inside = specialize::inside(wasi, &exports, slots, embedding)?;
    let number = |version: &Version| versions.iter().position(|one| one == version).map(|number| number as u32);
    let mut wanted = Vec::new();
    let vfs = vfs::add(&mut component, inside.module);
    let bridge = over_wasi.as_ref().map(|over_wasi| over_wasi.add_bridge(&mut component, vfs.instance));
    for import in &inside.imports {
        let (path, name) = (import.path.as_str(), import.name.as_str());
        if let Some(directories) = directories.as_ref().filter(|directories| directories.has(path)) {
            let callee = directories.add(wasi, &mut component, path, name);
            wanted.push(ImportBinding { import, host: callee.map(|callee| (callee, 0)).into_iter().collect() });
            continue;
        }
        let found = HostImport::find(wasi, &component, &wishes, path, name).into_iter();
        let host = found.map(|found| (number(&found.version).unwrap_or(0), found));
        let host = host.map(|(number, found)| (Callee::Function(found.add(&mut component)), number));
        let mut host: Vec<_> = host.collect();
        if let (true, Some(bridge)) = (is_of_program(path, name), bridge) {
            host.push((Callee::Core(alias(&mut component, ExternalKind::Func, bridge, names.alloc_str(name))), 0));
        } else if host.is_empty() {
            host.extend(given(path, name).map(|callee| (callee, 0)));
        }
        wanted.push(ImportBinding { import, host });
    }
    if directories.is_some() {
        // What is filled comes before it.
        mounts::start(&mut component, &vfs);
    }
    vfs::fill(&mut component, &names, &vfs, &wanted);
    if let Some(over_wasi) = &over_wasi {
        over_wasi.replace(&mut component, &names, &vfs, |definition| is_root(&served, definition))?;
    }
    let given = plan
        .values()
        .flat_map(|calls| calls.values())
        .filter(|call| matches!(call.what, LoweredTarget::GuardImport { answer: None, .. }));
    let refusals = given.map(|call| Refusal::given(&call.name));
    let refusals = refusals.chain(returned.iter().map(|one| Refusal::returned(&one.name)));
    // One refusal for each function, in however many groups it is lowered.
    let refusals: IndexMap<_, _> = refusals.map(|refusal| (refusal.export.clone(), refusal)).collect();
    let refusals: Vec<_> = refusals.into_values().collect();
    let refuse = (!refusals.is_empty()).then(|| refuse::add(wasi, &served, &mut component, &names, &refusals));
    let read = directories.as_ref().and_then(|directories| directories.read(wasi, &mut component));
    let beside = Beside { vfs: &vfs, refuse, versions: &versions, read };
    for (group, calls) in plan {
        replace(&served, &mut component, &names, &beside, group, calls.into_values().collect())?;
    }
    if let Some(refuse) = refuse {
        host_guard::guard(app, &mut component, &names, (&vfs, refuse), &returned)?;
    }
    let is_added = |name: &str| directories.as_ref().is_some_and(|directories| directories.imports(name));
    sealed_imports::strip(app, &mut component, is_added);
    let Emitted { component, numbers } =
        component.emit(|definition| is_root(&served, definition)).map_err(Unlinkable::from)?;
    // An interface of the filesystem is wholly virtual, but for what the vfs itself imports.
    let is_left = |name: &&String| name.starts_with(FILESYSTEM) && !is_added(name);
    if let Some(interface) = component.edge.imports.iter().find(is_left) {
        return Err(Unlinkable::HandedOn { interface: interface.clone() }.into());
    }
    let module = numbers.get(&Id { space: Space::CoreModule, number: vfs.module }).copied();
    Ok(Linked { component, module: module.unwrap_or(0), place: inside.place })
}

/// Checks that the vfs has a function. Its type was compared when the app was read.
fn require_known(wasi: &Wasi, call: &Call<'_>) -> Result<(), LinkError> {
    let LoweredTarget::Function(interface, function) = &call.what else { return Ok(()) };
    let (interface, name) = (interface.clone(), function.name.clone());
    match wasi.function(&interface.path, &name) {
        None => Err(TailorError::from(WitError::NoFunction { interface, function: name }).into()),
        Some(_) => Ok(()),
    }
}

/// Returns the functions of the vfs that the adapters of a plan call.
fn functions(app: &App, plan: &LinkPlan<'_>) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    for (group, call) in plan.iter().flat_map(|(group, calls)| calls.values().map(move |call| (group, call))) {
        functions.extend(call.functions());
        if let LoweredTarget::Function(_, function) = call.what {
            let of_strings = glue::text_functions(&app.resolve, function, group.encoding);
            functions.extend(of_strings.into_iter().map(str::to_owned));
        }
    }
    functions
}

/// LoweredTarget adapter modules are instantiated with, besides parts of the app.
struct Beside<'v> {
    vfs: &'v Vfs,
    /// The core instance of the refusal functions.
    refuse: Option<u32>,
    /// The versions at which the app makes calls that mix handles of both owners.
    versions: &'v [Version],
    /// The host's `descriptor.read`, for files of mounts.
    read: Option<u32>,
}

/// Replaces the lowered functions of one group by an adapter module.
fn replace<'a>(
    served: &Served<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    Beside { vfs, refuse, versions, read }: &Beside<'_>,
    group: Group,
    calls: Vec<Call<'_>>,
) -> Result<(), Unlinkable> {
    let requests: Vec<_> = calls
        .iter()
        .map(|call| glue::Request {
            export: call.name.clone(),
            plain: call.plain(),
            kind: match &call.what {
                LoweredTarget::Function(_, function) => glue::AdapterKind::Function {
                    function,
                    owner: call.owner,
                    special: mixed_dispatch::of(&call.plain()),
                },
                LoweredTarget::Drop(_) => glue::AdapterKind::Drop { owner: call.owner },
                LoweredTarget::GuardImport { function, owned, answer } => {
                    glue::AdapterKind::GuardImport { function, owned: owned.clone(), answer: answer.clone() }
                }
            },
            version: call
                .version()
                .filter(|_| versions.len() > 1)
                .and_then(|version| versions.iter().position(|one| one == version).map(|number| number as u32)),
        })
        .collect();
    let has = glue::Group {
        has_memory: group.memory.is_some(),
        has_realloc: group.realloc.is_some(),
        encoding: group.encoding,
    };
    let module = glue::module(served.resolve(), &requests, has)?;
    let module = component.add(Item::CoreModule(module.into()));
    let mut of_app = Vec::new();
    of_app.extend(group.memory.map(|index| Export { name: "memory", kind: ExternalKind::Memory, index }));
    of_app.extend(group.realloc.map(|index| Export { name: "realloc", kind: ExternalKind::Func, index }));
    let mut of_host = Vec::new();
    for call in calls.iter().filter(|call| matches!(call.owner, HandleOrigin::VfsOrHost)) {
        let original = call.core_functions.first().and_then(|&number| component.get(Space::CoreFunction, number));
        let Some(original) = original.cloned() else { continue };
        let index = component.add(original);
        of_host.push(Export { name: names.alloc_str(&call.name), kind: ExternalKind::Func, index });
    }
    for (name, resource) in plan::dropped(served, &calls) {
        // If the app drops such handles itself, the group already has the drop.
        if of_host.iter().any(|export| export.name == name) {
            continue;
        }
        let index = drops::add_drop(served, component, &resource)?;
        of_host.push(Export { name: names.alloc_str(&name), kind: ExternalKind::Func, index });
    }
    let mut arguments = vec![("vfs", vfs.instance)];
    arguments.extend(refuse.map(|refuse| ("refuse", refuse)));
    arguments.extend((!of_app.is_empty()).then(|| ("app", bundle(component, of_app))));
    arguments.extend((!of_host.is_empty()).then(|| ("host", bundle(component, of_host))));
    let instance_index = instantiate(component, module, arguments);
    for call in &calls {
        let name = names.alloc_str(&call.name);
        for &number in &call.core_functions {
            let kind = ExternalKind::Func;
            let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name });
            component.replace(Space::CoreFunction, number, instead);
        }
    }
    if let Some(read) = read {
        direct::add(component, names, (vfs, *read), &group, instance_index, &calls);
    }
    Ok(())
}

/// Returns whether a definition stays even if nothing refers to it.
fn is_root(served: &Served<'_>, definition: &Definition<'_>) -> bool {
    match &definition.item {
        Item::Export(_) | Item::Start(_) | Item::Custom { .. } => true,
        Item::CoreInstance(instance) => matches!(instance, Instance::Instantiate { .. }),
        Item::Instance(instance) => matches!(instance, wasmparser::ComponentInstance::Instantiate { .. }),
        Item::Import(import) => !served.is_optional(import),
        _ => false,
    }
}
