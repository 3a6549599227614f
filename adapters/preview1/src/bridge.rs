//! The bridge: a module with the program's memory, by which `over-wasi` reaches it.
//!
//! Contents of files cross in one copy: the host reads from and writes to the program's memory, because the bridge calls
//! it. The 16 bytes of the host's answer have to lie in that memory too. They are lent from the program outside of its
//! buffer, and put back before the call returns.

use vfs_abi::names::program::{MEMORY, MODULE as PROGRAM};
use vfs_compose_ir::core_module::Import;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, ImportSection, InstructionSink, MemArg, MemoryType, Module, TypeSection, ValType,
};

/// The name by which it imports functions of WASI.
pub(crate) const WASI: &str = "wasi";
/// Its function that gives the program's buffer to the canonical ABI.
pub(crate) const REALLOC: &str = "realloc";

use ValType::{I32, I64};

/// A function of the host that a function of the bridge calls.
pub(crate) struct Lent {
    /// The function of the bridge.
    pub(crate) bridge: &'static str,
    /// The host's, without a version.
    pub(crate) import: Import,
    /// Its core parameters. It has no results.
    pub(crate) params: &'static [ValType],
    /// Whether its result is a list, so that it needs a `realloc`.
    pub(crate) returns_list: bool,
}

/// Returns the host functions that the bridge calls for these functions of its own.
pub(crate) fn imports(functions: &[String]) -> Vec<Lent> {
    let all: [(&str, &str, &str, &[ValType]); 4] = [
        ("read", "wasi:filesystem/types", "[method]descriptor.read", &[I32, I64, I64, I32]),
        ("write", "wasi:filesystem/types", "[method]descriptor.write", &[I32, I32, I32, I64, I32]),
        ("write-stream", "wasi:io/streams", "[method]output-stream.write", &[I32, I32, I32, I32]),
        (
            "write-stream-and-flush",
            "wasi:io/streams",
            "[method]output-stream.blocking-write-and-flush",
            &[I32, I32, I32, I32],
        ),
    ];
    let wanted = all.into_iter().filter(|(bridge, ..)| functions.iter().any(|name| name == bridge));
    let lent = wanted.map(|(bridge, module, name, params)| Lent {
        bridge,
        import: Import { module: module.into(), name: name.into() },
        params,
        returns_list: bridge == "read",
    });
    lent.collect()
}

/// Bytes that are lent from the program for an answer of the host.
const ANSWER: i32 = 16;
/// Globals: the program's buffer that is being read to.
const TARGET: u32 = 0;
const ROOM: u32 = 1;

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 0, memory_index: 0 }
}

/// Generates the module with these functions.
pub(crate) fn make(wanted: &[String]) -> Vec<u8> {
    let lent = imports(wanted);
    let mut module = Builder::default();
    let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    module.imports.import(PROGRAM, MEMORY, EntityType::Memory(memory));
    for one in &lent {
        let ty = module.ty(one.params, &[]);
        module.imports.import(WASI, &one.import.name, EntityType::Function(ty));
    }
    module.count = lent.len() as u32;
    for name in wanted {
        let host = lent.iter().position(|one| one.bridge == name).unwrap_or(0) as u32;
        module.add(name, host);
    }
    if lent.iter().any(|one| one.returns_list) {
        module.add(REALLOC, 0);
    }
    module.finish()
}

#[derive(Default)]
struct Builder {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    exports: ExportSection,
    code: CodeSection,
    /// How many functions there are.
    count: u32,
}

impl Builder {
    fn ty(&mut self, params: &[ValType], results: &[ValType]) -> u32 {
        self.types.ty().function(params.iter().copied(), results.iter().copied());
        self.types.len() - 1
    }

    /// Adds a function, which calls the host function with a number if it is one of those that do.
    fn add(&mut self, name: &str, host: u32) {
        type Body = fn(&mut InstructionSink<'_>, u32);
        type Code = (&'static [ValType], &'static [ValType], &'static [(u32, ValType)], Body);
        let (params, results, locals, body): Code = match name {
            "size" => (&[], &[I64], &[], |code, _| {
                code.memory_size(0).i64_extend_i32_u().i64_const(16).i64_shl();
            }),
            "load8" => (&[I32], &[I32], &[], |code, _| {
                code.local_get(0).i32_load8_u(at(0));
            }),
            "load32" => (&[I32], &[I32], &[], |code, _| {
                code.local_get(0).i32_load(at(0));
            }),
            "load64" => (&[I32], &[I64], &[], |code, _| {
                code.local_get(0).i64_load(at(0));
            }),
            "store8" => (&[I32, I32], &[], &[], |code, _| {
                code.local_get(0).local_get(1).i32_store8(at(0));
            }),
            "store32" => (&[I32, I32], &[], &[], |code, _| {
                code.local_get(0).local_get(1).i32_store(at(0));
            }),
            "store64" => (&[I32, I64], &[], &[], |code, _| {
                code.local_get(0).local_get(1).i64_store(at(0));
            }),
            "read" => (&[I32, I32, I64, I32], &[I64], LOCALS, read),
            "write" => (&[I32, I32, I32, I64], &[I64], LOCALS, write),
            "write-stream" | "write-stream-and-flush" => (&[I32, I32, I32], &[I64], LOCALS, write_stream),
            _ => (&[I32, I32, I32, I32], &[I32], &[], realloc),
        };
        let ty = self.ty(params, results);
        self.functions.function(ty);
        let mut function = Function::new(locals.iter().copied());
        let mut code = function.instructions();
        body(&mut code, host);
        code.end();
        self.code.function(&function);
        self.exports.export(name, ExportKind::Func, self.count);
        self.count += 1;
    }

    fn finish(self) -> Vec<u8> {
        let mut globals = GlobalSection::new();
        for _ in [TARGET, ROOM] {
            let ty = GlobalType { val_type: I32, mutable: true, shared: false };
            globals.global(ty, &ConstExpr::i32_const(0));
        }
        let Self { types, imports, functions, exports, code, .. } = self;
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&globals);
        module.section(&exports).section(&code);
        module.finish()
    }
}

/// Locals of the functions that lend memory: the address of the answer, the bytes that are there, the result.
const LOCALS: &[(u32, ValType)] = &[(1, I32), (3, I64)];

/// The locals of a function with this many parameters.
struct Locals {
    answer: u32,
    first: u32,
    second: u32,
    result: u32,
}

const fn after(params: u32) -> Locals {
    Locals { answer: params, first: params + 1, second: params + 2, result: params + 3 }
}

/// Chooses where the answer goes, and keeps what is there. `address` and `length` are the locals of the buffer; if the
/// buffer leaves no room in memory, its length is reduced.
fn lend(code: &mut InstructionSink<'_>, locals: &Locals, address: u32, length: u32) {
    // Before the buffer, at the start of memory, or after it, aligned to 8.
    code.local_get(address).i32_const(ANSWER).i32_lt_u().if_(BlockType::Empty);
    code.local_get(address).i64_extend_i32_u().local_get(length).i64_extend_i32_u().i64_add();
    code.i64_const(7).i64_add().i64_const(-8).i64_and().local_tee(locals.first);
    code.i64_const(ANSWER.into()).i64_add();
    code.memory_size(0).i64_extend_i32_u().i64_const(16).i64_shl().i64_gt_u().if_(BlockType::Empty);
    // The buffer has all of memory, of which the end is used.
    code.memory_size(0).i32_const(16).i32_shl().i32_const(ANSWER).i32_sub().local_tee(locals.answer);
    code.local_get(address).i32_sub().local_set(length);
    code.else_().local_get(locals.first).i32_wrap_i64().local_set(locals.answer).end().end();
    code.local_get(locals.answer).i64_load(at(0)).local_set(locals.first);
    code.local_get(locals.answer).i64_load(at(8)).local_set(locals.second);
}

/// Puts back what was in memory.
fn put_back(code: &mut InstructionSink<'_>, locals: &Locals) {
    code.local_get(locals.answer).local_get(locals.first).i64_store(at(0));
    code.local_get(locals.answer).local_get(locals.second).i64_store(at(8));
    code.local_get(locals.result);
}

/// Pushes the result for an error: the case at this offset of the answer, plus 1, in the upper half.
fn error(code: &mut InstructionSink<'_>, locals: &Locals, offset: u64) {
    code.local_get(locals.answer).i64_load8_u(at(offset)).i64_const(1).i64_add().i64_const(32).i64_shl();
}

/// `read(file, length, offset, to)`: `descriptor.read`.
fn read(code: &mut InstructionSink<'_>, host: u32) {
    let [file, length, offset, to] = [0, 1, 2, 3];
    let locals = after(4);
    lend(code, &locals, to, length);
    code.local_get(to).global_set(TARGET).local_get(length).global_set(ROOM);
    code.local_get(file).local_get(length).i64_extend_i32_u().local_get(offset).local_get(locals.answer).call(host);
    // No more is asked for, and none is left for another list.
    code.i32_const(0).global_set(ROOM);
    code.local_get(locals.answer).i32_load8_u(at(0)).if_(BlockType::Result(I64));
    error(code, &locals, 4);
    code.else_().local_get(locals.answer).i64_load32_u(at(8)).end().local_set(locals.result);
    put_back(code, &locals);
}

/// `write(file, from, length, offset)`: `descriptor.write`.
fn write(code: &mut InstructionSink<'_>, host: u32) {
    let [file, from, length, offset] = [0, 1, 2, 3];
    let locals = after(4);
    lend(code, &locals, from, length);
    code.local_get(file).local_get(from).local_get(length).local_get(offset).local_get(locals.answer).call(host);
    code.local_get(locals.answer).i32_load8_u(at(0)).if_(BlockType::Result(I64));
    error(code, &locals, 8);
    code.else_().local_get(locals.answer).i64_load32_u(at(8)).end().local_set(locals.result);
    put_back(code, &locals);
}

/// `write-stream(stream, from, length)`: `output-stream.write` or `blocking-write-and-flush`. The result of an error
/// has the handle of a resource `error` in the lower half.
fn write_stream(code: &mut InstructionSink<'_>, host: u32) {
    let [stream, from, length] = [0, 1, 2];
    let locals = after(3);
    lend(code, &locals, from, length);
    code.local_get(stream).local_get(from).local_get(length).local_get(locals.answer).call(host);
    code.local_get(locals.answer).i32_load8_u(at(0)).if_(BlockType::Result(I64));
    error(code, &locals, 4);
    code.local_get(locals.answer).i64_load32_u(at(8)).i64_or();
    code.else_().i64_const(0).end().local_set(locals.result);
    put_back(code, &locals);
}

/// `realloc(old, old_size, align, size)` for the list that `read` returns: the program's buffer, once.
fn realloc(code: &mut InstructionSink<'_>, _: u32) {
    let size = 3;
    code.local_get(size).global_get(ROOM).i32_gt_u().if_(BlockType::Empty).unreachable().end();
    code.i32_const(0).global_set(ROOM).global_get(TARGET);
}
