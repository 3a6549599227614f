//! Helpers for `wit-parser`: they list the parts of a type, copy types with other parts, and make worlds and components
//! that implement them. They know nothing of WASI.
#![forbid(unsafe_code)]

mod encode;
mod rewrite;

use std::collections::BTreeSet;

use wit_parser::{Function, Handle, Package, PackageId, PackageName, Resolve, Type, TypeDefKind, TypeId};

pub use encode::{Items, encode, item, world};
pub use rewrite::{define, function_with, with_parts};

/// Returns the types that a type directly contains, including the resource of a handle.
pub fn parts(kind: &TypeDefKind) -> Vec<Type> {
    match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => vec![Type::Id(*id)],
        TypeDefKind::Tuple(tuple) => tuple.types.clone(),
        TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => vec![*ty],
        TypeDefKind::Map(key, value) => vec![*key, *value],
        TypeDefKind::Result(result) => [result.ok, result.err].into_iter().flatten().collect(),
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter().copied().collect(),
        TypeDefKind::Resource | TypeDefKind::Flags(_) | TypeDefKind::Enum(_) | TypeDefKind::Unknown => Vec::new(),
    }
}

/// Returns the types of the parameters and of the result of a function.
pub fn signature(function: &Function) -> impl Iterator<Item = Type> + '_ {
    function.params.iter().map(|param| param.ty).chain(function.result)
}

/// Returns the package with this name, and adds it if there is none.
pub fn package_of(resolve: &mut Resolve, name: PackageName) -> PackageId {
    if let Some(&id) = resolve.package_names.get(&name) {
        return id;
    }
    let package = Package {
        name: name.clone(),
        docs: Default::default(),
        interfaces: Default::default(),
        worlds: Default::default(),
    };
    let id = resolve.packages.alloc(package);
    resolve.package_names.insert(name, id);
    id
}

/// Returns the resources of which a function takes own handles.
pub fn taken(resolve: &Resolve, function: &Function) -> BTreeSet<TypeId> {
    let mut taken = BTreeSet::new();
    let mut todo: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    while let Some(ty) = todo.pop() {
        let Type::Id(id) = ty else { continue };
        match &resolve.types[id].kind {
            TypeDefKind::Handle(Handle::Own(resource)) => {
                let mut resource = *resource;
                while let TypeDefKind::Type(Type::Id(next)) = resolve.types[resource].kind {
                    resource = next;
                }
                taken.insert(resource);
            }
            kind => todo.extend(parts(kind)),
        }
    }
    taken
}
