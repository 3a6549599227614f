//! Whose a handle is: the vfs's handles have bit 30 set, and the host's never do, because the canonical ABI's tables are smaller.

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

/// The vfs's handles have it.
pub(super) const TAG: i32 = 1 << 30;

/// Traps unless the handle on the stack is the vfs's.
pub(super) fn trap_unless_tagged(body: &mut Body) {
    body.code().i32_const(TAG).i32_and().i32_eqz();
    body.trap_if();
}

/// Makes the vfs's handle on the stack what the vfs knows it as.
pub(super) fn untag(body: &mut Body) {
    body.code().i32_const(!TAG).i32_and();
}

/// Sets a new local, which is the answer, to all handles in these parameters joined by `or`.
pub(super) fn tags(
    context: &Context<'_>,
    body: &mut Body,
    types: &[Type],
    mut slots: &[Slot],
) -> Result<u32, Unsupported> {
    let tags = body.local(ValType::I32);
    for &ty in types {
        let (own, rest) = slots.split_at(context.layout.flat(ty).len());
        direct(context, body, tags, ty, own)?;
        slots = rest;
    }
    Ok(tags)
}

/// As [`tags`], of parameters that are a record in the app's memory.
pub(super) fn tags_of_record(
    context: &Context<'_>,
    body: &mut Body,
    types: &[Type],
    address: u32,
) -> Result<u32, Unsupported> {
    let tags = body.local(ValType::I32);
    for (at, ty) in context.layout.fields(types) {
        in_memory(context, body, tags, ty, Place { memory: APP, local: address }, at)?;
    }
    Ok(tags)
}

fn direct(context: &Context<'_>, body: &mut Body, tags: u32, ty: Type, slots: &[Slot]) -> Result<(), Unsupported> {
    match (context.layout.shape(ty)?, slots) {
        (Shape::Own | Shape::Borrow, [slot]) => {
            slot.get(body);
            add(body, tags);
        }
        (Shape::List(element), [address, length]) if holds_handles(context, element)? => {
            let (address, length) = (address.narrow(body), length.narrow(body));
            in_list(context, body, tags, element, address, length)?;
        }
        (Shape::Record(types), mut slots) => {
            for ty in types {
                let (own, rest) = slots.split_at(context.layout.flat(ty).len());
                direct(context, body, tags, ty, own)?;
                slots = rest;
            }
        }
        (Shape::Variant { cases, .. }, [tag, payload @ ..]) => {
            for_cases(context, body, *tag, &cases, payload, |body, ty, slots| direct(context, body, tags, ty, slots))?;
        }
        _ => {}
    }
    Ok(())
}

fn in_memory(
    context: &Context<'_>,
    body: &mut Body,
    tags: u32,
    ty: Type,
    place: Place,
    offset: u32,
) -> Result<(), Unsupported> {
    match context.layout.shape(ty)? {
        Shape::Own | Shape::Borrow => {
            memory::load(body, place, offset, 4);
            add(body, tags);
        }
        Shape::List(element) if holds_handles(context, element)? => {
            let (address, length) = (body.local(ValType::I32), body.local(ValType::I32));
            memory::load(body, place, offset, 4);
            body.code().local_set(address);
            memory::load(body, place, offset + 4, 4);
            body.code().local_set(length);
            in_list(context, body, tags, element, address, length)?;
        }
        Shape::Record(types) => {
            for (at, ty) in context.layout.fields(&types) {
                in_memory(context, body, tags, ty, place, offset + at)?;
            }
        }
        Shape::Variant { tag, cases } => {
            let payload = offset + context.layout.payload(tag, &cases);
            let tag = Tag { place, offset, bytes: tag_bytes(tag) };
            fix::for_cases(body, tag, &cases, |body, ty| in_memory(context, body, tags, ty, place, payload))?;
        }
        Shape::Scalar(_) | Shape::List(_) => {}
    }
    Ok(())
}

fn in_list(
    context: &Context<'_>,
    body: &mut Body,
    tags: u32,
    element: Element,
    address: u32,
    length: u32,
) -> Result<(), Unsupported> {
    let Some(ty) = element.ty else { return Ok(()) };
    fix::check(context, body, element, address, length);
    let each = body.local(ValType::I32);
    let place = Place { memory: APP, local: each };
    let code = body.apart(|body| in_memory(context, body, tags, ty, place, 0))?;
    fix::for_each(body, element, address, length, each, &code);
    Ok(())
}

fn add(body: &mut Body, tags: u32) {
    body.code().local_get(tags).i32_or().local_set(tags);
}

fn holds_handles(context: &Context<'_>, element: Element) -> Result<bool, Unsupported> {
    element.ty.map_or(Ok(false), |ty| context.layout.any(ty, is_handle))
}

/// Whether a shape is a handle.
pub(super) fn is_handle(shape: &Shape) -> bool {
    matches!(shape, Shape::Own | Shape::Borrow)
}
