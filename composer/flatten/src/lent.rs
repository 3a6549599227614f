//! Handles that one part borrows from another during a call.
//!
//! The borrower must drop each handle, which must not drop the lender's handle: both have the same number. So the
//! adapter records each loan in a list before the call, and the drops of the borrower look there first. After the call,
//! all its loans must have been dropped, as the canonical ABI requires.

use bumpalo::Bump;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, ImportSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wasmparser::{ComponentAlias, Export, ExternalKind};

use vfs_compose_adapter::component_adapter::{HEIGHT, LEND, LENT, SETTLE};
use vfs_compose_ir::{Component, Item, Space, alias, bundle, instantiate};

/// Name of the function that tells whether a drop ends a loan.
const DROPPED: &str = "dropped";
/// Size of an entry: the number of the resource, with all bits inverted once the handle was dropped, and the handle.
const ENTRY: i32 = 8;
/// The binary logarithm of the size of a page.
const PAGE_BITS: i32 = 16;

/// Adds the loan list to the component and returns its core instance.
pub(super) fn add(component: &mut Component<'_>) -> u32 {
    let module = component.add(Item::CoreModule(list().into()));
    instantiate(component, module, Vec::new())
}

/// Replaces a core function that drops handles of a resource by one that looks into the loan list first.
pub(super) fn look_first<'a>(component: &mut Component<'a>, names: &'a Bump, list: u32, resource: i32, drop: u32) {
    let Some(original) = component.get(Space::CoreFunction, drop).cloned() else { return };
    let original = component.add(original);
    let module = component.add(Item::CoreModule(dropper(resource).into()));
    let dropped = alias(component, ExternalKind::Func, list, DROPPED);
    let given = bundle(component, vec![Export { name: DROPPED, kind: ExternalKind::Func, index: dropped }]);
    let name = names.alloc_str("drop");
    let own = bundle(component, vec![Export { name, kind: ExternalKind::Func, index: original }]);
    let instance_index = instantiate(component, module, vec![(LENT, given), ("own", own)]);
    let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, instance_index, name });
    component.replace(Space::CoreFunction, drop, instead);
}

/// Generates the module that keeps the loan list.
fn list() -> Vec<u8> {
    let (number, two) = ([ValType::I32], [ValType::I32; 2]);
    let mut types = TypeSection::new();
    types.ty().function([], number);
    types.ty().function(two, []);
    types.ty().function(number, []);
    types.ty().function(two, number);
    let mut functions = FunctionSection::new();
    functions.function(0).function(1).function(2).function(3);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut globals = GlobalSection::new();
    let top = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(top, &ConstExpr::i32_const(0));
    let mut exports = ExportSection::new();
    for (name, index) in [HEIGHT, LEND, SETTLE, DROPPED].into_iter().zip(0..) {
        exports.export(name, ExportKind::Func, index);
    }
    let mut code = CodeSection::new();
    code.function(&body(0, height)).function(&body(0, lend)).function(&body(0, settle)).function(&body(2, dropped));
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals).section(&exports).section(&code);
    module.finish()
}

/// Generates a function with this number of locals besides its parameters.
fn body(locals: u32, emit: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([(locals, ValType::I32)]);
    emit(&mut function.instructions());
    function.instructions().end();
    function
}

fn at(offset: u64) -> MemArg {
    MemArg { offset, align: 2, memory_index: 0 }
}

/// Returns the length of the list.
fn height(code: &mut InstructionSink<'_>) {
    code.global_get(0);
}

/// Records a loan: a resource and a handle.
fn lend(code: &mut InstructionSink<'_>) {
    code.global_get(0).i32_const(ENTRY).i32_add().memory_size(0).i32_const(PAGE_BITS).i32_shl().i32_gt_u();
    code.if_(BlockType::Empty);
    code.i32_const(1).memory_grow(0).i32_const(-1).i32_eq().if_(BlockType::Empty).unreachable().end().end();
    code.global_get(0).local_get(0).i32_store(at(0)).global_get(0).local_get(1).i32_store(at(4));
    code.global_get(0).i32_const(ENTRY).i32_add().global_set(0);
}

/// Shortens the list to a former length. Traps if a handle in the removed part was not dropped.
fn settle(code: &mut InstructionSink<'_>) {
    code.block(BlockType::Empty).loop_(BlockType::Empty).global_get(0).local_get(0).i32_eq().br_if(1);
    code.global_get(0).i32_const(ENTRY).i32_sub().global_set(0);
    code.global_get(0).i32_load(at(0)).i32_const(0).i32_ge_s().if_(BlockType::Empty).unreachable().end();
    code.br(0).end().end();
}

/// Returns whether the list has an open loan of a resource and a handle, and marks it as dropped. Traps if all such
/// loans were dropped before.
fn dropped(code: &mut InstructionSink<'_>) {
    let (resource, handle, entry, was_there) = (0, 1, 2, 3);
    code.global_get(0).local_set(entry).block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(entry).i32_eqz().br_if(1);
    code.local_get(entry)
        .i32_const(ENTRY)
        .i32_sub()
        .local_tee(entry)
        .i32_load(at(4))
        .local_get(handle)
        .i32_ne()
        .br_if(0);
    code.local_get(entry).i32_load(at(0)).local_get(resource).i32_eq().if_(BlockType::Empty);
    code.local_get(entry).local_get(resource).i32_const(-1).i32_xor().i32_store(at(0)).i32_const(1).return_().end();
    code.local_get(entry).i32_load(at(0)).local_get(resource).i32_const(-1).i32_xor().i32_eq().if_(BlockType::Empty);
    code.i32_const(1).local_set(was_there).end().br(0).end().end();
    code.local_get(was_there).if_(BlockType::Empty).unreachable().end().i32_const(0);
}

/// Generates a module with a function that drops a handle of a resource, unless the drop ends a loan.
fn dropper(resource: i32) -> Vec<u8> {
    let (number, two) = ([ValType::I32], [ValType::I32; 2]);
    let mut types = TypeSection::new();
    types.ty().function(two, number);
    types.ty().function(number, []);
    let mut imports = ImportSection::new();
    imports.import(LENT, DROPPED, EntityType::Function(0)).import("own", "drop", EntityType::Function(1));
    let mut functions = FunctionSection::new();
    functions.function(1);
    let mut exports = ExportSection::new();
    exports.export("drop", ExportKind::Func, 2);
    let code_of = body(0, |code| {
        code.i32_const(resource).local_get(0).call(0).i32_eqz().if_(BlockType::Empty).local_get(0).call(1).end();
    });
    let mut code = CodeSection::new();
    code.function(&code_of);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
