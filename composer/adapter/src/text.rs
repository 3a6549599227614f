//! Strings of an app whose encoding is not UTF-8. The adapter copies them unchanged; functions of the vfs transcode
//! them in the vfs's memory.

use vfs_abi::names::linked::{FROM_LATIN1_OR_UTF16, FROM_UTF16, TO_LATIN1_OR_UTF16, TO_UTF16};
use wasm_encoder::ValType;

use super::body::Body;
use super::layout::{Element, Encoding, Shape, Text};
use super::memory::{self, Place, VFS};

/// The bit of a `latin1+utf16` length that is set if the string is UTF-16. All other bits are the length.
const TAG: i32 = i32::MIN;

/// Returns the names of the vfs's functions that transcode a string (address, length) to UTF-8 and from UTF-8. Each
/// returns the address of a new pair of address and length. `None` for UTF-8.
pub(super) fn functions(encoding: Encoding) -> Option<(&'static str, &'static str)> {
    Some(match Text::of(encoding)? {
        Text::Utf16 => (FROM_UTF16, TO_UTF16),
        Text::Latin1OrUtf16 => (FROM_LATIN1_OR_UTF16, TO_LATIN1_OR_UTF16),
    })
}

/// Returns whether a shape is a string that must be transcoded.
pub(super) fn is_text(shape: &Shape) -> bool {
    matches!(shape, Shape::List(Element { text: Some(_), .. }))
}

/// Pushes the size in bytes of a `latin1+utf16` string, as an i64.
pub(super) fn bytes(body: &mut Body, length: u32) {
    body.code().local_get(length).i32_const(!TAG).i32_and().i64_extend_i32_u();
    body.code().local_get(length).i32_const(31).i32_shr_u().i64_extend_i32_u().i64_shl();
}

/// Transcodes a string in the vfs's memory by calling `function`, and sets `address` and `length` to those of the
/// result.
pub(super) fn translate(body: &mut Body, function: u32, address: u32, length: u32) {
    let pair = body.local(ValType::I32);
    body.code().local_get(address).local_get(length).call(function).local_set(pair);
    let pair = Place { memory: VFS, local: pair };
    memory::load(body, pair, 0, 4);
    body.code().local_set(address);
    memory::load(body, pair, 4, 4);
    body.code().local_set(length);
}
