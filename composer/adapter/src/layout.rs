//! Types as the canonical ABI sees them: sizes, offsets, and the few shapes that make a difference to the glue.

use wasm_encoder::ValType;
use wit_parser::abi::{FlatTypes, WasmType};
use wit_parser::{FlagsRepr, Handle, Int, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// A kind of type that glue cannot carry, in words.
pub struct Unsupported(pub(super) &'static str);

/// How an app has its strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As the vfs has them.
    Utf8,
    /// Lengths are in code units of two bytes.
    Utf16,
    /// The same, or Latin-1, of which lengths are in bytes. A bit in the length says which.
    Latin1OrUtf16,
}

/// An encoding that is not the vfs's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// UTF-16; lengths count code units of two bytes.
    Utf16,
    /// Latin-1 or UTF-16; the top bit of the length tells which.
    Latin1OrUtf16,
}

impl Text {
    /// `None`: as the vfs has them.
    pub fn of(encoding: Encoding) -> Option<Self> {
        match encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16 => Some(Self::Utf16),
            Encoding::Latin1OrUtf16 => Some(Self::Latin1OrUtf16),
        }
    }
}

/// Every function of the glue asks it about types.
pub struct Layout<'a> {
    /// The types that ids refer to.
    pub resolve: &'a Resolve,
    /// How the app has its strings.
    pub encoding: Encoding,
    sizes: SizeAlign,
}

/// What a type is, for moving it.
pub enum Shape {
    /// One core value without an address in it.
    Scalar(Scalar),
    /// A handle, with the resource that it is of.
    Own(TypeId),
    /// A borrowed handle, with its resource.
    Borrow(TypeId),
    /// `list<T>` and `string`.
    List(Element),
    /// Records and tuples.
    Record(Vec<Type>),
    /// Variants, options, results.
    Variant {
        /// The integer type of the discriminant.
        tag: Int,
        /// The payload of each case.
        cases: Vec<Option<Type>>,
    },
}

/// What bits a core value may have.
#[derive(Clone, Copy)]
pub enum Scalar {
    /// All of them.
    Any,
    /// So many of the low ones, and the others do not count.
    Unsigned(u32),
    /// So many of the low ones, the highest being the sign.
    Signed(u32),
    /// A `bool`: 0 or 1.
    Bool,
    /// A `char`: a Unicode scalar value.
    Char,
    /// The case of an enum with so many cases.
    Enum {
        /// The integer type of the discriminant.
        tag: Int,
        /// The number of cases.
        cases: u32,
    },
    /// So many flags in so many bytes.
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
    /// `None` for those of a string.
    pub ty: Option<Type>,
    /// For a string that the vfs must have in another encoding.
    pub text: Option<Text>,
}

impl<'a> Layout<'a> {
    /// Returns the layouts of the types in `resolve`, for strings in `encoding`.
    pub fn new(resolve: &'a Resolve, encoding: Encoding) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Self { resolve, encoding, sizes }
    }

    /// Bytes in memory.
    pub fn size(&self, ty: Type) -> u32 {
        self.sizes.size(&ty).size_wasm32() as u32
    }

    /// Alignment in memory, in bytes.
    pub fn align(&self, ty: Type) -> u32 {
        self.sizes.align(&ty).align_wasm32() as u32
    }

    /// A type as the elements of a list.
    pub fn element(&self, ty: Type) -> Element {
        Element { size: self.size(ty), align: self.align(ty), ty: Some(ty), text: None }
    }

    /// Offsets of the fields of a record.
    pub fn fields(&self, types: &[Type]) -> Vec<(u32, Type)> {
        self.sizes.field_offsets(types).into_iter().map(|(at, ty)| (at.size_wasm32() as u32, *ty)).collect()
    }

    /// Size and alignment of the record that parameters make when they are too many for core parameters.
    pub fn record(&self, types: &[Type]) -> (u32, u32) {
        let info = self.sizes.record(types);
        (info.size.size_wasm32() as u32, info.align.align_wasm32() as u32)
    }

    /// Offset of the payload of a variant.
    pub fn payload(&self, tag: Int, cases: &[Option<Type>]) -> u32 {
        self.sizes.payload_offset(tag, cases.iter().map(Option::as_ref)).size_wasm32() as u32
    }

    /// The core values of a parameter.
    pub fn flat(&self, ty: Type) -> Vec<ValType> {
        let mut storage = [WasmType::I32; Resolve::MAX_FLAT_PARAMS];
        let mut flat = FlatTypes::new(&mut storage);
        self.resolve.push_flat(&ty, &mut flat);
        core_types(&flat.to_vec())
    }

    /// What a type is a name for.
    pub fn named(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// What a type is.
    ///
    /// # Errors
    /// [`Unsupported`]: futures, streams, error contexts, maps and lists of fixed length.
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

    /// Whether some part of a type is such a shape. Looks into lists too.
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
        // All parts are visited, so that what is unsupported is always seen.
        for part in parts {
            found |= self.any(part, is)?;
        }
        Ok(found)
    }
}

/// A string as a list.
fn string(encoding: Encoding) -> Element {
    let (size, align) = match encoding {
        Encoding::Utf8 => (1, 1),
        Encoding::Utf16 => (2, 2),
        Encoding::Latin1OrUtf16 => (1, 2),
    };
    Element { size, align, ty: None, text: Text::of(encoding) }
}

/// As core WebAssembly with 32-bit memories has them.
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
