//! A stand-in for `over-wasi` that wit-component takes as an adapter.
//!
//! It has the imports and exports of `over-wasi` but no memory, and traps. wit-component makes the component's types, its
//! shim and its fixup by it.

use vfs_compose_wasi::{InterfaceUse, InterfaceUses, Wasi, copy_interfaces};
use vfs_compose_wit::{item, package_of, world};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction, Module,
    TypeSection,
};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{PackageName, Resolve, WorldKey};

use crate::error::AdaptError;
use crate::over_wasi::OverWasi;

/// Makes the stand-in.
pub(crate) fn make(wasi: &Wasi, over_wasi: &OverWasi) -> Result<Vec<u8>, AdaptError> {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let name = PackageName { namespace: "vfs-compose".into(), name: "adapt".into(), version: None };
    let package = package_of(&mut resolve, name);
    let imports = copy_interfaces(wasi, &mut resolve, &over_wasi.uses, None);
    let functions = ["run".to_owned()].into();
    let run = InterfaceUse { functions, ..InterfaceUse::default() };
    let exported = over_wasi.run.iter().map(|name| (name.clone(), run.clone()));
    let exported: InterfaceUses = exported.collect();
    let exports = copy_interfaces(wasi, &mut resolve, &exported, None);
    let items = |ids: Vec<_>| ids.into_iter().map(|id| (WorldKey::Interface(id), item(id))).collect();
    let world = world(&mut resolve, Some(package), "adapt", items(imports), items(exports));
    let mut module = core_module(over_wasi);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .map_err(|error| AdaptError::Wrong(error.into()))?;
    Ok(module)
}

fn core_module(over_wasi: &OverWasi) -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    let mut trap = Function::new([]);
    trap.instruction(&Instruction::Unreachable);
    for (number, (import, params, results)) in (0..).zip(&over_wasi.imports) {
        types.ty().function(params.iter().copied(), results.iter().copied());
        imports.import(&import.module, &import.name, EntityType::Function(number));
        // What nothing calls is left out. After `unreachable`, code needs no arguments.
        trap.instruction(&Instruction::Call(number)).instruction(&Instruction::Unreachable);
    }
    trap.instruction(&Instruction::End);
    for (number, (name, params, results)) in (over_wasi.imports.len() as u32..).zip(&over_wasi.exports) {
        types.ty().function(params.iter().copied(), results.iter().copied());
        functions.function(number);
        exports.export(name, ExportKind::Func, number);
        code.function(&trap);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
