//! Results, from the vfs to the app. One that is a core value comes back as it is: an owned handle already has its tag. Any other is
//! somewhere in the vfs's memory, and goes to where the app wants it.

use wasm_encoder::ValType;
use wit_parser::Type;

use super::Context;
use super::body::Body;
use super::fix::{self, Direction};
use super::layout::{Element, Unsupported};
use super::memory::{self, APP, Place, VFS};

/// Traps unless the app can take the result where it says.
pub(super) fn check_place(context: &Context<'_>, body: &mut Body, ty: Type, address: u32) {
    let Element { size, align, .. } = context.layout.element(ty);
    body.trap_if_misaligned(address, align);
    body.code().local_get(address).i64_const(size.into()).call(context.functions.inside);
}

/// Brings the result, whose address in the vfs's memory is on the stack, to an address of the app.
pub(super) fn bring(context: &Context<'_>, body: &mut Body, ty: Type, address: u32) -> Result<(), Unsupported> {
    let from = body.local(ValType::I32);
    body.code().local_set(from);
    let (to, source) = (Place { memory: APP, local: address }, Place { memory: VFS, local: from });
    let Element { size, align, .. } = context.layout.element(ty);
    memory::copy(body, to, source, size, align);
    fix::value(context, body, Direction::Out { from }, ty, address, 0)
}
