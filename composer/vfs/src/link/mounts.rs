//! What a linked vfs with mounts calls of the host.
//!
//! The app's own imports of `wasi:filesystem` lead nowhere, because the vfs takes their place. So imports of what the
//! vfs calls are put before the app's definitions: where the app imports the same interface, one import has all that
//! both need.

use semver::Version;
use wasm_encoder::{EntityType, ImportSection, Module, StartSection, TypeSection};
use wasmparser::{CanonicalFunction, ComponentAlias, ComponentExternalKind, Export, ExternalKind, Instance};
use wit_component::dummy_module;
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageName, Resolve, WorldKey};

use super::host::HostImport;
use super::vfs::{Callee, Vfs};
use crate::added_imports::version_of_mounts;
use crate::error::TailorError;
use crate::guest::Guest;
use vfs_abi::names::mounts::{ERROR, STREAMS, interface_behind};
use vfs_compose_ir::core_module::CoreModule;
use vfs_compose_ir::{Component, Item, Joined, alias, bundle, imported, instantiation, join};
use vfs_compose_wasi::{App, FILESYSTEM, InterfaceName, InterfaceUses, Wasi};

/// Name of the guest's function that opens the mounts.
const START: &str = "_initialize";
/// Prefix of the drop of a resource.
const DROP: &str = "[resource-drop]";

/// The imports of a vfs with mounts, among the definitions of an app.
pub(super) struct HostDirectories {
    /// The interfaces, each at the version at which the vfs imports it.
    interfaces: InterfaceUses,
}

impl HostDirectories {
    /// Finds what the guest calls; `None` if it has no mounts.
    ///
    /// # Errors
    /// - [`TailorError::Module`]: the guest cannot be read.
    pub(super) fn of(app: &App, guest: &Guest) -> Result<Option<Self>, TailorError> {
        if !guest.has.mounts {
            return Ok(None);
        }
        let module = CoreModule::read(guest.module).map_err(TailorError::module)?;
        let mut interfaces = InterfaceUses::new();
        for (_, import) in module.imports() {
            let Some(path) = path_of(&import.module) else { continue };
            // Others serve an error message, which does without them.
            let is_needed = path.starts_with(FILESYSTEM) || [ERROR, STREAMS].contains(&import.module.as_str());
            let version = granted(app, path).or_else(|| is_needed.then(|| version_of_mounts(app)));
            let Some(version) = version else { continue };
            let wanted = interfaces.entry(InterfaceName::new(path, version)).or_default();
            match import.name.strip_prefix(DROP) {
                Some(resource) => wanted.types.insert(resource.to_owned()),
                None => wanted.functions.insert(import.name.clone()),
            };
        }
        Ok(Some(Self { interfaces }))
    }

    /// Puts the imports before the definitions of an app.
    ///
    /// # Errors
    /// - [`TailorError`]: they cannot be encoded.
    pub(super) fn import(&self, wasi: &Wasi, app: &App) -> Result<Vec<u8>, TailorError> {
        let version = |user: &InterfaceName, path: &str| granted(app, path).unwrap_or_else(|| user.version.clone());
        let mut all = self.interfaces.clone();
        // What the app uses of an interface may use types of one more.
        let mut count = 0;
        while count < all.len() {
            vfs_compose_wasi::close(wasi, &mut all, version)?;
            count = all.len();
            for (name, wanted) in &mut all {
                for used in [app.virtual_imports.get(name), app.lent.get(name)].into_iter().flatten() {
                    wanted.functions.extend(used.functions.iter().cloned());
                    wanted.types.extend(used.types.iter().cloned());
                    wanted.uses.extend(used.uses.iter().map(|(path, version)| (path.clone(), version.clone())));
                }
            }
            vfs_compose_wasi::close(wasi, &mut all, version)?;
        }
        let imports = encode(wasi, &all)?;
        let imports = Component::read(&imports).map_err(TailorError::module)?;
        let imports = join(&Component::read(EMPTY).map_err(TailorError::module)?, &imports, |item| {
            Ok(if is_of_imports(item) { Joined::Same } else { Joined::LeftOut })
        });
        let imports = imports.map_err(TailorError::module)?;
        let imports = Component::read(&imports).map_err(TailorError::module)?;
        let app = Component::read(&app.component).map_err(TailorError::module)?;
        let joined = join(&imports, &app, |item| {
            Ok(match item {
                Item::Import(import) => imported(&imports, import.name.name).map_or(Joined::Same, Joined::OfFirst),
                _ => Joined::Same,
            })
        });
        joined.map_err(TailorError::module)
    }

    /// Returns whether an import of the guest is one of these, whether or not the host has it.
    pub(super) fn has(&self, path: &str) -> bool {
        path_of(path).is_some()
    }

    /// Returns whether the host has an import of the guest.
    pub(super) fn serves(&self, path: &str) -> bool {
        self.interface(path).is_some()
    }

    /// Adds what serves an import of the guest.
    pub(super) fn add<'a>(
        &self,
        wasi: &'a Wasi,
        component: &mut Component<'a>,
        path: &str,
        name: &str,
    ) -> Option<Callee> {
        let interface = self.interface(path)?;
        let Some(resource) = name.strip_prefix(DROP) else {
            return Some(Callee::Function(HostImport::at(wasi, component, interface, name)?.add(component)));
        };
        let instance_index = imported(component, &interface.to_string())?;
        let (name, _) = wasi.interface(&interface.path)?.types.get_key_value(resource)?;
        let kind = ComponentExternalKind::Type;
        let resource = component.add(Item::Alias(ComponentAlias::InstanceExport { kind, instance_index, name }));
        Some(Callee::Core(component.add(Item::Canonical(CanonicalFunction::ResourceDrop { resource }))))
    }

    /// Adds the function that reads a file, if the vfs calls it.
    pub(super) fn read<'a>(&self, wasi: &'a Wasi, component: &mut Component<'a>) -> Option<u32> {
        match self.add(wasi, component, "wasi:filesystem/types", "[method]descriptor.read")? {
            Callee::Function(read) => Some(read),
            Callee::Core(_) => None,
        }
    }

    /// Returns whether the vfs imports an interface.
    pub(super) fn imports(&self, name: &str) -> bool {
        InterfaceName::parse(name).is_some_and(|name| self.interfaces.contains_key(&name))
    }

    fn interface(&self, path: &str) -> Option<&InterfaceName> {
        let path = path_of(path)?;
        self.interfaces.keys().find(|interface| interface.path == path)
    }
}

/// A component without definitions.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// Returns the interface behind the module of an import, if mounts are what it is for.
fn path_of(module: &str) -> Option<&str> {
    if module.starts_with(FILESYSTEM) { Some(module) } else { interface_behind(module) }
}

/// Returns the newest version at which the app imports an interface of which the vfs imports what the app does.
fn granted(app: &App, path: &str) -> Option<Version> {
    if path.starts_with(FILESYSTEM) {
        return None;
    }
    let granted = app.granted();
    granted.keys().filter(|name| name.path == path && name.is_wasi_0_2()).map(|name| name.version.clone()).max()
}

/// Encodes a component that imports interfaces.
fn encode(wasi: &Wasi, interfaces: &InterfaceUses) -> Result<Vec<u8>, TailorError> {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let name = PackageName { namespace: "vfs-compose".into(), name: "mounts".into(), version: None };
    let package = vfs_compose_wit::package_of(&mut resolve, name);
    let imports = vfs_compose_wasi::copy_interfaces(wasi, &mut resolve, interfaces, None);
    let imports = imports.into_iter().map(|id| (WorldKey::Interface(id), vfs_compose_wit::item(id))).collect();
    let world = vfs_compose_wit::world(&mut resolve, Some(package), "mounts", imports, Default::default());
    let module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    let encoded = vfs_compose_wit::encode(module, &resolve, world, Default::default());
    encoded.map_err(|source| TailorError::Encode { source })
}

/// Returns whether a definition is an import or serves one.
fn is_of_imports(item: &Item<'_>) -> bool {
    match item {
        Item::Import(_) | Item::Type(_) => true,
        Item::Alias(ComponentAlias::InstanceExport { kind, .. }) => *kind == ComponentExternalKind::Type,
        _ => false,
    }
}

/// Has the vfs open its mounts as soon as it can call the host, before any code of the app runs.
pub(super) fn start(component: &mut Component<'_>, vfs: &Vfs) {
    let start = alias(component, ExternalKind::Func, vfs.instance, START);
    let functions = bundle(component, vec![Export { name: START, kind: ExternalKind::Func, index: start }]);
    let module = component.add(Item::CoreModule(starter().into()));
    let is_instance = |item: &Item<'_>| matches!(item, Item::CoreInstance(Instance::Instantiate { .. }));
    component.add_before(is_instance, Item::CoreInstance(instantiation(module, vec![("", functions)])));
}

/// Generates a module whose start function is its import.
fn starter() -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    types.ty().function([], []);
    imports.import("", START, EntityType::Function(0));
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&StartSection { function_index: 0 });
    module.finish()
}
