//! Makes an app tell its host, when it ends, how many files it has written.
//!
//! Nobody may enter an instance once `exit` was called. So what shall happen at the end happens before: a wrapper takes the
//! place of the core function that the app lifts as `run`, and of those that it lowers `exit` to. The wrapper of `run`
//! goes on after the app's function, that of `exit` before the host's. Both ask the vfs, and tell the host.
//!
//! ```text
//! run  ─▶ wrapper ─▶ the app's run;  then  vfs-compose:vfs/end#ended ─▶ vfs-compose:run/end#ended
//! the app's code ─▶ wrapper ─▶ vfs-compose:vfs/end#ended ─▶ vfs-compose:run/end#ended;  then the host's exit
//! ```
//!
//! The two interfaces are ordinary imports of the app then. The vfs serves the first, in both forms, as it serves those of
//! WASI, and the host has the other one.

use bumpalo::Bump;
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Module,
    TypeSection, ValType,
};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExternName, ComponentExternalKind, ComponentFuncType, ComponentImport,
    ComponentType, ComponentTypeRef, ComponentValType, Export, ExternalKind, InstanceTypeDeclaration, PrimitiveValType,
};

use crate::p3_entry::start::{self, CODE, Lifted};
use crate::p3_entry::{exports, is_root};
use vfs_compose_ir::{Component, Item, Malformed, Space, bundle, instantiate};
use vfs_compose_wasi::{App, END};

/// What the host has to provide.
pub const HOST_END: &str = "vfs-compose:run/end@0.1.0";
/// The version of the package of [`END`].
const VERSION: &str = "0.1.0";
/// The only function of both interfaces.
const ENDED: &str = "ended";
const RUN: &str = "wasi:cli/run@";
const EXIT: &str = "wasi:cli/exit@";
/// The functions of [`EXIT`]. Each has one parameter, and does not return.
const EXITS: [&str; 2] = ["exit", "exit-with-code"];

/// Returns whether an app exports `run`.
pub fn has_run(app: &App) -> bool {
    exports(app).into_iter().any(|(export, _)| export.starts_with(RUN))
}

/// Adds the wrappers to an app, and returns its component. Returns `None` if a component inside of it has the code of
/// `run`.
///
/// # Errors
/// - [`Malformed`]: the app cannot be parsed.
pub fn put_in(app: &App) -> Result<Option<Vec<u8>>, Malformed> {
    let mut component = Component::read(&app.component)?;
    let names = Bump::new();
    let runs = exports(app).into_iter().filter(|(export, _)| export.starts_with(RUN));
    let lifted: Option<Vec<Lifted>> =
        runs.map(|(export, function)| start::lifted(&component, app, &export, function)).collect();
    let Some(lifted) = lifted.filter(|lifted| !lifted.is_empty()) else { return Ok(None) };
    let end = import_end(&mut component, &names);
    wrap_exits(&mut component, &names, end);
    wrap_runs(&mut component, &names, end, &lifted);
    Ok(Some(component.emit(is_root)?.component.bytes))
}

/// Imports both interfaces, and returns a core instance with their functions.
fn import_end<'a>(component: &mut Component<'a>, names: &'a Bump) -> u32 {
    let number = ComponentValType::Primitive(PrimitiveValType::U32);
    let of_vfs = ComponentFuncType { async_: false, params: Box::new([]), result: Some(number) };
    let of_host = ComponentFuncType { async_: false, params: Box::new([("files", number)]), result: None };
    let of_vfs = lower(component, names.alloc_str(&format!("{END}@{VERSION}")), of_vfs);
    let of_host = lower(component, HOST_END, of_host);
    let function = |name, index| Export { name, kind: ExternalKind::Func, index };
    bundle(component, vec![function("vfs", of_vfs), function("host", of_host)])
}

/// Imports [`ENDED`] of an interface, and lowers it.
fn lower<'a>(component: &mut Component<'a>, interface: &'a str, ty: ComponentFuncType<'a>) -> u32 {
    let extern_name = |name| ComponentExternName { name, implements: None, version_suffix: None, external_id: None };
    let declarations = [
        InstanceTypeDeclaration::Type(ComponentType::Func(ty)),
        InstanceTypeDeclaration::Export { name: extern_name(ENDED), ty: ComponentTypeRef::Func(0) },
    ];
    let ty = component.add(Item::Type(ComponentType::Instance(Box::new(declarations))));
    let import = ComponentImport { name: extern_name(interface), ty: ComponentTypeRef::Instance(ty) };
    let instance_index = component.add(Item::Import(import));
    let kind = ComponentExternalKind::Func;
    let alias = ComponentAlias::InstanceExport { kind, instance_index, name: ENDED };
    let func_index = component.add(Item::Alias(alias));
    component.add(Item::Canonical(CanonicalFunction::Lower { func_index, options: Box::new([]) }))
}

/// Wraps each core function that calls `exit` of the host.
fn wrap_exits<'a>(component: &mut Component<'a>, names: &'a Bump, end: u32) {
    let calls_exit = |function: u32| {
        let Some(Item::Alias(ComponentAlias::InstanceExport { instance_index, name, .. })) =
            component.get(Space::Function, function)
        else {
            return false;
        };
        let Some(Item::Import(import)) = component.get(Space::Instance, *instance_index) else { return false };
        EXITS.contains(name) && import.name.name.starts_with(EXIT)
    };
    let exits = component.definitions().iter().filter_map(|definition| match definition.item {
        Item::Canonical(CanonicalFunction::Lower { func_index, .. }) if calls_exit(func_index) => definition.id,
        _ => None,
    });
    let exits: Vec<_> = exits.collect();
    for id in exits {
        let Some(original) = component.get(Space::CoreFunction, id.number).cloned() else { continue };
        let original = component.add(original);
        let wrapper = Wrapper { params: &[ValType::I32], results: &[], calls_end: CallsEnd::Before };
        let instance_index = add(component, names, end, &[(wrapper, original)]);
        let kind = ExternalKind::Func;
        let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name: "0" });
        component.replace(Space::CoreFunction, id.number, instead);
    }
}

/// Wraps what the app lifts as `run`, and its callbacks.
fn wrap_runs<'a>(component: &mut Component<'a>, names: &'a Bump, end: u32, lifted: &[Lifted]) {
    let after = |has_code| if has_code { CallsEnd::AfterTask } else { CallsEnd::After };
    let firsts = lifted.iter().map(|one| {
        let calls_end = after(one.callback.is_some());
        (Wrapper { params: &one.params, results: &one.results, calls_end }, one.core)
    });
    let (params, results) = start::CALLBACK;
    let callbacks = lifted.iter().filter_map(|one| one.callback);
    let callbacks = callbacks.map(|core| (Wrapper { params, results, calls_end: after(true) }, core));
    let all: Vec<_> = firsts.chain(callbacks).collect();
    let instance = add(component, names, end, &all);
    let numbers: Vec<&str> = (0..all.len()).map(|number| &*names.alloc_str(&number.to_string())).collect();
    start::replace_lifts(component, lifted, instance, &numbers);
}

/// When a wrapper calls what has to be called at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CallsEnd {
    /// Before the function.
    Before,
    /// After it.
    After,
    /// After it, if the value that it returns says that the task ends.
    AfterTask,
}

struct Wrapper<'t> {
    params: &'t [ValType],
    results: &'t [ValType],
    calls_end: CallsEnd,
}

/// Adds a module of wrappers, each of a core function, and returns its instance. The wrappers' names are their numbers.
fn add<'a>(component: &mut Component<'a>, names: &'a Bump, end: u32, wrappers: &[(Wrapper<'_>, u32)]) -> u32 {
    let exports = wrappers.iter().enumerate().map(|(number, (_, index))| Export {
        name: names.alloc_str(&number.to_string()),
        kind: ExternalKind::Func,
        index: *index,
    });
    let exports = exports.collect();
    let of_app = bundle(component, exports);
    let wrappers: Vec<_> = wrappers.iter().map(|(wrapper, _)| wrapper).collect();
    let module = component.add(Item::CoreModule(module(&wrappers).into()));
    instantiate(component, module, vec![("end", end), ("app", of_app)])
}

fn module(wrappers: &[&Wrapper<'_>]) -> Vec<u8> {
    const OF_VFS: u32 = 0;
    const OF_HOST: u32 = 1;
    const WRAPPED: u32 = 2;
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], []);
    imports.import("end", "vfs", EntityType::Function(0));
    imports.import("end", "host", EntityType::Function(1));
    let first = WRAPPED + wrappers.len() as u32;
    for (number, wrapper) in (0..).zip(wrappers) {
        types.ty().function(wrapper.params.iter().copied(), wrapper.results.iter().copied());
        imports.import("app", &number.to_string(), EntityType::Function(2 + number));
        functions.function(2 + number);
        exports.export(&number.to_string(), ExportKind::Func, first + number);
        let mut body = Function::new([(1, ValType::I32)]);
        let mut instructions = body.instructions();
        if wrapper.calls_end == CallsEnd::Before {
            instructions.call(OF_VFS).call(OF_HOST);
        }
        let params = wrapper.params.len() as u32;
        for local in 0..params {
            instructions.local_get(local);
        }
        instructions.call(WRAPPED + number);
        match wrapper.calls_end {
            CallsEnd::Before => {}
            CallsEnd::After => {
                instructions.call(OF_VFS).call(OF_HOST);
            }
            CallsEnd::AfterTask => {
                instructions.local_tee(params).i32_const(CODE).i32_and().i32_eqz().if_(BlockType::Empty);
                instructions.call(OF_VFS).call(OF_HOST).end().local_get(params);
            }
        }
        instructions.end();
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
