//! Types in the canonical ABI: sizes, offsets, and the shapes that adapters distinguish.

use wasm_encoder::ValType;
use wit_parser::abi::{FlatTypes, WasmType};
use wit_parser::{FlagsRepr, Handle, Int, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// A kind of type that adapters do not support, in words.
pub struct Unsupported(pub(super) &'static str);

/// The string encoding that the app lowers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, as in the vfs.
    Utf8,
    /// UTF-16. Lengths count code units of two bytes.
    Utf16,
    /// UTF-16, or Latin-1 with lengths in bytes. The top bit of the length tells which.
    Latin1OrUtf16,
}

/// A string encoding that needs transcoding, because the vfs uses UTF-8.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// UTF-16; lengths count code units of two bytes.
    Utf16,
    /// Latin-1 or UTF-16; the top bit of the length tells which.
    Latin1OrUtf16,
}

impl Text {
    /// Returns the encoding to transcode from and to; `None` for UTF-8.
    pub fn of(encoding: Encoding) -> Option<Self> {
        match encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16 => Some(Self::Utf16),
            Encoding::Latin1OrUtf16 => Some(Self::Latin1OrUtf16),
        }
    }
}

/// Sizes, alignments, offsets and shapes of WIT types.
pub struct Layout<'a> {
    /// The types that ids refer to.
    pub resolve: &'a Resolve,
    /// The string encoding that the app lowers with.
    pub encoding: Encoding,
    sizes: SizeAlign,
}

/// The shape of a type: how a value of it is copied.
pub enum Shape {
    /// One core value that is not an address.
    Scalar(Scalar),
    /// An own handle, with its resource.
    Own(TypeId),
    /// A borrowed handle, with its resource.
    Borrow(TypeId),
    /// `list<T>` and `string`.
    List(Element),
    /// Records and tuples.
    Record(Vec<Type>),
    /// Variants, options and results.
    Variant {
        /// The integer type of the discriminant.
        tag: Int,
        /// The payload of each case.
        cases: Vec<Option<Type>>,
    },
}

/// The bit patterns that are valid for a core value.
#[derive(Clone, Copy)]
pub enum Scalar {
    /// All of them.
    Any,
    /// An unsigned integer of this many bits. Higher bits are ignored.
    Unsigned(u32),
    /// A signed integer of this many bits.
    Signed(u32),
    /// A `bool`: 0 or 1.
    Bool,
    /// A `char`: a Unicode scalar value.
    Char,
    /// The discriminant of an enum.
    Enum {
        /// The integer type of the discriminant.
        tag: Int,
        /// The number of cases.
        cases: u32,
    },
    /// Flags.
    Flags {
        /// The size in memory.
        bytes: u32,
        /// The number of flags.
        count: u32,
    },
}

/// The elements of a list.
#[derive(Clone, Copy)]
pub struct Element {
    /// The size of one element, in bytes.
    pub size: u32,
    /// The alignment of an element, in bytes.
    pub align: u32,
    /// The type of an element; `None` for a string.
    pub ty: Option<Type>,
    /// The encoding of a string that must be transcoded.
    pub text: Option<Text>,
}

impl<'a> Layout<'a> {
    /// Returns the layouts of the types in `resolve`, for strings in `encoding`.
    pub fn new(resolve: &'a Resolve, encoding: Encoding) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Self { resolve, encoding, sizes }
    }

    /// Returns the size of a value in memory, in bytes.
    pub fn size(&self, ty: Type) -> u32 {
        self.sizes.size(&ty).size_wasm32() as u32
    }

    /// Returns the alignment of a value in memory, in bytes.
    pub fn align(&self, ty: Type) -> u32 {
        self.sizes.align(&ty).align_wasm32() as u32
    }

    /// Returns the element of a list of this type.
    pub fn element(&self, ty: Type) -> Element {
        Element { size: self.size(ty), align: self.align(ty), ty: Some(ty), text: None }
    }

    /// Returns the offset and type of each field of a record.
    pub fn fields(&self, types: &[Type]) -> Vec<(u32, Type)> {
        self.sizes.field_offsets(types).into_iter().map(|(at, ty)| (at.size_wasm32() as u32, *ty)).collect()
    }

    /// Returns size and alignment of the record in which parameters are passed if they are too many for core values.
    pub fn record(&self, types: &[Type]) -> (u32, u32) {
        let info = self.sizes.record(types);
        (info.size.size_wasm32() as u32, info.align.align_wasm32() as u32)
    }

    /// Returns the offset of the payload of a variant.
    pub fn payload(&self, tag: Int, cases: &[Option<Type>]) -> u32 {
        self.sizes.payload_offset(tag, cases.iter().map(Option::as_ref)).size_wasm32() as u32
    }

    /// Returns the core values of a parameter.
    pub fn flat(&self, ty: Type) -> Vec<ValType> {
        let mut storage = [WasmType::I32; Resolve::MAX_FLAT_PARAMS];
        let mut flat = FlatTypes::new(&mut storage);
        self.resolve.push_flat(&ty, &mut flat);
        core_types(&flat.to_vec())
    }

    /// Returns the type that an alias stands for, through any number of aliases.
    pub fn named(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// Returns the shape of a type.
    ///
    /// # Errors
    /// [`Unsupported`]: a future, stream, error context, map or list of fixed length.
    pub fn shape(&self, ty: Type) -> Result<Shape, Unsupported> {
        Ok(match ty {
            Type::Bool => Shape::Scalar(Scalar::Bool),
            Type::Char => Shape::Scalar(Scalar::Char),
            Type::U8 => Shape::Scalar(Scalar::Unsigned(8)),
            Type::U16 => Shape::Scalar(Scalar::Unsigned(16)),
            Type::S8 => Shape::Scalar(Scalar::Signed(8)),
            Type::S16 => Shape::Scalar(Scalar::Signed(16)),
            Type::U32 | Type::S32 | Type::U64 | Type::S64 | Type::F32 | Type::F64 => Shape::Scalar(Scalar::Any),
            Type::String => Shape::List(string(self.encoding)),
            Type::ErrorContext => return Err(Unsupported("an error context")),
            Type::Id(id) => return self.shape_of(&self.resolve.types[id].kind),
        })
    }

    fn shape_of(&self, kind: &TypeDefKind) -> Result<Shape, Unsupported> {
        Ok(match kind {
            TypeDefKind::Type(ty) => self.shape(*ty)?,
            TypeDefKind::Handle(Handle::Own(id)) => Shape::Own(self.named(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => Shape::Borrow(self.named(*id)),
            TypeDefKind::List(ty) => Shape::List(self.element(*ty)),
            TypeDefKind::Record(record) => Shape::Record(record.fields.iter().map(|field| field.ty).collect()),
            TypeDefKind::Tuple(tuple) => Shape::Record(tuple.types.clone()),
            TypeDefKind::Variant(variant) => {
                Shape::Variant { tag: variant.tag(), cases: variant.cases.iter().map(|case| case.ty).collect() }
            }
            TypeDefKind::Option(ty) => Shape::Variant { tag: Int::U8, cases: vec![None, Some(*ty)] },
            TypeDefKind::Result(result) => Shape::Variant { tag: Int::U8, cases: vec![result.ok, result.err] },
            TypeDefKind::Enum(all) => Shape::Scalar(Scalar::Enum { tag: all.tag(), cases: all.cases.len() as u32 }),
            TypeDefKind::Flags(flags) => match (flags.repr(), flags.flags.len() as u32) {
                (FlagsRepr::U8, count) => Shape::Scalar(Scalar::Flags { bytes: 1, count }),
                (FlagsRepr::U16, count) => Shape::Scalar(Scalar::Flags { bytes: 2, count }),
                (FlagsRepr::U32(1), count) => Shape::Scalar(Scalar::Flags { bytes: 4, count }),
                (FlagsRepr::U32(words), _) => Shape::Record(vec![Type::U32; words]),
            },
            TypeDefKind::Map(..) => return Err(Unsupported("a map")),
            TypeDefKind::FixedLengthList(..) => return Err(Unsupported("a list of fixed length")),
            TypeDefKind::Future(_) => return Err(Unsupported("a future")),
            TypeDefKind::Stream(_) => return Err(Unsupported("a stream")),
            TypeDefKind::Resource | TypeDefKind::Unknown => return Err(Unsupported("a type that has no values")),
        })
    }

    /// Returns whether `is` accepts the shape of a type or of any part of it, elements of lists included.
    ///
    /// # Errors
    /// As [`Layout::shape`], for any part.
    pub fn any(&self, ty: Type, is: fn(&Shape) -> bool) -> Result<bool, Unsupported> {
        let shape = self.shape(ty)?;
        let parts = match &shape {
            Shape::Scalar(_) | Shape::Own(_) | Shape::Borrow(_) => Vec::new(),
            Shape::List(element) => element.ty.into_iter().collect(),
            Shape::Record(types) => types.clone(),
            Shape::Variant { cases, .. } => cases.iter().copied().flatten().collect(),
        };
        let mut found = is(&shape);
        // Visit all parts, so that an unsupported one is always reported.
        for part in parts {
            found |= self.any(part, is)?;
        }
        Ok(found)
    }
}

/// Returns the element of a string.
fn string(encoding: Encoding) -> Element {
    let (size, align) = match encoding {
        Encoding::Utf8 => (1, 1),
        Encoding::Utf16 => (2, 2),
        Encoding::Latin1OrUtf16 => (1, 2),
    };
    Element { size, align, ty: None, text: Text::of(encoding) }
}

/// Returns the core types for 32-bit memories.
pub fn core_types(types: &[WasmType]) -> Vec<ValType> {
    types.iter().map(|ty| core_type(*ty)).collect()
}

fn core_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}
