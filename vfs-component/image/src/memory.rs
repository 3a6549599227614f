//! Fallible allocation: whoever fills a tree decides how much memory the writer needs.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::string::String;
use alloc::vec::Vec;

/// Appends an item.
pub(crate) fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), TryReserveError> {
    list.try_reserve(1)?;
    list.push(item);
    Ok(())
}

/// Makes a list of `length` default items.
pub(crate) fn filled<T: Clone + Default>(length: usize) -> Result<Vec<T>, TryReserveError> {
    let mut list = Vec::new();
    list.try_reserve_exact(length)?;
    list.resize(length, T::default());
    Ok(list)
}

/// Copies bytes.
pub(crate) fn boxed(bytes: &[u8]) -> Result<Box<[u8]>, TryReserveError> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())?;
    copy.extend_from_slice(bytes);
    Ok(copy.into_boxed_slice())
}

/// Appends text.
pub(crate) fn push_str(text: &mut String, more: &str) -> Result<(), TryReserveError> {
    text.try_reserve(more.len())?;
    text.push_str(more);
    Ok(())
}

/// Appends bytes as text, replacing what is not UTF-8.
pub(crate) fn push_lossy(text: &mut String, bytes: &[u8]) -> Result<(), TryReserveError> {
    for chunk in bytes.utf8_chunks() {
        push_str(text, chunk.valid())?;
        if !chunk.invalid().is_empty() {
            push_str(text, "\u{fffd}")?;
        }
    }
    Ok(())
}
