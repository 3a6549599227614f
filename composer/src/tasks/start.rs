//! The pump is started before the app's own code.
//!
//! Each core function that the app lifts as an export gets another one before it, which calls `start` the first time and then goes on as
//! the app's. It knows nothing of results: those are the app's own affair.

use bumpalo::Bump;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType,
    ImportSection, Module, TypeSection, ValType,
};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentExternalKind, ComponentExternName, ComponentFuncType,
    ComponentImport, ComponentType, ComponentTypeRef, Export, ExternalKind, InstanceTypeDeclaration,
};
use wit_parser::Function;
use wit_parser::abi::AbiVariant;

use super::shape::core_types;
use crate::app::App;
use crate::component::{Component, Item, Space, bundle, exported, instantiate};
use crate::wasi::{PUMP, PUMP_VERSION};

/// Name of the function in the pump's interface, and of the import that the module knows it by.
const START: &str = "start";

/// A lifted function.
struct Lifted {
    /// The component function.
    number: u32,
    /// The core function behind it, and its type.
    core: u32,
    params: Vec<ValType>,
    results: Vec<ValType>,
}

/// Puts it in. `false`: one of the exports is not lifted here, and nothing has been done.
pub(super) fn put_in<'a>(
    component: &mut Component<'a>,
    names: &'a Bump,
    app: &App,
    exports: &[(String, &Function)],
) -> bool {
    let lifted: Option<Vec<_>> =
        exports.iter().map(|(export, function)| lifted(component, app, export, function)).collect();
    let Some(lifted) = lifted.filter(|lifted| !lifted.is_empty()) else { return false };
    let start = import(component, names);
    let of_vfs = bundle(component, vec![Export { name: START, kind: ExternalKind::Func, index: start }]);
    let numbers: Vec<&str> = (0..lifted.len()).map(|number| &*names.alloc_str(&number.to_string())).collect();
    let of_app = numbers.iter().zip(&lifted).map(|(name, one)| Export {
        name,
        kind: ExternalKind::Func,
        index: one.core,
    });
    let of_app = of_app.collect();
    let of_app = bundle(component, of_app);
    let module = component.add(Item::CoreModule(module(&lifted).into()));
    let instance_index = instantiate(component, module, vec![("pump", of_vfs), ("app", of_app)]);
    for (&name, one) in numbers.iter().zip(&lifted) {
        let alias = ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, instance_index, name };
        let first = component.add(Item::Alias(alias));
        let Some(Item::Canonical(CanonicalFunction::Lift { type_index, options, .. })) =
            component.get(Space::Function, one.number).cloned()
        else {
            continue;
        };
        let lift = CanonicalFunction::Lift { core_func_index: first, type_index, options };
        component.replace(Space::Function, one.number, Item::Canonical(lift));
    }
    true
}

fn lifted(component: &Component<'_>, app: &App, export: &str, function: &Function) -> Option<Lifted> {
    let number = exported(component, export, &function.name)?;
    let Item::Canonical(CanonicalFunction::Lift { core_func_index, options, .. }) =
        component.get(Space::Function, number)?
    else {
        return None;
    };
    let is_async = options.contains(&CanonicalOption::Async);
    let has_callback = options.iter().any(|option| matches!(option, CanonicalOption::Callback(_)));
    let variant = match (is_async, has_callback) {
        (false, _) => AbiVariant::GuestExport,
        (true, true) => AbiVariant::GuestExportAsync,
        (true, false) => AbiVariant::GuestExportAsyncStackful,
    };
    let (params, results) = core_types(&app.resolve.wasm_signature(variant, function));
    Some(Lifted { number, core: *core_func_index, params, results })
}

/// `start`, imported and lowered: the core function.
fn import<'a>(component: &mut Component<'a>, names: &'a Bump) -> u32 {
    let function = ComponentFuncType { async_: true, params: Box::new([]), result: None };
    let declarations = [
        InstanceTypeDeclaration::Type(ComponentType::Func(function)),
        InstanceTypeDeclaration::Export {
            name: ComponentExternName { name: START, implements: None, version_suffix: None, external_id: None },
            ty: ComponentTypeRef::Func(0),
        },
    ];
    let ty = component.add(Item::Type(ComponentType::Instance(Box::new(declarations))));
    let name = names.alloc_str(&format!("{PUMP}@{PUMP_VERSION}"));
    let name = ComponentExternName { name, implements: None, version_suffix: None, external_id: None };
    let import = ComponentImport { name, ty: ComponentTypeRef::Instance(ty) };
    let instance_index = component.add(Item::Import(import));
    let kind = ComponentExternalKind::Func;
    let alias = ComponentAlias::InstanceExport { kind, instance_index, name: START };
    let func_index = component.add(Item::Alias(alias));
    let options = Box::new([CanonicalOption::Async]);
    component.add(Item::Canonical(CanonicalFunction::Lower { func_index, options }))
}

fn module(lifted: &[Lifted]) -> Vec<u8> {
    let (mut types, mut imports, mut functions) = (TypeSection::new(), ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    types.ty().function([], [ValType::I32]);
    imports.import("pump", START, EntityType::Function(0));
    let count = lifted.len() as u32;
    for (number, one) in (0..).zip(lifted) {
        types.ty().function(one.params.iter().copied(), one.results.iter().copied());
        imports.import("app", &number.to_string(), EntityType::Function(1 + number));
        functions.function(1 + number);
        exports.export(&number.to_string(), ExportKind::Func, 1 + count + number);
        let mut body = wasm_encoder::Function::new([]);
        let mut sink = body.instructions();
        sink.global_get(0).i32_eqz().if_(BlockType::Empty);
        // It returns at once, so there is no subtask to keep.
        sink.i32_const(1).global_set(0).call(0).drop().end();
        for local in 0..one.params.len() as u32 {
            sink.local_get(local);
        }
        sink.call(1 + number).end();
        code.function(&body);
    }
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&globals).section(&exports).section(&code);
    module.finish()
}
