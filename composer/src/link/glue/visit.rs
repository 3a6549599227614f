//! The handles in parameters, wherever they are: their glue looks at them, or drops them.

use wasm_encoder::ValType;
use wit_parser::Type;

use super::Context;
use super::body::Body;
use super::fix::{self, Tag};
use super::flat::Slot;
use super::layout::{Element, Shape, Unsupported};
use super::memory::{self, APP, Place};
use super::params::for_cases;
use super::scalar::tag_bytes;

/// Parameters of the app.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    /// As core values.
    Slots(&'a [Slot]),
    /// As a record in the app's memory, whose address is in this local.
    Record(u32),
}

/// Some of the handles in parameters, and what is done with each, which is on the stack.
pub(super) struct Visit<'a> {
    pub(super) wanted: fn(&Shape) -> bool,
    pub(super) each: &'a mut dyn FnMut(&mut Body, &Shape),
}

/// Sets a new local, which is the answer, to all handles in these parameters joined by `or`.
pub(super) fn tags(
    context: &Context<'_>,
    body: &mut Body,
    types: &[Type],
    given: Given<'_>,
) -> Result<u32, Unsupported> {
    let tags = body.local(ValType::I32);
    let mut each = |body: &mut Body, _: &Shape| {
        body.code().local_get(tags).i32_or().local_set(tags);
    };
    visit(context, body, &mut Visit { wanted: is_handle, each: &mut each }, types, given)?;
    Ok(tags)
}

/// Emits what is to be done with the handles in these parameters.
pub(super) fn visit(
    context: &Context<'_>,
    body: &mut Body,
    visit: &mut Visit<'_>,
    types: &[Type],
    given: Given<'_>,
) -> Result<(), Unsupported> {
    match given {
        Given::Slots(slots) => record(context, body, visit, types, slots),
        Given::Record(address) => {
            let place = Place { memory: APP, local: address };
            for (at, ty) in context.layout.fields(types) {
                in_memory(context, body, visit, ty, place, at)?;
            }
            Ok(())
        }
    }
}

fn record(
    context: &Context<'_>,
    body: &mut Body,
    visit: &mut Visit<'_>,
    types: &[Type],
    mut slots: &[Slot],
) -> Result<(), Unsupported> {
    for &ty in types {
        let (own, rest) = slots.split_at(context.layout.flat(ty).len());
        direct(context, body, visit, ty, own)?;
        slots = rest;
    }
    Ok(())
}

fn direct(
    context: &Context<'_>,
    body: &mut Body,
    visit: &mut Visit<'_>,
    ty: Type,
    slots: &[Slot],
) -> Result<(), Unsupported> {
    match (context.layout.shape(ty)?, slots) {
        (shape, [slot]) if (visit.wanted)(&shape) => {
            slot.get(body);
            (visit.each)(body, &shape);
        }
        (Shape::List(element), [address, length]) if is_in(context, visit, element)? => {
            let (address, length) = (address.narrow(body), length.narrow(body));
            in_list(context, body, visit, element, address, length)?;
        }
        (Shape::Record(types), slots) => record(context, body, visit, &types, slots)?,
        (Shape::Variant { cases, .. }, [tag, payload @ ..]) => {
            for_cases(context, body, *tag, &cases, payload, |body, ty, slots| direct(context, body, visit, ty, slots))?;
        }
        _ => {}
    }
    Ok(())
}

fn in_memory(
    context: &Context<'_>,
    body: &mut Body,
    visit: &mut Visit<'_>,
    ty: Type,
    place: Place,
    offset: u32,
) -> Result<(), Unsupported> {
    match context.layout.shape(ty)? {
        shape if (visit.wanted)(&shape) => {
            memory::load(body, place, offset, 4);
            (visit.each)(body, &shape);
        }
        Shape::List(element) if is_in(context, visit, element)? => {
            let (address, length) = (body.local(ValType::I32), body.local(ValType::I32));
            memory::load(body, place, offset, 4);
            body.code().local_set(address);
            memory::load(body, place, offset + 4, 4);
            body.code().local_set(length);
            in_list(context, body, visit, element, address, length)?;
        }
        Shape::Record(types) => {
            for (at, ty) in context.layout.fields(&types) {
                in_memory(context, body, visit, ty, place, offset + at)?;
            }
        }
        Shape::Variant { tag, cases } => {
            let payload = offset + context.layout.payload(tag, &cases);
            let tag = Tag { place, offset, bytes: tag_bytes(tag) };
            fix::for_cases(body, tag, &cases, |body, ty| in_memory(context, body, visit, ty, place, payload))?;
        }
        Shape::Scalar(_) | Shape::Own(_) | Shape::Borrow | Shape::List(_) => {}
    }
    Ok(())
}

fn in_list(
    context: &Context<'_>,
    body: &mut Body,
    visit: &mut Visit<'_>,
    element: Element,
    address: u32,
    length: u32,
) -> Result<(), Unsupported> {
    let Some(ty) = element.ty else { return Ok(()) };
    fix::check(context, body, element, address, length);
    let each = body.local(ValType::I32);
    let place = Place { memory: APP, local: each };
    let code = body.apart(|body| in_memory(context, body, visit, ty, place, 0))?;
    fix::for_each(body, element, (address, length), each, None, &code);
    Ok(())
}

fn is_in(context: &Context<'_>, visit: &Visit<'_>, element: Element) -> Result<bool, Unsupported> {
    element.ty.map_or(Ok(false), |ty| context.layout.any(ty, visit.wanted))
}

/// Whether a shape is a handle.
pub(super) fn is_handle(shape: &Shape) -> bool {
    matches!(shape, Shape::Own(_) | Shape::Borrow)
}

/// Whether a shape is a handle that is given away.
pub(super) fn is_own(shape: &Shape) -> bool {
    matches!(shape, Shape::Own(_))
}
