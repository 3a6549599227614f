//! Turns asynchronous calls of functions that finish before they return into synchronous ones.
//!
//! An asynchronous call passes many parameters in memory, passes an address for the result, and returns whether the
//! call has finished; the engine makes a task for it. But all functions of the vfs except those of streams finish
//! before they return. So the app's import is lowered synchronously, and an adapter calls it and reports that the call
//! has finished.

use std::collections::BTreeMap;

use bumpalo::Bump;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection, MemoryType, Module, TypeSection,
};
use wasmparser::{CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, Export, ExternalKind};
use wit_parser::abi::AbiVariant;
use wit_parser::{Function, Resolve};

use super::shape::{Part, core_types, parts};
use vfs_compose_ir::{Component, Item, Space, bundle, instantiate};
use vfs_compose_wasi::App;
use vfs_compose_wasi::Wasi;

/// The code that an asynchronous call returns if it has finished: `returned`, without a subtask.
const RETURNED: i32 = 2;

/// An asynchronous call that can become synchronous.
struct Call<'f> {
    /// The core function of the app.
    number: u32,
    func_index: u32,
    /// The options of its `canon lower`, without `async`.
    options: Vec<CanonicalOption>,
    memory: Option<u32>,
    function: &'f Function,
}

/// Replaces the asynchronous calls that can become synchronous. `is_vfs` returns whether an import is provided by the
/// vfs.
pub(super) fn put_in<'a>(
    wasi: &Wasi,
    component: &mut Component<'a>,
    names: &'a Bump,
    app: &App,
    is_vfs: &dyn Fn(&str) -> bool,
) {
    let mut groups: BTreeMap<Option<u32>, Vec<Call<'_>>> = BTreeMap::new();
    for call in calls(wasi, component, app, is_vfs) {
        groups.entry(call.memory).or_default().push(call);
    }
    for (memory, calls) in groups {
        let (glue, calls): (Vec<_>, Vec<_>) =
            calls.iter().filter_map(|call| Some((Glue::new(&app.resolve, call.function)?, call))).unzip();
        if glue.is_empty() {
            continue;
        }
        let numbers: Vec<&str> = (0..glue.len()).map(|number| &*names.alloc_str(&number.to_string())).collect();
        let mut plain = Vec::new();
        for (&name, call) in numbers.iter().zip(&calls) {
            let options = call.options.clone().into_boxed_slice();
            let lower = CanonicalFunction::Lower { func_index: call.func_index, options };
            let index = component.add(Item::Canonical(lower));
            plain.push(Export { name, kind: ExternalKind::Func, index });
        }
        let mut arguments = vec![("vfs", bundle(component, plain))];
        if let Some(index) = memory {
            let memory = Export { name: "memory", kind: ExternalKind::Memory, index };
            arguments.push(("app", bundle(component, vec![memory])));
        }
        let module = component.add(Item::CoreModule(module(&glue, memory.is_some()).into()));
        let instance_index = instantiate(component, module, arguments);
        for (&name, call) in numbers.iter().zip(&calls) {
            let alias = ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, instance_index, name };
            component.replace(Space::CoreFunction, call.number, Item::Alias(alias));
        }
    }
}

/// Returns the app's asynchronous calls of vfs functions that finish before they return.
fn calls<'f>(wasi: &Wasi, component: &Component<'_>, app: &'f App, is_vfs: &dyn Fn(&str) -> bool) -> Vec<Call<'f>> {
    let mut all = Vec::new();
    for definition in component.definitions() {
        let (Some(id), Item::Canonical(CanonicalFunction::Lower { func_index, options })) =
            (definition.id, &definition.item)
        else {
            continue;
        };
        let Some(function) = function(wasi, component, app, is_vfs, *func_index) else { continue };
        if !options.contains(&CanonicalOption::Async) {
            continue;
        }
        let plain = options.iter().copied().filter(|option| *option != CanonicalOption::Async);
        let memory = options.iter().find_map(|option| match option {
            CanonicalOption::Memory(number) => Some(*number),
            _ => None,
        });
        all.push(Call { number: id.number, func_index: *func_index, options: plain.collect(), memory, function });
    }
    all
}

/// Returns the asynchronous vfs function behind a component function.
fn function<'f>(
    wasi: &Wasi,
    component: &Component<'_>,
    app: &'f App,
    is_vfs: &dyn Fn(&str) -> bool,
    number: u32,
) -> Option<&'f Function> {
    let Item::Alias(ComponentAlias::InstanceExport { kind: ComponentExternalKind::Func, instance_index, name }) =
        component.get(Space::Function, number)?
    else {
        return None;
    };
    let Item::Import(import) = component.get(Space::Instance, *instance_index)? else { return None };
    if !is_vfs(import.name.name) {
        return None;
    }
    let (id, interface) = app.interfaces.iter().find(|(_, known)| known.to_string() == import.name.name)?;
    let function = app.resolve.interfaces[*id].functions.get(*name)?;
    let is_known = wasi.function(&interface.path, name).is_some();
    (is_known && function.kind.is_async()).then_some(function)
}

/// The adapter of one call.
struct Glue {
    asynchronous: Signature,
    plain: Signature,
    /// The parameters, if the app passes them in memory.
    params: Option<Vec<Part>>,
    /// The result, if the synchronous function returns it instead of writing it to memory.
    result: Option<Part>,
}

struct Signature {
    params: Vec<wasm_encoder::ValType>,
    results: Vec<wasm_encoder::ValType>,
}

impl Glue {
    fn new(resolve: &Resolve, function: &Function) -> Option<Self> {
        let asynchronous = resolve.wasm_signature(AbiVariant::GuestImportAsync, function);
        let plain = resolve.wasm_signature(AbiVariant::GuestImport, function);
        if plain.indirect_params {
            return None;
        }
        let params = match asynchronous.indirect_params {
            true => Some(parts(resolve, function.params.iter().map(|param| param.ty))?),
            false => None,
        };
        let result = match (plain.results.is_empty(), function.result) {
            (false, Some(ty)) => {
                let parts = parts(resolve, std::iter::once(ty))?;
                Some(*parts.first().filter(|_| parts.len() == 1)?)
            }
            _ => None,
        };
        let signature = |signature| {
            let (params, results) = core_types(signature);
            Signature { params, results }
        };
        Some(Self { asynchronous: signature(&asynchronous), plain: signature(&plain), params, result })
    }

    fn body(&self, callee: u32) -> wasm_encoder::Function {
        let mut body = wasm_encoder::Function::new([]);
        let mut code = body.instructions();
        let place = self.asynchronous.params.len() as u32 - u32::from(!self.asynchronous.params.is_empty());
        if self.result.is_some() {
            code.local_get(place);
        }
        let given = match &self.params {
            None => self.plain.params.len() as u32,
            Some(parts) => {
                for part in parts {
                    code.local_get(0);
                    part.load(&mut code);
                }
                0
            }
        };
        for local in 0..given {
            code.local_get(local);
        }
        // If the parameters are in memory, the address of the result is the next argument.
        if let Some(parts) = &self.params
            && parts.len() < self.plain.params.len()
        {
            code.local_get(place);
        }
        code.call(callee);
        if let Some(part) = self.result {
            part.store(&mut code);
        }
        code.i32_const(RETURNED).end();
        body
    }
}

fn module(glue: &[Glue], has_memory: bool) -> Vec<u8> {
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    let count = glue.len() as u32;
    for (number, one) in (0..).zip(glue) {
        for signature in [&one.plain, &one.asynchronous] {
            types.ty().function(signature.params.iter().copied(), signature.results.iter().copied());
        }
        imports.import("vfs", &number.to_string(), EntityType::Function(2 * number));
        functions.function(2 * number + 1);
        exports.export(&number.to_string(), ExportKind::Func, count + number);
        code.function(&one.body(number));
    }
    if has_memory {
        let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
        imports.import("app", "memory", memory);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
