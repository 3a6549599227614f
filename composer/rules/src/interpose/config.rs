//! Generates the component that provides the values of `wasi:config` to the app.

use std::collections::BTreeMap;

use wit_parser::{Function, FunctionKind, Int, Result_, Type, TypeDefKind, WorldItem, WorldKey};

use super::imports::{Imports, id_of};
use super::{template, wit};
use crate::error::DenyError;
use vfs_compose_adapter::layout::{Encoding, Layout};

/// The interface, under its current and its former name.
const STORES: [&str; 2] = ["wasi:config/store", "wasi:config/runtime"];
const GET: &str = "get";
const GET_ALL: &str = "get-all";
const TEXT: &str = include_str!("config.wat");

/// Address of the first data; the bytes before it stay zero.
const DATA: u32 = 16;
/// Alignment of everything in memory.
const ALIGN: usize = 8;
/// The maximum size of all values in memory, in bytes.
const MOST: usize = 1 << 30;

/// Values by key.
pub type Values = BTreeMap<String, String>;

/// Generates a component with the values for each version of the interface that the app imports, and removes these
/// imports.
///
/// # Errors
/// - [`DenyError::Config`]: the interface has a function that wasi:config does not have.
/// - [`DenyError::Front`]: a component cannot be generated.
pub(super) fn components(values: &Values, imports: &mut Imports<'_>) -> Result<Vec<Vec<u8>>, DenyError> {
    let mut stores = Vec::new();
    for name in imports.names().iter().filter(|name| is_store(name)) {
        stores.extend(component(imports, name, values)?);
    }
    Ok(stores)
}

/// Returns whether an import is the interface, at any version.
pub(super) fn is_store(name: &str) -> bool {
    STORES.contains(&name.split('@').next().unwrap_or_default())
}

/// Generates the component for one import. Returns `None` if the import is not an interface.
fn component(imports: &mut Imports<'_>, name: &str, values: &Values) -> Result<Option<Vec<u8>>, DenyError> {
    let Some((key, id)) = imports.interface(name) else { return Ok(None) };
    let layout = Layout::new(&imports.resolve, Encoding::Utf8);
    let functions = imports.resolve.interfaces[id].functions.values().map(|function| {
        let said = said(&layout, function);
        said.ok_or_else(|| DenyError::Config { interface: name.to_owned(), function: function.name.clone() })
    });
    let module = module(name, values, &functions.collect::<Result<Vec<_>, _>>()?)?;
    let mut needed = wit::needed(&imports.resolve, vec![id]);
    needed.remove(&id);
    let is_needed = |_: &WorldKey, item: &WorldItem| id_of(item).is_some_and(|id| needed.contains(&id));
    let world = imports.world(is_needed, |exported| *exported == key);
    imports.remove(&key);
    super::encode(module, &imports.resolve, world).map(Some)
}

/// A function of the interface, with the layout of its result.
#[derive(Clone, Copy)]
enum Said {
    Get(Answer),
    All(Answer),
}

/// The layout of a result. Bytes outside of the option or list are zero, which is also the discriminant of `ok`.
#[derive(Clone, Copy)]
struct Answer {
    size: u32,
    /// The offset of the option or list.
    offset: u32,
}

/// Identifies a function of the interface. Returns `None` if wasi:config has no such function.
fn said(layout: &Layout<'_>, function: &Function) -> Option<Said> {
    let params: Vec<_> = function.params.iter().map(|param| plain(layout, param.ty)).collect();
    let (result, offset) = (function.result?, 0);
    let size = layout.size(result);
    // The value may also be returned without a `result` around it.
    let (value, offset) = match kind(layout, result)? {
        TypeDefKind::Result(Result_ { ok: Some(ok), err }) => (*ok, layout.payload(Int::U8, &[Some(*ok), *err])),
        _ => (result, offset),
    };
    let answer = Answer { size, offset };
    match (&function.kind, function.name.as_str(), params.as_slice(), kind(layout, value)?) {
        (FunctionKind::Freestanding, GET, [Type::String], TypeDefKind::Option(of)) => {
            (plain(layout, *of) == Type::String).then_some(Said::Get(answer))
        }
        (FunctionKind::Freestanding, GET_ALL, [], TypeDefKind::List(of)) => match kind(layout, *of)? {
            TypeDefKind::Tuple(pair) => {
                let parts: Vec<_> = pair.types.iter().map(|ty| plain(layout, *ty)).collect();
                (parts == [Type::String; 2]).then_some(Said::All(answer))
            }
            _ => None,
        },
        _ => None,
    }
}

fn kind<'a>(layout: &'a Layout<'_>, ty: Type) -> Option<&'a TypeDefKind> {
    let Type::Id(id) = ty else { return None };
    Some(&layout.resolve.types[layout.named(id)].kind)
}

/// Resolves an alias of a primitive type.
fn plain(layout: &Layout<'_>, ty: Type) -> Type {
    match kind(layout, ty) {
        Some(TypeDefKind::Type(plain)) => *plain,
        _ => ty,
    }
}

/// Generates the core module.
fn module(interface: &str, values: &Values, functions: &[Said]) -> Result<Vec<u8>, DenyError> {
    let lengths = values.iter().flat_map(|(key, value)| [key.len(), value.len()]);
    if size(lengths, functions) > MOST as u64 {
        return Err(DenyError::Front { source: "the values of `wasi:config` take more than 1 GiB".into() });
    }
    let mut data = Data::default();
    let texts: Vec<_> = values.iter().map(|(key, value)| (data.text(key), data.text(value))).collect();
    let (mut table, mut none, mut all) = (Vec::new(), DATA, DATA);
    let mut exports = String::new();
    for function in functions {
        let name = match *function {
            Said::Get(answer) => {
                none = data.add(&vec![0; answer.size as usize]);
                for (key, value) in &texts {
                    let found = data.answer(answer, &[1, value.address, value.size]);
                    table.extend([key.address, key.size, found]);
                }
                GET
            }
            Said::All(answer) => {
                let pairs: Vec<_> = texts.iter().flat_map(|(key, value)| [key, value]).collect();
                let list = data.numbers(pairs.iter().flat_map(|text| [text.address, text.size]));
                all = data.answer(answer, &[list, texts.len() as u32]);
                GET_ALL
            }
        };
        exports += &format!("(export \"{interface}#{name}\" (func ${name}))\n");
    }
    let table_end = 4 * table.len() as u32;
    let table = data.numbers(table);
    let heap = data.end();
    let text = TEXT.replace("{exports}", &exports).replace("{bytes}", &template::bytes(&data.bytes));
    let numbers = [
        ("data", DATA),
        ("table", table),
        ("table-end", table + table_end),
        ("none", none),
        ("all", all),
        ("heap", heap),
        ("pages", heap.div_ceil(1 << 16)),
    ];
    template::parse(text, &numbers)
}

/// Returns an upper bound for the memory that keys and values of these lengths take, in bytes.
fn size(lengths: impl Iterator<Item = usize>, functions: &[Said]) -> u64 {
    let (texts, count) = lengths.fold((0_u64, 0_u64), |(texts, count), length| {
        (texts.saturating_add((length as u64).next_multiple_of(ALIGN as u64)), count + 1)
    });
    // Per text: a result, an address and a size for each string, and the address of the result.
    let of_each = functions.iter().map(|function| match function {
        Said::Get(answer) | Said::All(answer) => u64::from(answer.size) + 4 * ALIGN as u64,
    });
    texts.saturating_add(of_each.sum::<u64>().saturating_mul(count + 2))
}

/// The content of memory, from [`DATA`] on.
#[derive(Default)]
struct Data {
    bytes: Vec<u8>,
}

/// A string in memory.
struct Text {
    address: u32,
    size: u32,
}

impl Data {
    /// Adds bytes and returns their address.
    fn add(&mut self, bytes: &[u8]) -> u32 {
        let address = self.end();
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGN), 0);
        address
    }

    fn text(&mut self, text: &str) -> Text {
        Text { address: self.add(text.as_bytes()), size: text.len() as u32 }
    }

    fn numbers(&mut self, numbers: impl IntoIterator<Item = u32>) -> u32 {
        let bytes: Vec<_> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
        self.add(&bytes)
    }

    /// Adds a result whose option or list consists of these numbers. The first number of an option is its discriminant.
    fn answer(&mut self, answer: Answer, numbers: &[u32]) -> u32 {
        let mut bytes = vec![0; answer.offset as usize];
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes.resize(bytes.len().max(answer.size as usize), 0);
        self.add(&bytes)
    }

    fn end(&self) -> u32 {
        DATA + self.bytes.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTIONS: [Said; 2] = [Said::Get(Answer { size: 20, offset: 4 }), Said::All(Answer { size: 16, offset: 4 })];

    #[test]
    fn the_sizes_are_known_before_anything_is_made() {
        // Sizes beyond the address space must not wrap around to small numbers.
        for length in [MOST, 1 << 32, (1 << 32) + 8, usize::MAX - 8] {
            assert!(size([1, length].into_iter(), &FUNCTIONS) > MOST as u64, "{length}");
        }
        assert!(size([MOST / 2; 3].into_iter(), &FUNCTIONS) > MOST as u64);
        for count in [0, 1, 100] {
            let values: Values = (0..count).map(|n| (n.to_string(), "v".repeat(n))).collect();
            let module = module("wasi:config/store", &values, &FUNCTIONS).unwrap();
            let lengths = values.iter().flat_map(|(key, value)| [key.len(), value.len()]);
            let most = size(lengths, &FUNCTIONS);
            let data = wasmparser::Parser::new(0).parse_all(&module).find_map(|payload| match payload.unwrap() {
                wasmparser::Payload::DataSection(data) => {
                    Some(data.into_iter().map(|data| data.unwrap().data.len()).sum::<usize>())
                }
                _ => None,
            });
            assert!(data.unwrap_or_default() as u64 <= most, "{count}: {data:?} and {most}");
        }
    }
}
