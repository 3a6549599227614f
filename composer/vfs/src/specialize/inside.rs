//! Prepares the vfs's module for the linked form, in which adapters call it inside the app's own component.
//!
//! No component encloses the module. So its functions keep their names without versions, and its handles are plain
//! numbers that show their owner.

use std::collections::BTreeSet;

use walrus::ir::{BinaryOp, Value};
use walrus::{ConstExpr, ExportItem, Module, RefType, ValType};

use super::ends;
use super::imports::{do_nothing, function_imports};
use super::module::{self, Embedding, INTRINSICS, Placed};
use super::order::order_by_calls;
use super::policy;
use crate::error::TailorError;
use vfs_compose_wasi::Wasi;

/// The bit that marks handles of the vfs. No host has that many handles.
const VIRTUAL: i32 = vfs_abi::HANDLE_TAG as i32;
const RESOURCE_NEW: &str = "[resource-new]";
/// Prefix of the intrinsics of the running task.
const OF_TASK: &str = "[task-";

/// A vfs module with empty space reserved for the image.
pub struct Inside {
    /// The encoded core module.
    pub module: Vec<u8>,
    /// The functions of the host that it calls. It imports nothing.
    pub imports: Vec<HostFunction>,
    /// Where the settings and the image lie in its memory.
    pub place: Placed,
}

/// A function of the host that the module calls through its table.
#[derive(Clone, Debug)]
pub struct HostFunction {
    /// The interface without version.
    pub path: String,
    /// The name of the function in the interface.
    pub name: String,
    /// The first of its slots in the table.
    pub slot: u32,
    /// The number of its slots. If there are several, [`VERSION`] selects one.
    pub slots: u32,
    /// Its flat parameters, as the canonical ABI lowers them.
    pub params: Vec<wasm_encoder::ValType>,
    /// Its flat results.
    pub results: Vec<wasm_encoder::ValType>,
}

pub use vfs_abi::names::BUSY;

/// Name of the module's table, where host functions are put. Lowering them requires the module's memory, which exists
/// only after its instance.
pub const TABLE: &str = "table";
/// Name of the global with the version to call, for host functions that are imported at several versions.
pub const VERSION: &str = "version";

/// Reduces the module to `exports`, each named `interface#function`. `slots` returns how many host functions serve an
/// import, by interface and name. An import without any becomes a function that does nothing.
pub fn inside(
    wasi: &Wasi,
    exports: &BTreeSet<String>,
    slots: impl Fn(&str, &str) -> u32,
    embedding: &Embedding,
) -> Result<Inside, TailorError> {
    of_module(wasi, embedding.guest.module, exports, slots, embedding)
}

pub(super) fn of_module(
    wasi: &Wasi,
    module: &[u8],
    exports: &BTreeSet<String>,
    slots: impl Fn(&str, &str) -> u32,
    embedding: &Embedding,
) -> Result<Inside, TailorError> {
    let mut module = module::parse(module)?;
    policy::apply(&mut module, &embedding.answers)?;
    let reserved = module::reserve(&mut module, embedding)?;
    module::replace_embed_imports(&mut module, embedding, &reserved)?;
    keep_exports(&mut module, exports)?;
    mark_handles(&mut module)?;
    let busy = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    module.exports.add(BUSY, busy);
    for (id, (path, name)) in function_imports(&module, |_| true) {
        let is_of_tasks = path == ends::ROOT || path.starts_with(ends::ENDS);
        if !is_of_tasks && wasi.interface(&path).is_none() {
            return Err(TailorError::UnknownImport { module: path, name });
        }
        if is_of_tasks || slots(&path, &name) == 0 {
            do_nothing(&mut module, id)?;
        }
    }
    walrus::passes::gc::run(&mut module);
    let imports = call_through_table(&mut module, slots)?;
    module::add_segments(&mut module, embedding, &reserved);
    Ok(Inside { module: order_by_calls(&module.emit_wasm())?, imports, place: reserved.placed() })
}

/// Replaces each import by a call through the module's table.
fn call_through_table(
    module: &mut Module,
    slots: impl Fn(&str, &str) -> u32,
) -> Result<Vec<HostFunction>, TailorError> {
    let mut functions = Vec::new();
    let imports = function_imports(module, |_| true);
    if imports.is_empty() {
        return Ok(functions);
    }
    let table = module.tables.main_function_table().map_err(TailorError::module)?;
    let table = table.unwrap_or_else(|| module.tables.add_local(false, 0, Some(0), RefType::FUNCREF));
    let version = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    module.exports.add(TABLE, table);
    module.exports.add(VERSION, version);
    for (id, (path, name)) in imports {
        let record = module.tables.get_mut(table);
        let (slot, slots) = (u32::try_from(record.initial).map_err(TailorError::module)?, slots(&path, &name));
        record.initial += u64::from(slots);
        record.maximum = Some(record.initial);
        let ty = module.funcs.get(id).ty();
        let (params, results) = (module.types.get(ty).params(), module.types.get(ty).results());
        functions.push(HostFunction { path, name, slot, slots, params: encoded(params), results: encoded(results) });
        let replaced = module.replace_imported_func(id, |(body, args)| {
            for arg in args {
                body.local_get(*arg);
            }
            body.i32_const(slot.cast_signed());
            if slots > 1 {
                body.global_get(version).binop(BinaryOp::I32Add);
            }
            body.call_indirect(ty, table);
        });
        replaced.map_err(TailorError::module)?;
    }
    Ok(functions)
}

fn keep_exports(module: &mut Module, exports: &BTreeSet<String>) -> Result<(), TailorError> {
    let functions = |module: &Module| -> Vec<_> {
        let of_interfaces = module.exports.iter().filter(|export| export.name.contains('#'));
        of_interfaces
            .filter(|export| matches!(export.item, ExportItem::Function(_)))
            .map(|export| (export.id(), export.name.clone()))
            .collect()
    };
    let all = functions(module);
    if let Some(missing) = exports.iter().find(|name| !all.iter().any(|(_, known)| known == *name)) {
        return Err(TailorError::module(format!("it has no `{missing}`")));
    }
    all.into_iter().filter(|(_, name)| !exports.contains(name)).for_each(|(id, _)| module.exports.delete(id));
    Ok(())
}

/// Replaces `resource.new` by a function that sets the bit in a rep.
fn mark_handles(module: &mut Module) -> Result<(), TailorError> {
    for (id, (from, name)) in function_imports(module, |module| module.starts_with(INTRINSICS)) {
        // There are no tasks in the linked form, but the module's table may still refer to functions that only tasks
        // call.
        if name.starts_with(OF_TASK) {
            do_nothing(module, id)?;
            continue;
        }
        if !name.starts_with(RESOURCE_NEW) {
            return Err(TailorError::UnknownImport { module: from, name });
        }
        let replaced = module.replace_imported_func(id, |(body, args)| {
            for arg in args {
                body.local_get(*arg);
            }
            body.i32_const(VIRTUAL).binop(BinaryOp::I32Or);
        });
        replaced.map_err(TailorError::module)?;
    }
    Ok(())
}

fn encoded(types: &[ValType]) -> Vec<wasm_encoder::ValType> {
    let one = |ty: &ValType| match ty {
        ValType::I64 => wasm_encoder::ValType::I64,
        ValType::F32 => wasm_encoder::ValType::F32,
        ValType::F64 => wasm_encoder::ValType::F64,
        // The canonical ABI uses no other type.
        _ => wasm_encoder::ValType::I32,
    };
    types.iter().map(one).collect()
}
