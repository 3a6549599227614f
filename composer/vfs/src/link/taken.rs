//! What the host's functions take for good: where glue answers instead of them, it is dropped.

use vfs_compose_wit::taken;
use wit_parser::Function;

use super::served::Served;
use vfs_compose_adapter::Owned;

/// The resources whose handles a function takes for good.
pub(super) fn owned(served: &Served<'_>, function: &Function) -> Vec<Owned> {
    let resources = taken(served.resolve(), function).into_iter();
    let owned = resources.filter_map(|id| {
        let resource = served.home(id)?;
        let vfs = served.dtor(&resource);
        Some(Owned { resource: id, host: resource.drop(), vfs })
    });
    owned.collect()
}
