//! Makes the app start the pump before its own code, and stop it afterwards.
//!
//! A wrapper takes the place of each core function that the app lifts as an export. It calls `start` unless another
//! task of the app is running, and then the app's function. The callbacks of tasks get wrappers too. When the last task
//! of the app ends, a wrapper calls `stop`. Results pass through unchanged.

use bumpalo::Bump;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, FunctionSection, GlobalSection,
    GlobalType, ImportSection, Module, TypeSection, ValType,
};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternName, ComponentExternalKind, ComponentFuncType,
    ComponentImport, ComponentType, ComponentTypeRef, Export, ExternalKind, InstanceTypeDeclaration,
};
use wit_parser::Function;
use wit_parser::abi::AbiVariant;

use super::shape::core_types;
use vfs_compose_ir::{Component, Item, Space, alias, bundle, exported, instantiate};
use vfs_compose_wasi::App;
use vfs_compose_wasi::{PUMP, PUMP_VERSION};

/// Names of the functions in the pump's interface, which the module also imports them by.
const START: &str = "start";
const STOP: &str = "stop";
/// The core type of a callback.
pub(crate) const CALLBACK: (&[ValType], &[ValType]) = (&[ValType::I32; 3], &[ValType::I32]);
/// Mask of the callback code in the value that a task returns. The code is 0 if the task ends.
pub(crate) const CODE: i32 = 15;

/// A lifted function.
pub(crate) struct Lifted {
    /// The index of the component function.
    number: u32,
    /// The index of the core function behind it.
    pub(crate) core: u32,
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
    /// The index of the core function that continues its task.
    pub(crate) callback: Option<u32>,
}

/// Adds the wrappers. `waits`: `start` may take a while, and the app waits for it. Returns `false`, with nothing changed,
/// if this component does not lift one of the exports.
pub(super) fn put_in<'a>(
    component: &mut Component<'a>,
    names: &'a Bump,
    app: &App,
    exports: &[(String, &Function)],
    waits: bool,
) -> bool {
    let lifted: Option<Vec<_>> =
        exports.iter().map(|(export, function)| lifted(component, app, export, function)).collect();
    let Some(lifted) = lifted.filter(|lifted| !lifted.is_empty()) else { return false };
    let function = |name, index| Export { name, kind: ExternalKind::Func, index };
    let pump = import(component, names);
    let [start, stop] = lower(component, pump, waits);
    let of_vfs = bundle(component, vec![function(START, start), function(STOP, stop)]);
    let callbacks = lifted.iter().filter_map(|one| one.callback);
    let of_app: Vec<u32> = lifted.iter().map(|one| one.core).chain(callbacks).collect();
    let numbers: Vec<&str> = (0..of_app.len()).map(|number| &*names.alloc_str(&number.to_string())).collect();
    let of_app = numbers.iter().zip(of_app).map(|(name, index)| function(*name, index)).collect();
    let of_app = bundle(component, of_app);
    let module = component.add(Item::CoreModule(module(&lifted, waits).into()));
    let instance = instantiate(component, module, vec![("pump", of_vfs), ("app", of_app)]);
    replace_lifts(component, &lifted, instance, &numbers);
    true
}

/// Lifts exports of `instance` instead: first the functions, then the callbacks of those that have one.
pub(crate) fn replace_lifts<'a>(component: &mut Component<'a>, lifted: &[Lifted], instance: u32, names: &[&'a str]) {
    let (firsts, callbacks) = names.split_at(lifted.len());
    let mut callbacks = callbacks.iter();
    for (name, one) in firsts.iter().zip(lifted) {
        let core_func_index = alias(component, ExternalKind::Func, instance, name);
        let callback = one.callback.and_then(|_| callbacks.next());
        let callback = callback.map(|name| alias(component, ExternalKind::Func, instance, name));
        let Some(Item::Canonical(CanonicalFunction::Lift { type_index, mut options, .. })) =
            component.get(Space::Function, one.number).cloned()
        else {
            continue;
        };
        for option in &mut options {
            if let (CanonicalOption::Callback(number), Some(callback)) = (option, callback) {
                *number = callback;
            }
        }
        let lift = CanonicalFunction::Lift { core_func_index, type_index, options };
        component.replace(Space::Function, one.number, Item::Canonical(lift));
    }
}

/// Returns the lifted function behind an export, if this component lifts it.
pub(crate) fn lifted(component: &Component<'_>, app: &App, export: &str, function: &Function) -> Option<Lifted> {
    let number = exported(component, export, &function.name)?;
    let Item::Canonical(CanonicalFunction::Lift { core_func_index, options, .. }) =
        component.get(Space::Function, number)?
    else {
        return None;
    };
    let is_async = options.contains(&CanonicalOption::Async);
    let callback = options.iter().find_map(|option| match option {
        CanonicalOption::Callback(number) => Some(*number),
        _ => None,
    });
    let variant = match (is_async, callback) {
        (false, _) => AbiVariant::GuestExport,
        (true, Some(_)) => AbiVariant::GuestExportAsync,
        (true, None) => AbiVariant::GuestExportAsyncStackful,
    };
    let (params, results) = core_types(&app.resolve.wasm_signature(variant, function));
    Some(Lifted { number, core: *core_func_index, params, results, callback })
}

/// Returns the name of the pump's interface.
pub(super) fn name(names: &Bump) -> &str {
    names.alloc_str(&format!("{PUMP}@{PUMP_VERSION}"))
}

/// Imports the pump's interface, and returns the instance.
pub(super) fn import<'a>(component: &mut Component<'a>, names: &'a Bump) -> u32 {
    let ty = |async_| {
        InstanceTypeDeclaration::Type(ComponentType::Func(ComponentFuncType {
            async_,
            params: Box::new([]),
            result: None,
        }))
    };
    let function = |name, number| InstanceTypeDeclaration::Export {
        name: ComponentExternName { name, implements: None, version_suffix: None, external_id: None },
        ty: ComponentTypeRef::Func(number),
    };
    let of_pump = name(names);
    let declarations = [ty(true), function(START, 0), ty(false), function(STOP, 1)];
    let ty = component.add(Item::Type(ComponentType::Instance(Box::new(declarations))));
    let name = ComponentExternName { name: of_pump, implements: None, version_suffix: None, external_id: None };
    let import = ComponentImport { name, ty: ComponentTypeRef::Instance(ty) };
    component.add(Item::Import(import))
}

/// Lowers `start` and `stop`, and returns the core functions.
fn lower(component: &mut Component<'_>, instance_index: u32, waits: bool) -> [u32; 2] {
    [(START, (!waits).then_some(CanonicalOption::Async)), (STOP, None)].map(|(name, option)| {
        let kind = ComponentExternalKind::Func;
        let func_index = component.add(Item::Alias(ComponentAlias::InstanceExport { kind, instance_index, name }));
        component.add(Item::Canonical(CanonicalFunction::Lower { func_index, options: option.into_iter().collect() }))
    })
}

/// Indices of the module's functions: first those of the pump, then those of the app, then its own.
const START_NUMBER: u32 = 0;
const STOP_NUMBER: u32 = 1;
const OF_APP: u32 = 2;

/// A wrapper of a function of the app.
struct Before<'a> {
    params: &'a [ValType],
    results: &'a [ValType],
    /// Whether the function begins a task.
    is_first: bool,
    /// Whether the returned value tells if the task ends. Otherwise the task ends when the function returns.
    has_code: bool,
}

fn module(lifted: &[Lifted], waits: bool) -> Vec<u8> {
    let firsts = lifted.iter().map(|one| Before {
        params: &one.params,
        results: &one.results,
        is_first: true,
        has_code: one.callback.is_some(),
    });
    let callbacks = lifted.iter().filter_map(|one| one.callback);
    let (params, results) = CALLBACK;
    let callbacks = callbacks.map(|_| Before { params, results, is_first: false, has_code: true });
    let all: Vec<_> = firsts.chain(callbacks).collect();
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    types.ty().function([], [ValType::I32]);
    types.ty().function([], []);
    imports.import("pump", START, EntityType::Function(u32::from(waits)));
    imports.import("pump", STOP, EntityType::Function(1));
    let leave_number = OF_APP + all.len() as u32;
    functions.function(1);
    code.function(&leave());
    for (number, one) in (0..).zip(&all) {
        types.ty().function(one.params.iter().copied(), one.results.iter().copied());
        imports.import("app", &number.to_string(), EntityType::Function(2 + number));
        functions.function(2 + number);
        exports.export(&number.to_string(), ExportKind::Func, leave_number + 1 + number);
        code.function(&one.body(OF_APP + number, leave_number, waits));
    }
    // The number of running tasks of the app.
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&globals).section(&exports).section(&code);
    module.finish()
}

impl Before<'_> {
    fn body(&self, callee: u32, leave: u32, waits: bool) -> wasm_encoder::Function {
        let given = self.params.len() as u32;
        let mut body = wasm_encoder::Function::new([(1, ValType::I32)]);
        let mut code = body.instructions();
        if self.is_first {
            code.global_get(0).i32_eqz().if_(BlockType::Empty).call(START_NUMBER);
            if !waits {
                // Nothing here can wait. Where a mount is below a preopen, `start` may go on beside the app.
                code.drop();
            }
            code.end();
            code.global_get(0).i32_const(1).i32_add().global_set(0);
        }
        for local in 0..given {
            code.local_get(local);
        }
        code.call(callee);
        if self.has_code {
            code.local_tee(given).i32_const(CODE).i32_and().i32_eqz().if_(BlockType::Empty).call(leave).end();
            code.local_get(given);
        } else {
            code.call(leave);
        }
        code.end();
        body
    }
}

/// Generates the function that counts a task as ended, and stops the pump after the last one.
fn leave() -> wasm_encoder::Function {
    let mut body = wasm_encoder::Function::new([]);
    let mut code = body.instructions();
    code.global_get(0).i32_const(1).i32_sub().global_set(0);
    code.global_get(0).i32_eqz().if_(BlockType::Empty).call(STOP_NUMBER).end().end();
    body
}
