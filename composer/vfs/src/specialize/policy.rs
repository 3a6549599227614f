//! Applies a policy to the vfs's module, before any other edit.

use vfs_compose_ir::core_module::{CoreModule, Export, Import};
use wasm_encoder::{ExportKind, Instruction, MemArg};

use super::imports::{do_nothing, function_imports};
use crate::error::TailorError;
use vfs_compose_rules::policy::answers::{Answers, Fixed};

/// Replaces host functions by the constants that the policy sets, and exports by the functions that serve redirected
/// streams.
pub(super) fn apply(module: &mut CoreModule<'_>, answers: &Answers) -> Result<(), TailorError> {
    for (id, Import { module: path, name }) in function_imports(module, |_| true) {
        match answers.fixed(&path, &name) {
            None => {}
            Some(Fixed::Nothing) => do_nothing(module, id),
            Some(Fixed::Number(number)) => module.replace(id, &[Instruction::I64Const(number.cast_signed())]),
            Some(Fixed::Time(time)) => module.replace(id, &store(time)),
        }
    }
    for (ours, plain) in answers.instead() {
        let is_function = |export: &Export, name: &str| export.kind == ExportKind::Func && export.name == name;
        // A variant of the guest may have neither.
        if !module.exports.iter().any(|export| is_function(export, plain)) {
            continue;
        }
        let ours = module.exports.iter().find(|export| is_function(export, ours)).cloned();
        let ours = ours.ok_or_else(|| TailorError::module(format!("it has no function instead of `{plain}`")))?;
        module.exports.retain(|export| export.name != plain);
        for export in module.exports.iter_mut().filter(|export| **export == ours) {
            export.name = plain.to_owned();
        }
    }
    Ok(())
}

/// Stores a `datetime` at the address in the first parameter: the seconds, and the nanoseconds at offset 8.
fn store(time: vfs_image::Timestamp) -> [Instruction<'static>; 6] {
    [
        Instruction::LocalGet(0),
        Instruction::I64Const(time.seconds.cast_signed()),
        Instruction::I64Store(MemArg { align: 3, offset: 0, memory_index: 0 }),
        Instruction::LocalGet(0),
        Instruction::I32Const(time.nanoseconds.cast_signed()),
        Instruction::I32Store(MemArg { align: 2, offset: 8, memory_index: 0 }),
    ]
}
