//! What a linked vfs with mounts calls of the host.
//!
//! The app's own imports of `wasi:filesystem` lead nowhere, because the vfs takes their place. So a component that
//! imports what the vfs calls is put before the app's definitions: where both import an interface, its import stands for
//! the app's, and has all that both need.

use wit_component::dummy_module;
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageName, Resolve, WorldKey};

use vfs_abi::names::mounts::true_name;
use vfs_compose_ir::core_module::CoreModule;
use vfs_compose_ir::{Component, Item, Joined, Space, alias, bundle, imported, instantiate, instantiation, join};
use vfs_compose_wasi::{App, FILESYSTEM, InterfaceName, InterfaceUses, Wasi};
use wasm_encoder::{EntityType, ImportSection, Module, StartSection, TypeSection};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind, Export, ExternalKind, Instance,
};

use super::host::HostImport;
use super::vfs::{Callee, Vfs};
use crate::error::TailorError;
use crate::guest::Guest;

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
    /// Returns what the guest calls; `None` if it has no mounts.
    ///
    /// # Errors
    /// - [`TailorError`]: the guest cannot be read, or calls what WASI does not have.
    pub(super) fn of(wasi: &Wasi, app: &App, guest: &Guest) -> Result<Option<Self>, TailorError> {
        let Some(version) = guest.host_filesystem(app) else { return Ok(None) };
        let module = CoreModule::read(guest.module).map_err(TailorError::module)?;
        let mut interfaces = InterfaceUses::new();
        for (_, import) in module.imports() {
            let Some(path) = path_of(&import.module) else { continue };
            // What only an error message needs is asked for only if the app has it, too.
            let name = InterfaceName::new(path, version.clone());
            if !path.starts_with(FILESYSTEM) && true_name(&import.module).is_none() {
                continue;
            }
            if !is_always_wanted(path) && !app.imports.contains(&name.to_string()) {
                continue;
            }
            let wanted = interfaces.entry(name).or_default();
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
        let mut all = self.interfaces.clone();
        vfs_compose_wasi::close(wasi, &mut all, |user, _| user.version.clone())?;
        for (name, wanted) in &mut all {
            if let Some(used) = app.virtual_imports.get(name).or_else(|| app.lent.get(name)) {
                wanted.functions.extend(used.functions.iter().cloned());
                wanted.types.extend(used.types.iter().cloned());
                wanted.uses.extend(used.uses.iter().map(|(path, version)| (path.clone(), version.clone())));
            }
        }
        vfs_compose_wasi::close(wasi, &mut all, |user, _| user.version.clone())?;
        let imports = encode_imports(wasi, &all)?;
        let imports = only_types_and_imports(&Component::read(&imports).map_err(TailorError::module)?)?;
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

    /// Finds what serves an import of the guest.
    pub(super) fn find<'a>(
        &self,
        wasi: &'a Wasi,
        component: &mut Component<'a>,
        path: &str,
        name: &str,
    ) -> Option<Callee> {
        let path = path_of(path)?;
        let interface = self.interfaces.keys().find(|interface| interface.path == path)?;
        let Some(resource) = name.strip_prefix(DROP) else {
            let function = HostImport::at(wasi, component, interface, name)?.add(component);
            return Some(Callee::Function(function));
        };
        let instance_index = imported(component, &interface.to_string())?;
        let (name, _) = wasi.interface(path)?.types.get_key_value(resource)?;
        let kind = ComponentExternalKind::Type;
        let resource = component.add(Item::Alias(ComponentAlias::InstanceExport { kind, instance_index, name }));
        Some(Callee::Core(component.add(Item::Canonical(CanonicalFunction::ResourceDrop { resource }))))
    }
}
