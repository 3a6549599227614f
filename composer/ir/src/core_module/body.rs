//! The code of one function: its bytes, and where in them something is named.

use std::borrow::Cow;

use wasm_encoder::{Encode, Instruction};
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody};

/// The code of a function: local variables and instructions.
#[derive(Clone, Debug)]
pub struct Body<'a> {
    bytes: Cow<'a, [u8]>,
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
}

impl<'a> Body<'a> {
    pub(super) fn read(body: &FunctionBody<'a>) -> Self {
        Self { bytes: body.as_bytes().into(), operands: None }
    }

    /// Encodes instructions without local variables, and the end.
    pub(super) fn of(code: &[Instruction<'_>]) -> Self {
        let mut function = wasm_encoder::Function::new([]);
        for instruction in code {
            function.instruction(instruction);
        }
        function.instruction(&Instruction::End);
        Self { bytes: function.into_raw_body().into(), operands: None }
    }

    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the numbers that name something.
    ///
    /// # Errors
    /// The code is not valid.
    pub(super) fn operands(&mut self) -> Result<&[Operand], BinaryReaderError> {
        let operands = match self.operands.take() {
            Some(operands) => operands,
            None => find_operands(&self.bytes)?,
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
            Names::Signed(_) | Names::Unsigned(_) => self.at - start == 1,
            _ => false,
        };
        if !is_short {
            self.found.push(Operand { start: start as u32, end: self.at as u32, names });
        }
        Ok(())
    }
}

/// Finds the operands of all instructions with a one-byte opcode. Those with a longer one name memories, which have one
/// number here.
fn find_operands(bytes: &[u8]) -> Result<Vec<Operand>, BinaryReaderError> {
    let body = FunctionBody::new(BinaryReader::new(bytes, 0));
    let mut operators = body.get_operators_reader()?;
    let mut numbers = Numbers { bytes, at: 0, found: Vec::new() };
    while !operators.eof() {
        let at = operators.original_position() as usize;
        operators.read()?;
        numbers.at = at + 1;
        match bytes[at] {
            // call, return_call, ref.func
            0x10 | 0x12 | 0xd2 => numbers.note(|reader| reader.read_var_u32().map(Names::Function))?,
            // call_indirect, return_call_indirect
            0x11 | 0x13 => {
                numbers.note(|reader| reader.read_var_u32().map(Names::Type))?;
                numbers.note(|reader| reader.read_var_u32().map(Names::Table))?;
            }
            // global.get, global.set
            0x23 | 0x24 => numbers.note(|reader| reader.read_var_u32().map(Names::Global))?,
            // i32.const, i64.const
            0x41 => numbers.note(|reader| reader.read_var_i32().map(|value| Names::Signed(value.into())))?,
            0x42 => numbers.note(|reader| reader.read_var_i64().map(Names::Signed))?,
            // Loads and stores: alignment, then offset.
            0x28..=0x3e => {
                numbers.note(|reader| reader.read_var_u32().map(|value| Names::Unsigned(value.into())))?;
                numbers.note(|reader| reader.read_var_u64().map(Names::Unsigned))?;
            }
            // block, loop, if: a negative number is a type of one value or none.
            0x02..=0x04 => {
                let mut reader = BinaryReader::new(&bytes[at + 1..], 0);
                if let Ok(ty) = u32::try_from(reader.read_var_s33()?) {
                    numbers.note(|reader| reader.read_var_s33().map(|_| Names::BlockType(ty)))?;
                }
            }
            _ => {}
        }
    }
    Ok(numbers.found)
}
