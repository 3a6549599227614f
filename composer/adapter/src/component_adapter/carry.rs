//! Carries values from one side to the other.
//!
//! A value in memory is first copied byte by byte. Then the copy is fixed in place: the lists and strings that it
//! points to are copied too, and its addresses are replaced. The adapter reads addresses, lengths, discriminants and
//! scalars only from the original, because realloc may run any code of the receiver, which may overwrite the copy.

use wasm_encoder::{BlockType, ValType};
use wit_parser::{Handle, Type, TypeDefKind};

use super::super::body::Body;
use super::super::flat::Slot;
use super::super::layout::{Element, Shape, Unsupported};
use super::super::memory::{self, Place};
use super::super::{relocate, scalar};
use super::{Context, resource_number};

/// A direction, with the functions that copy and check in it.
#[derive(Clone, Copy)]
pub(super) struct Way {
    /// The memory that values come from.
    pub(super) from: u32,
    /// The memory that values come to.
    pub(super) to: u32,
    /// The index of [`super::helpers::bring`] for this direction.
    pub(super) bring: u32,
    /// The index of [`super::helpers::text`] for this direction.
    pub(super) text: u32,
}

/// Copies the record that a parameter points to, for functions with too many parameters for core values.
pub(super) fn indirect(
    context: &Context<'_>,
    body: &mut Body,
    types: &[Type],
    address: u32,
) -> Result<(), Unsupported> {
    let (size, align) = context.layout.record(types);
    let (count, from) = (body.local(ValType::I32), body.local(ValType::I32));
    body.code().i32_const(1).local_set(count).local_get(address).local_set(from);
    bring(body, context.there, Element { size, align, ty: None, text: None }, address, count);
    for (at, ty) in context.layout.fields(types) {
        in_memory(context, body, context.there, ty, (from, address), at)?;
    }
    Ok(())
}

/// Converts the core values of parameters for the other side, in place.
pub(super) fn record(
    context: &Context<'_>,
    body: &mut Body,
    way: Way,
    types: &[Type],
    mut slots: &[Slot],
) -> Result<(), Unsupported> {
    for &ty in types {
        let (own, rest) = slots.split_at(context.layout.flat(ty).len());
        value(context, body, way, ty, own)?;
        slots = rest;
    }
    Ok(())
}

/// Converts the core values of one parameter for the other side, in place.
pub(super) fn value(
    context: &Context<'_>,
    body: &mut Body,
    way: Way,
    ty: Type,
    slots: &[Slot],
) -> Result<(), Unsupported> {
    match (context.layout.shape(ty)?, slots) {
        (Shape::Scalar(kind), [slot]) => scalar::normalise_slot(body, kind, *slot),
        (Shape::Borrow(_), [slot]) => {
            slot.get(body);
            lend(context, body, ty);
            slot.set(body);
        }
        (Shape::List(element), [address, length]) => {
            let (narrow, length) = (address.narrow(body), length.narrow(body));
            list(context, body, way, element, narrow, length)?;
            if narrow != address.local {
                body.code().local_get(narrow);
                address.set(body);
            }
        }
        (Shape::Record(types), slots) => record(context, body, way, &types, slots)?,
        (Shape::Variant { cases, .. }, [tag, payload @ ..]) => {
            tag.get(body);
            scalar::below(body, cases.len() as u32);
            body.code().drop();
            for (case, ty) in cases.iter().enumerate() {
                let Some(ty) = *ty else { continue };
                let slots = &payload[..context.layout.flat(ty).len()];
                let code = body.apart(|body| value(context, body, way, ty, slots))?;
                if !code.is_empty() {
                    tag.get(body);
                    body.code().i32_const(case as i32).i32_eq().if_(BlockType::Empty);
                    body.append(&code);
                    body.code().end();
                }
            }
        }
        // An own handle has the same number on both sides.
        _ => {}
    }
    Ok(())
}

/// Fixes the copy of a value. The copy is at `offset` from the address in the local `base`, the original at `offset`
/// from the address in `from`.
pub(super) fn in_memory(
    context: &Context<'_>,
    body: &mut Body,
    way: Way,
    ty: Type,
    (from, base): (u32, u32),
    offset: u32,
) -> Result<(), Unsupported> {
    let (source, place) = (Place { memory: way.from, local: from }, Place { memory: way.to, local: base });
    match context.layout.shape(ty)? {
        Shape::Scalar(kind) => {
            if let Some(bytes) = scalar::checked_bytes(kind) {
                body.code().local_get(base);
                memory::load(body, source, offset, bytes);
                scalar::normalise(body, kind);
                memory::store(body, place, offset, bytes);
            }
        }
        Shape::Own(_) => {}
        Shape::Borrow(_) => {
            body.code().local_get(base);
            memory::load(body, source, offset, 4);
            lend(context, body, ty);
            memory::store(body, place, offset, 4);
        }
        Shape::List(element) => {
            let (address, length) = (body.local(ValType::I32), body.local(ValType::I32));
            memory::load(body, source, offset, 4);
            body.code().local_set(address);
            memory::load(body, source, offset + 4, 4);
            body.code().local_set(length);
            list(context, body, way, element, address, length)?;
            body.code().local_get(base).local_get(address);
            memory::store(body, place, offset, 4);
        }
        Shape::Record(types) => {
            for (at, ty) in context.layout.fields(&types) {
                in_memory(context, body, way, ty, (from, base), offset + at)?;
            }
        }
        Shape::Variant { tag, cases } => {
            let bytes = scalar::tag_bytes(tag);
            memory::load(body, source, offset, bytes);
            scalar::below(body, cases.len() as u32);
            body.code().drop();
            let payload = offset + context.layout.payload(tag, &cases);
            let tag = relocate::Tag { place: source, offset, bytes };
            relocate::for_cases(body, tag, &cases, |body, ty| {
                in_memory(context, body, way, ty, (from, base), payload)
            })?;
        }
    }
    Ok(())
}

/// Copies a list; the local `address` then holds the address of the copy.
fn list(
    context: &Context<'_>,
    body: &mut Body,
    way: Way,
    element: Element,
    address: u32,
    length: u32,
) -> Result<(), Unsupported> {
    let from = body.local(ValType::I32);
    body.code().local_get(address).local_set(from);
    bring(body, way, element, address, length);
    let Some(ty) = element.ty else {
        body.code().local_get(address).local_get(length).call(way.text);
        return Ok(());
    };
    let each = body.local(ValType::I32);
    let code = body.apart(|body| in_memory(context, body, way, ty, (from, each), 0))?;
    relocate::for_each(body, element, (address, length), each, Some(from), &code);
    Ok(())
}

fn bring(body: &mut Body, way: Way, element: Element, address: u32, count: u32) {
    let mut code = body.code();
    code.local_get(address).local_get(count);
    code.i32_const(element.size.cast_signed()).i32_const(element.align.cast_signed());
    code.call(way.bring).local_set(address);
}

/// Converts the borrowed handle on the stack for the callee: to a rep, or by recording the loan.
fn lend(context: &Context<'_>, body: &mut Body, ty: Type) {
    let Type::Id(id) = ty else { return };
    let TypeDefKind::Handle(Handle::Borrow(resource)) = context.layout.resolve.types[id].kind else { return };
    match (context.representations.get(&resource), context.lending) {
        (Some(&function), _) => {
            body.code().call(function);
        }
        (None, Some(lending)) => {
            let handle = body.local(ValType::I32);
            body.code().local_set(handle).i32_const(resource_number(resource)).local_get(handle).call(lending.lend);
            body.code().local_get(handle);
        }
        (None, None) => {}
    }
}
