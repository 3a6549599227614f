//! Puts the functions of a module in an order: those that most calls name first, then each export's own together.
//!
//! Engines lay out machine code in the order of functions. A linker's order has the small functions that every call
//! needs between those that few need, and a change anywhere moves them into other lines of the processor's instruction
//! cache. Together, they stay in it. Calls of the first functions are also a byte shorter.

use std::cmp::Reverse;

use wasm_encoder::ExportKind;

use super::body::Names;
use super::{CoreModule, FunctionKind};

/// How many functions are shared: the most called ones come first. Each of the others comes after what first calls it.
const SHARED: usize = 48;

impl CoreModule<'_> {
    /// Returns the defined functions that are used in their new order.
    pub(super) fn order_by_calls(&self, used: &[bool]) -> Vec<u32> {
        let is_defined = |number: &u32| {
            used[*number as usize] && matches!(self.functions[*number as usize].kind, FunctionKind::Defined(_))
        };
        let mut order: Vec<u32> = (0..self.functions.len() as u32).filter(is_defined).collect();
        let mut calls = vec![0_u32; self.functions.len()];
        for called in order.iter().flat_map(|number| self.called(*number)) {
            calls[called as usize] += 1;
        }
        // Of equally many calls, the longer one comes first.
        order.sort_by_key(|number| Reverse((calls[*number as usize], self.length(*number))));
        let others = order.split_off(SHARED.min(order.len()));
        let mut seen = vec![false; self.functions.len()];
        order.iter().for_each(|number| seen[*number as usize] = true);
        let exports = self.exports.iter().filter(|export| export.kind == ExportKind::Func).map(|export| export.index);
        for root in exports.filter(is_defined).chain(others) {
            // A shared function has its place already, but what it calls may be reached from nowhere else.
            let mut next: Vec<u32> =
                if seen[root as usize] { self.called(root).rev().filter(is_defined).collect() } else { vec![root] };
            while let Some(number) = next.pop() {
                if !std::mem::replace(&mut seen[number as usize], true) {
                    order.push(number);
                    next.extend(self.called(number).rev().filter(is_defined));
                }
            }
        }
        order
    }

    /// Returns the functions that the code of a function names.
    fn called(&self, number: u32) -> impl DoubleEndedIterator<Item = u32> {
        let operands = match &self.functions[number as usize].kind {
            FunctionKind::Defined(body) => body.known_operands(),
            _ => &[],
        };
        operands.iter().filter_map(|operand| match operand.names {
            Names::Function(number) => Some(number),
            _ => None,
        })
    }

    fn length(&self, number: u32) -> usize {
        match &self.functions[number as usize].kind {
            FunctionKind::Defined(body) => body.length(),
            _ => 0,
        }
    }
}
