//! Tailors the vfs: reduces its module to the interfaces and functions that one app needs.
//!
//! The vfs module names its imports and exports without versions. [`InterfaceUses`] list the interfaces that the app imports,
//! with their versions and functions. `module` edits the module to serve exactly those, `world` builds the world of
//! the edited module, and `encode` makes it a component.

mod dispatch;
mod ends;
mod host;
mod imports;
mod inside;
mod left_out;
mod memory;
mod module;
mod policy;
pub mod preview1;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeSet;

use crate::error::TailorError;
use vfs_compose_wasi::Wasi;

pub use ends::{has_streams, with_pump};
pub use host::Grants;
pub use inside::{BUSY, HostFunction, TABLE, VERSION, inside};
pub use left_out::{LeftOut, left_out};
pub use module::{Embedding, Placed};
use vfs_compose_wasi::InterfaceUses;

/// The requirements for a tailored vfs.
pub struct VfsSpec {
    /// The interfaces and functions that it exports.
    pub exports: InterfaceUses,
    /// The interfaces and functions that it may import.
    pub grants: Grants,
    /// What starts the pump, the task that feeds the streams of WASI 0.3.
    pub pump: PumpStart,
    /// What wrapped interfaces need of it.
    pub wrapped: Wrapped,
}

/// What starts the pump, the task that feeds the streams of WASI 0.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PumpStart {
    /// A call before the app runs. So functions that finish before they return need no task and are called as
    /// synchronous ones.
    BeforeTheApp,
    /// The first `open-at`: its task continues as the pump.
    FirstOpen,
}

/// What wrapped interfaces need of the vfs.
#[derive(Debug, Default)]
pub struct Wrapped {
    /// Names of the vfs functions that their adapters call.
    pub functions: BTreeSet<String>,
    /// Path and name of each resource that the host creates in wrapped interfaces.
    pub made: BTreeSet<(String, String)>,
}

/// A vfs component with empty space reserved for the image.
pub struct Tailored {
    /// The encoded component.
    pub component: Vec<u8>,
    /// Where the settings and the image lie in its memory.
    pub place: Placed,
}

/// Tailors the vfs to its requirements.
pub fn tailor(wasi: &Wasi, mut order: VfsSpec, embedding: &Embedding) -> Result<Tailored, TailorError> {
    vfs_compose_wasi::close(wasi, &mut order.exports, |user, _| user.version.clone())?;
    let edited = module::edit(wasi, embedding.guest.module, &order, embedding)?;
    let mut hosted = edited.host;
    vfs_compose_wasi::close(wasi, &mut hosted, |user, path| {
        order.grants.version(path).unwrap_or(&user.version).clone()
    })?;
    let component = encode(wasi, edited.bytes, &hosted, &order.exports)?;
    Ok(Tailored { component, place: edited.place })
}

/// Encodes the edited module as a component.
///
/// In the world, imports have a namespace of their own, because an interface that is both imported and exported would
/// be a single one. In the encoded component they have their true names.
fn encode(wasi: &Wasi, module: Vec<u8>, host: &InterfaceUses, exports: &InterfaceUses) -> Result<Vec<u8>, TailorError> {
    let (resolve, world) = world::build(wasi, host, exports);
    let names = host.keys().map(|name| (world::host_name(name), name.to_string())).collect();
    vfs_compose_wit::encode(module, &resolve, world, names).map_err(|source| TailorError::Encode { source })
}
