//! Applies a policy to the vfs's module, before any other edit.

use walrus::ir::{MemArg, StoreKind};
use walrus::{ExportItem, LocalId, MemoryId, Module};

use super::imports::{do_nothing, function_imports};
use crate::error::TailorError;
use vfs_compose_rules::policy::answers::{Answers, Fixed};

/// Replaces host functions by the constants that the policy sets, and exports by the functions that serve redirected
/// streams.
pub(super) fn apply(module: &mut Module, answers: &Answers) -> Result<(), TailorError> {
    let memory = module.get_memory_id().map_err(TailorError::module)?;
    for (id, (path, name)) in function_imports(module, |_| true) {
        let replaced = match answers.fixed(&path, &name) {
            None => continue,
            Some(Fixed::Nothing) => {
                do_nothing(module, id)?;
                continue;
            }
            Some(Fixed::Number(number)) => module.replace_imported_func(id, |(body, _)| {
                body.i64_const(number.cast_signed());
            }),
            Some(Fixed::Time(time)) => module.replace_imported_func(id, |(body, arguments)| {
                for address in arguments.iter().take(1) {
                    store(body, memory, *address, time);
                }
            }),
        };
        replaced.map_err(TailorError::module)?;
    }
    for (ours, plain) in answers.instead() {
        let functions = module.exports.iter().filter(|export| matches!(export.item, ExportItem::Function(_)));
        let id = functions.filter(|export| export.name == ours).map(|export| export.id()).next();
        let id = id.ok_or_else(|| TailorError::module(format!("it has no `{ours}`")))?;
        let old: Vec<_> =
            module.exports.iter().filter(|export| export.name == plain).map(|export| export.id()).collect();
        old.into_iter().for_each(|id| module.exports.delete(id));
        module.exports.get_mut(id).name = plain.to_owned();
    }
    Ok(())
}

/// Stores a `datetime`: the seconds, and the nanoseconds at offset 8.
fn store(body: &mut walrus::InstrSeqBuilder<'_>, memory: MemoryId, address: LocalId, time: vfs_image::Timestamp) {
    body.local_get(address).i64_const(time.seconds.cast_signed());
    body.store(memory, StoreKind::I64 { atomic: false }, MemArg { align: 8, offset: 0 });
    body.local_get(address).i32_const(time.nanoseconds.cast_signed());
    body.store(memory, StoreKind::I32 { atomic: false }, MemArg { align: 4, offset: 8 });
}
