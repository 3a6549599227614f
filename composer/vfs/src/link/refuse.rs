//! Generates the refusal functions: each prints a message to stderr and exits. They are the fallback if a function
//! receives a handle that it cannot use and its result type cannot express an error.
//!
//! ```text
//! messages    a memory with the texts
//! refuse      one function per text, which prints it by the app's own imports and exits
//! ```
//!
//! If the app does not import stderr, the function only traps; its name is the message.

use bumpalo::Bump;
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, MemorySection, MemoryType, Module, NameMap, NameSection, TypeSection, ValType,
};
use wasmparser::{CanonicalFunction, CanonicalOption, Export, ExternalKind};

use super::host::HostImport;
use super::served::Served;
use vfs_compose_adapter as glue;
use vfs_compose_ir::{Component, Item, alias, bundle, instantiate};
use vfs_compose_wasi::Wasi;

/// Bytes of a memory page.
const PAGE: usize = 1 << 16;
/// Address of the first text. The result of writing it is stored before it.
const TEXT: usize = 16;
/// The `result` that `wasi:cli/exit` takes for a failure.
const FAILURE: i32 = 1;

/// A refusal function, which never returns.
pub(super) struct Refusal {
    /// The name that it is exported under.
    pub(super) export: String,
    pub(super) text: String,
}

impl Refusal {
    /// Creates the refusal for a host function that is passed a handle of the vfs.
    pub(super) fn given(function: &str) -> Self {
        Self::new(function.to_owned(), function, "was given")
    }

    /// Creates the refusal for an exported function that returns a handle of the vfs.
    pub(super) fn returned(function: &str) -> Self {
        Self::new(glue::refusal_of_result(function), function, "returned")
    }

    fn new(export: String, function: &str, what: &str) -> Self {
        let text = format!(
            "vfs-compose: `{function}` {what} a stream or another resource of the virtual filesystem, which the host cannot use. Use \
             one of the host's, and copy the bytes."
        );
        Self { export, text }
    }
}

/// Adds a core instance with the refusal functions.
pub(super) fn add<'a>(
    wasi: &'a Wasi,
    served: &Served<'_>,
    component: &mut Component<'a>,
    names: &'a Bump,
    refusals: &[Refusal],
) -> u32 {
    let stderr = Stderr::find(wasi, served, component);
    let has = Has { stderr: stderr.is_some(), exit: exit(wasi, component).is_some() };
    let module = component.add(Item::CoreModule(refuse(refusals, has).into()));
    let Some(stderr) = stderr else { return instantiate(component, module, Vec::new()) };
    let messages = component.add(Item::CoreModule(messages(refusals).into()));
    let messages = instantiate(component, messages, Vec::new());
    let memory = alias(component, ExternalKind::Memory, messages, names.alloc_str("memory"));
    let options = [CanonicalOption::UTF8, CanonicalOption::Memory(memory)];
    let mut host = Vec::new();
    let mut lower = |component: &mut Component<'a>, name: &'static str, import: HostImport<'a>, options: &[_]| {
        let func_index = import.add(component);
        let lower = CanonicalFunction::Lower { func_index, options: options.into() };
        let index = component.add(Item::Canonical(lower));
        host.push(Export { name, kind: ExternalKind::Func, index });
    };
    lower(component, "get-stderr", stderr.get, &[]);
    lower(component, "write", stderr.write, &options);
    // Found again, because adding the other imports may have changed the component.
    if let Some(exit) = exit(wasi, component) {
        lower(component, "exit", exit, &[]);
    }
    let host = bundle(component, host);
    instantiate(component, module, vec![("host", host)])
}

/// The app's imports that write to stderr.
struct Stderr<'a> {
    get: HostImport<'a>,
    write: HostImport<'a>,
}

impl<'a> Stderr<'a> {
    fn find(wasi: &'a Wasi, served: &Served<'_>, component: &Component<'a>) -> Option<Self> {
        let (interface, stream) = served.stderr()?;
        Some(Self {
            get: HostImport::at(wasi, component, &interface, "get-stderr")?,
            write: HostImport::at(wasi, component, &stream, "[method]output-stream.blocking-write-and-flush")?,
        })
    }
}

fn exit<'a>(wasi: &'a Wasi, component: &Component<'a>) -> Option<HostImport<'a>> {
    HostImport::of_any_version(wasi, component, "wasi:cli/exit", "exit")
}

/// Which imports the refusal functions can use.
#[derive(Clone, Copy)]
struct Has {
    stderr: bool,
    exit: bool,
}

/// Returns address and size of each text.
fn places(refusals: &[Refusal]) -> Vec<(usize, usize)> {
    let mut next = TEXT;
    let places = refusals.iter().map(|refusal| {
        // Including the line feed.
        let size = refusal.text.len() + 1;
        next += size;
        (next - size, size)
    });
    places.collect()
}

fn messages(refusals: &[Refusal]) -> Vec<u8> {
    let text: String = refusals.iter().map(|refusal| format!("{}\n", refusal.text)).collect();
    let pages = (TEXT + text.len()).div_ceil(PAGE) as u64;
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: pages,
        maximum: Some(pages),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(TEXT as i32), text.into_bytes());
    let mut module = Module::new();
    module.section(&memories).section(&exports).section(&data);
    module.finish()
}

fn refuse(refusals: &[Refusal], has: Has) -> Vec<u8> {
    let (refusing, getting, writing, exiting) = (0, 1, 2, 3);
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32; 4], []);
    types.ty().function([ValType::I32], []);
    let mut imports = ImportSection::new();
    if has.stderr {
        imports.import("host", "get-stderr", EntityType::Function(getting));
        imports.import("host", "write", EntityType::Function(writing));
        if has.exit {
            imports.import("host", "exit", EntityType::Function(exiting));
        }
    }
    let (get, write, exit) = (0, 1, 2);
    let first = imports.len();
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    let mut named = NameMap::new();
    for ((refusal, (address, size)), number) in refusals.iter().zip(places(refusals)).zip(first..) {
        functions.function(refusing);
        exports.export(&refusal.export, ExportKind::Func, number);
        named.append(number, &refusal.text);
        let mut body = Function::new([]);
        let mut instructions = body.instructions();
        if has.stderr {
            instructions.call(get).i32_const(address as i32).i32_const(size as i32).i32_const(0).call(write);
            if has.exit {
                instructions.i32_const(FAILURE).call(exit);
            }
        }
        instructions.unreachable().end();
        code.function(&body);
    }
    let mut name_section = NameSection::new();
    name_section.functions(&named);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&exports)
        .section(&code)
        .section(&name_section);
    module.finish()
}
