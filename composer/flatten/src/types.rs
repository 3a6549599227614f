//! Converts types of functions from the validator's form to the one that adapters use.

use std::collections::HashMap;

use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentDefinedType, ComponentDefinedTypeId, ComponentFuncTypeId, ComponentValType, ResourceId,
};
use wasmparser::types::Types;
use wasmparser::{BinaryReaderError, Parser, PrimitiveValType, ValidPayload, Validator};
use wit_parser::{
    Case, Docs, Enum, EnumCase, Field, Flag, Flags, Function, FunctionKind, Handle, Param, Record, Resolve, Result_,
    Span, Stability, Tuple, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, Variant,
};

/// Returns the types of a component. Does not validate the code of its core functions.
pub(super) fn types(component: &[u8]) -> Result<Option<Types>, BinaryReaderError> {
    let mut validator = Validator::new();
    let mut types = None;
    for payload in Parser::new(0).parse_all(component) {
        if let ValidPayload::End(end) = validator.payload(&payload?)? {
            types = Some(end);
        }
    }
    Ok(types)
}

/// A converter from types of the validator to WIT types.
pub(super) struct Converter<'t> {
    types: &'t Types,
    pub(super) resolve: Resolve,
    /// The types that are converted already.
    known: HashMap<ComponentDefinedTypeId, TypeId>,
    resources: HashMap<ResourceId, TypeId>,
}

impl<'t> Converter<'t> {
    pub(super) fn new(types: &'t Types) -> Self {
        Self { types, resolve: Resolve::default(), known: HashMap::new(), resources: HashMap::new() }
    }

    /// Converts the type of a component function and gives it a name.
    pub(super) fn function(&mut self, id: ComponentFuncTypeId, name: &str) -> Function {
        let ty = &self.types[id];
        let params = ty.params.iter();
        let params =
            params.map(|(name, ty)| Param { name: name.to_string(), ty: self.value(*ty), span: Span::default() });
        let params = params.collect();
        Function {
            name: name.to_owned(),
            kind: if ty.async_ { FunctionKind::AsyncFreestanding } else { FunctionKind::Freestanding },
            params,
            result: ty.result.map(|ty| self.value(ty)),
            docs: Docs::default(),
            stability: Stability::default(),
            span: Span::default(),
            external_id: None,
        }
    }

    /// Returns the converted resource of a component type; `None` if it is not a resource or was not converted.
    pub(super) fn resource(&self, number: u32) -> Option<TypeId> {
        match self.types.component_any_type_at(number) {
            ComponentAnyTypeId::Resource(resource) => self.resources.get(&resource.resource()).copied(),
            _ => None,
        }
    }

    fn value(&mut self, ty: ComponentValType) -> Type {
        match ty {
            ComponentValType::Primitive(ty) => primitive(ty),
            ComponentValType::Type(id) => self.defined(id),
        }
    }

    fn defined(&mut self, id: ComponentDefinedTypeId) -> Type {
        if let Some(&known) = self.known.get(&id) {
            return Type::Id(known);
        }
        let types = self.types;
        let kind = match &types[id] {
            ComponentDefinedType::Primitive(ty) => return primitive(*ty),
            ComponentDefinedType::Record(record) => TypeDefKind::Record(Record {
                fields: record.fields.iter().map(|(name, ty)| self.field(name.as_str(), *ty)).collect(),
            }),
            ComponentDefinedType::Variant(variant) => TypeDefKind::Variant(Variant {
                cases: variant.cases.iter().map(|(name, case)| self.case(name.as_str(), case.ty)).collect(),
            }),
            ComponentDefinedType::List { element, .. } => TypeDefKind::List(self.value(*element)),
            ComponentDefinedType::Map { key, value, .. } => TypeDefKind::Map(self.value(*key), self.value(*value)),
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                TypeDefKind::FixedLengthList(self.value(*element), *length)
            }
            ComponentDefinedType::Tuple(tuple) => {
                TypeDefKind::Tuple(Tuple { types: tuple.types.iter().map(|ty| self.value(*ty)).collect() })
            }
            ComponentDefinedType::Flags(names) => {
                TypeDefKind::Flags(Flags { flags: names.iter().map(|name| flag(name.as_str())).collect() })
            }
            ComponentDefinedType::Enum(names) => {
                TypeDefKind::Enum(Enum { cases: names.iter().map(|name| enum_case(name.as_str())).collect() })
            }
            ComponentDefinedType::Option { ty, .. } => TypeDefKind::Option(self.value(*ty)),
            ComponentDefinedType::Result { ok, err, .. } => {
                TypeDefKind::Result(Result_ { ok: self.maybe(*ok), err: self.maybe(*err) })
            }
            ComponentDefinedType::Own(id) => TypeDefKind::Handle(Handle::Own(self.handled(id.resource()))),
            ComponentDefinedType::Borrow(id) => TypeDefKind::Handle(Handle::Borrow(self.handled(id.resource()))),
            ComponentDefinedType::Future { ty, .. } => TypeDefKind::Future(self.maybe(*ty)),
            ComponentDefinedType::Stream { ty, .. } => TypeDefKind::Stream(self.maybe(*ty)),
        };
        let new = self.define(kind);
        self.known.insert(id, new);
        Type::Id(new)
    }

    fn maybe(&mut self, ty: Option<ComponentValType>) -> Option<Type> {
        ty.map(|ty| self.value(ty))
    }

    fn handled(&mut self, id: ResourceId) -> TypeId {
        if let Some(&known) = self.resources.get(&id) {
            return known;
        }
        let new = self.define(TypeDefKind::Resource);
        self.resources.insert(id, new);
        new
    }

    fn define(&mut self, kind: TypeDefKind) -> TypeId {
        self.resolve.types.alloc(TypeDef {
            name: None,
            kind,
            owner: TypeOwner::None,
            docs: Docs::default(),
            stability: Stability::default(),
            span: Span::default(),
            external_id: None,
        })
    }

    fn field(&mut self, name: &str, ty: ComponentValType) -> Field {
        Field { name: name.to_owned(), ty: self.value(ty), docs: Docs::default(), span: Span::default() }
    }

    fn case(&mut self, name: &str, ty: Option<ComponentValType>) -> Case {
        Case { name: name.to_owned(), ty: self.maybe(ty), docs: Docs::default(), span: Span::default() }
    }
}

fn flag(name: &str) -> Flag {
    Flag { name: name.to_owned(), docs: Docs::default(), span: Span::default() }
}

fn enum_case(name: &str) -> EnumCase {
    EnumCase { name: name.to_owned(), docs: Docs::default(), span: Span::default() }
}

fn primitive(ty: PrimitiveValType) -> Type {
    match ty {
        PrimitiveValType::Bool => Type::Bool,
        PrimitiveValType::S8 => Type::S8,
        PrimitiveValType::U8 => Type::U8,
        PrimitiveValType::S16 => Type::S16,
        PrimitiveValType::U16 => Type::U16,
        PrimitiveValType::S32 => Type::S32,
        PrimitiveValType::U32 => Type::U32,
        PrimitiveValType::S64 => Type::S64,
        PrimitiveValType::U64 => Type::U64,
        PrimitiveValType::F32 => Type::F32,
        PrimitiveValType::F64 => Type::F64,
        PrimitiveValType::Char => Type::Char,
        PrimitiveValType::String => Type::String,
        PrimitiveValType::ErrorContext => Type::ErrorContext,
    }
}
