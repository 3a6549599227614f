//! Finds what a vfs for any app wraps: the latest published versions of packages of WASI.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use semver::Version;
use wit_parser::{InterfaceId, Resolve, Type, TypeId, TypeOwner};

use super::Wrapping;
use crate::error::TailorError;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::{Wasi, path_of};
use vfs_compose_wit::{parts, signature};

/// A package that the vfs can wrap for any app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extra {
    /// `wasi:sockets`.
    Sockets,
    /// The parts of `wasi:http` that both clients and servers import.
    Http,
}

impl Extra {
    /// Returns whether an interface is wrapped. Interfaces that apps export themselves are not.
    fn has(self, path: &str) -> bool {
        match self {
            Self::Sockets => path.starts_with("wasi:sockets/"),
            Self::Http => matches!(path, "wasi:http/types" | "wasi:http/outgoing-handler"),
        }
    }
}

/// The interfaces of WASI to wrap, with their types.
pub struct OfAnyApp {
    resolve: Resolve,
    served: BTreeMap<InterfaceId, InterfaceName>,
    imports: IndexMap<InterfaceId, String>,
    wrapped: Vec<InterfaceId>,
    oldest: Version,
}

impl OfAnyApp {
    /// Collects the interfaces of these packages.
    ///
    /// # Errors
    /// - [`TailorError::Wit`]: the embedded WIT is not as expected.
    pub fn new(wasi: &Wasi, extras: &[Extra]) -> Result<Self, TailorError> {
        let resolve = vfs_compose_wasi::stable()?;
        let named: BTreeMap<InterfaceId, InterfaceName> = resolve
            .interfaces
            .iter()
            .filter_map(|(id, _)| {
                let path = path_of(&resolve, id)?;
                let version = wasi.version(&path).clone();
                Some((id, InterfaceName::new(path, version)))
            })
            .collect();
        let mut imports = IndexMap::new();
        for (id, name) in &named {
            let wanted = wasi.serves(&name.path) || extras.iter().any(|extra| extra.has(&name.path));
            if wanted {
                add(&resolve, &named, *id, &mut imports);
            }
        }
        let (served, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
            named.into_iter().partition(|(_, name)| wasi.serves(&name.path));
        let wrapped = imports.keys().copied().filter(|id| other.contains_key(id)).collect();
        Ok(Self { resolve, served, imports, wrapped, oldest: Version::new(0, 2, 0) })
    }

    /// Returns the wrapping of these interfaces. `host` returns the version at which the vfs imports a served interface
    /// from the host.
    pub fn wrapping<'a>(&'a self, host: &'a dyn Fn(&str) -> Version) -> Wrapping<'a> {
        Wrapping {
            resolve: &self.resolve,
            interfaces: &self.wrapped,
            served: &self.served,
            imports: &self.imports,
            at: Some(&self.oldest),
            host,
        }
    }
}

/// Adds an interface after those that it uses.
fn add(
    resolve: &Resolve,
    named: &BTreeMap<InterfaceId, InterfaceName>,
    id: InterfaceId,
    imports: &mut IndexMap<InterfaceId, String>,
) {
    if imports.contains_key(&id) {
        return;
    }
    let interface = &resolve.interfaces[id];
    let mut todo: Vec<Type> = interface.types.values().map(|id| Type::Id(*id)).collect();
    todo.extend(interface.functions.values().flat_map(signature));
    let mut seen: Vec<TypeId> = Vec::new();
    while let Some(ty) = todo.pop() {
        let Type::Id(ty) = ty else { continue };
        if seen.contains(&ty) {
            continue;
        }
        seen.push(ty);
        match resolve.types[ty].owner {
            TypeOwner::Interface(owner) if owner != id => add(resolve, named, owner, imports),
            _ => todo.extend(parts(&resolve.types[ty].kind)),
        }
    }
    imports.extend(named.get(&id).map(|name| (id, name.to_string())));
}
