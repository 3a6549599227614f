//! Strings of an app that does not have them in UTF-8, as the vfs does. They are moved as they are, and brought from one encoding to
//! the other in the vfs's memory, by functions of the vfs.

use vfs_abi::names::linked::{FROM_LATIN1_OR_UTF16, FROM_UTF16, TO_LATIN1_OR_UTF16, TO_UTF16};
use wasm_encoder::ValType;

use super::body::Body;
use super::layout::{Element, Encoding, Shape, Text};
use super::memory::{self, Place, VFS};

/// In a length of `latin1+utf16`: the string is UTF-16. It is the only bit that is no part of the length.
const TAG: i32 = i32::MIN;

/// The vfs's functions that bring a string (address, length) to its encoding and out of it, and answer with the address of a pair of
/// these. `None` where they are the same.
pub(super) fn functions(encoding: Encoding) -> Option<(&'static str, &'static str)> {
    Some(match Text::of(encoding)? {
        Text::Utf16 => (FROM_UTF16, TO_UTF16),
        Text::Latin1OrUtf16 => (FROM_LATIN1_OR_UTF16, TO_LATIN1_OR_UTF16),
    })
}

/// Whether a shape is a string in another encoding.
pub(super) fn is_text(shape: &Shape) -> bool {
    matches!(shape, Shape::List(Element { text: Some(_), .. }))
}

/// Puts the bytes of a string of `latin1+utf16` on the stack, as an i64.
pub(super) fn bytes(body: &mut Body, length: u32) {
    body.code().local_get(length).i32_const(!TAG).i32_and().i64_extend_i32_u();
    body.code().local_get(length).i32_const(31).i32_shr_u().i64_extend_i32_u().i64_shl();
}

/// Has a string in the vfs's memory brought to another encoding, by this function. Address and length become those of the new one.
pub(super) fn translate(body: &mut Body, function: u32, address: u32, length: u32) {
    let pair = body.local(ValType::I32);
    body.code().local_get(address).local_get(length).call(function).local_set(pair);
    let pair = Place { memory: VFS, local: pair };
    memory::load(body, pair, 0, 4);
    body.code().local_set(address);
    memory::load(body, pair, 4, 4);
    body.code().local_set(length);
}
