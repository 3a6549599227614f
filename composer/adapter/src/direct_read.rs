//! Reads whose bytes the host puts straight into the app's memory, although the descriptor or stream is the vfs's.
//!
//! ```text
//! app ─▶ read ─▶ vfs     where are the bytes? ─▶ nowhere at the host: the adapter that calls the vfs
//!          │    host    descriptor.read, lowered with the app's memory and the lender's realloc
//!          └──▶ vfs     so many bytes were read (streams)
//! ```
//!
//! The host's answer for a descriptor is what the app wants of its own. That for a stream is shorter than what the host
//! writes, so the host writes it to the first bytes of the app's memory, which are put back before any code of the app
//! runs. The *lender* keeps them: it is a module of its own, because the host's function is lowered with its realloc.

use wasm_encoder::{BlockType, ConstExpr, ExportKind, GlobalType, MemArg, ValType};

use super::assembly::Assembly;
use super::body::Body;
use super::helpers::trap_if_busy;
use super::memory::{APP, Place, VFS, at, load, store};
use super::owner::{TAG, untag};
use vfs_abi::names::BUSY;
use vfs_abi::names::direct::{ADVANCE, DESCRIPTOR, STREAM};

/// The binary logarithm of the size of a page.
const PAGE_BITS: i64 = 16;
/// The host's `result<tuple<list<u8>, bool>, error-code>`: its tag, and the address and length of the bytes.
const TAG_AT: u32 = 0;
const POINTER_AT: u32 = 4;
const LENGTH_AT: u32 = 8;
const ANSWER_SIZE: i64 = 16;
/// Bytes of the app's `result<list<u8>, stream-error>`.
const STREAM_ANSWER_SIZE: i64 = 12;

/// Names in the modules.
pub mod names {
    /// The lender, among the imports of the other module.
    pub const LENDER: &str = "lender";
    /// The lender's realloc.
    pub const REALLOC: &str = "realloc";
    /// Borrows the first bytes of the app's memory.
    pub const BORROW: &str = "borrow";
    /// Puts them back. Returns whether the host has put its bytes there, too.
    pub const GIVE_BACK: &str = "give-back";
    /// The host, among the imports.
    pub const HOST: &str = "host";
    /// The host's `descriptor.read`.
    pub const READ: &str = "read";
    /// The adapters that call the vfs, among the imports.
    pub const PLAIN: &str = "plain";
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOf {
    /// `descriptor.read`.
    Descriptor,
    /// `input-stream.read` or `input-stream.blocking-read`.
    Stream,
}

/// Generates the lender. It imports `memory` and `realloc` from `app`, and the global `busy` from `vfs`.
#[must_use]
pub fn lender() -> Vec<u8> {
    const BUSY_GLOBAL: u32 = 0;
    /// What the host has written there while the app's bytes are back, and the app's bytes while they are not.
    const HALVES: [u32; 2] = [BUSY_GLOBAL + 1, BUSY_GLOBAL + 2];
    const IS_LENT: u32 = BUSY_GLOBAL + 3;
    const IS_HIT: u32 = BUSY_GLOBAL + 4;
    let mut assembly = Assembly::default();
    assembly.import_global("vfs", BUSY);
    assembly.import_memory("app");
    let realloc = [ValType::I32; 4];
    let of_app = assembly.import("app", names::REALLOC, &realloc, &realloc[..1]);
    for (val_type, zero) in [
        (ValType::I64, ConstExpr::i64_const(0)),
        (ValType::I64, ConstExpr::i64_const(0)),
        (ValType::I32, ConstExpr::i32_const(0)),
        (ValType::I32, ConstExpr::i32_const(0)),
    ] {
        assembly.globals.global(GlobalType { val_type, mutable: true, shared: false }, &zero);
    }

    let mut body = Body::new(0);
    let half = body.local(ValType::I64);
    body.code().block(BlockType::Empty).global_get(IS_LENT).i32_eqz().br_if(0);
    for (global, offset) in HALVES.into_iter().zip([0, 8]) {
        let at = MemArg { offset, align: 3, memory_index: 0 };
        body.code().i32_const(0).i64_load(at).local_set(half);
        body.code().i32_const(0).global_get(global).i64_store(at);
        body.code().local_get(half).global_set(global);
    }
    body.code().end();
    let code = body.finish();
    let swap = assembly.define("swap", &[], &[], code);

    // The app's realloc may read and change the first bytes, and the host may have put a part of its answer there before.
    let mut body = Body::new(4);
    let place = body.local(ValType::I32);
    body.code().call(swap).i32_const(1).global_set(BUSY_GLOBAL);
    push_parameters(&mut body, 4);
    body.code().call(of_app).local_set(place);
    body.code().i32_const(0).global_set(BUSY_GLOBAL).call(swap);
    let size = 3;
    body.code().local_get(place).i32_const(ANSWER_SIZE as i32).i32_lt_u();
    body.code().local_get(size).i32_const(0).i32_ne().i32_and();
    body.code().global_get(IS_HIT).i32_or().global_set(IS_HIT);
    body.code().local_get(place);
    let code = body.finish();
    let function = assembly.define(names::REALLOC, &realloc, &realloc[..1], code);
    assembly.exports.export(names::REALLOC, ExportKind::Func, function);

    let mut body = Body::new(0);
    body.code().i32_const(1).global_set(IS_LENT).call(swap);
    body.code().i32_const(0).global_set(IS_HIT);
    let code = body.finish();
    let function = assembly.define(names::BORROW, &[], &[], code);
    assembly.exports.export(names::BORROW, ExportKind::Func, function);

    let mut body = Body::new(0);
    body.code().call(swap).i32_const(0).global_set(IS_LENT);
    body.code().global_get(IS_HIT);
    let code = body.finish();
    let function = assembly.define(names::GIVE_BACK, &[], &[ValType::I32], code);
    assembly.exports.export(names::GIVE_BACK, ExportKind::Func, function);
    assembly.finish()
}

/// Generates the functions that take the places of adapters, each under the name of the one that it calls if the bytes
/// are not the host's.
///
/// It imports the global `busy`, `memory` and the functions of [`vfs_abi::names::direct`] from `vfs`, `memory` from
/// `app`, the functions of the lender, the host's `read`, and the adapters.
#[must_use]
pub fn module(reads: &[(&str, ReadOf)]) -> Vec<u8> {
    let (i32, i64) = (ValType::I32, ValType::I64);
    let mut assembly = Assembly::default();
    assembly.import_global("vfs", BUSY);
    assembly.import_memory("vfs");
    assembly.import_memory("app");
    let callees = Callees {
        of_descriptor: assembly.import("vfs", DESCRIPTOR, &[i32, i64, i64], &[i32]),
        of_stream: assembly.import("vfs", STREAM, &[i32, i64], &[i32]),
        advance: assembly.import("vfs", ADVANCE, &[i32, i64], &[]),
        borrow: assembly.import(names::LENDER, names::BORROW, &[], &[]),
        give_back: assembly.import(names::LENDER, names::GIVE_BACK, &[], &[i32]),
        host: assembly.import(names::HOST, names::READ, &[i32, i64, i64, i32], &[]),
    };
    let params = |of| match of {
        ReadOf::Descriptor => vec![i32, i64, i64, i32],
        ReadOf::Stream => vec![i32, i64, i32],
    };
    let plain: Vec<_> = reads.iter().map(|(name, of)| assembly.import(names::PLAIN, name, &params(*of), &[])).collect();
    for ((name, of), plain) in reads.iter().zip(plain) {
        let code = match of {
            ReadOf::Descriptor => callees.read_descriptor(plain),
            ReadOf::Stream => callees.read_stream(plain),
        };
        let function = assembly.define(name, &params(*of), &[], code.finish());
        assembly.exports.export(name, ExportKind::Func, function);
    }
    assembly.finish()
}

/// Indices of what the functions call.
struct Callees {
    of_descriptor: u32,
    of_stream: u32,
    advance: u32,
    borrow: u32,
    give_back: u32,
    host: u32,
}

impl Callees {
    /// Generates a read of a descriptor: its parameters are the handle, the length, the offset and where the answer
    /// goes.
    fn read_descriptor(&self, plain: u32) -> Body {
        let (handle, length, offset, answer) = (0, 1, 2, 3);
        let mut body = Body::new(4);
        let [found, count] = [(); 2].map(|()| body.local(ValType::I32));
        trap_if_busy(&mut body);
        body.code().block(BlockType::Empty);
        leave_unless_ours(&mut body, handle);
        leave_unless_inside(&mut body, answer, ANSWER_SIZE);
        body.code().local_get(handle);
        untag(&mut body);
        body.code().local_get(length).local_get(offset).call(self.of_descriptor).local_tee(found).i32_eqz().br_if(0);
        self.call_host(&mut body, found);
        body.code().local_get(answer).call(self.host);
        let answer = Place { memory: APP, local: answer };
        body.code().block(BlockType::Empty);
        load(&mut body, answer, TAG_AT, 1);
        body.code().br_if(0);
        load(&mut body, answer, LENGTH_AT, 4);
        body.code().local_set(count);
        at_most(&mut body, count, length);
        body.code().local_set(count).local_get(answer.local).local_get(count);
        store(&mut body, answer, LENGTH_AT, 4);
        body.code().end().return_().end();
        push_parameters(&mut body, 4);
        body.code().call(plain);
        body
    }

    /// Generates a read of a stream: its parameters are the handle, the length and where the answer goes.
    fn read_stream(&self, plain: u32) -> Body {
        let (handle, length, answer) = (0, 1, 2);
        let mut body = Body::new(3);
        let [found, failed, pointer, count] = [(); 4].map(|()| body.local(ValType::I32));
        let first = body.local(ValType::I32);
        trap_if_busy(&mut body);
        body.code().block(BlockType::Empty);
        leave_unless_ours(&mut body, handle);
        leave_unless_inside(&mut body, answer, STREAM_ANSWER_SIZE);
        body.code().local_get(handle);
        untag(&mut body);
        body.code().local_get(length).call(self.of_stream).local_tee(found).i32_eqz().br_if(0);
        body.code().call(self.borrow);
        self.call_host(&mut body, found);
        body.code().i32_const(0).call(self.host);
        // Of the bytes that are put back now; the local is 0.
        let borrowed = Place { memory: APP, local: first };
        load(&mut body, borrowed, TAG_AT, 1);
        body.code().local_set(failed);
        load(&mut body, borrowed, POINTER_AT, 4);
        body.code().local_set(pointer);
        load(&mut body, borrowed, LENGTH_AT, 4);
        body.code().local_set(count);
        // Errors, and the end of the file, are for the vfs to tell. What lies where the answer was is read once more.
        body.code().call(self.give_back).br_if(0);
        body.code().local_get(failed).br_if(0).local_get(count).i32_eqz().br_if(0);
        at_most(&mut body, count, length);
        body.code().local_set(count);
        body.code().local_get(handle);
        untag(&mut body);
        body.code().local_get(count).i64_extend_i32_u().call(self.advance);
        let answer = Place { memory: APP, local: answer };
        body.code().local_get(answer.local).i32_const(0);
        store(&mut body, answer, TAG_AT, 1);
        body.code().local_get(answer.local).local_get(pointer);
        store(&mut body, answer, POINTER_AT, 4);
        body.code().local_get(answer.local).local_get(count);
        store(&mut body, answer, LENGTH_AT, 4);
        body.code().return_().end();
        push_parameters(&mut body, 3);
        body.code().call(plain);
        body
    }

    /// Pushes the host's descriptor, the length and the offset.
    fn call_host(&self, body: &mut Body, found: u32) {
        // See `Direct` in the guest.
        let found = Place { memory: VFS, local: found };
        body.code().local_get(found.local).i32_load(at(found, 16, 4));
        body.code().local_get(found.local).i64_load(at(found, 8, 8));
        body.code().local_get(found.local).i64_load(at(found, 0, 8));
    }
}

/// Pushes the number of bytes that the app gets: a host that gives more than was asked for does not get it there.
fn at_most(body: &mut Body, count: u32, length: u32) {
    body.code().local_get(count).local_get(length).i32_wrap_i64();
    body.code().local_get(count).i64_extend_i32_u().local_get(length).i64_le_u().select();
}

/// Leaves the block unless a handle is the vfs's.
fn leave_unless_ours(body: &mut Body, handle: u32) {
    body.code().local_get(handle).i32_const(TAG).i32_and().i32_eqz().br_if(0);
}

/// Leaves the block unless the place of an answer is aligned and inside the app's memory.
fn leave_unless_inside(body: &mut Body, answer: u32, size: i64) {
    body.code().local_get(answer).i32_const(3).i32_and().br_if(0);
    body.code().local_get(answer).i64_extend_i32_u().i64_const(size).i64_add();
    body.code().memory_size(APP).i64_extend_i32_u().i64_const(PAGE_BITS).i64_shl().i64_gt_u().br_if(0);
}

fn push_parameters(body: &mut Body, count: u32) {
    for parameter in 0..count {
        body.code().local_get(parameter);
    }
}
