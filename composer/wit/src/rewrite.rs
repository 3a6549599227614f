//! Copies WIT types and functions with other types in place of those that they contain.

use wit_parser::{Function, FunctionKind, Handle, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

/// Returns a copy of a type, with the id of each type that it contains replaced by what `other` returns for it.
pub fn with_parts(kind: &TypeDefKind, mut other: impl FnMut(TypeId) -> TypeId) -> TypeDefKind {
    let mut kind = kind.clone();
    let mut put = |ty: &mut Type| {
        if let Type::Id(id) = ty {
            *id = other(*id);
        }
    };
    match &mut kind {
        TypeDefKind::Record(record) => record.fields.iter_mut().for_each(|field| put(&mut field.ty)),
        TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => *id = other(*id),
        TypeDefKind::Tuple(tuple) => tuple.types.iter_mut().for_each(put),
        TypeDefKind::Variant(variant) => variant.cases.iter_mut().flat_map(|case| &mut case.ty).for_each(put),
        TypeDefKind::Option(ty)
        | TypeDefKind::List(ty)
        | TypeDefKind::FixedLengthList(ty, _)
        | TypeDefKind::Type(ty) => put(ty),
        TypeDefKind::Map(key, value) => [key, value].into_iter().for_each(put),
        TypeDefKind::Result(result) => result.ok.iter_mut().chain(&mut result.err).for_each(put),
        TypeDefKind::Future(ty) | TypeDefKind::Stream(ty) => ty.iter_mut().for_each(put),
        TypeDefKind::Resource | TypeDefKind::Flags(_) | TypeDefKind::Enum(_) | TypeDefKind::Unknown => {}
    }
    kind
}

/// Returns a copy of a function, with each type id in its signature and kind replaced by what `other` returns for it.
/// Documentation is left out.
pub fn function_with(from: &Function, mut other: impl FnMut(TypeId) -> TypeId) -> Function {
    let mut to = Function { docs: Default::default(), stability: Default::default(), ..from.clone() };
    for ty in to.params.iter_mut().map(|param| &mut param.ty).chain(&mut to.result) {
        if let Type::Id(id) = ty {
            *id = other(*id);
        }
    }
    match &mut to.kind {
        FunctionKind::Method(id)
        | FunctionKind::AsyncMethod(id)
        | FunctionKind::Static(id)
        | FunctionKind::AsyncStatic(id)
        | FunctionKind::Constructor(id) => *id = other(*id),
        FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => {}
    }
    to
}

/// Adds a type and returns its id.
pub fn define(resolve: &mut Resolve, name: Option<String>, owner: TypeOwner, kind: TypeDefKind) -> TypeId {
    resolve.types.alloc(TypeDef {
        name,
        kind,
        owner,
        docs: Default::default(),
        stability: Default::default(),
        span: Default::default(),
        external_id: None,
    })
}
