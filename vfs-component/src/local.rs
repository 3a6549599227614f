//! Values that this module has once, each used by one call at a time.

use core::cell::RefCell;
use std::thread::LocalKey;

use crate::abi;

/// Uses a value.
///
/// # Traps
/// If it is in use: the host called this module while this module called the host. A panic would say so to nobody, and
/// bring all that formats its message.
#[inline]
pub fn with<T, R>(value: &'static LocalKey<RefCell<T>>, act: impl FnOnce(&mut T) -> R) -> R {
    value.with(|value| match value.try_borrow_mut() {
        Ok(mut value) => act(&mut value),
        Err(_) => abi::trap(),
    })
}
