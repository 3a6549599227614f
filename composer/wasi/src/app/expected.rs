//! Checks that the imports of an app have the types that WASI gives them.

use wit_parser::{Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

use crate::error::AppError;
use crate::name::InterfaceName;
use crate::type_eq;
use crate::wasi::Wasi;

/// Compares an imported interface with the one of WASI.
///
/// # Errors
/// - [`AppError::OtherVersion`]: a type comes from an interface of an unsupported version of WASI.
/// - [`AppError::OtherFunction`]: a function has another type.
/// - [`AppError::OtherResource`]: a resource belongs to another interface, or to the app itself.
/// - [`AppError::OtherType`]: any other type differs.
pub(super) fn check(wasi: &Wasi, resolve: &Resolve, id: InterfaceId, name: &InterfaceName) -> Result<(), AppError> {
    let Some(known) = wasi.interface(&name.path) else { return Ok(()) };
    let interface = &resolve.interfaces[id];
    for (ty, id) in &interface.types {
        if let Some(other) = other_version(resolve, *id) {
            return Err(AppError::OtherVersion { interfaces: vec![other] });
        }
        // A type that WASI does not name is compared where it is used.
        let Some(expected) = known.types.get(ty) else { continue };
        if type_eq::types((resolve, Type::Id(*id)), (&wasi.resolve, Type::Id(*expected))) {
            continue;
        }
        let (interface, ty) = (name.clone(), ty.clone());
        return Err(match wasi.resource(*expected).and_then(|resource| wasi.home_of(resource)) {
            Some((home, resource)) => AppError::OtherResource {
                interface,
                name: ty,
                expected: format!("the resource `{resource}` of `{home}`"),
            },
            None => {
                let expected = definition(&wasi.resolve, *expected);
                AppError::OtherType { interface, name: ty, expected }
            }
        });
    }
    for (function, found) in &interface.functions {
        let Some(expected) = known.functions.get(function) else { continue };
        if !type_eq::functions((resolve, found), (&wasi.resolve, expected)) {
            let expected = function_type(&wasi.resolve, expected);
            return Err(AppError::OtherFunction { interface: name.clone(), function: function.clone(), expected });
        }
    }
    Ok(())
}

/// Returns the interface from which a type is used, if it has no supported version of WASI.
fn other_version(resolve: &Resolve, id: TypeId) -> Option<String> {
    let TypeDefKind::Type(Type::Id(used)) = resolve.types[id].kind else { return None };
    let TypeOwner::Interface(owner) = resolve.types[used].owner else { return None };
    let name = resolve.id_of(owner)?;
    let is_known = InterfaceName::parse(&name).is_some_and(|name| name.is_wasi());
    (!is_known).then_some(name)
}

/// Returns the type of a function, in WIT.
#[must_use]
pub fn function_type(resolve: &Resolve, function: &Function) -> String {
    let params = function.params.iter().map(|param| format!("{}: {}", param.name, of_type(resolve, param.ty)));
    let params = params.collect::<Vec<_>>().join(", ");
    let result = function.result.map_or_else(String::new, |ty| format!(" -> {}", of_type(resolve, ty)));
    format!("func({params}){result}")
}

/// Returns the definition of a named type, in WIT.
fn definition(resolve: &Resolve, id: TypeId) -> String {
    let members = |names: Vec<String>, kind: &str| format!("{kind} {{ {} }}", names.join(", "));
    let of = |name: &str, ty: Option<Type>| match ty {
        Some(ty) => format!("{name}({})", of_type(resolve, ty)),
        None => name.to_owned(),
    };
    match &resolve.types[id].kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter().map(|field| format!("{}: {}", field.name, of_type(resolve, field.ty)));
            members(fields.collect(), "record")
        }
        TypeDefKind::Variant(all) => members(all.cases.iter().map(|case| of(&case.name, case.ty)).collect(), "variant"),
        TypeDefKind::Enum(all) => members(all.cases.iter().map(|case| case.name.clone()).collect(), "enum"),
        TypeDefKind::Flags(all) => members(all.flags.iter().map(|flag| flag.name.clone()).collect(), "flags"),
        kind => unnamed(resolve, kind),
    }
}

fn of_type(resolve: &Resolve, ty: Type) -> String {
    let id = match ty {
        Type::Id(id) => id,
        Type::String => return "string".into(),
        Type::ErrorContext => return "error-context".into(),
        // WIT writes the other primitive types in lower case.
        simple => return format!("{simple:?}").to_lowercase(),
    };
    let definition = &resolve.types[id];
    if let Some(name) = &definition.name {
        return name.clone();
    }
    unnamed(resolve, &definition.kind)
}

fn unnamed(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let one = |ty: &Type| of_type(resolve, *ty);
    let resource = |id| resolve.types[id].name.clone().unwrap_or_default();
    match kind {
        TypeDefKind::Type(ty) => one(ty),
        TypeDefKind::List(ty) => format!("list<{}>", one(ty)),
        TypeDefKind::Option(ty) => format!("option<{}>", one(ty)),
        TypeDefKind::Stream(Some(ty)) => format!("stream<{}>", one(ty)),
        TypeDefKind::Future(Some(ty)) => format!("future<{}>", one(ty)),
        TypeDefKind::Tuple(tuple) => {
            format!("tuple<{}>", tuple.types.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Result(result) => match (&result.ok, &result.err) {
            (None, None) => "result".into(),
            (Some(ok), None) => format!("result<{}>", one(ok)),
            (ok, Some(err)) => format!("result<{}, {}>", ok.as_ref().map_or_else(|| "_".into(), one), one(err)),
        },
        TypeDefKind::Handle(Handle::Own(id)) => resource(*id),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", resource(*id)),
        kind => kind.as_str().into(),
    }
}
