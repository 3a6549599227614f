//! The functions of preview1 in the vfs's module, for a program that is a core module.

use std::collections::BTreeSet;

use vfs_abi::names::program::{FUNCTIONS, MODULE};
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
    module == MODULE && FUNCTIONS.contains(&name)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares a function of a module with preview1's.
    fn checked(name: &str, ty: &str) -> Result<(), String> {
        let name = export(name);
        let module =
            wat::parse_str(format!(r#"(module (memory 1) (func (export "{name}") {ty} unreachable))"#)).unwrap();
        let module = CoreModule::read(&module).unwrap();
        check(&module, &BTreeSet::from([name])).map_err(|error| match error {
            TailorError::Module { source } => source.to_string(),
            other => panic!("{other}"),
        })
    }

    #[test]
    fn a_function_of_another_type_is_refused() {
        assert_eq!(checked("fd_tell", "(param i32 i32) (result i32)"), Ok(()));
        assert_eq!(checked("proc_exit", "(param i32)"), Ok(()));
        for ty in ["(param i32 i64) (result i32)", "(param i32) (result i32)", "(param i32 i32)"] {
            assert_eq!(checked("fd_tell", ty), Err("its `fd_tell` has another type than preview1's".into()));
        }
        assert!(checked("proc_exit", "(param i32) (result i32)").is_err());
    }

    #[test]
    fn a_function_that_preview1_does_not_have_is_refused() {
        assert_eq!(checked("fd_dup", "(param i32) (result i32)"), Err("preview1 has no `fd_dup`".into()));
    }
}
