//! Builds the world of a tailored vfs from copies of WASI's interfaces.

use wit_parser::{InterfaceId, PackageName, Resolve, WorldId, WorldKey};

use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::InterfaceUses;
use vfs_compose_wasi::Wasi;
use vfs_compose_wasi::copy_interfaces;
use vfs_compose_wit as types;
use vfs_compose_wit::package_of;

/// The namespace of imports in this world, which keeps them apart from exports of the same name.
const HOST_NAMESPACE: &str = "host";

/// Returns the name of an imported interface in the world.
pub(super) fn host_name(name: &InterfaceName) -> String {
    match name.base().split_once(':') {
        Some((_, rest)) => format!("{HOST_NAMESPACE}:{rest}@{}", name.version),
        None => name.to_string(),
    }
}

/// Builds a world that imports `host`, under the names of [`host_name`], and exports `exports`. Both must contain all
/// interfaces that their members use.
pub(super) fn build(wasi: &Wasi, host: &InterfaceUses, exports: &InterfaceUses) -> (Resolve, WorldId) {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let name = PackageName { namespace: "vfs-compose".into(), name: "vfs".into(), version: None };
    let package = package_of(&mut resolve, name);
    let imports = copy_interfaces(wasi, &mut resolve, host, Some(HOST_NAMESPACE));
    let exports = copy_interfaces(wasi, &mut resolve, exports, None);
    let items = |ids: Vec<InterfaceId>| ids.into_iter().map(|id| (WorldKey::Interface(id), types::item(id))).collect();
    let world = types::world(&mut resolve, Some(package), "vfs", items(imports), items(exports));
    (resolve, world)
}
