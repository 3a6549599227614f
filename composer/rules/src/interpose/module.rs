//! Generates the core module of the interposed component.

use std::collections::HashMap;

use wasm_encoder::{
    BlockType, ConstExpr, Elements, ExportKind, Function, GlobalType, MemoryType, RefType, TableType, ValType,
};
use wit_parser::abi::AbiVariant;
use wit_parser::{
    LiftLowerAbi, ManglingAndAbi, Resolve, ResourceIntrinsic, TypeId, TypeOwner, WasmExport, WasmExportKind,
    WasmImport, WorldKey,
};

use super::answer::{Answer, AnswerChoice, Denied};
use super::drop_arguments::{self, Drop, LetGo};
use super::ending::{self, WayOut};
use super::mentions::functions;
use super::world::{Export, Front, Imported};
use vfs_compose_adapter::Assembly;
use vfs_compose_adapter::answer::Number;
use vfs_compose_adapter::body::Body;
use vfs_compose_adapter::flat;
use vfs_compose_adapter::layout::{Encoding, Layout, core_types};
use vfs_compose_adapter::memory::{self, Place};

const ABI: ManglingAndAbi = ManglingAndAbi::Legacy(LiftLowerAbi::Sync);

/// Bytes of a memory page.
const PAGE: u32 = 1 << 16;
/// Address of results: those returned to the app, and those returned by the host.
const AREA: u32 = 16;
/// Bytes of the largest result that the host returns.
const OF_HOST: u32 = 16;
/// Alignment of the memory's parts.
const ALIGN: u32 = 16;
/// A dummy rep for handles that denied functions return; it is never read.
const NOBODY: i32 = 1;

/// The number of exit codes that `exit-with-code` can have, then that `exit` can have.
const CODES: u32 = 256;
const RESULTS: u32 = 2;

/// A denied function and its behavior.
struct Behavior<'a> {
    export: &'a Export,
    denied: Denied<'a>,
    answer: Answer,
    /// Address and size of its message.
    text: (u32, u32),
}

/// Generates the module that implements a world.
pub(super) fn module(front: &Front) -> Vec<u8> {
    let resolve = &front.resolve;
    let layout = Layout::new(resolve, Encoding::Utf8);
    let keys = keys(front);
    let all = || {
        front.exports.iter().flat_map(|export| {
            let of = move |function| (export, Denied { path: export.path.clone(), function });
            functions(resolve, &export.item).into_iter().map(of)
        })
    };
    let denied: Vec<_> = all().map(|(_, denied)| denied).collect();
    let answers =
        AnswerChoice::new(&layout, &denied, |resource| keys.get(&resource).is_some_and(|(_, is_own)| *is_own));
    let area = denied.iter().filter_map(|denied| denied.function.result).map(|ty| layout.size(ty)).max();
    let mut texts = Texts::from(AREA + area.unwrap_or(0).max(OF_HOST));
    let behaviors: Vec<_> = all()
        .map(|(export, denied)| {
            let answer = answers.of(&denied);
            let line = || ending::line(&export.path, &denied.function.name, &export.because);
            let text = match answer {
                Answer::Refuse => texts.add(&line()),
                Answer::Message(..) => texts.add(line().trim_end()),
                _ => (0, 0),
            };
            Behavior { export, denied, answer, text }
        })
        .collect();
    let mut assembly = Assembly::default();
    let way_out = import_way_out(&mut assembly, resolve, front);
    let intrinsics = import_intrinsics(&mut assembly, resolve, &layout, &keys, &behaviors);
    let heap = texts.end().next_multiple_of(ALIGN);
    let realloc = assembly.define("cabi_realloc", &[ValType::I32; 4], &[ValType::I32], realloc());
    assembly.exports.export("cabi_realloc", ExportKind::Func, realloc);
    let codes = define_exits(&mut assembly, &behaviors);
    for behavior in &behaviors {
        let function = behavior.denied.function;
        let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
        let (params, results) = (core_types(&signature.params), core_types(&signature.results));
        let body = match &behavior.answer {
            Answer::Refuse => {
                let name = ending::name(&behavior.export.path, &function.name, &behavior.export.because);
                let refuse = assembly.define(&name, &[], &[], ending::refuse(way_out, behavior.text, AREA));
                let mut body = Body::new(params.len() as u32);
                body.code().call(refuse).unreachable();
                body
            }
            Answer::Exit => exit(&mut assembly, codes, &params),
            _ => {
                let drop_arguments = LetGo { layout: &layout, drops: &intrinsics.drops };
                answer(behavior, &drop_arguments, &intrinsics, heap, signature.indirect_params)
            }
        };
        let interface = match behavior.export.item {
            wit_parser::WorldItem::Interface { .. } => Some(&behavior.export.key),
            _ => None,
        };
        let export = WasmExport::Func { interface, func: function, kind: WasmExportKind::Normal };
        let export = resolve.wasm_export_name(ABI, export);
        let number = assembly.define(&export, &params, &results, body.finish());
        assembly.exports.export(&export, ExportKind::Func, number);
    }
    define_memory(&mut assembly, texts, heap);
    assembly.finish()
}

/// For each resource, the interface that defines it, and whether the component exports that interface.
type Keys = HashMap<TypeId, (WorldKey, bool)>;

fn keys(front: &Front) -> Keys {
    let (resolve, world) = (&front.resolve, &front.resolve.worlds[front.world]);
    let find = |id, is_own| {
        let items = if is_own { &world.exports } else { &world.imports };
        let is_it = |item: &wit_parser::WorldItem| matches!(item, wit_parser::WorldItem::Interface { id: one, .. } if *one == id);
        items.iter().find(|(_, item)| is_it(item)).map(|(key, _)| (key.clone(), is_own))
    };
    let resources = resolve.types.iter().filter_map(|(resource, definition)| {
        let (wit_parser::TypeDefKind::Resource, TypeOwner::Interface(id)) = (&definition.kind, definition.owner) else {
            return None;
        };
        Some((resource, find(id, true).or_else(|| find(id, false))?))
    });
    resources.collect()
}

/// Imported core functions that drop handles and create them, by resource.
struct Intrinsics {
    drops: HashMap<TypeId, Drop>,
    new: HashMap<TypeId, u32>,
}

/// Generates a denied function that returns to the app.
fn answer(
    behavior: &Behavior<'_>,
    drop_arguments: &LetGo<'_>,
    intrinsics: &Intrinsics,
    heap: u32,
    indirect: bool,
) -> Body {
    let (resolve, function) = (drop_arguments.layout.resolve, behavior.denied.function);
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
    let params = core_types(&signature.params);
    let mut body = Body::new(params.len() as u32);
    let types: Vec<_> = function.params.iter().map(|param| param.ty).collect();
    if indirect {
        drop_arguments.record(&mut body, &types, 0);
    } else {
        drop_arguments.slots(&mut body, &types, &flat::slots(&params));
    }
    // Frees the memory of the parameters.
    body.code().i32_const(heap.cast_signed()).global_set(NEXT);
    let numbers: &[Number] = match &behavior.answer {
        Answer::Words(numbers) | Answer::Message(numbers, _) | Answer::Handle(numbers, ..) => numbers,
        Answer::Exit | Answer::Refuse => &[],
    };
    let new = |body: &mut Body, resource: &TypeId| {
        body.code().i32_const(NOBODY);
        if let Some(&new) = intrinsics.new.get(resource) {
            body.code().call(new);
        }
    };
    if !signature.retptr {
        match &behavior.answer {
            Answer::Handle(_, _, resource) => new(&mut body, resource),
            _ => {
                let value = numbers.first().map_or(0, |number| number.value);
                body.code().i32_const(value.cast_signed());
            }
        }
        return body;
    }
    let area = body.local(ValType::I32);
    let place = Place { memory: 0, local: area };
    body.code().i32_const(AREA.cast_signed()).local_set(area);
    for number in numbers {
        body.code().local_get(area).i32_const(number.value.cast_signed());
        memory::store(&mut body, place, number.offset, number.bytes);
    }
    match &behavior.answer {
        Answer::Handle(_, offset, resource) => {
            body.code().local_get(area);
            new(&mut body, resource);
            memory::store(&mut body, place, *offset, 4);
        }
        Answer::Message(_, offset) => {
            for (value, offset) in [(behavior.text.0, *offset), (behavior.text.1, offset + 4)] {
                body.code().local_get(area).i32_const(value.cast_signed());
                memory::store(&mut body, place, offset, 4);
            }
        }
        _ => {}
    }
    body.code().local_get(area);
    body
}

/// Generates a denied `exit`: calls the trapping function for the exit code. The `result` of `exit` serves as a code of
/// 0 or 1.
fn exit(assembly: &mut Assembly, codes: u32, params: &[ValType]) -> Body {
    let mut body = Body::new(params.len() as u32);
    let plain = assembly.ty(&[], &[]);
    body.code().local_get(0).i32_const((codes - 1).cast_signed()).i32_and().call_indirect(0, plain).unreachable();
    body
}

/// The global that contains the next free address.
const NEXT: u32 = 0;

/// Generates `cabi_realloc`, which allocates memory for the parameters of one call.
fn realloc() -> Function {
    let (old, old_size, _align, size) = (0, 1, 2, 3);
    let mut body = Body::new(4);
    let (new, end, pages) = (body.local(ValType::I32), body.local(ValType::I64), body.local(ValType::I32));
    let mut code = body.code();
    code.global_get(NEXT).local_tee(new).i64_extend_i32_u().local_get(size).i64_extend_i32_u().i64_add();
    code.i64_const(i64::from(ALIGN) - 1).i64_add().i64_const(-i64::from(ALIGN)).i64_and().local_set(end);
    // Grows memory by the number of missing pages.
    code.local_get(end).i64_const(i64::from(PAGE) - 1).i64_add().i64_const(16).i64_shr_u().i32_wrap_i64();
    code.memory_size(0).i32_sub().local_tee(pages).i32_const(0).i32_gt_s().if_(BlockType::Empty);
    code.local_get(pages).memory_grow(0).i32_const(-1).i32_eq().if_(BlockType::Empty).unreachable().end().end();
    code.local_get(end).i32_wrap_i64().global_set(NEXT);
    code.local_get(new).local_get(old).local_get(old_size).memory_copy(0, 0).local_get(new);
    body.finish()
}

/// The messages in memory.
struct Texts {
    first: u32,
    bytes: Vec<u8>,
}

impl Texts {
    fn from(first: u32) -> Self {
        Self { first: first.next_multiple_of(ALIGN), bytes: Vec::new() }
    }

    fn add(&mut self, text: &str) -> (u32, u32) {
        let address = self.end();
        self.bytes.extend_from_slice(text.as_bytes());
        (address, text.len() as u32)
    }

    fn end(&self) -> u32 {
        self.first + self.bytes.len() as u32
    }
}

fn import_way_out(assembly: &mut Assembly, resolve: &Resolve, front: &Front) -> WayOut {
    let mut import = |imported: &Imported| {
        let (interface, func) = (Some(&imported.key), &imported.function);
        let (module, name) = resolve.wasm_import_name(ABI, WasmImport::Func { interface, func });
        let signature = resolve.wasm_signature(AbiVariant::GuestImport, func);
        assembly.import(&module, &name, &core_types(&signature.params), &core_types(&signature.results))
    };
    let stderr = front.way_out.stderr.as_ref().map(|(get, write)| (import(get), import(write)));
    // Exits only after a message. Without stderr, the name of the trapping function is the only message.
    let exit = front.way_out.exit.as_ref().filter(|_| stderr.is_some()).map(&mut import);
    WayOut { stderr, exit }
}

/// Imports the functions that drop passed handles, and those that create returned ones.
fn import_intrinsics(
    assembly: &mut Assembly,
    resolve: &Resolve,
    layout: &Layout<'_>,
    keys: &Keys,
    behaviors: &[Behavior<'_>],
) -> Intrinsics {
    let mut intrinsics = Intrinsics { drops: HashMap::new(), new: HashMap::new() };
    let mut import = |resource: TypeId, make: bool| {
        let (key, is_own) = keys.get(&resource)?;
        let intrinsic = match (make, is_own) {
            (true, _) => ResourceIntrinsic::ExportedNew,
            (false, true) => ResourceIntrinsic::ExportedDrop,
            (false, false) => ResourceIntrinsic::ImportedDrop,
        };
        let import = WasmImport::ResourceIntrinsic { interface: Some(key), resource, intrinsic };
        let (module, name) = resolve.wasm_import_name(ABI, import);
        let results: &[ValType] = if make { &[ValType::I32] } else { &[] };
        Some((assembly.import(&module, &name, &[ValType::I32], results), !*is_own))
    };
    for behavior in behaviors.iter().filter(|behavior| !matches!(behavior.answer, Answer::Refuse | Answer::Exit)) {
        for given in drop_arguments::handles(layout, behavior.denied.function) {
            let Some((function, borrowed)) = import(given.resource, false) else { continue };
            intrinsics.drops.insert(given.resource, Drop { function, borrowed });
        }
        if let Answer::Handle(_, _, resource) = behavior.answer {
            intrinsics.new.extend(import(resource, true).map(|(function, _)| (resource, function)));
        }
    }
    intrinsics
}

/// Defines one trapping function for each exit code, and a table of them. Returns their number, a power of two or 0.
fn define_exits(assembly: &mut Assembly, behaviors: &[Behavior<'_>]) -> u32 {
    let exits = || behaviors.iter().filter(|behavior| matches!(behavior.answer, Answer::Exit));
    let codes = match exits().any(|behavior| behavior.denied.function.name != "exit") {
        true => CODES,
        false if exits().next().is_some() => RESULTS,
        false => return 0,
    };
    let functions = (0..codes).map(|code| assembly.define(&ending::exit_name(code), &[], &[], ending::trap()));
    let functions: Vec<_> = functions.collect();
    let (element_type, size) = (RefType::FUNCREF, u64::from(codes));
    let table = TableType { element_type, table64: false, minimum: size, maximum: Some(size), shared: false };
    assembly.tables.table(table);
    assembly.elements.active(None, &ConstExpr::i32_const(0), Elements::Functions(functions.into()));
    codes
}

/// Defines the memory with the messages, and the global with its first free address.
fn define_memory(assembly: &mut Assembly, texts: Texts, heap: u32) {
    let minimum = u64::from(heap.div_ceil(PAGE));
    let memory = MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None };
    assembly.memories.memory(memory);
    assembly.exports.export("memory", ExportKind::Memory, 0);
    let next = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    assembly.globals.global(next, &ConstExpr::i32_const(heap.cast_signed()));
    assembly.data(texts.first, texts.bytes);
}
