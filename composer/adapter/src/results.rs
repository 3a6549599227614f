//! Moves results from the vfs to the app. A core value is returned as it is; an own handle already has its tag. Any
//! other result lies in the vfs's memory and is copied to the app's return pointer.

use wasm_encoder::ValType;
use wit_parser::Type;

use super::Context;
use super::body::Body;
use super::layout::{Element, Unsupported};
use super::memory::{self, APP, Place, VFS};
use super::relocate::{self, Direction};

/// Traps unless the return pointer is aligned and the result fits into the app's memory there.
pub(super) fn check_place(context: &Context<'_>, body: &mut Body, ty: Type, address: u32) {
    let Element { size, align, .. } = context.layout.element(ty);
    body.trap_if_misaligned(address, align);
    body.code().local_get(address).i64_const(size.into()).call(context.functions.inside);
}

/// Copies the result, whose address in the vfs's memory is on the stack, to an address of the app.
pub(super) fn bring(context: &Context<'_>, body: &mut Body, ty: Type, address: u32) -> Result<(), Unsupported> {
    let from = body.local(ValType::I32);
    body.code().local_set(from);
    let (to, source) = (Place { memory: APP, local: address }, Place { memory: VFS, local: from });
    let Element { size, align, .. } = context.layout.element(ty);
    memory::copy(body, to, source, size, align);
    relocate::value(context, body, Direction::Out { from }, ty, address, 0)
}
