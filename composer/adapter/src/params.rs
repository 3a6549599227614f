//! Moves parameters from the app to the vfs: checks everything first, then moves everything. If a check traps, nothing
//! has changed in the vfs. Only lists inside lists are checked later, when it is their turn.

use wasm_encoder::{BlockType, ValType};
use wit_parser::Type;

use super::Context;
use super::body::Body;
use super::flat::Slot;
use super::layout::{Element, Shape, Unsupported};
use super::memory::{self, APP, Place, VFS};
use super::owner;
use super::relocate::{self, Direction, Handles};
use super::scalar;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Check,
    Move,
}

/// Converts core parameters for the vfs, in place.
pub(super) fn direct(
    context: &Context<'_>,
    body: &mut Body,
    handles: Handles,
    types: &[Type],
    slots: &[Slot],
) -> Result<(), Unsupported> {
    for step in [Step::Check, Step::Move] {
        record(context, body, step, handles, types, slots)?;
    }
    Ok(())
}

/// Copies the record that the first parameter points to into the vfs's memory, for functions with too many parameters
/// for core values.
pub(super) fn indirect(
    context: &Context<'_>,
    body: &mut Body,
    handles: Handles,
    types: &[Type],
    address: u32,
) -> Result<(), Unsupported> {
    let (size, align) = context.layout.record(types);
    let one = body.local(ValType::I32);
    body.code().i32_const(1).local_set(one);
    let whole = Element { size, align, ty: None, text: None };
    relocate::check(context, body, whole, address, one);
    let from = body.local(ValType::I32);
    body.code().local_get(address).local_set(from);
    body.code().i32_const(0).i32_const(0).i32_const(align.cast_signed()).i32_const(size.cast_signed());
    body.code().call(context.functions.vfs_realloc).local_set(address);
    memory::copy(body, Place { memory: VFS, local: address }, Place { memory: APP, local: from }, size, align);
    for (at, ty) in context.layout.fields(types) {
        relocate::value(context, body, Direction::In(handles), ty, address, at)?;
    }
    Ok(())
}

fn record(
    context: &Context<'_>,
    body: &mut Body,
    step: Step,
    handles: Handles,
    types: &[Type],
    mut slots: &[Slot],
) -> Result<(), Unsupported> {
    for &ty in types {
        let (own, rest) = slots.split_at(context.layout.flat(ty).len());
        value(context, body, step, handles, ty, own)?;
        slots = rest;
    }
    Ok(())
}

fn value(
    context: &Context<'_>,
    body: &mut Body,
    step: Step,
    handles: Handles,
    ty: Type,
    slots: &[Slot],
) -> Result<(), Unsupported> {
    match (context.layout.shape(ty)?, slots) {
        (Shape::Scalar(kind), [slot]) if step == Step::Check => scalar::normalise_slot(body, kind, *slot),
        (Shape::Own(_) | Shape::Borrow(_), [slot]) if step == Step::Check && handles == Handles::Untag => {
            slot.get(body);
            owner::trap_unless_tagged(body);
        }
        (Shape::Borrow(_), [slot]) if step == Step::Move && handles == Handles::Untag => {
            slot.get(body);
            owner::untag(body);
            slot.set(body);
        }
        (Shape::List(element), [address, length]) => {
            let narrow = [address.narrow(body), length.narrow(body)];
            if step == Step::Check {
                relocate::check(context, body, element, narrow[0], narrow[1]);
                return Ok(());
            }
            let direction = Direction::In(handles);
            relocate::bring(context, body, direction, element, narrow[0], narrow[1]);
            relocate::elements(context, body, direction, element, narrow[0], narrow[1])?;
            for (slot, narrow) in [address, length].into_iter().zip(narrow) {
                if narrow != slot.local && (slot.local == address.local || element.text.is_some()) {
                    body.code().local_get(narrow);
                    slot.set(body);
                }
            }
        }
        (Shape::Record(types), slots) => record(context, body, step, handles, &types, slots)?,
        (Shape::Variant { cases, .. }, [tag, payload @ ..]) => {
            if step == Step::Check {
                tag.get(body);
                scalar::below(body, cases.len() as u32);
                body.code().drop();
            }
            for_cases(context, body, *tag, &cases, payload, |body, ty, slots| {
                value(context, body, step, handles, ty, slots)
            })?;
        }
        _ => {}
    }
    Ok(())
}

/// Appends for each case of a variant the code that `emit` appends for its payload, if any.
pub(super) fn for_cases(
    context: &Context<'_>,
    body: &mut Body,
    tag: Slot,
    cases: &[Option<Type>],
    payload: &[Slot],
    mut emit: impl FnMut(&mut Body, Type, &[Slot]) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    for (case, ty) in cases.iter().enumerate() {
        let Some(ty) = *ty else { continue };
        let slots = &payload[..context.layout.flat(ty).len()];
        let code = body.apart(|body| emit(body, ty, slots))?;
        if !code.is_empty() {
            tag.get(body);
            body.code().i32_const(case as i32).i32_eq().if_(BlockType::Empty);
            body.append(&code);
            body.code().end();
        }
    }
    Ok(())
}
