//! Prepares the vfs's module for the linked form, in which adapters call it inside the app's own component.
//!
//! No component encloses the module. So its functions keep their names without versions, and its handles are plain
//! numbers that show their owner.

use std::collections::BTreeSet;

use vfs_abi::names::mounts::interface_behind;
use vfs_compose_ir::core_module::{CoreModule, Export, Import};
use wasm_encoder::{ExportKind, Instruction};

use super::ends;
use super::imports::{do_nothing, function_imports, parameters};
use super::module::{self, Embedding, INTRINSICS, Placed};
use super::{policy, preview1};
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

/// A function of the host that the module calls through its table; or one of the bridge, to the memory of a program of
/// preview1.
#[derive(Clone, Debug)]
pub struct HostFunction {
    /// The interface without version; [`vfs_abi::names::program::MODULE`] if it is of the bridge.
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
///
/// For a program of preview1, the guest has to be one with its functions ([`Needs`](crate::guest::Needs)), and those that
/// the program imports are among the exports; see [`preview1`]. The functions of the bridge get a slot each.
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
    preview1::check(&module, exports)?;
    keep_exports(&mut module, exports)?;
    mark_handles(&mut module)?;
    let busy = module.add_variable();
    module.exports.push(Export { name: BUSY.into(), kind: ExportKind::Global, index: busy });
    for (id, Import { module: path, name }) in function_imports(&module, |_| true) {
        if preview1::is_of_program(&path, &name) {
            continue;
        }
        let is_of_tasks = path == ends::ROOT || path.starts_with(ends::ENDS);
        let is_known = wasi.interface(interface_behind(&path).unwrap_or(&path)).is_some();
        if !is_of_tasks && !is_known {
            return Err(TailorError::UnknownImport { module: path, name });
        }
        if is_of_tasks || slots(&path, &name) == 0 {
            do_nothing(&mut module, id);
        }
    }
    module.drop_unused().map_err(TailorError::module)?;
    let imports = call_through_table(&mut module, slots)?;
    module::add_segments(&mut module, embedding, &reserved);
    Ok(Inside { module: module.emit().map_err(TailorError::module)?, imports, place: reserved.placed() })
}

/// Replaces each import by a call through the module's table.
///
/// # Errors
/// - [`TailorError::Module`]: code is not valid.
fn call_through_table(
    module: &mut CoreModule<'_>,
    slots: impl Fn(&str, &str) -> u32,
) -> Result<Vec<HostFunction>, TailorError> {
    let mut functions = Vec::new();
    let imports = function_imports(module, |_| true);
    if imports.is_empty() {
        return Ok(functions);
    }
    let (table, _) = module.add_table_entries(0);
    let version = module.add_variable();
    module.exports.push(Export { name: TABLE.into(), kind: ExportKind::Table, index: table });
    module.exports.push(Export { name: VERSION.into(), kind: ExportKind::Global, index: version });
    for (id, Import { module: path, name }) in imports {
        let is_of_program = preview1::is_of_program(&path, &name);
        let slots = if is_of_program { 1 } else { slots(&path, &name) };
        let (_, slot) = module.add_table_entries(slots);
        let mut code = parameters(module, id);
        code.push(Instruction::I32Const(slot.cast_signed()));
        if slots > 1 {
            code.extend([Instruction::GlobalGet(version), Instruction::I32Add]);
        }
        let (type_index, ty) = module.type_of(id);
        functions.push(HostFunction {
            path,
            name,
            slot,
            slots,
            params: ty.params.clone(),
            results: ty.results.clone(),
        });
        let call = Instruction::CallIndirect { type_index, table_index: table };
        code.push(call.clone());
        module.replace(id, &code);
        // Calls of the bridge are the most frequent ones: a read has three.
        if is_of_program {
            module.inline(id, &[Instruction::I32Const(slot.cast_signed()), call]).map_err(TailorError::module)?;
        }
    }
    Ok(functions)
}

/// Drops the exports of interfaces that are not in `exports`.
fn keep_exports(module: &mut CoreModule<'_>, exports: &BTreeSet<String>) -> Result<(), TailorError> {
    let is_of_interface = |export: &Export| export.kind == ExportKind::Func && export.name.contains('#');
    let all: BTreeSet<_> = module.exports.iter().filter(|export| is_of_interface(export)).map(|e| &e.name).collect();
    if let Some(missing) = exports.iter().find(|name| !all.contains(name)) {
        return Err(TailorError::module(format!("it has no `{missing}`")));
    }
    module.exports.retain(|export| !is_of_interface(export) || exports.contains(&export.name));
    Ok(())
}

/// Replaces `resource.new` by a function that sets the bit in a rep.
fn mark_handles(module: &mut CoreModule<'_>) -> Result<(), TailorError> {
    for (id, Import { module: from, name }) in function_imports(module, |module| module.starts_with(INTRINSICS)) {
        // There are no tasks in the linked form, but the module's table may still refer to functions that only tasks
        // call.
        if name.starts_with(OF_TASK) {
            do_nothing(module, id);
            continue;
        }
        if !name.starts_with(RESOURCE_NEW) {
            return Err(TailorError::UnknownImport { module: from, name });
        }
        let mut code = parameters(module, id);
        code.extend([Instruction::I32Const(VIRTUAL), Instruction::I32Or]);
        module.replace(id, &code);
    }
    Ok(())
}
