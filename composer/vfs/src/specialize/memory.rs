//! The memory of the vfs's core module: where its free part begins, and no zeros in its data.

use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, ExportItem, GlobalKind, Module};

use crate::error::TailorError;

/// The exported global with the address at which the module's own data ends.
const HEAP_BASE: &str = "__heap_base";
/// As many zeros as the head of another segment has bytes, and a few more.
const RUN: usize = 16;

/// Returns the address at which the module's own data ends, and removes the exports that the linker has made for it.
pub(super) fn take_heap_base(module: &mut Module) -> Result<u64, TailorError> {
    let globals = module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Global(global) => Some((export.id(), export.name.clone(), global)),
        _ => None,
    });
    let mut base = None;
    for (export, name, global) in globals.collect::<Vec<_>>() {
        if let (HEAP_BASE, GlobalKind::Local(ConstExpr::Value(Value::I32(address)))) =
            (name.as_str(), &module.globals.get(global).kind)
        {
            base = Some(u64::from(address.cast_unsigned()));
        }
        module.exports.delete(export);
    }
    base.ok_or_else(|| TailorError::module(format!("it has no `{HEAP_BASE}`")))
}

/// Splits the data at long runs of zeros: memory is zero without them.
pub(super) fn leave_out_zeros(module: &mut Module) {
    let segments = module.data.iter().filter_map(|segment| match segment.kind {
        DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(offset)) } => {
            Some((segment.id(), memory, offset))
        }
        _ => None,
    });
    for (segment, memory, start) in segments.collect::<Vec<_>>() {
        let bytes = std::mem::take(&mut module.data.get_mut(segment).value);
        module.data.delete(segment);
        module.memories.get_mut(memory).data_segments.remove(&segment);
        for (at, piece) in pieces(&bytes) {
            let offset = ConstExpr::Value(Value::I32(start + at as i32));
            let piece = module.data.add(DataKind::Active { memory, offset }, piece.to_vec());
            module.memories.get_mut(memory).data_segments.insert(piece);
        }
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
