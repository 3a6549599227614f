//! Finds and replaces the functions that a core module imports.

use vfs_abi::names::mounts::interface_behind;
use vfs_compose_ir::core_module::{CoreModule, FunctionId, Import};
use wasm_encoder::{Instruction, ValType};

/// Returns the functions imported from modules that `wanted` accepts, each with its names.
pub(super) fn function_imports(module: &CoreModule<'_>, wanted: impl Fn(&str) -> bool) -> Vec<(FunctionId, Import)> {
    let imports = module.imports().filter(|(_, import)| wanted(&import.module));
    imports.map(|(id, import)| (id, import.clone())).collect()
}

/// Gives imports for mounts the names of the functions of WASI that stand behind them. Where the vfs imports the same
/// function under that name, too, they call it.
pub(super) fn name_those_of_mounts(module: &mut CoreModule<'_>) {
    let all = function_imports(module, |_| true);
    for (id, Import { module: from, name }) in &all {
        let Some(path) = interface_behind(from) else { continue };
        let known = all.iter().find(|(_, import)| import.module == path && import.name == *name);
        match known {
            Some((known, _)) => {
                let mut code = parameters(module, *id);
                code.push(Instruction::Call(known.0));
                module.replace(*id, &code);
            }
            None => module.rename_import(*id, Import { module: path.to_owned(), name: name.clone() }),
        }
    }
}

/// Replaces an import by a function that returns zeros and writes nothing.
pub(super) fn do_nothing(module: &mut CoreModule<'_>, function: FunctionId) {
    let zeros = module.type_of(function).1.results.iter().map(|result| match result {
        ValType::I64 => Instruction::I64Const(0),
        ValType::F32 => Instruction::F32Const(0.0.into()),
        ValType::F64 => Instruction::F64Const(0.0.into()),
        _ => Instruction::I32Const(0),
    });
    let zeros: Vec<_> = zeros.collect();
    module.replace(function, &zeros);
}

/// Returns instructions that put all parameters of a function on the stack.
pub(super) fn parameters(module: &CoreModule<'_>, function: FunctionId) -> Vec<Instruction<'static>> {
    (0..).zip(&module.type_of(function).1.params).map(|(number, _)| Instruction::LocalGet(number)).collect()
}
