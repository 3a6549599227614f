//! Puts the functions of a module in an order: those that most calls name first, then each export's own together.
//!
//! Engines lay out machine code in the order of functions. walrus writes the largest first, which puts the small
//! functions that every call needs between those that few need, and a change anywhere moves them into other lines of
//! the processor's instruction cache. Together, they stay in it. Calls of the first functions are also a byte shorter.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, Encode, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, ExternalKind, FunctionBody, FunctionSectionReader, Operator, Parser, Payload,
    TypeRef,
};

use crate::error::TailorError;

/// How many functions are shared: the most called ones come first. Each of the others comes after what first calls it.
const SHARED: usize = 48;

/// Returns `module` with its functions in the order that [the module](self) describes.
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
    body: &'a [u8],
    /// The operands of the body that are indices of functions.
    operands: Vec<Operand>,
}

/// An index of a function, encoded in a body.
struct Operand {
    start: usize,
    end: usize,
    function: u32,
}

impl<'a> Function<'a> {
    fn new(index: u32, ty: u32, body: &FunctionBody<'a>) -> Result<Self, BinaryReaderError> {
        let (mut operators, mut operands, start) = (body.get_operators_reader()?, Vec::new(), body.range().start);
        while !operators.eof() {
            let (operator, at) = operators.read_with_offset()?;
            if let Operator::Call { function_index: function }
            | Operator::ReturnCall { function_index: function }
            | Operator::RefFunc { function_index: function } = operator
            {
                // After one byte, that of the operator.
                let (start, end) = (at + 1 - start, operators.original_position() - start);
                operands.push(Operand { start: start as usize, end: end as usize, function });
            }
        }
        Ok(Self { index, ty, body: body.as_bytes(), operands })
    }

    /// Returns the body with new indices.
    fn renumber(&self, indices: &[u32]) -> Vec<u8> {
        let (mut renumbered, mut done) = (Vec::with_capacity(self.body.len()), 0);
        for Operand { start, end, function } in &self.operands {
            renumbered.extend_from_slice(&self.body[done..*start]);
            indices[*function as usize].encode(&mut renumbered);
            done = *end;
        }
        renumbered.extend_from_slice(&self.body[done..]);
        renumbered
    }
}

impl<'a> Order<'a> {
    fn of(module: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let (mut types, mut functions, mut exports, mut imports) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => types = section.into_iter().collect::<Result<_, _>>()?,
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        exports.extend((export.kind == ExternalKind::Func).then_some(export.index));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let place = functions.len();
                    functions.push(Function::new(imports + place as u32, types[place], &body)?);
                }
                _ => {}
            }
        }
        let order = order(&functions, imports, exports);
        let mut indices: Vec<u32> = (0..imports).chain(order.iter().map(|_| 0)).collect();
        for (new, old) in (imports..).zip(&order) {
            indices[*old as usize] = new;
        }
        functions.sort_by_key(|function| indices[function.index as usize]);
        Ok(Self { functions, indices })
    }
}

/// Returns the indices of all `functions` in their new order.
fn order(functions: &[Function<'_>], imports: u32, exports: Vec<u32>) -> Vec<u32> {
    let mut calls = vec![0_u32; functions.len()];
    for operand in functions.iter().flat_map(|function| &function.operands) {
        if let Some(place) = operand.function.checked_sub(imports) {
            calls[place as usize] += 1;
        }
    }
    let mut order: Vec<u32> = functions.iter().map(|function| function.index).collect();
    order.sort_by_key(|index| Reverse(calls[(index - imports) as usize]));
    let others = order.split_off(SHARED.min(order.len()));
    let mut seen: HashSet<u32> = order.iter().copied().collect();
    let callees = |index: u32| {
        let operands = functions[(index - imports) as usize].operands.iter().rev();
        operands.map(|operand| operand.function).filter(|callee| *callee >= imports)
    };
    for root in exports.into_iter().filter(|export| *export >= imports).chain(others) {
        // A shared function has its place already, but what it calls may be reached from nowhere else.
        let mut next: Vec<u32> = if seen.contains(&root) { callees(root).collect() } else { vec![root] };
        while let Some(index) = next.pop() {
            if seen.insert(index) {
                order.push(index);
                next.extend(callees(index));
            }
        }
    }
    order
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
        for function in &self.functions {
            to.raw(&function.renumber(&self.indices));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::PLAIN;

    #[test]
    fn shared_functions_come_first_and_all_calls_are_kept_and_shorter() {
        let ordered = order_by_calls(PLAIN.module).unwrap();
        wasmparser::Validator::new().validate_all(&ordered).unwrap();
        let (before, after) = (Order::of(PLAIN.module).unwrap(), Order::of(&ordered).unwrap());
        let called = |order: &Order<'_>| {
            let mut calls = vec![0_u32; order.indices.len()];
            let operands = order.functions.iter().flat_map(|function| &function.operands);
            operands.for_each(|operand| calls[operand.function as usize] += 1);
            calls.split_off(order.indices.len() - order.functions.len())
        };
        let (mut old, new) = (called(&before), called(&after));
        assert!(new[..SHARED].is_sorted_by(|first, second| first >= second), "{new:?}");
        assert!(new[SHARED..].iter().all(|calls| *calls <= new[SHARED - 1]), "{new:?}");
        assert!(old != new, "they were in this order");
        old.sort_unstable_by_key(|calls| Reverse(*calls));
        let mut sorted = new;
        sorted.sort_unstable_by_key(|calls| Reverse(*calls));
        assert!(old == sorted, "calls are lost");
        assert!(ordered.len() < PLAIN.module.len());
    }

    #[test]
    fn every_index_of_a_function_is_renumbered() {
        // `$deep` is called most, `$own` is called by the export alone, and nobody calls the first.
        let module = r#"(module
            (import "host" "f" (func $host))
            (table funcref (elem $start $own))
            (func $nobody (result i32) i32.const 5)
            (func $start call $deep)
            (func $own (result i32) i32.const 6 (drop (ref.func $nobody)) call $host)
            (func $deep call $host)
            (func $export (result i32) call $deep call $deep return_call $own)
            (export "nobody" (func $nobody))
            (export "export" (func $export))
            (start $start))"#;
        let module = wat::parse_str(module).unwrap();
        let ordered = order_by_calls(&module).unwrap();
        wasmparser::Validator::new().validate_all(&ordered).unwrap();
        let (before, after) = (Order::of(&module).unwrap(), Order::of(&ordered).unwrap());
        let new = |old: u32| before.indices[old as usize];
        assert_eq!(after.indices, (0..6).collect::<Vec<_>>());
        for old in &before.functions {
            let function = &after.functions[new(old.index) as usize - 1];
            let operands = |function: &Function<'_>| function.operands.iter().map(|o| o.function).collect::<Vec<_>>();
            assert_eq!(operands(function), operands(old).into_iter().map(new).collect::<Vec<_>>());
            assert_eq!((function.ty, function.body.len()), (old.ty, old.body.len()));
        }
        let (mut exported, mut started, mut elements) = (Vec::new(), None, Vec::new());
        for payload in Parser::new(0).parse_all(&ordered) {
            match payload.unwrap() {
                Payload::ExportSection(section) => exported.extend(section.into_iter().map(|e| e.unwrap().index)),
                Payload::StartSection { func, .. } => started = Some(func),
                Payload::ElementSection(section) => {
                    for element in section {
                        let wasmparser::ElementItems::Functions(items) = element.unwrap().items else { panic!() };
                        elements.extend(items.into_iter().map(Result::unwrap));
                    }
                }
                _ => {}
            }
        }
        assert_eq!((exported, started, elements), (vec![new(1), new(5)], Some(new(2)), vec![new(2), new(3)]));
        assert_eq!(new(4), 1);
    }

    /// Each of them is called often enough to come first, and calls itself.
    #[test]
    fn functions_that_call_themselves_have_one_place() {
        let function = |index| Function {
            index,
            ty: 0,
            body: &[],
            operands: vec![
                Operand { start: 0, end: 0, function: index },
                Operand { start: 0, end: 0, function: 1 - index },
            ],
        };
        assert_eq!(order(&[function(0), function(1)], 0, vec![0, 1]), [0, 1]);
    }
}
