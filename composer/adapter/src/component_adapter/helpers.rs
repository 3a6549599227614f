//! Functions that the adapters of a module call.

use wasm_encoder::{BlockType, Function, MemArg, ValType};

use super::super::body::Body;

/// The binary logarithm of the size of a page.
const PAGE_BITS: i64 = 16;
/// The highest bit of each of eight bytes. It is clear in ASCII.
const NOT_ASCII: i64 = 0x8080_8080_8080_8080_u64.cast_signed();

/// Generates a function that copies elements (address, count, size and alignment of each) into new memory of the other
/// side and returns the address of the copy. It traps unless the elements are aligned and lie inside their memory.
pub(super) fn bring(from: u32, to: u32, realloc: u32) -> Function {
    let (address, count, size, align) = (0, 1, 2, 3);
    let mut body = Body::new(4);
    let (bytes, new) = (body.local(ValType::I64), body.local(ValType::I32));
    body.trap_if_not_multiple(address, align);
    let mut code = body.code();
    code.local_get(count).i64_extend_i32_u().local_get(size).i64_extend_i32_u().i64_mul().local_tee(bytes);
    code.local_get(address).i64_extend_i32_u().i64_add();
    code.memory_size(from).i64_extend_i32_u().i64_const(PAGE_BITS).i64_shl().i64_gt_u();
    // A range of 4 GiB may lie inside the memory, but its size does not fit an i32.
    code.local_get(bytes).i64_const(32).i64_shr_u().i64_const(0).i64_ne().i32_or();
    body.trap_if();
    let mut code = body.code();
    code.i32_const(0).i32_const(0).local_get(align).local_get(bytes).i32_wrap_i64().call(realloc).local_set(new);
    body.trap_if_not_multiple(new, align);
    let mut code = body.code();
    code.local_get(new).local_get(address).local_get(bytes).i32_wrap_i64().memory_copy(to, from).local_get(new);
    body.finish()
}

/// Generates a function that traps unless bytes (address, count) in a memory are UTF-8.
pub(super) fn text(memory: u32) -> Function {
    let at = |align| MemArg { offset: 0, align, memory_index: memory };
    let (address, count) = (0, 1);
    let mut body = Body::new(2);
    let (end, byte) = (body.local(ValType::I32), body.local(ValType::I32));
    let (more, code_point, least) = (body.local(ValType::I32), body.local(ValType::I32), body.local(ValType::I32));
    let mut code = body.code();
    code.local_get(address).local_get(count).i32_add().local_set(end);
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(address).local_get(end).i32_eq().br_if(1);
    // Skip eight bytes of ASCII at once.
    code.local_get(end).local_get(address).i32_sub().i32_const(8).i32_ge_u().if_(BlockType::Empty);
    code.local_get(address).i64_load(at(0)).i64_const(NOT_ASCII).i64_and().i64_eqz().if_(BlockType::Empty);
    code.local_get(address).i32_const(8).i32_add().local_set(address).br(2).end().end();
    code.local_get(address).i32_load8_u(at(0)).local_set(byte);
    code.local_get(address).i32_const(1).i32_add().local_set(address);
    code.local_get(byte).i32_const(0x80).i32_lt_u().br_if(0);
    // The first byte of a sequence: 0xc0 to 0xf7.
    code.local_get(byte).i32_const(0xc0).i32_sub().i32_const(0x38).i32_ge_u().if_(BlockType::Empty).unreachable().end();
    code.i32_const(1).local_get(byte).i32_const(0xe0).i32_ge_u().i32_add();
    code.local_get(byte).i32_const(0xf0).i32_ge_u().i32_add().local_set(more);
    code.local_get(byte).i32_const(0x3f).local_get(more).i32_shr_u().i32_and().local_set(code_point);
    // The least code point that needs a sequence of this length.
    code.i32_const(0x80).i32_const(0x800).local_get(more).i32_const(1).i32_eq().select();
    code.i32_const(0x1_0000).local_get(more).i32_const(3).i32_ne().select().local_set(least);
    code.loop_(BlockType::Empty);
    code.local_get(address).local_get(end).i32_eq().if_(BlockType::Empty).unreachable().end();
    code.local_get(address).i32_load8_u(at(0)).local_tee(byte).i32_const(0xc0).i32_and().i32_const(0x80).i32_ne();
    code.if_(BlockType::Empty).unreachable().end();
    code.local_get(code_point).i32_const(6).i32_shl().local_get(byte).i32_const(0x3f).i32_and().i32_or();
    code.local_set(code_point);
    code.local_get(address).i32_const(1).i32_add().local_set(address);
    code.local_get(more).i32_const(1).i32_sub().local_tee(more).br_if(0).end();
    // The sequence is too long for its code point, or encodes a surrogate or a number above the last code point.
    code.local_get(code_point).local_get(least).i32_lt_u();
    code.local_get(code_point).i32_const(0xd800).i32_sub().i32_const(0x800).i32_lt_u().i32_or();
    code.local_get(code_point).i32_const(0x11_0000).i32_ge_u().i32_or();
    code.if_(BlockType::Empty).unreachable().end();
    code.br(0).end().end();
    body.finish()
}

impl Body {
    /// Traps if an address is not a multiple of an alignment. Both are in locals, and the alignment is a power of two.
    fn trap_if_not_multiple(&mut self, address: u32, align: u32) {
        self.code().local_get(address).local_get(align).i32_const(1).i32_sub().i32_and();
        self.trap_if();
    }
}
