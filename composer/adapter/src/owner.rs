//! The owner of a handle. Handles of the vfs have bit 30 set. Handles of the host never do, because the canonical ABI
//! limits its handle tables to fewer entries.

use super::body::Body;

/// The bit that marks a handle of the vfs.
pub(super) const TAG: i32 = vfs_abi::HANDLE_TAG as i32;

/// Traps unless the handle on the stack is virtual.
pub(super) fn trap_unless_tagged(body: &mut Body) {
    body.code().i32_const(TAG).i32_and().i32_eqz();
    body.trap_if();
}

/// Converts the virtual handle on the stack to its rep, by clearing the tag.
pub(super) fn untag(body: &mut Body) {
    body.code().i32_const(!TAG).i32_and();
}
