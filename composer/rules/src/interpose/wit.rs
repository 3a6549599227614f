//! Constructors for worlds, functions and types of WIT.

use std::collections::BTreeSet;

use wit_parser::{Function, FunctionKind, InterfaceId, Param, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

/// Returns interfaces together with all interfaces that they use.
pub(super) fn needed(resolve: &Resolve, mut todo: Vec<InterfaceId>) -> BTreeSet<InterfaceId> {
    let mut needed = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if needed.insert(id) {
            todo.extend(resolve.interface_direct_deps(id));
        }
    }
    needed
}

/// Resolves an alias of a resource.
pub(super) fn resource(resolve: &Resolve, mut id: TypeId) -> TypeId {
    while let TypeDefKind::Type(Type::Id(next)) = resolve.types[id].kind {
        id = next;
    }
    id
}

/// Defines a type without a name.
pub(super) fn define(resolve: &mut Resolve, kind: TypeDefKind) -> Type {
    Type::Id(vfs_compose_wit::define(resolve, None, TypeOwner::None, kind))
}

/// Defines a named type in an interface.
pub(super) fn define_named(resolve: &mut Resolve, owner: InterfaceId, name: &str, kind: TypeDefKind) -> TypeId {
    let ty = vfs_compose_wit::define(resolve, Some(name.into()), TypeOwner::Interface(owner), kind);
    resolve.interfaces[owner].types.insert(name.into(), ty);
    ty
}

/// Creates a function.
pub(super) fn function(name: &str, kind: FunctionKind, params: &[(&str, Type)], result: Option<Type>) -> Function {
    let param = |(name, ty): &(&str, Type)| Param { name: (*name).into(), ty: *ty, span: Default::default() };
    Function {
        name: name.into(),
        kind,
        params: params.iter().map(param).collect(),
        result,
        docs: Default::default(),
        stability: Default::default(),
        span: Default::default(),
        external_id: None,
    }
}
