//! The functions of preview1 in the vfs's module, for a program that is a core module.

use std::collections::BTreeSet;

use vfs_abi::names::program::{COPY_IN, COPY_OUT, MODULE, SIZE};
use vfs_compose_ir::core_module::{CoreModule, FunctionId};
use vfs_preview1_abi::signature::{self, Number, SIGNATURES, Signature};
use wasm_encoder::{ExportKind, ValType};

use crate::error::TailorError;

/// Returns the name by which the vfs's module exports a function of preview1.
#[must_use]
pub fn export(function: &str) -> String {
    format!("{}#{function}", signature::MODULE)
}

/// Returns whether an import of the vfs's module is a function of the bridge; see [`crate::link::bridge`].
#[must_use]
pub fn is_of_program(module: &str, name: &str) -> bool {
    module == MODULE && [SIZE, COPY_IN, COPY_OUT].contains(&name)
}

/// Compares those of the exports that are functions of preview1 with their types in preview1.
///
/// # Errors
/// - [`TailorError::Module`]: one has another type, or preview1 does not have it.
pub(super) fn check(module: &CoreModule<'_>, exports: &BTreeSet<String>) -> Result<(), TailorError> {
    let prefix = export("");
    for name in exports.iter().filter_map(|name| name.strip_prefix(&prefix)) {
        let signature = SIGNATURES.iter().find(|signature| signature.name == name);
        let signature = signature.ok_or_else(|| TailorError::module(format!("preview1 has no `{name}`")))?;
        let is_it = |one: &&vfs_compose_ir::core_module::Export| {
            one.kind == ExportKind::Func && one.name.strip_prefix(&prefix) == Some(name)
        };
        let Some(found) = module.exports.iter().find(is_it) else { continue };
        let (_, ty) = module.type_of(FunctionId(found.index));
        if (&ty.params, &ty.results) != (&parameters(signature), &results(signature)) {
            return Err(TailorError::module(format!("its `{name}` has another type than preview1's")));
        }
    }
    Ok(())
}

fn parameters(signature: &Signature) -> Vec<ValType> {
    let types = signature.parameters.iter().map(|number| match number {
        Number::I32 => ValType::I32,
        Number::I64 => ValType::I64,
    });
    types.collect()
}

fn results(signature: &Signature) -> Vec<ValType> {
    if signature.has_errno { vec![ValType::I32] } else { Vec::new() }
}
