//! Whose a handle is: the vfs's handles have bit 30 set, and the host's never do, because the canonical ABI's tables are smaller.

use super::body::Body;

/// The vfs's handles have it.
pub(super) const TAG: i32 = vfs_abi::HANDLE_TAG as i32;

/// Traps unless the handle on the stack is the vfs's.
pub(super) fn trap_unless_tagged(body: &mut Body) {
    body.code().i32_const(TAG).i32_and().i32_eqz();
    body.trap_if();
}

/// Makes the vfs's handle on the stack what the vfs knows it as.
pub(super) fn untag(body: &mut Body) {
    body.code().i32_const(!TAG).i32_and();
}
