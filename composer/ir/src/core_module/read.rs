//! Reads a core module.

use wasm_encoder::{ExportKind, ValType};
use wasmparser::{ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, Operator, Parser, Payload, TypeRef};

use super::{
    Body, Constant, CoreModule, Data, Elements, Export, FuncType, Function, FunctionKind, Global, Import, Memory,
};
use crate::Malformed;

impl<'a> CoreModule<'a> {
    /// Reads a module.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: the bytes are not a module.
    /// - [`Malformed::Part`]: it has something that a linker does not make of Rust or C: an import that is no function,
    ///   a second memory, a start function, tags, data without an address.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut module = Self::default();
        let (mut types, mut has_memory) = (Vec::new(), false);
        let mut types_of_bodies = 0..0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        module.types.push(func_type(&ty?)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let TypeRef::Func(ty) = import.ty else { return Err(part("an import that is no function")) };
                        let names = Import { module: import.module.to_owned(), name: import.name.to_owned() };
                        module.functions.push(Function { ty, kind: FunctionKind::Import(names) });
                    }
                }
                Payload::FunctionSection(section) => {
                    types = section.into_iter().collect::<Result<_, _>>()?;
                    types_of_bodies = 0..types.len();
                }
                Payload::TableSection(section) => {
                    for table in section {
                        let ty = table?.ty;
                        module.tables.push(ty.try_into().map_err(|_| part("a table of an unknown type"))?);
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        let memory = memory?;
                        if has_memory || memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
                            return Err(part("a memory that is not its only one, of 32 bits"));
                        }
                        has_memory = true;
                        module.memory = Memory { minimum: memory.initial, maximum: memory.maximum };
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        let global = global?;
                        let value = constant(&global.init_expr)?;
                        module.globals.push(Global { value, is_mutable: global.ty.mutable });
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let kind = match export.kind {
                            ExternalKind::Func => ExportKind::Func,
                            ExternalKind::Table => ExportKind::Table,
                            ExternalKind::Memory => ExportKind::Memory,
                            ExternalKind::Global => ExportKind::Global,
                            _ => return Err(part("an export of an unknown kind")),
                        };
                        module.exports.push(Export { name: export.name.to_owned(), kind, index: export.index });
                    }
                }
                Payload::ElementSection(section) => {
                    for elements in section {
                        module.elements.push(read_elements(elements?)?);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let ty = types_of_bodies.next().map(|place| types[place]).unwrap_or_default();
                    module.functions.push(Function { ty, kind: FunctionKind::Defined(Body::read(&body)) });
                }
                Payload::DataSection(section) => {
                    for data in section {
                        let data = data?;
                        let DataKind::Active { memory_index: 0, offset_expr } = data.kind else {
                            return Err(part("data without an address"));
                        };
                        let Constant::I32(address) = constant(&offset_expr)? else {
                            return Err(part("data without an address"));
                        };
                        module.data.push(Data { address: address.cast_unsigned(), bytes: data.data.into() });
                    }
                }
                Payload::CustomSection(section) => module.customs.push((section.name(), section.data())),
                Payload::StartSection { .. } => return Err(part("a start function")),
                Payload::TagSection(_) => return Err(part("tags")),
                _ => {}
            }
        }
        Ok(module)
    }
}

fn func_type(ty: &wasmparser::FuncType) -> Result<FuncType, Malformed> {
    let encoded = |types: &[wasmparser::ValType]| -> Result<Vec<ValType>, Malformed> {
        let types = types.iter().map(|ty| (*ty).try_into().map_err(|_| part("a value of an unknown type")));
        types.collect()
    };
    Ok(FuncType { params: encoded(ty.params())?, results: encoded(ty.results())? })
}

fn read_elements(elements: wasmparser::Element<'_>) -> Result<Elements, Malformed> {
    let ElementKind::Active { table_index, offset_expr } = elements.kind else {
        return Err(part("elements without a place in a table"));
    };
    let (ElementItems::Functions(functions), Constant::I32(offset)) = (elements.items, constant(&offset_expr)?) else {
        return Err(part("elements that are no functions"));
    };
    let functions = functions.into_iter().collect::<Result<_, _>>()?;
    Ok(Elements { table: table_index.unwrap_or(0), offset, functions })
}

fn constant(expression: &ConstExpr<'_>) -> Result<Constant, Malformed> {
    let mut operators = expression.get_operators_reader();
    match operators.read()? {
        Operator::I32Const { value } => Ok(Constant::I32(value)),
        Operator::I64Const { value } => Ok(Constant::I64(value)),
        _ => Err(part("a first value that is no number")),
    }
}

fn part(what: &'static str) -> Malformed {
    Malformed::Part { what }
}
