//! Finds the handles that host functions take ownership of. If an adapter returns an error in place of the function, it
//! must drop them.

use vfs_compose_wit::taken;
use wit_parser::Function;

use super::served::Served;
use vfs_compose_adapter::Owned;

/// Returns the resources whose handles a function takes ownership of.
pub(super) fn owned(served: &Served<'_>, function: &Function) -> Vec<Owned> {
    let resources = taken(served.resolve(), function).into_iter();
    let owned = resources.filter_map(|id| {
        let resource = served.home(id)?;
        let vfs = served.dtor(&resource);
        Some(Owned { resource: id, host: resource.drop(), vfs })
    });
    owned.collect()
}
