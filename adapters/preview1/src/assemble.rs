//! Puts `over-wasi` and the bridge into the encoded component.
//!
//! wit-component has made these core instances, in this order:
//!
//! ```text
//! shim       the program's imports, through a table
//! program
//! adapter    the stand-in for `over-wasi`; imports functions of the shim
//! fixup      fills the table: with functions of WASI, lowered, and with functions of the adapter
//! ```
//!
//! `over-wasi` takes the place of the adapter, and what was lowered with the program's memory is lowered with its own. The
//! bridge comes between program and adapter. Last comes a module that calls the program's former start function.

use vfs_abi::names::preview1::BRIDGE;
use vfs_abi::names::program::{MEMORY, MODULE as OF_PROGRAM};
use vfs_compose_ir::{Component, Definition, Item, Slot, Space, alias, arguments, bundle, instantiate};
use wasm_encoder::{
    CodeSection, EntityType, Function, FunctionSection, ImportSection, Instruction, Module, StartSection, TypeSection,
};
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentInstance, Export, ExternalKind, Instance, InstantiationArg,
    InstantiationArgKind,
};

use crate::bridge;
use crate::error::AdaptError;
use crate::over_wasi::OverWasi;
use crate::program::{INITIALIZE, Program, START};

/// The numbers of the core modules that wit-component encodes first: the program, and then its adapter.
const PROGRAM: u32 = 0;
const ADAPTER: u32 = 1;

/// Completes an encoded component.
pub(crate) fn assemble(encoded: &[u8], program: &Program, over_wasi: Option<&OverWasi>) -> Result<Vec<u8>, AdaptError> {
    let mut component = Component::read(encoded)?;
    let of_program = instance_of(&component, PROGRAM).ok_or_else(|| unexpected("no instance of the program"))?;
    let module;
    if let Some(over_wasi) = over_wasi {
        module = bridge::make(&over_wasi.of_bridge);
        replace(&mut component, of_program, over_wasi, &module)?;
    }
    let first: Vec<&str> = [(program.start.is_some(), START), (program.initialize.is_some(), INITIALIZE)]
        .into_iter()
        .filter_map(|(is_there, name)| is_there.then_some(name))
        .collect();
    if !first.is_empty() {
        let start = component.add(Item::CoreModule(start_module(&first).into()));
        instantiate(&mut component, start, vec![("", of_program)]);
    }
    Ok(component.emit(is_root)?.component.bytes)
}

/// Puts `over-wasi` in the place of the adapter.
fn replace<'a>(
    component: &mut Component<'a>,
    of_program: u32,
    over_wasi: &'a OverWasi,
    bridge_module: &'a [u8],
) -> Result<(), AdaptError> {
    let adapter = instance_of(component, ADAPTER).ok_or_else(|| unexpected("no instance of the adapter"))?;
    let arguments = arguments(component, adapter);
    let memory = alias(component, ExternalKind::Memory, of_program, MEMORY);

    let bridge_number = component.add(Item::CoreModule(bridge_module.into()));
    let lent = bridge::imports(&over_wasi.of_bridge);
    let mut exports = Vec::new();
    let mut lowered = Vec::new();
    for (module, name, function) in &arguments {
        let Some(lower) = Slot::of(component, *function).and_then(|slot| slot.filled(component)) else { continue };
        let path = module.split('@').next().unwrap_or_default();
        let one = lent.iter().find(|one| one.import.module == path && one.import.name == *name);
        exports.extend(one.map(|_| Export { name, kind: ExternalKind::Func, index: *function }));
        lowered.push((lower, one.map(|one| one.returns_list)));
    }
    let memory_of_program = Export { name: MEMORY, kind: ExternalKind::Memory, index: memory };
    let program = bundle(component, vec![memory_of_program]);
    let mut parts = vec![(OF_PROGRAM, program)];
    if !exports.is_empty() {
        let wasi = bundle(component, exports);
        parts.push((bridge::WASI, wasi));
    }
    let bridge = instantiate(component, bridge_number, parts);

    component.replace(Space::CoreModule, ADAPTER, Item::CoreModule(over_wasi.module.as_slice().into()));
    let Some(Item::CoreInstance(Instance::Instantiate { args, .. })) = component.get(Space::CoreInstance, adapter)
    else {
        return Err(unexpected("an adapter without arguments"));
    };
    let own = InstantiationArg { name: BRIDGE, kind: InstantiationArgKind::Instance, index: bridge };
    let args = args.iter().cloned().chain([own]).collect();
    let instance = Instance::Instantiate { module_index: ADAPTER, args };
    component.replace(Space::CoreInstance, adapter, Item::CoreInstance(instance));

    let own_memory = alias(component, ExternalKind::Memory, adapter, MEMORY);
    for (number, of_bridge) in lowered {
        let Some(Item::Canonical(CanonicalFunction::Lower { func_index, options })) =
            component.get(Space::CoreFunction, number).cloned()
        else {
            continue;
        };
        let kept = options.iter().filter(|option| {
            let is_replaced = matches!(option, CanonicalOption::Memory(_)) || of_bridge.is_some() && is_realloc(option);
            !is_replaced
        });
        let mut options: Vec<_> = kept.copied().collect();
        options.push(CanonicalOption::Memory(if of_bridge.is_some() { memory } else { own_memory }));
        if of_bridge == Some(true) {
            options.push(CanonicalOption::Realloc(alias(component, ExternalKind::Func, bridge, bridge::REALLOC)));
        }
        let lower = CanonicalFunction::Lower { func_index, options: options.into() };
        component.replace(Space::CoreFunction, number, Item::Canonical(lower));
    }
    Ok(())
}

fn is_realloc(option: &CanonicalOption) -> bool {
    matches!(option, CanonicalOption::Realloc(_))
}

fn unexpected(what: &'static str) -> AdaptError {
    AdaptError::Wrong(what.into())
}

/// Returns the instance of a core module.
fn instance_of(component: &Component<'_>, module: u32) -> Option<u32> {
    component.definitions().iter().find_map(|definition| match &definition.item {
        Item::CoreInstance(Instance::Instantiate { module_index, .. }) if *module_index == module => {
            definition.id.map(|id| id.number)
        }
        _ => None,
    })
}

/// Generates a module whose start calls functions that it imports, in order.
fn start_module(functions: &[&str]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    let mut body = Function::new([]);
    for (number, name) in (0..).zip(functions) {
        imports.import("", name, EntityType::Function(0));
        body.instruction(&Instruction::Call(number));
    }
    body.instruction(&Instruction::End);
    let (mut defined, mut code) = (FunctionSection::new(), CodeSection::new());
    defined.function(0);
    code.function(&body);
    let start = StartSection { function_index: functions.len() as u32 };
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&defined).section(&start).section(&code);
    module.finish()
}

/// Returns whether a definition stays even if nothing refers to it.
fn is_root(definition: &Definition<'_>) -> bool {
    match &definition.item {
        Item::Export(_) | Item::Start(_) | Item::Custom { .. } | Item::Import(_) => true,
        Item::CoreInstance(instance) => matches!(instance, Instance::Instantiate { .. }),
        Item::Instance(instance) => matches!(instance, ComponentInstance::Instantiate { .. }),
        _ => false,
    }
}
