//! The two memories, and copies of fixed size between them.

use wasm_encoder::MemArg;

use super::body::Body;

/// Index of the vfs's memory in an adapter module.
pub const VFS: u32 = 0;
/// Index of the app's memory in an adapter module.
pub const APP: u32 = 1;

/// Up to this size, loads and stores are faster than `memory.copy`, which calls out of compiled code.
const UNROLLED: u32 = 128;

/// An address in a memory.
#[derive(Clone, Copy)]
pub struct Place {
    /// The index of the memory.
    pub memory: u32,
    /// The index of the local that holds the address.
    pub local: u32,
}

/// Returns the operand of a load or store at an offset from a place. `align` is its alignment, a power of two up to 8.
pub fn at(place: Place, offset: u32, align: u32) -> MemArg {
    MemArg { offset: offset.into(), align: align.trailing_zeros(), memory_index: place.memory }
}

/// Copies `size` bytes between places that are both aligned to `align`.
pub fn copy(body: &mut Body, to: Place, from: Place, size: u32, align: u32) {
    if size > UNROLLED {
        body.code().local_get(to.local).local_get(from.local).i32_const(size.cast_signed());
        body.code().memory_copy(to.memory, from.memory);
        return;
    }
    let mut offset = 0;
    while offset < size {
        let step = [8, 4, 2, 1].into_iter().find(|step| offset + step <= size).unwrap_or(1);
        let align = step.min(align);
        let (to_arg, from_arg) = (at(to, offset, align), at(from, offset, align));
        let mut code = body.code();
        code.local_get(to.local).local_get(from.local);
        match step {
            8 => code.i64_load(from_arg).i64_store(to_arg),
            4 => code.i32_load(from_arg).i32_store(to_arg),
            2 => code.i32_load16_u(from_arg).i32_store16(to_arg),
            _ => code.i32_load8_u(from_arg).i32_store8(to_arg),
        };
        offset += step;
    }
}

/// Pushes an integer of 1, 2 or 4 bytes.
pub fn load(body: &mut Body, from: Place, offset: u32, bytes: u32) {
    let arg = at(from, offset, bytes);
    let mut code = body.code();
    code.local_get(from.local);
    match bytes {
        1 => code.i32_load8_u(arg),
        2 => code.i32_load16_u(arg),
        _ => code.i32_load(arg),
    };
}

/// Stores an integer of 1, 2 or 4 bytes. The address and the value are on the stack.
pub fn store(body: &mut Body, to: Place, offset: u32, bytes: u32) {
    let arg = at(to, offset, bytes);
    match bytes {
        1 => body.code().i32_store8(arg),
        2 => body.code().i32_store16(arg),
        _ => body.code().i32_store(arg),
    };
}
