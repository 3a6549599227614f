//! Fixes values in place after they were copied byte by byte from one memory to the other: copies the lists that they
//! point to, replaces their addresses, and untags handles.
//!
//! Addresses, lengths and discriminants are read only in the vfs's memory, never in the app's. The app's realloc may
//! run any code of the app, which may overwrite the copy.

use wasm_encoder::{BlockType, ValType};
use wit_parser::Type;

use super::Context;
use super::body::Body;
use super::layout::{Element, Scalar, Shape, Text, Unsupported};
use super::memory::{self, APP, Place, VFS};
use super::owner;
use super::scalar;
use super::text;

/// The direction in which a value was copied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the app to the vfs. The app is not trusted, so everything is checked.
    In(Handles),
    /// From the vfs to the app.
    Out {
        /// The local that holds the address of the original.
        from: u32,
    },
}

/// The treatment of handles that the app passes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handles {
    /// Traps at host handles, and replaces borrowed handles by their reps.
    Untag,
    /// Leaves all handles as they are, virtual or of the host.
    Keep,
}

/// The location of a discriminant in memory.
#[derive(Clone, Copy)]
pub(super) struct Tag {
    pub(super) place: Place,
    pub(super) offset: u32,
    pub(super) bytes: u32,
}

/// Fixes the copy of a value at `offset` from the address in the local `base`.
pub(super) fn value(
    context: &Context<'_>,
    body: &mut Body,
    direction: Direction,
    ty: Type,
    base: u32,
    offset: u32,
) -> Result<(), Unsupported> {
    // The copy, and the memory from which addresses and lengths are read.
    let (place, trusted) = match direction {
        Direction::In(_) => (Place { memory: VFS, local: base }, Place { memory: VFS, local: base }),
        Direction::Out { from } => (Place { memory: APP, local: base }, Place { memory: VFS, local: from }),
    };
    match context.layout.shape(ty)? {
        Shape::Scalar(kind) => scalar_in(body, direction, kind, place, offset),
        Shape::Own(_) | Shape::Borrow(_) if direction != Direction::In(Handles::Untag) => {}
        Shape::Own(_) => {
            memory::load(body, place, offset, 4);
            owner::trap_unless_tagged(body);
        }
        Shape::Borrow(_) => {
            memory::load(body, place, offset, 4);
            owner::trap_unless_tagged(body);
            body.code().local_get(base);
            memory::load(body, place, offset, 4);
            owner::untag(body);
            memory::store(body, place, offset, 4);
        }
        Shape::List(element) => list(context, body, direction, element, (place, trusted), offset)?,
        Shape::Record(types) => {
            for (at, ty) in context.layout.fields(&types) {
                value(context, body, direction, ty, base, offset + at)?;
            }
        }
        Shape::Variant { tag, cases } => {
            let bytes = scalar::tag_bytes(tag);
            if matches!(direction, Direction::In(_)) {
                memory::load(body, place, offset, bytes);
                scalar::below(body, cases.len() as u32);
                body.code().drop();
            }
            let payload = offset + context.layout.payload(tag, &cases);
            let tag = Tag { place: trusted, offset, bytes };
            for_cases(body, tag, &cases, |body, ty| value(context, body, direction, ty, base, payload))?;
        }
    }
    Ok(())
}

/// Appends for each case of a variant in memory the code that `emit` appends for its payload, if any.
pub(super) fn for_cases(
    body: &mut Body,
    tag: Tag,
    cases: &[Option<Type>],
    mut emit: impl FnMut(&mut Body, Type) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    for (case, ty) in cases.iter().enumerate() {
        let Some(ty) = *ty else { continue };
        let code = body.apart(|body| emit(body, ty))?;
        if !code.is_empty() {
            memory::load(body, tag.place, tag.offset, tag.bytes);
            body.code().i32_const(case as i32).i32_eq().if_(BlockType::Empty);
            body.append(&code);
            body.code().end();
        }
    }
    Ok(())
}

fn scalar_in(body: &mut Body, direction: Direction, kind: Scalar, place: Place, offset: u32) {
    if matches!(direction, Direction::Out { .. }) {
        return;
    }
    if let Some(bytes) = scalar::checked_bytes(kind) {
        body.code().local_get(place.local);
        memory::load(body, place, offset, bytes);
        scalar::normalise(body, kind);
        memory::store(body, place, offset, bytes);
    }
}

/// Copies the elements of a list whose address and length have been copied, and replaces the address in the copy.
fn list(
    context: &Context<'_>,
    body: &mut Body,
    direction: Direction,
    element: Element,
    (place, trusted): (Place, Place),
    offset: u32,
) -> Result<(), Unsupported> {
    let (address, length) = (body.local(ValType::I32), body.local(ValType::I32));
    memory::load(body, trusted, offset, 4);
    body.code().local_set(address);
    memory::load(body, trusted, offset + 4, 4);
    body.code().local_set(length);
    let mut inside = direction;
    match direction {
        Direction::In(_) => check(context, body, element, address, length),
        Direction::Out { .. } if element.ty.is_some() => {
            let from = body.local(ValType::I32);
            body.code().local_get(address).local_set(from);
            inside = Direction::Out { from };
        }
        Direction::Out { .. } => {}
    }
    bring(context, body, direction, element, address, length);
    body.code().local_get(place.local).local_get(address);
    memory::store(body, place, offset, 4);
    if element.text.is_some() {
        body.code().local_get(place.local).local_get(length);
        memory::store(body, place, offset + 4, 4);
    }
    elements(context, body, inside, element, address, length)
}

/// Traps unless the app's list is aligned and lies inside its memory.
pub(super) fn check(context: &Context<'_>, body: &mut Body, element: Element, address: u32, length: u32) {
    body.trap_if_misaligned(address, element.align);
    body.code().local_get(address);
    bytes(body, element, length);
    body.code().call(context.functions.inside);
}

/// Pushes the size of a list in bytes, as an i64 because it may exceed 32 bits.
fn bytes(body: &mut Body, element: Element, length: u32) {
    if element.text == Some(Text::Latin1OrUtf16) {
        return text::bytes(body, length);
    }
    body.code().local_get(length).i64_extend_i32_u();
    if element.size != 1 {
        body.code().i64_const(element.size.into()).i64_mul();
    }
}

/// Copies the elements of a checked list to the other side and transcodes strings. The local `address` then holds the
/// new address, and `length` the new length if the string was transcoded.
pub(super) fn bring(
    context: &Context<'_>,
    body: &mut Body,
    direction: Direction,
    element: Element,
    address: u32,
    length: u32,
) {
    let out = matches!(direction, Direction::Out { .. });
    let function = if out { context.functions.give } else { context.functions.take };
    if element.text.is_some() && out {
        text::translate(body, context.functions.text_out, address, length);
    }
    body.code().local_get(address);
    if element.text == Some(Text::Latin1OrUtf16) {
        text::bytes(body, length);
        body.code().i32_wrap_i64();
    } else {
        body.code().local_get(length);
        if element.size != 1 {
            body.code().i32_const(element.size.cast_signed()).i32_mul();
        }
    }
    body.code().i32_const(element.align.cast_signed()).call(function).local_set(address);
    if element.text.is_some() && !out {
        text::translate(body, context.functions.text_in, address, length);
    }
}

/// Fixes the elements of a list after they were copied.
pub(super) fn elements(
    context: &Context<'_>,
    body: &mut Body,
    direction: Direction,
    element: Element,
    address: u32,
    length: u32,
) -> Result<(), Unsupported> {
    let Some(ty) = element.ty else { return Ok(()) };
    let each = body.local(ValType::I32);
    let code = body.apart(|body| value(context, body, direction, ty, each, 0))?;
    for_each(body, element, (address, length), each, from(direction), &code);
    Ok(())
}

/// Returns the local that holds the address of the original.
fn from(direction: Direction) -> Option<u32> {
    match direction {
        Direction::In(_) => None,
        Direction::Out { from } => Some(from),
    }
}

/// Runs `code` for each element of a list, with its address in `each`. If there is a local `from`, it advances in step.
/// Emits nothing if `code` is empty.
pub(super) fn for_each(
    body: &mut Body,
    element: Element,
    (address, length): (u32, u32),
    each: u32,
    from: Option<u32>,
    code: &[u8],
) {
    if code.is_empty() {
        return;
    }
    let size = element.size.cast_signed();
    let end = body.local(ValType::I32);
    body.code().local_get(address).local_tee(each).local_get(length).i32_const(size).i32_mul().i32_add().local_set(end);
    body.code().block(BlockType::Empty).loop_(BlockType::Empty);
    body.code().local_get(each).local_get(end).i32_eq().br_if(1);
    body.append(code);
    if let Some(from) = from {
        body.code().local_get(from).i32_const(size).i32_add().local_set(from);
    }
    body.code().local_get(each).i32_const(size).i32_add().local_set(each).br(0).end().end();
}
