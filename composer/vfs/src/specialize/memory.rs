//! The memory of the vfs's core module: where its free part begins, and no zeros in its data.

use vfs_compose_ir::core_module::{Constant, CoreModule, Data};
use wasm_encoder::ExportKind;

use crate::error::TailorError;

/// The exported global with the address at which the module's own data ends.
const HEAP_BASE: &str = "__heap_base";
/// As many zeros as the head of another segment has bytes, and a few more.
const RUN: usize = 16;

/// Returns the address at which the module's own data ends, and removes the exports that the linker has made for it.
pub(super) fn take_heap_base(module: &mut CoreModule<'_>) -> Result<u64, TailorError> {
    let is_global = |export: &vfs_compose_ir::core_module::Export| export.kind == ExportKind::Global;
    let base = module.exports.iter().find(|export| is_global(export) && export.name == HEAP_BASE);
    let base = base.and_then(|export| module.constant(export.index));
    module.exports.retain(|export| !is_global(export));
    match base {
        Some(Constant::I32(address)) => Ok(u64::from(address.cast_unsigned())),
        _ => Err(TailorError::module(format!("it has no `{HEAP_BASE}`"))),
    }
}

/// Splits the data at long runs of zeros: memory is zero without them.
pub(super) fn leave_out_zeros(module: &mut CoreModule<'_>) {
    for Data { address, bytes } in std::mem::take(&mut module.data) {
        let pieces = pieces(&bytes).into_iter();
        module
            .data
            .extend(pieces.map(|(at, piece)| Data { address: address + at as u32, bytes: piece.to_vec().into() }));
    }
}

/// Returns the parts between long runs of zeros, each with its place.
fn pieces(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    while let Some(start) = bytes[rest..].iter().position(|&byte| byte != 0).map(|skipped| rest + skipped) {
        let (mut end, mut at) = (start, start);
        while at < bytes.len() && at - end < RUN {
            at += 1;
            if bytes[at - 1] != 0 {
                end = at;
            }
        }
        pieces.push((start, &bytes[start..end]));
        rest = end;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_runs_of_zeros_are_left_out() {
        let short = [&[1][..], &[0; RUN - 1], &[2]].concat();
        assert_eq!(pieces(&short), [(0, &short[..])]);
        let long = [&[0, 1][..], &[0; RUN], &[2, 0]].concat();
        assert_eq!(pieces(&long), [(1, &[1][..]), (2 + RUN, &[2][..])]);
        assert!(pieces(&[0; 100]).is_empty());
        assert!(pieces(&[]).is_empty());
    }
}
