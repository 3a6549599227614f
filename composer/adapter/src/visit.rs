//! Visits the handles in parameters and results, at any depth, with code that tests, replaces or drops them.

use wasm_encoder::ValType;
use wit_parser::Type;

use super::Context;
use super::body::Body;
use super::flat::Slot;
use super::layout::{Element, Shape, Unsupported};
use super::memory::{self, APP, Place};
use super::params::for_cases;
use super::relocate::{self, Tag};
use super::scalar::tag_bytes;

/// Parameters or a result, in the form in which they are passed.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    /// As core values.
    Slots(&'a [Slot]),
    /// As a record in memory. The local holds its address.
    Record(u32),
}

/// A visitor: which handles it visits, and the code that it emits for each.
pub(super) struct Visit<'a> {
    pub(super) wanted: fn(&Shape) -> bool,
    /// The memory that contains values which are not core values.
    pub(super) memory: Memory,
    pub(super) each: &'a mut dyn FnMut(&mut Body, &Shape, Site),
}

/// The memory to which addresses refer.
#[derive(Clone, Copy)]
pub(super) enum Memory {
    /// The app's. Its addresses are checked.
    App,
    /// The memory of this index. The engine has written its addresses, so they need no check.
    Trusted(u32),
}

/// The location of a handle.
#[derive(Clone, Copy)]
pub(super) enum Site {
    Slot(Slot),
    Memory(Place, u32),
}

impl Site {
    /// Pushes the handle.
    pub(super) fn get(self, body: &mut Body) {
        match self {
            Self::Slot(slot) => slot.get(body),
            Self::Memory(place, offset) => memory::load(body, place, offset, 4),
        }
    }

    /// Replaces the handle by the value of a local.
    pub(super) fn set(self, body: &mut Body, handle: u32) {
        match self {
            Self::Slot(slot) => {
                body.code().local_get(handle);
                slot.set(body);
            }
            Self::Memory(place, offset) => {
                body.code().local_get(place.local).local_get(handle);
                memory::store(body, place, offset, 4);
            }
        }
    }
}

impl Memory {
    fn number(self) -> u32 {
        match self {
            Self::App => APP,
            Self::Trusted(number) => number,
        }
    }
}

/// Returns a new local that holds the bitwise or of all handles in these parameters.
pub(super) fn tags(
    context: &Context<'_>,
    body: &mut Body,
    types: &[Type],
    given: Given<'_>,
) -> Result<u32, Unsupported> {
    let tags = body.local(ValType::I32);
    let mut each = |body: &mut Body, _: &Shape, site: Site| {
        site.get(body);
        body.code().local_get(tags).i32_or().local_set(tags);
    };
    let mut wanted = Visit { wanted: is_handle, memory: Memory::App, each: &mut each };
    visit(context, body, &mut wanted, types, given)?;
    Ok(tags)
}

/// Emits the code of `visit` for each handle in these parameters.
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
            let place = Place { memory: visit.memory.number(), local: address };
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
            (visit.each)(body, &shape, Site::Slot(*slot));
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
            (visit.each)(body, &shape, Site::Memory(place, offset));
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
            relocate::for_cases(body, tag, &cases, |body, ty| in_memory(context, body, visit, ty, place, payload))?;
        }
        Shape::Scalar(_) | Shape::Own(_) | Shape::Borrow(_) | Shape::List(_) => {}
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
    if matches!(visit.memory, Memory::App) {
        relocate::check(context, body, element, address, length);
    }
    let each = body.local(ValType::I32);
    let place = Place { memory: visit.memory.number(), local: each };
    let code = body.apart(|body| in_memory(context, body, visit, ty, place, 0))?;
    relocate::for_each(body, element, (address, length), each, None, &code);
    Ok(())
}

fn is_in(context: &Context<'_>, visit: &Visit<'_>, element: Element) -> Result<bool, Unsupported> {
    element.ty.map_or(Ok(false), |ty| context.layout.any(ty, visit.wanted))
}

/// Returns whether a shape is a handle.
pub(super) fn is_handle(shape: &Shape) -> bool {
    matches!(shape, Shape::Own(_) | Shape::Borrow(_))
}

/// Returns whether a shape is an own handle.
pub(super) fn is_own(shape: &Shape) -> bool {
    matches!(shape, Shape::Own(_))
}
