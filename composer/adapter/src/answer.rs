//! Error results that a host function can express in its own types, for calls that pass it a handle of the vfs.

use wit_parser::{Enum, Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeOwner, Variant};

use super::layout::Layout;
use super::scalar::tag_bytes;

/// Names of error cases that mean "cannot use this handle", best first.
pub const FITTING: [&str; 12] = [
    "unsupported",
    "not-supported",
    "invalid-argument",
    "invalid",
    "not-permitted",
    "access-denied",
    "bad-descriptor",
    "internal-error",
    "io",
    "other",
    "unknown",
    "error",
];

/// An integer to store in a result.
#[derive(Clone, Copy)]
pub struct Number {
    /// The offset in the result, in bytes.
    pub offset: u32,
    /// The size in memory: 1, 2 or 4 bytes.
    pub bytes: u32,
    /// The value to store.
    pub value: u32,
}

/// A result, as the integers to store in it. The first is the discriminant of the outermost variant.
#[derive(Clone)]
pub struct Answer(pub Vec<Number>);

/// Returns the result for a call that passes a handle of the vfs; `None` if the result type cannot express an error.
///
/// - A `result` without an error type: an error.
/// - A `result` whose error type is an enum or variant: its best case from [`FITTING`]. The case has no payload, or an
///   option as payload, which is then `none`.
/// - An `option`, if the only parameter borrows the resource `error` of the interface `errors`, as in
///   `network-error-code`: `none`.
pub fn of(layout: &Layout<'_>, function: &Function, errors: &str) -> Option<Answer> {
    of_words(layout, function, &FITTING, errors)
}

/// Returns the same as [`of`], with the error cases of `fitting`, best first, instead of [`FITTING`].
pub fn of_words(layout: &Layout<'_>, function: &Function, fitting: &[&str], errors: &str) -> Option<Answer> {
    match kind(layout, function.result?)? {
        TypeDefKind::Option(_) if asks_about_an_error(layout, function, errors) => Some(Answer(vec![case(0, 1, 0)])),
        TypeDefKind::Result(result) => {
            let mut numbers = vec![case(0, 1, 1)];
            if let Some(error) = result.err {
                let offset = layout.payload(wit_parser::Int::U8, &[result.ok, result.err]);
                numbers.extend(error_of(layout, error, offset, fitting)?);
            }
            Some(Answer(numbers))
        }
        _ => None,
    }
}

fn case(offset: u32, bytes: u32, value: u32) -> Number {
    Number { offset, bytes, value }
}

/// Returns the integers of an error of the type `error` that is stored at `offset`.
fn error_of(layout: &Layout<'_>, error: Type, offset: u32, fitting: &[&str]) -> Option<Vec<Number>> {
    match kind(layout, error)? {
        TypeDefKind::Enum(all) => of_enum(all, offset, fitting),
        TypeDefKind::Variant(all) => of_variant(layout, all, offset, fitting),
        _ => None,
    }
}

fn of_enum(all: &Enum, offset: u32, fitting: &[&str]) -> Option<Vec<Number>> {
    let at = |name: &&str| all.cases.iter().position(|case| case.name == *name);
    let found = fitting.iter().find_map(at)?;
    Some(vec![case(offset, tag_bytes(all.tag()), found as u32)])
}

fn of_variant(layout: &Layout<'_>, all: &Variant, offset: u32, fitting: &[&str]) -> Option<Vec<Number>> {
    let is_option = |ty| matches!(kind(layout, ty), Some(TypeDefKind::Option(_)));
    let at = |name: &&str| all.cases.iter().position(|case| case.name == *name && case.ty.is_none_or(is_option));
    let found = fitting.iter().find_map(at)?;
    let mut numbers = vec![case(offset, tag_bytes(all.tag()), found as u32)];
    if all.cases[found].ty.is_some() {
        let types: Vec<_> = all.cases.iter().map(|case| case.ty).collect();
        numbers.push(case(offset + layout.payload(all.tag(), &types), 1, 0));
    }
    Some(numbers)
}

/// Returns whether a function is `func(borrow<error>)`, with the resource `error` of the interface `errors`.
fn asks_about_an_error(layout: &Layout<'_>, function: &Function, errors: &str) -> bool {
    let [param] = function.params.as_slice() else { return false };
    let Some(TypeDefKind::Handle(Handle::Borrow(id))) = kind(layout, param.ty) else { return false };
    let resource = &layout.resolve.types[layout.named(*id)];
    let TypeOwner::Interface(owner) = resource.owner else { return false };
    resource.name.as_deref() == Some("error") && is_called(layout.resolve, owner, errors)
}

fn kind<'a>(layout: &'a Layout<'_>, ty: Type) -> Option<&'a TypeDefKind> {
    let Type::Id(id) = ty else { return None };
    Some(&layout.resolve.types[layout.named(id)].kind)
}

/// Returns whether `path` names an interface, at any version.
fn is_called(resolve: &Resolve, id: InterfaceId, path: &str) -> bool {
    let interface = &resolve.interfaces[id];
    let package = interface.package.map(|package| &resolve.packages[package].name);
    let Some((package, name)) = package.zip(interface.name.as_ref()) else { return false };
    format!("{}:{}/{name}", package.namespace, package.name) == path
}
