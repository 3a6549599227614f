//! Finds and replaces the functions that a core module imports.

use walrus::{FunctionId, ImportKind, Module, ValType};

use crate::error::TailorError;

/// Returns the functions imported from modules that `wanted` accepts, each with its module and name.
pub(super) fn function_imports(module: &Module, wanted: impl Fn(&str) -> bool) -> Vec<(FunctionId, (String, String))> {
    module
        .imports
        .iter()
        .filter(|import| wanted(&import.module))
        .filter_map(|import| match import.kind {
            ImportKind::Function(id) => Some((id, (import.module.clone(), import.name.clone()))),
            _ => None,
        })
        .collect()
}

/// Replaces an import by a function that returns zeros and writes nothing.
pub(super) fn do_nothing(module: &mut Module, function: FunctionId) -> Result<(), TailorError> {
    let results = module.types.get(module.funcs.get(function).ty()).results().to_vec();
    let replaced = module.replace_imported_func(function, |(body, _)| {
        for result in results {
            match result {
                ValType::I64 => body.i64_const(0),
                ValType::F32 => body.f32_const(0.0),
                ValType::F64 => body.f64_const(0.0),
                _ => body.i32_const(0),
            };
        }
    });
    replaced.map(drop).map_err(TailorError::module)
}
