//! Compares the functions and types of an app with WASI's, regardless of versions.

use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::wasi::path_of;
use vfs_compose_wit::signature;

/// Returns whether two functions have the same types, and both or neither are asynchronous, regardless of versions.
pub fn functions((one, f): (&Resolve, &Function), (other, g): (&Resolve, &Function)) -> bool {
    f.kind.is_async() == g.kind.is_async()
        && f.params.len() == g.params.len()
        && f.result.is_some() == g.result.is_some()
        && signature(f).zip(signature(g)).all(|(f, g)| Pair { one, other }.types(f, g))
}

/// Returns whether two types are the same, regardless of versions.
pub fn types((one, f): (&Resolve, Type), (other, g): (&Resolve, Type)) -> bool {
    Pair { one, other }.types(f, g)
}

struct Pair<'a> {
    one: &'a Resolve,
    other: &'a Resolve,
}

impl Pair<'_> {
    fn types(&self, one: Type, other: Type) -> bool {
        match (self.plain(self.one, one), self.plain(self.other, other)) {
            (Type::Id(one), Type::Id(other)) => self.definitions(one, other),
            (one, other) => one == other,
        }
    }

    /// Returns the type that an alias stands for, through any number of aliases.
    fn plain(&self, resolve: &Resolve, mut ty: Type) -> Type {
        while let Type::Id(id) = ty
            && let TypeDefKind::Type(next) = resolve.types[id].kind
        {
            ty = next;
        }
        ty
    }

    fn definitions(&self, one: TypeId, other: TypeId) -> bool {
        use TypeDefKind as Kind;
        let maybe = |one: Option<Type>, other: Option<Type>| match (one, other) {
            (Some(one), Some(other)) => self.types(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        match (&self.one.types[one].kind, &self.other.types[other].kind) {
            (Kind::Record(one), Kind::Record(other)) => {
                let mut fields = one.fields.iter().zip(&other.fields);
                one.fields.len() == other.fields.len()
                    && fields.all(|(one, other)| one.name == other.name && self.types(one.ty, other.ty))
            }
            (Kind::Variant(one), Kind::Variant(other)) => {
                let mut cases = one.cases.iter().zip(&other.cases);
                one.cases.len() == other.cases.len()
                    && cases.all(|(one, other)| one.name == other.name && maybe(one.ty, other.ty))
            }
            (Kind::Enum(one), Kind::Enum(other)) => {
                one.cases.iter().map(|case| &case.name).eq(other.cases.iter().map(|case| &case.name))
            }
            (Kind::Flags(one), Kind::Flags(other)) => {
                one.flags.iter().map(|flag| &flag.name).eq(other.flags.iter().map(|flag| &flag.name))
            }
            (Kind::Tuple(one), Kind::Tuple(other)) => {
                let mut types = one.types.iter().zip(&other.types);
                one.types.len() == other.types.len() && types.all(|(one, other)| self.types(*one, *other))
            }
            (Kind::List(one), Kind::List(other)) | (Kind::Option(one), Kind::Option(other)) => self.types(*one, *other),
            (Kind::Stream(one), Kind::Stream(other)) | (Kind::Future(one), Kind::Future(other)) => maybe(*one, *other),
            (Kind::Result(one), Kind::Result(other)) => maybe(one.ok, other.ok) && maybe(one.err, other.err),
            (Kind::Handle(Handle::Own(one)), Kind::Handle(Handle::Own(other)))
            | (Kind::Handle(Handle::Borrow(one)), Kind::Handle(Handle::Borrow(other))) => self.resources(*one, *other),
            (Kind::Resource, Kind::Resource) => home(self.one, one) == home(self.other, other),
            _ => false,
        }
    }

    fn resources(&self, one: TypeId, other: TypeId) -> bool {
        match (self.plain(self.one, Type::Id(one)), self.plain(self.other, Type::Id(other))) {
            (Type::Id(one), Type::Id(other)) => home(self.one, one) == home(self.other, other),
            _ => false,
        }
    }
}

/// Returns the interface that defines a resource, and the name of the resource there.
fn home(resolve: &Resolve, resource: TypeId) -> (Option<String>, Option<&str>) {
    let definition = &resolve.types[resource];
    let path = match definition.owner {
        TypeOwner::Interface(owner) => path_of(resolve, owner),
        TypeOwner::World(_) | TypeOwner::None => None,
    };
    (path, definition.name.as_deref())
}
