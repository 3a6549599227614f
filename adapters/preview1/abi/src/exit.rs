//! How a program ends.

/// Returns the code with which a process ends after `proc_exit`: the code itself up to 255; above, the low byte, as in
/// POSIX, where `return -1` of C is 255. A failure stays one: a code that is not 0 never becomes 0.
#[must_use]
pub const fn exit_code(code: u32) -> u8 {
    match code {
        0 => 0,
        _ if code as u8 == 0 => 1,
        _ => code as u8,
    }
}
