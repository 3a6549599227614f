//! The layout of parameters and results in memory by the canonical ABI.

use wasm_encoder::{InstructionSink, MemArg, ValType};
use wit_parser::abi::{WasmSignature, WasmType};
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

/// Returns the core parameters and results of a function.
pub(super) fn core_types(signature: &WasmSignature) -> (Vec<ValType>, Vec<ValType>) {
    let all = |types: &[WasmType]| types.iter().map(|ty| core_type(*ty)).collect();
    (all(&signature.params), all(&signature.results))
}

fn core_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
    }
}

/// The location of a flat value in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) offset: u32,
    width: Width,
}

/// The number of bytes that a flat value has in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    One,
    Two,
    Four,
    Eight,
}

impl Part {
    /// Generates code that replaces the address on the stack by the value.
    pub(super) fn load(self, code: &mut InstructionSink<'_>) {
        let at = self.place();
        match self.width {
            Width::One => code.i32_load8_u(at),
            Width::Two => code.i32_load16_u(at),
            Width::Four => code.i32_load(at),
            Width::Eight => code.i64_load(at),
        };
    }

    /// Generates code that stores the value on the stack at the address below it.
    pub(super) fn store(self, code: &mut InstructionSink<'_>) {
        let at = self.place();
        match self.width {
            Width::One => code.i32_store8(at),
            Width::Two => code.i32_store16(at),
            Width::Four => code.i32_store(at),
            Width::Eight => code.i64_store(at),
        };
    }

    fn place(self) -> MemArg {
        let align = match self.width {
            Width::One => 0,
            Width::Two => 1,
            Width::Four => 2,
            Width::Eight => 3,
        };
        MemArg { offset: self.offset.into(), align, memory_index: 0 }
    }
}

/// Returns the locations of the flat values of consecutive types. Returns `None` if the flat form of a type is not what
/// is in memory, as when cases of a variant share flat values.
pub(super) fn parts(resolve: &Resolve, types: impl Iterator<Item = Type>) -> Option<Vec<Part>> {
    let mut sizes = SizeAlign::default();
    sizes.fill(resolve);
    let mut shape = Shape { resolve, sizes, parts: Vec::new() };
    let mut end = 0;
    for ty in types {
        end = shape.field(end, &ty)?;
    }
    Some(shape.parts)
}

struct Shape<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    parts: Vec<Part>,
}

impl Shape<'_> {
    /// Adds a field after others that end at `end`, and returns its end.
    fn field(&mut self, end: u32, ty: &Type) -> Option<u32> {
        let start = end.next_multiple_of(self.align(ty)?);
        self.add(start, ty)?;
        Some(start + u32::try_from(self.sizes.size(ty).size_wasm32()).ok()?)
    }

    fn align(&self, ty: &Type) -> Option<u32> {
        u32::try_from(self.sizes.align(ty).align_wasm32()).ok()
    }

    fn add(&mut self, offset: u32, ty: &Type) -> Option<()> {
        let width = match ty {
            Type::Bool | Type::U8 => Width::One,
            Type::U16 => Width::Two,
            Type::U32 | Type::Char => Width::Four,
            Type::U64 | Type::S64 => Width::Eight,
            Type::S32 => Width::Four,
            Type::String => return self.pair(offset),
            Type::Id(id) => return self.definition(offset, &self.resolve.types[*id].kind),
            // No function needs types that load with a sign extension or as floating point.
            Type::S8 | Type::S16 | Type::F32 | Type::F64 | Type::ErrorContext => return None,
        };
        self.parts.push(Part { offset, width });
        Some(())
    }

    /// Adds an address and a length.
    fn pair(&mut self, offset: u32) -> Option<()> {
        self.parts.extend([offset, offset + 4].map(|offset| Part { offset, width: Width::Four }));
        Some(())
    }

    fn definition(&mut self, offset: u32, kind: &TypeDefKind) -> Option<()> {
        match kind {
            TypeDefKind::Type(ty) => self.add(offset, ty),
            TypeDefKind::List(_) => self.pair(offset),
            TypeDefKind::Handle(_) | TypeDefKind::Future(_) | TypeDefKind::Stream(_) => {
                self.parts.push(Part { offset, width: Width::Four });
                Some(())
            }
            TypeDefKind::Flags(flags) => {
                let width = match flags.flags.len() {
                    0 => return None,
                    1..=8 => Width::One,
                    9..=16 => Width::Two,
                    17..=32 => Width::Four,
                    _ => return None,
                };
                self.parts.push(Part { offset, width });
                Some(())
            }
            TypeDefKind::Enum(cases) => self.tag(offset, cases.tag()),
            TypeDefKind::Record(record) => self.fields(offset, record.fields.iter().map(|field| field.ty)),
            TypeDefKind::Tuple(tuple) => self.fields(offset, tuple.types.iter().copied()),
            // With a single payload, the flat values are those in memory. In the other cases nobody reads them.
            TypeDefKind::Variant(variant) => {
                let mut payloads = variant.cases.iter().filter_map(|case| case.ty);
                let payload = payloads.next();
                if payloads.next().is_some() {
                    return None;
                }
                self.tag(offset, variant.tag())?;
                let Some(payload) = payload else { return Some(()) };
                let after = self.sizes.payload_offset(variant.tag(), variant.cases.iter().map(|case| case.ty.as_ref()));
                self.add(offset + u32::try_from(after.size_wasm32()).ok()?, &payload)
            }
            TypeDefKind::Option(payload) => {
                self.tag(offset, Int::U8)?;
                self.add(offset + self.align(payload)?.max(1), payload)
            }
            _ => None,
        }
    }

    fn fields(&mut self, offset: u32, types: impl Iterator<Item = Type>) -> Option<()> {
        let mut end = offset;
        for ty in types {
            end = self.field(end, &ty)?;
        }
        Some(())
    }

    fn tag(&mut self, offset: u32, tag: Int) -> Option<()> {
        let width = match tag {
            Int::U8 => Width::One,
            Int::U16 => Width::Two,
            Int::U32 => Width::Four,
            Int::U64 => return None,
        };
        self.parts.push(Part { offset, width });
        Some(())
    }
}
