//! Functions that the adapters of a module call.

use wasm_encoder::{Function, ValType};

use super::body::Body;
use super::memory::{APP, VFS};

/// The binary logarithm of the size of a page.
const PAGE_BITS: i64 = 16;

/// Index of the global that is set while the app's realloc runs.
pub(super) const BUSY: u32 = 0;

/// Traps while the app's realloc runs. The component model forbids calls from there, and they could overwrite the
/// result that is being copied.
pub(super) fn trap_if_busy(body: &mut Body) {
    body.code().global_get(BUSY);
    body.trap_if();
}

/// Generates a function that traps unless a range (address as i32, size in bytes as i64) lies inside the app's memory.
pub(super) fn inside() -> Function {
    let (address, bytes) = (0, 1);
    let mut body = Body::new(2);
    body.code().local_get(address).i64_extend_i32_u().local_get(bytes).i64_add();
    body.code().memory_size(APP).i64_extend_i32_u().i64_const(PAGE_BITS).i64_shl().i64_gt_u();
    // A range of 4 GiB may lie inside the memory, but its size does not fit an i32.
    body.code().local_get(bytes).i64_const(32).i64_shr_u().i64_const(0).i64_ne().i32_or();
    body.trap_if();
    body.finish()
}

/// Generates a function that copies bytes (address, size, alignment) from the app into new memory of the vfs and
/// returns the address of the copy.
pub(super) fn take(vfs_realloc: u32) -> Function {
    let (from, size, align) = (0, 1, 2);
    let mut body = Body::new(3);
    let to = body.local(ValType::I32);
    body.code().i32_const(0).i32_const(0).local_get(align).local_get(size).call(vfs_realloc).local_tee(to);
    body.code().local_get(from).local_get(size).memory_copy(VFS, APP).local_get(to);
    body.finish()
}

/// Generates a function that copies bytes (address, size, alignment) from the vfs into new memory of the app and
/// returns the address of the copy.
pub(super) fn give(app_realloc: u32) -> Function {
    let (from, size, align) = (0, 1, 2);
    let mut body = Body::new(3);
    let to = body.local(ValType::I32);
    body.code().i32_const(1).global_set(BUSY);
    body.code().i32_const(0).i32_const(0).local_get(align).local_get(size).call(app_realloc).local_set(to);
    body.code().i32_const(0).global_set(BUSY);
    body.code().local_get(to).local_get(align).i32_const(1).i32_sub().i32_and();
    body.trap_if();
    body.code().local_get(to).local_get(from).local_get(size).memory_copy(APP, VFS).local_get(to);
    body.finish()
}
