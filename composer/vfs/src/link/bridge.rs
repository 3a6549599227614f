//! Generates the bridge: the module through which the vfs reaches the memory of a program of preview1. It has both
//! memories.
//!
//! ```text
//! vfs "memory" ──────┐                ┌─▶ size          bytes of the program's memory
//!                    ├─▶ the bridge ──┼─▶ copy-in       from the program to the vfs
//! program "memory" ──┘                ├─▶ copy-out      from the vfs to the program
//!                                     └─▶ load, store   a number of the program
//! ```
//!
//! Most copies are of a few bytes: a number, a structure, a path. `memory.copy` between two memories calls the engine,
//! so those are loads and stores. Whoever calls has checked the addresses; an address outside of a memory traps all the
//! same.

use vfs_abi::names::program::{COPY_IN, COPY_OUT, LOAD, MEMORY, MODULE, SIZE, STORE};
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    InstructionSink, MemArg, MemoryType, Module, TypeSection, ValType,
};

/// The import that is the vfs: its memory.
pub const VFS: &str = "vfs";
/// The most bytes that are copied by loads and stores.
const SHORT: i32 = 64;
/// Bits of the size of a memory page.
const PAGE_BITS: i64 = 16;

/// A memory of the bridge.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    Vfs = 0,
    Program = 1,
}

/// Generates the bridge. It imports the memory of the vfs as [`VFS`], [`MEMORY`], and that of the program as [`MODULE`],
/// [`MEMORY`]. If the program has none, it imports nothing: the size is 0, and copies trap.
#[must_use]
pub fn bridge(has_memory: bool) -> Vec<u8> {
    const SIZE_TYPE: u32 = 0;
    const COPY_TYPE: u32 = 1;
    const LOAD_TYPE: u32 = 2;
    const STORE_TYPE: u32 = 3;
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    types.ty().function([], [ValType::I64]);
    types.ty().function([ValType::I32; 3], []);
    types.ty().function([ValType::I32], [ValType::I64]);
    types.ty().function([ValType::I32; 2], []);
    if has_memory {
        let any = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
        imports.import(VFS, MEMORY, EntityType::Memory(any));
        imports.import(MODULE, MEMORY, EntityType::Memory(any));
    }
    let all = [
        (SIZE, SIZE_TYPE, size(has_memory)),
        (COPY_IN, COPY_TYPE, copy(has_memory, Memory::Program, Memory::Vfs)),
        (COPY_OUT, COPY_TYPE, copy(has_memory, Memory::Vfs, Memory::Program)),
        (LOAD, LOAD_TYPE, load(has_memory)),
        (STORE, STORE_TYPE, store(has_memory)),
    ];
    for (number, (name, ty, body)) in (0..).zip(all) {
        functions.function(ty);
        exports.export(name, ExportKind::Func, number);
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}

fn size(has_memory: bool) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    if has_memory {
        code.memory_size(Memory::Program as u32).i64_extend_i32_u().i64_const(PAGE_BITS).i64_shl();
    } else {
        code.i64_const(0);
    }
    code.end();
    body
}

/// Generates a load. Its parameter is the address.
fn load(has_memory: bool) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    if has_memory {
        code.local_get(0).i64_load(at(Memory::Program));
    } else {
        code.unreachable();
    }
    code.end();
    body
}

/// Generates a store. Its parameters are the number, and the address.
fn store(has_memory: bool) -> Function {
    let mut body = Function::new([]);
    let mut code = body.instructions();
    if has_memory {
        code.local_get(1).local_get(0).i32_store(at(Memory::Program));
    } else {
        code.unreachable();
    }
    code.end();
    body
}

/// Generates a copy. Its parameters are two addresses, `from` and `to`, and the length.
fn copy(has_memory: bool, from: Memory, to: Memory) -> Function {
    const FROM: u32 = 0;
    const TO: u32 = 1;
    const LENGTH: u32 = 2;
    /// How many bytes were copied, in words.
    const DONE: u32 = 3;
    let mut body = Function::new([(1, ValType::I32)]);
    let mut code = body.instructions();
    if !has_memory {
        code.unreachable().end();
        return body;
    }
    code.local_get(LENGTH).i32_const(SHORT).i32_gt_u().if_(BlockType::Empty);
    code.local_get(TO).local_get(FROM).local_get(LENGTH).memory_copy(to as u32, from as u32).return_().end();
    // Whole words, and then the last word, which may overlap the one before.
    code.local_get(LENGTH).i32_const(8).i32_ge_u().if_(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(TO).local_get(DONE).i32_add().local_get(FROM).local_get(DONE).i32_add();
    move_one(&mut code, Width::Eight, from, to);
    code.local_get(DONE).i32_const(8).i32_add().local_tee(DONE);
    code.local_get(LENGTH).i32_const(8).i32_sub().i32_le_u().br_if(0).end();
    move_last(&mut code, Width::Eight, from, to);
    code.return_().end();
    // Fewer bytes than a word: the first and the last of them.
    for width in [Width::Four, Width::Two] {
        code.local_get(LENGTH).i32_const(width as i32).i32_ge_u().if_(BlockType::Empty);
        code.local_get(TO).local_get(FROM);
        move_one(&mut code, width, from, to);
        move_last(&mut code, width, from, to);
        code.return_().end();
    }
    code.local_get(LENGTH).if_(BlockType::Empty).local_get(TO).local_get(FROM);
    move_one(&mut code, Width::One, from, to);
    code.end().end();
    return body;

    /// Moves the last bytes.
    fn move_last(code: &mut InstructionSink<'_>, width: Width, from: Memory, to: Memory) {
        for address in [TO, FROM] {
            code.local_get(address).local_get(LENGTH).i32_add().i32_const(width as i32).i32_sub();
        }
        move_one(code, width, from, to);
    }
}

/// Bytes that one load and one store move.
#[derive(Clone, Copy)]
enum Width {
    One = 1,
    Two = 2,
    Four = 4,
    Eight = 8,
}

/// Moves a number. Where it goes and where it comes from are on the stack.
fn move_one(code: &mut InstructionSink<'_>, width: Width, from: Memory, to: Memory) {
    match width {
        Width::One => code.i32_load8_u(at(from)).i32_store8(at(to)),
        Width::Two => code.i32_load16_u(at(from)).i32_store16(at(to)),
        Width::Four => code.i32_load(at(from)).i32_store(at(to)),
        Width::Eight => code.i64_load(at(from)).i64_store(at(to)),
    };
}

/// Returns an address on the stack, which nobody has aligned.
fn at(memory: Memory) -> MemArg {
    MemArg { offset: 0, align: 0, memory_index: memory as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmtime::{Engine, Extern, Instance, Memory, MemoryType, Module, Store, TypedFunc};

    const PAGE: usize = 65_536;

    /// A bridge between two memories of one page, and its functions.
    struct Bridged {
        store: Store<()>,
        vfs: Memory,
        program: Memory,
        size: TypedFunc<(), i64>,
        copy_in: TypedFunc<(i32, i32, i32), ()>,
        copy_out: TypedFunc<(i32, i32, i32), ()>,
        load: TypedFunc<i32, i64>,
        put: TypedFunc<(i32, i32), ()>,
    }

    fn bridged(has_memory: bool) -> Bridged {
        let engine = Engine::default();
        let module = Module::new(&engine, bridge(has_memory)).unwrap();
        let mut store = Store::new(&engine, ());
        let [vfs, program] = [(); 2].map(|()| Memory::new(&mut store, MemoryType::new(1, Some(2))).unwrap());
        let imports: Vec<_> = module.imports().map(|import| (import.module().to_owned(), import.name())).collect();
        let imports = imports.iter().map(|(module, name)| {
            assert_eq!(*name, "memory");
            match module.as_str() {
                "vfs" => Extern::Memory(vfs),
                "program" => Extern::Memory(program),
                other => panic!("{other}"),
            }
        });
        let imports: Vec<_> = imports.collect();
        assert_eq!(imports.len(), if has_memory { 2 } else { 0 });
        let instance = Instance::new(&mut store, &module, &imports).unwrap();
        let size = instance.get_typed_func(&mut store, "size").unwrap();
        let copy_in = instance.get_typed_func(&mut store, "copy-in").unwrap();
        let copy_out = instance.get_typed_func(&mut store, "copy-out").unwrap();
        let load = instance.get_typed_func(&mut store, "load").unwrap();
        let put = instance.get_typed_func(&mut store, "store").unwrap();
        Bridged { store, vfs, program, size, copy_in, copy_out, load, put }
    }

    /// Bytes that differ from those around them.
    fn pattern(seed: usize) -> Vec<u8> {
        (0..PAGE).map(|place| (place * 31 + place / 251 + seed) as u8).collect()
    }

    #[test]
    fn copies_are_exact_for_every_length() {
        let mut bridged = bridged(true);
        let lengths = (0..=2 * SHORT as usize).chain([1000, 4096, 32_768]);
        for (length, shift) in lengths.flat_map(|length| (0..8).map(move |shift| (length, shift))) {
            for is_in in [true, false] {
                let (from, to) = (pattern(1), pattern(7));
                let (source, place) = (100 + shift, 30_000 + 3 * shift);
                let (from_memory, to_memory, copy) = match is_in {
                    true => (bridged.program, bridged.vfs, &bridged.copy_in),
                    false => (bridged.vfs, bridged.program, &bridged.copy_out),
                };
                from_memory.write(&mut bridged.store, 0, &from).unwrap();
                to_memory.write(&mut bridged.store, 0, &to).unwrap();
                copy.call(&mut bridged.store, (source as i32, place as i32, length as i32)).unwrap();
                let mut expected = to;
                expected[place..][..length].copy_from_slice(&from[source..][..length]);
                assert!(to_memory.data(&bridged.store) == expected, "{length} bytes, {is_in}");
                assert!(from_memory.data(&bridged.store) == from, "{length} bytes, {is_in}");
            }
        }
    }

    #[test]
    fn copies_reach_the_end_and_not_further() {
        let mut bridged = bridged(true);
        for length in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 4096] {
            let last = PAGE as i32 - length;
            for copy in [&bridged.copy_in, &bridged.copy_out] {
                copy.call(&mut bridged.store, (last, last, length)).unwrap();
                assert!(copy.call(&mut bridged.store, (last + 1, 0, length)).is_err(), "{length} bytes");
                assert!(copy.call(&mut bridged.store, (0, last + 1, length)).is_err(), "{length} bytes");
                assert!(copy.call(&mut bridged.store, (-1, 0, length)).is_err(), "{length} bytes");
            }
        }
    }

    #[test]
    fn numbers_are_those_of_the_program() {
        let mut bridged = bridged(true);
        let bytes = pattern(1);
        for address in [0, 1, 7, 8, 1003, PAGE - 8] {
            bridged.program.write(&mut bridged.store, 0, &bytes).unwrap();
            let number = bridged.load.call(&mut bridged.store, address as i32).unwrap();
            assert_eq!(number.to_le_bytes(), bytes[address..][..8]);
            bridged.put.call(&mut bridged.store, (0x0403_0201, address as i32 + 4)).unwrap();
            let mut expected = bytes.clone();
            expected[address + 4..][..4].copy_from_slice(&[1, 2, 3, 4]);
            assert!(bridged.program.data(&bridged.store) == expected, "{address}");
        }
        let end = PAGE as i32;
        assert!(bridged.load.call(&mut bridged.store, end - 7).is_err());
        assert!(bridged.put.call(&mut bridged.store, (0, end - 3)).is_err());
        assert!(bridged.vfs.data(&bridged.store).iter().all(|byte| *byte == 0));
    }

    #[test]
    fn the_size_is_the_programs_and_in_bytes() {
        let mut bridged = bridged(true);
        assert_eq!(bridged.size.call(&mut bridged.store, ()).unwrap(), PAGE as i64);
        bridged.program.grow(&mut bridged.store, 1).unwrap();
        assert_eq!(bridged.size.call(&mut bridged.store, ()).unwrap(), 2 * PAGE as i64);
    }

    #[test]
    fn without_a_memory_there_are_no_bytes() {
        let mut bridged = bridged(false);
        assert_eq!(bridged.size.call(&mut bridged.store, ()).unwrap(), 0);
        for copy in [&bridged.copy_in, &bridged.copy_out] {
            assert!(copy.call(&mut bridged.store, (0, 0, 0)).is_err());
        }
        assert!(bridged.load.call(&mut bridged.store, 0).is_err());
        assert!(bridged.put.call(&mut bridged.store, (0, 0)).is_err());
    }
}
