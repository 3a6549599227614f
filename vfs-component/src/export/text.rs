//! What only the linked form calls, for an app whose strings are not in UTF-8: from its encoding and to it. With a component boundary
//! between app and vfs it is the engine that does so.

use core::cell::RefCell;

use crate::abi::{self, Area, List};

/// In a length of `latin1+utf16`: the string is UTF-16, not Latin-1.
const UTF16: usize = 1 << 31;

thread_local! {
    /// The last string that was made for the app, and where it is. Not in the area: there the answer lies that it is a part of, which
    /// glue has not read to its end.
    static FOR_APP: RefCell<(Vec<u8>, List)> = const { RefCell::new((Vec::new(), List::EMPTY)) };
}

/// A string of the app's, which has been copied here; the length is in code units. Lone surrogates trap, as the component model has it.
#[unsafe(export_name = "vfs-compose:linked#from-utf16")]
extern "C" fn from_utf16(pointer: *const u16, length: usize) -> *const List {
    let units = abi::list(pointer, length).iter().copied();
    let characters = char::decode_utf16(units).map(|character| character.unwrap_or_else(|_| abi::trap()));
    Area::put(abi::utf8(characters))
}

/// The same; the length is in bytes of Latin-1, or with [`UTF16`] in code units.
#[unsafe(export_name = "vfs-compose:linked#from-latin1-or-utf16")]
extern "C" fn from_latin1_or_utf16(pointer: *const u16, length: usize) -> *const List {
    if length & UTF16 != 0 {
        return from_utf16(pointer, length & !UTF16);
    }
    let bytes = abi::list(pointer.cast::<u8>(), length).iter();
    Area::put(abi::utf8(bytes.map(|byte| char::from(*byte))))
}

/// A string of the vfs's, as the app wants it; the length is in code units.
#[unsafe(export_name = "vfs-compose:linked#to-utf16")]
extern "C" fn to_utf16(pointer: *const u8, length: usize) -> *const List {
    let text = abi::string(pointer, length);
    // No code unit is of less than one byte of UTF-8.
    for_app(2 * length, |bytes| {
        text.encode_utf16().for_each(|unit| bytes.extend(unit.to_le_bytes()));
        bytes.len() / 2
    })
}

/// The same; Latin-1 where that has all characters, with a length as in [`from_latin1_or_utf16`].
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

/// Bytes, at most `size` of them, and the length that `fill` says they have for the app.
fn for_app(size: usize, fill: impl FnOnce(&mut Vec<u8>) -> usize) -> *const List {
    FOR_APP.with_borrow_mut(|(bytes, list)| {
        bytes.clear();
        if bytes.try_reserve(size).is_err() {
            abi::trap();
        }
        let length = fill(bytes);
        *list = List { pointer: bytes.as_ptr(), length };
        &raw const *list
    })
}
