//! The code of one function: its bytes, and where in them something is named.

use std::borrow::Cow;

use wasm_encoder::{Encode, Instruction};
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody};

use crate::Malformed;

/// The code of a function: local variables and instructions.
#[derive(Clone, Debug)]
pub struct Body<'a> {
    bytes: Cow<'a, [u8]>,
    /// The declaration of local variables in place of its own.
    locals: Option<Vec<u8>>,
    /// `None` before anybody asked for them.
    operands: Option<Vec<Operand>>,
}

/// A number in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operand {
    start: u32,
    end: u32,
    pub(super) names: Names,
}

/// What a number in code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Function(u32),
    Type(u32),
    /// The type of a block, which is written as a signed number.
    BlockType(u32),
    Global(u32),
    Table(u32),
    /// Itself. A linker writes addresses with more bytes than they need.
    Signed(i64),
    Unsigned(u64),
    /// The declaration of the local variables.
    Locals,
}

impl<'a> Body<'a> {
    pub(super) fn read(body: &FunctionBody<'a>) -> Self {
        Self { bytes: body.as_bytes().into(), locals: None, operands: None }
    }

    /// Encodes instructions without local variables, and the end.
    pub(super) fn of(code: &[Instruction<'_>]) -> Self {
        let mut function = wasm_encoder::Function::new([]);
        for instruction in code {
            function.instruction(instruction);
        }
        function.instruction(&Instruction::End);
        Self { bytes: function.into_raw_body().into(), locals: None, operands: None }
    }

    /// Encodes instructions to stand among others.
    pub(super) fn part(code: &[Instruction<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        code.iter().for_each(|instruction| instruction.encode(&mut bytes));
        bytes
    }

    /// Puts the bytes of instructions in the place of each call of a function.
    ///
    /// # Errors
    /// Those of [`Body::operands`].
    pub(super) fn inline(&mut self, parameters: u32, function: u32, code: &[u8]) -> Result<(), Malformed> {
        self.operands(parameters)?;
        let named = self.known_operands().iter().filter(|operand| operand.names == Names::Function(function));
        let (mut bytes, mut done) = (Vec::new(), 0);
        for call in named.filter(|operand| self.bytes[operand.start as usize - 1] == CALL) {
            bytes.extend_from_slice(&self.bytes[done..call.start as usize - 1]);
            bytes.extend_from_slice(code);
            done = call.end as usize;
        }
        if done > 0 {
            bytes.extend_from_slice(&self.bytes[done..]);
            *self = Self { bytes: bytes.into(), locals: None, operands: None };
        }
        Ok(())
    }

    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the numbers that name something. `parameters` is how many the function has.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: the code is not valid.
    /// - [`Malformed::Part`]: it has an instruction that names something else, which no linker writes for Rust or C.
    pub(super) fn operands(&mut self, parameters: u32) -> Result<&[Operand], Malformed> {
        let operands = match self.operands.take() {
            Some(operands) => operands,
            None => {
                let grouped = Locals::group(&self.bytes, parameters)?;
                let operands = find_operands(&self.bytes, grouped.as_ref())?;
                self.locals = grouped.map(|grouped| grouped.declaration);
                operands
            }
        };
        Ok(self.operands.insert(operands))
    }

    /// Returns the operands that were found before.
    pub(super) fn known_operands(&self) -> &[Operand] {
        self.operands.as_deref().unwrap_or_default()
    }

    /// Returns the bytes with other numbers. What nobody asked about stays as it is.
    pub(super) fn renumber(&self, number: impl Fn(Names) -> i64) -> Vec<u8> {
        let (mut renumbered, mut done) = (Vec::with_capacity(self.bytes.len()), 0);
        for Operand { start, end, names } in self.known_operands() {
            renumbered.extend_from_slice(&self.bytes[done..*start as usize]);
            match names {
                Names::Signed(value) => value.encode(&mut renumbered),
                Names::Unsigned(value) => value.encode(&mut renumbered),
                Names::Locals => renumbered.extend(self.locals.iter().flatten()),
                Names::BlockType(_) => number(*names).encode(&mut renumbered),
                _ => (number(*names) as u64).encode(&mut renumbered),
            }
            done = *end as usize;
        }
        renumbered.extend_from_slice(&self.bytes[done..]);
        renumbered
    }
}

/// Reads numbers one after the other.
struct Numbers<'b> {
    bytes: &'b [u8],
    at: usize,
    found: Vec<Operand>,
}

impl Numbers<'_> {
    /// Notes the number here.
    fn note(
        &mut self,
        names: impl FnOnce(&mut BinaryReader<'_>) -> Result<Names, BinaryReaderError>,
    ) -> Result<(), BinaryReaderError> {
        let start = self.at;
        let mut reader = BinaryReader::new(&self.bytes[start..], 0);
        let names = names(&mut reader)?;
        self.at = start + reader.original_position() as usize;
        // A number that stays, and is as short as it can be, is copied with the bytes around it.
        let is_short = match names {
            Names::Signed(_) => self.at - start == 1,
            Names::Unsigned(value) => self.at - start == 1 && u64::from(self.bytes[start]) == value,
            _ => false,
        };
        if !is_short {
            self.found.push(Operand { start: start as u32, end: self.at as u32, names });
        }
        Ok(())
    }
}

/// Local variables of one type side by side: compilers declare them in the order in which they come up, in many pieces.
struct Locals {
    declaration: Vec<u8>,
    parameters: u32,
    /// The new number of each, without parameters.
    numbers: Vec<u32>,
}

impl Locals {
    /// Returns `None` if they are side by side already.
    fn group(bytes: &[u8], parameters: u32) -> Result<Option<Self>, BinaryReaderError> {
        let runs = FunctionBody::new(BinaryReader::new(bytes, 0)).get_locals_reader()?;
        let runs: Vec<(u32, wasmparser::ValType)> = runs.into_iter().collect::<Result<_, _>>()?;
        let mut groups: Vec<(wasmparser::ValType, u32)> = Vec::new();
        for (count, ty) in &runs {
            match groups.iter_mut().find(|(other, _)| other == ty) {
                Some((_, all)) => *all += count,
                None => groups.push((*ty, *count)),
            }
        }
        if groups.len() == runs.len() {
            return Ok(None);
        }
        let mut next: Vec<u32> = Vec::new();
        let mut first = parameters;
        for (_, count) in &groups {
            next.push(first);
            first += count;
        }
        let mut numbers = Vec::new();
        for (count, ty) in &runs {
            let group = groups.iter().position(|(other, _)| other == ty).unwrap_or_default();
            numbers.extend(next[group]..next[group] + count);
            next[group] += count;
        }
        let mut declaration = Vec::new();
        (groups.len() as u32).encode(&mut declaration);
        for (ty, count) in &groups {
            let Ok(ty) = wasm_encoder::ValType::try_from(*ty) else { return Ok(None) };
            count.encode(&mut declaration);
            ty.encode(&mut declaration);
        }
        Ok(Some(Self { declaration, parameters, numbers }))
    }

    fn number(&self, old: u32) -> u64 {
        let new = old.checked_sub(self.parameters).and_then(|place| self.numbers.get(place as usize));
        u64::from(new.copied().unwrap_or(old))
    }
}

/// Finds the operands of all instructions. Those with a longer opcode name memories, which have one number here.
fn find_operands(bytes: &[u8], locals: Option<&Locals>) -> Result<Vec<Operand>, Malformed> {
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut operators = body.get_operators_reader()?;
    let mut numbers = Numbers { bytes, at: 0, found: Vec::new() };
    if locals.is_some() {
        numbers.found.push(Operand { start: 0, end: operators.original_position() as u32, names: Names::Locals });
    }
    while !operators.eof() {
        let at = operators.original_position() as usize;
        operators.read()?;
        let opcode = bytes[at];
        numbers.at = at + 1;
        match opcode {
            CALL | RETURN_CALL => numbers.note(|reader| reader.read_var_u32().map(Names::Function))?,
            CALL_INDIRECT | RETURN_CALL_INDIRECT => {
                numbers.note(|reader| reader.read_var_u32().map(Names::Type))?;
                numbers.note(|reader| reader.read_var_u32().map(Names::Table))?;
            }
            LOCAL_GET | LOCAL_SET | LOCAL_TEE => {
                if let Some(locals) = locals {
                    numbers
                        .note(|reader| reader.read_var_u32().map(|number| Names::Unsigned(locals.number(number))))?;
                }
            }
            GLOBAL_GET | GLOBAL_SET => numbers.note(|reader| reader.read_var_u32().map(Names::Global))?,
            I32_CONST => numbers.note(|reader| reader.read_var_i32().map(|value| Names::Signed(value.into())))?,
            I64_CONST => numbers.note(|reader| reader.read_var_i64().map(Names::Signed))?,
            FIRST_LOAD..=LAST_STORE => {
                // The alignment, then the offset.
                numbers.note(|reader| reader.read_var_u32().map(|value| Names::Unsigned(value.into())))?;
                numbers.note(|reader| reader.read_var_u64().map(Names::Unsigned))?;
            }
            BLOCK | LOOP | IF => {
                // A negative number is a type of one value or none.
                let mut reader = BinaryReader::new(&bytes[at + 1..], 0);
                if let Ok(ty) = u32::try_from(reader.read_var_s33()?) {
                    numbers.note(|reader| reader.read_var_s33().map(|_| Names::BlockType(ty)))?;
                }
            }
            UNREACHABLE
            | NOP
            | ELSE
            | END
            | BR..=RETURN
            | DROP
            | SELECT
            | MEMORY_SIZE..=MEMORY_GROW
            | F32_CONST..=LAST_NUMERIC => {}
            PREFIX if bytes[at + 1] <= MEMORY_FILL => {}
            VECTOR => {}
            _ => return Err(Malformed::Part { what: "an instruction that names what a linker does not write" }),
        }
    }
    Ok(numbers.found)
}

const UNREACHABLE: u8 = 0x00;
const NOP: u8 = 0x01;
const BLOCK: u8 = 0x02;
const LOOP: u8 = 0x03;
const IF: u8 = 0x04;
const ELSE: u8 = 0x05;
const END: u8 = 0x0b;
const BR: u8 = 0x0c;
const RETURN: u8 = 0x0f;
const CALL: u8 = 0x10;
const CALL_INDIRECT: u8 = 0x11;
const RETURN_CALL: u8 = 0x12;
const RETURN_CALL_INDIRECT: u8 = 0x13;
const DROP: u8 = 0x1a;
const SELECT: u8 = 0x1b;
const LOCAL_GET: u8 = 0x20;
const LOCAL_SET: u8 = 0x21;
const LOCAL_TEE: u8 = 0x22;
const GLOBAL_GET: u8 = 0x23;
const GLOBAL_SET: u8 = 0x24;
const FIRST_LOAD: u8 = 0x28;
const LAST_STORE: u8 = 0x3e;
const MEMORY_SIZE: u8 = 0x3f;
const MEMORY_GROW: u8 = 0x40;
const I32_CONST: u8 = 0x41;
const I64_CONST: u8 = 0x42;
const F32_CONST: u8 = 0x43;
/// The last of the instructions that calculate, sign extension.
const LAST_NUMERIC: u8 = 0xc4;
/// Comes before a second opcode: conversions that saturate, then instructions on memory, then those on tables.
const PREFIX: u8 = 0xfc;
const MEMORY_FILL: u8 = 0x0b;
const VECTOR: u8 = 0xfd;
