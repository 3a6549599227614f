//! Functions for the linked form alone, and for apps whose strings are not UTF-8: they convert strings from the app's
//! encoding and to it. In the plugged form the engine does so.

use core::cell::RefCell;

use crate::abi::{self, Area, List};
use crate::local;

/// A flag in the length of a `latin1+utf16` string: it is UTF-16, not Latin-1.
const UTF16: usize = 1 << 31;

thread_local! {
    /// The last string converted for the app, and its place. It is not in the results' area: that has the result which
    /// the string is a part of, and an adapter is still reading it.
    static FOR_APP: RefCell<(Vec<u8>, List)> = const { RefCell::new((Vec::new(), List::EMPTY)) };
}

/// Decodes a string of the app, which was copied here. The length is in code units. Lone surrogates trap, as in the
/// component model.
#[unsafe(export_name = "vfs-compose:linked#from-utf16")]
extern "C" fn from_utf16(pointer: *const u16, length: usize) -> *const List {
    let units = abi::list(pointer, length).iter().copied();
    let characters = char::decode_utf16(units).map(|character| character.unwrap_or_else(|_| abi::trap()));
    Area::put(abi::utf8(characters))
}

/// Decodes a string of the app, which was copied here. The length is in bytes of Latin-1, or with [`UTF16`] in code
/// units.
#[unsafe(export_name = "vfs-compose:linked#from-latin1-or-utf16")]
extern "C" fn from_latin1_or_utf16(pointer: *const u16, length: usize) -> *const List {
    if length & UTF16 != 0 {
        return from_utf16(pointer, length & !UTF16);
    }
    let bytes = abi::list(pointer.cast::<u8>(), length).iter();
    Area::put(abi::utf8(bytes.map(|byte| char::from(*byte))))
}

/// Encodes a string of the vfs for the app. The length is in code units.
#[unsafe(export_name = "vfs-compose:linked#to-utf16")]
extern "C" fn to_utf16(pointer: *const u8, length: usize) -> *const List {
    let text = abi::string(pointer, length);
    // Each code unit comes from at least one byte of UTF-8.
    for_app(2 * length, |bytes| {
        text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
        bytes.len() / 2
    })
}

/// Encodes a string of the vfs for the app: in Latin-1 if that has all its characters. Lengths are as in
/// [`from_latin1_or_utf16`].
#[unsafe(export_name = "vfs-compose:linked#to-latin1-or-utf16")]
extern "C" fn to_latin1_or_utf16(pointer: *const u8, length: usize) -> *const List {
    let text = abi::string(pointer, length);
    if !text.chars().all(|character| u8::try_from(character).is_ok()) {
        return for_app(2 * length, |bytes| {
            text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
            (bytes.len() / 2) | UTF16
        });
    }
    for_app(length, |bytes| {
        bytes.extend(text.chars().filter_map(|character| u8::try_from(character).ok()));
        bytes.len()
    })
}

/// Stores at most `size` bytes for the app. `fill` appends them and returns the length that the app sees.
fn for_app(size: usize, fill: impl FnOnce(&mut Vec<u8>) -> usize) -> *const List {
    local::with(&FOR_APP, |(bytes, list)| {
        bytes.clear();
        if bytes.try_reserve(size).is_err() {
            abi::trap();
        }
        let length = fill(bytes);
        *list = List { pointer: bytes.as_ptr(), length };
        &raw const *list
    })
}
