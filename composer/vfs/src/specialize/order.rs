//! Puts the functions of a module in an order: those that most calls name come first.
//!
//! Engines lay out machine code in the order of functions. walrus writes the largest first, which puts the small
//! functions that every call needs between those that few need, and a change anywhere moves them into other lines of
//! the processor's instruction cache. Together, they stay in it. Calls of the first functions are also a byte shorter.

use std::cmp::Reverse;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, FunctionBody, FunctionSectionReader, Operator, Parser, Payload, TypeRef,
};

use crate::error::TailorError;

/// Returns `module` with its functions in the order of how many calls name them, most first. Others keep their order.
pub(super) fn order_by_calls(module: &[u8]) -> Result<Vec<u8>, TailorError> {
    let mut order = Order::of(module).map_err(TailorError::module)?;
    let mut ordered = Module::new();
    order.parse_core_module(&mut ordered, Parser::new(0), module).map_err(TailorError::module)?;
    Ok(ordered.finish())
}

/// The functions that a module defines, in their new order.
struct Order<'a> {
    functions: Vec<Function<'a>>,
    /// For each index of a function, imports first, its new index.
    indices: Vec<u32>,
}

struct Function<'a> {
    index: u32,
    ty: u32,
    body: FunctionBody<'a>,
}

impl<'a> Order<'a> {
    fn of(module: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let (mut types, mut bodies, mut imports) = (Vec::<u32>::new(), Vec::new(), 0);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        let mut calls = vec![0_u32; imports as usize + bodies.len()];
        for body in &bodies {
            for operator in body.get_operators_reader()? {
                if let Operator::Call { function_index } = operator? {
                    calls[function_index as usize] += 1;
                }
            }
        }
        let defined = (imports..).zip(types).zip(bodies);
        let mut functions: Vec<_> = defined.map(|((index, ty), body)| Function { index, ty, body }).collect();
        functions.sort_by_key(|function| Reverse(calls[function.index as usize]));
        let mut indices: Vec<u32> = (0..imports).chain(functions.iter().map(|_| 0)).collect();
        for (new, function) in (imports..).zip(&functions) {
            indices[function.index as usize] = new;
        }
        Ok(Self { functions, indices })
    }
}

impl Reencode for Order<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.indices[index as usize])
    }

    fn parse_function_section(&mut self, to: &mut FunctionSection, _: FunctionSectionReader<'_>) -> Result<(), Error> {
        for function in &self.functions {
            to.function(function.ty);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, to: &mut CodeSection, _: CodeSectionReader<'_>) -> Result<(), Error> {
        for body in self.functions.iter().map(|function| function.body.clone()).collect::<Vec<_>>() {
            self.parse_function_body(to, body)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::PLAIN;

    /// Returns how many calls name each function that `module` defines.
    fn count_calls(module: &[u8]) -> Vec<usize> {
        let order = Order::of(module).unwrap();
        let mut counts = vec![0; order.indices.len()];
        for function in &order.functions {
            for operator in function.body.get_operators_reader().unwrap() {
                if let Operator::Call { function_index } = operator.unwrap() {
                    counts[function_index as usize] += 1;
                }
            }
        }
        counts.split_off(order.indices.len() - order.functions.len())
    }

    #[test]
    fn most_called_functions_come_first_and_calls_are_shorter() {
        let ordered = order_by_calls(PLAIN.module).unwrap();
        wasmparser::Validator::new().validate_all(&ordered).unwrap();
        let (before, after) = (count_calls(PLAIN.module), count_calls(&ordered));
        assert!(after.is_sorted_by(|first, second| first >= second), "{after:?}");
        assert_ne!(before, after);
        assert_eq!(before.iter().sum::<usize>(), after.iter().sum::<usize>());
        assert!(ordered.len() < PLAIN.module.len());
    }

    #[test]
    fn ordering_twice_changes_nothing() {
        let once = order_by_calls(PLAIN.module).unwrap();
        assert_eq!(order_by_calls(&once).unwrap(), once);
    }
}
