//! The functions and types that are used, by interface.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use wit_parser::{Type, TypeId};

use crate::error::WitError;
use crate::name::InterfaceName;
use crate::wasi::Wasi;
use vfs_compose_wit::{parts, signature};

/// The functions and types that are used of one interface.
#[derive(Clone, Debug, Default)]
pub struct InterfaceUse {
    /// The names of the functions, as WIT has them: `[method]descriptor.read`.
    pub functions: BTreeSet<String>,
    /// The names of types, including resources.
    pub types: BTreeSet<String>,
    /// The versions of the interfaces from which this one uses types, by path. An app may import one interface at two
    /// versions.
    pub uses: BTreeMap<String, Version>,
}

/// The functions and types that are used of all interfaces.
pub type InterfaceUses = BTreeMap<InterfaceName, InterfaceUse>;

/// Adds every type that the functions and types in `demands` refer to, in other interfaces too. `version` chooses the
/// version of an interface, by path, for a user of it that has not chosen one itself.
///
/// # Errors
/// - [`WitError::NoWit`]: WASI has no such interface.
/// - [`WitError::NoFunction`], [`WitError::NoType`]: the interface has no such function or type.
pub fn close(
    wasi: &Wasi,
    demands: &mut InterfaceUses,
    version: impl Fn(&InterfaceName, &str) -> Version,
) -> Result<(), WitError> {
    let mut queue: Vec<InterfaceName> = demands.keys().cloned().collect();
    while let Some(name) = queue.pop() {
        let demand = demands.entry(name.clone()).or_default();
        let found = reach(wasi, &name, demand)?;
        demand.types.extend(found.own);
        for (path, ty) in found.foreign {
            let chosen = demands
                .entry(name.clone())
                .or_default()
                .uses
                .entry(path.clone())
                .or_insert_with(|| version(&name, &path))
                .clone();
            let other = InterfaceName::new(path, chosen);
            if demands.entry(other.clone()).or_default().types.insert(ty) {
                queue.push(other);
            }
        }
    }
    Ok(())
}

/// The types that one interface refers to.
#[derive(Default)]
struct Reached {
    own: BTreeSet<String>,
    /// The path of another interface, and the name of the type there.
    foreign: BTreeSet<(String, String)>,
}

fn reach(wasi: &Wasi, name: &InterfaceName, demand: &InterfaceUse) -> Result<Reached, WitError> {
    let interface = wasi.interface(&name.path).ok_or(WitError::NoWit { name: "interface" })?;
    let mut todo: Vec<Type> = Vec::new();
    for function in &demand.functions {
        let missing = || WitError::NoFunction { interface: name.clone(), function: function.clone() };
        todo.extend(signature(interface.functions.get(function).ok_or_else(missing)?));
    }
    for ty in &demand.types {
        let missing = || WitError::NoType { interface: name.clone(), name: ty.clone() };
        todo.push(Type::Id(*interface.types.get(ty).ok_or_else(missing)?));
    }
    let mut reached = Reached::default();
    let mut seen = BTreeSet::<TypeId>::new();
    while let Some(ty) = todo.pop() {
        let Type::Id(id) = ty else { continue };
        if !seen.insert(id) {
            continue;
        }
        match wasi.home_of(id) {
            Some((path, ty)) if path != name.path => {
                reached.foreign.insert((path, ty.to_owned()));
                continue;
            }
            Some((_, ty)) => {
                reached.own.insert(ty.to_owned());
            }
            None => {}
        }
        todo.extend(parts(&wasi.resolve.types[id].kind));
    }
    Ok(reached)
}
