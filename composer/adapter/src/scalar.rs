//! Checks of core values, as the canonical ABI requires them. The vfs relies on them, because the app is not trusted.

use std::convert::Infallible;

use wasm_encoder::{BlockType, ValType};
use wit_parser::Int;

use super::body::Body;
use super::flat::Slot;
use super::layout::Scalar;

/// Converts the value on the stack to a valid one of its type: clears unused bits, and traps if no value has these
/// bits.
pub(super) fn normalise(body: &mut Body, scalar: Scalar) {
    match scalar {
        Scalar::Any => {}
        Scalar::Unsigned(bits) | Scalar::Flags { count: bits, .. } => keep(body, bits),
        Scalar::Signed(8) => {
            body.code().i32_extend8_s();
        }
        Scalar::Signed(_) => {
            body.code().i32_extend16_s();
        }
        Scalar::Bool => {
            body.code().i32_const(0).i32_ne();
        }
        Scalar::Enum { cases, .. } => below(body, cases),
        Scalar::Char => char(body),
    }
}

/// Converts the value of a parameter to a valid one of its type, as [`normalise`] does.
pub(super) fn normalise_slot(body: &mut Body, scalar: Scalar, slot: Slot) {
    let Ok(code) = body.apart(|body| {
        normalise(body, scalar);
        Ok::<(), Infallible>(())
    });
    if !code.is_empty() {
        slot.get(body);
        body.append(&code);
        slot.set(body);
    }
}

/// Returns the size in bytes of a scalar that has invalid bit patterns in memory; `None` if all are valid.
pub(super) fn checked_bytes(scalar: Scalar) -> Option<u32> {
    match scalar {
        Scalar::Any | Scalar::Unsigned(_) | Scalar::Signed(_) => None,
        Scalar::Bool => Some(1),
        Scalar::Char => Some(4),
        Scalar::Enum { tag, .. } => Some(tag_bytes(tag)),
        Scalar::Flags { bytes, count } => (count < bytes * 8).then_some(bytes),
    }
}

/// Returns the size of a discriminant in bytes.
pub fn tag_bytes(tag: Int) -> u32 {
    match tag {
        Int::U8 => 1,
        Int::U16 => 2,
        Int::U32 | Int::U64 => 4,
    }
}

/// Traps unless the number on the stack is below a limit. The number stays on the stack.
pub(super) fn below(body: &mut Body, limit: u32) {
    let value = body.local(ValType::I32);
    body.code().local_tee(value).i32_const(limit.cast_signed()).i32_ge_u();
    body.trap_if();
    body.code().local_get(value);
}

fn keep(body: &mut Body, bits: u32) {
    if bits < 32 {
        body.code().i32_const((u32::MAX >> (32 - bits)).cast_signed()).i32_and();
    }
}

/// Traps at surrogates and at numbers above the last code point.
fn char(body: &mut Body) {
    let value = body.local(ValType::I32);
    body.code().local_tee(value).i32_const(0x11_0000).i32_ge_u();
    body.trap_if();
    body.code().local_get(value).i32_const(0xd800).i32_sub().i32_const(0x800).i32_lt_u();
    body.code().if_(BlockType::Empty).unreachable().end().local_get(value);
}
