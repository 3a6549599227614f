//! The world and the code that one app needs of the vfs, and nothing more.
//!
//! The vfs module names its imports and exports without versions. [`demand`] says which interfaces, at which versions and with
//! which functions, the app asks for; [`module`] edits the module to serve exactly those; [`world`] makes the world that the
//! edited module then has, and [`encode`] the component.

mod dispatch;
mod ends;
mod host;
mod imports;
mod inside;
mod left_out;
mod module;
mod policy;
#[cfg(test)]
mod tests;
mod world;

use std::collections::{BTreeSet, HashMap};

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::error::TailorError;
use vfs_compose_wasi::Wasi;

pub use ends::{has_streams, with_pump};
pub use host::Grants;
pub use inside::{BUSY, HostFunction, inside};
pub use left_out::{LeftOut, left_out};
pub use module::{Embedding, Placed};
use vfs_compose_wasi::Demands;

/// What the vfs shall be.
pub struct Order {
    /// What it exports.
    pub exports: Demands,
    /// What it may import.
    pub grants: Grants,
    /// What begins the task that feeds the streams of WASI 0.3.
    pub pump: PumpStart,
    /// What wrapped interfaces add to it.
    pub wrapped: Wrapped,
}

/// What begins the task that feeds the streams of WASI 0.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PumpStart {
    /// A call before any other. Then all that is done when it returns is called without a task.
    BeforeTheApp,
    /// The first `open-at`, whose task goes on.
    FirstOpen,
}

/// What wrapped interfaces need of the vfs.
#[derive(Debug, Default)]
pub struct Wrapped {
    /// Names of its functions.
    pub functions: BTreeSet<String>,
    /// Path and name of the resources that come from the host there.
    pub made: BTreeSet<(String, String)>,
}

/// A vfs component with an empty place where its image goes.
pub struct Tailored {
    /// The encoded component.
    pub component: Vec<u8>,
    /// Where the settings and the image lie in its memory.
    pub place: Placed,
}

/// Fits the vfs to an order.
pub fn tailor(wasi: &Wasi, mut order: Order, embedding: &Embedding) -> Result<Tailored, TailorError> {
    vfs_compose_wasi::close(wasi, &mut order.exports, |user, _| user.version.clone())?;
    let edited = module::edit(wasi, embedding.guest.module, &order, embedding)?;
    let mut hosted = edited.host;
    vfs_compose_wasi::close(wasi, &mut hosted, |user, path| {
        order.grants.version(path).unwrap_or(&user.version).clone()
    })?;
    let component = encode(wasi, edited.bytes, &hosted, &order.exports)?;
    Ok(Tailored { component, place: edited.place })
}

/// The module becomes a component.
///
/// In its world the host's interfaces have a namespace of their own, because an interface that is both imported and exported would
/// be one and the same; the names are put right in the component.
fn encode(wasi: &Wasi, mut module: Vec<u8>, host: &Demands, exports: &Demands) -> Result<Vec<u8>, TailorError> {
    let (resolve, world) = world::build(wasi, host, exports);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|source| TailorError::Encode { source: source.into() })?;
    let names: HashMap<_, _> = host.keys().map(|name| (world::host_name(name), name.to_string())).collect();
    ComponentEncoder::default()
        .merge_imports_based_on_semver(false)
        .import_name_map(names)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .map_err(|source| TailorError::Encode { source: source.into() })
}
