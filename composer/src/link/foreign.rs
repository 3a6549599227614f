//! Functions of the host that take the app's resources, and so may be given the vfs's.
//!
//! `network-error-code` and its like ask what an error of a stream means to them. To the vfs's errors the answer is: nothing.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection, MemArg, MemoryType,
    Module, TypeSection, ValType,
};
use wasmparser::{CanonicalFunction, ComponentAlias, Export, ExternalKind};
use wit_parser::{Function, Handle, Type, TypeDefKind, WorldItem};

use super::component::{Component, Item, Space};
use super::plan;
use super::served::Served;
use super::vfs::{bundle, instantiate};
use super::{Unlinkable, VIRTUAL};
use crate::app::App;
use crate::name::InterfaceName;
use crate::wasi::signature;

/// # Errors
/// - [`Unlinkable::GivenAway`]: a function of the host takes a resource that may be the vfs's, and does not only ask what an error
///   means.
/// - [`Unlinkable::Exported`]: an export of the app speaks of a resource that may be the vfs's.
pub(super) fn check(served: &Served<'_>, app: &App) -> Result<(), Unlinkable> {
    let (resolve, world) = (&app.resolve, &app.resolve.worlds[app.world]);
    for (key, item) in &world.imports {
        let interface = resolve.name_world_key(key);
        let name = InterfaceName::parse(&interface);
        let ours = name.as_ref().is_some_and(|name| name.is_wasi_0_2() && served.owner(&name.path).is_some());
        let given = functions(app, item)
            .filter(|function| function.params.iter().any(|param| served.mentions(param.ty)))
            .find(|function| name.is_none() || !asks_about_an_error(app, function));
        if let Some(function) = given.filter(|_| !ours) {
            return Err(Unlinkable::GivenAway { function: format!("{interface}#{}", function.name) });
        }
    }
    let speaks = |item| functions(app, item).flat_map(signature).any(|ty| served.mentions(ty));
    match world.exports.iter().find(|(_, item)| speaks(item)) {
        Some((key, _)) => Err(Unlinkable::Exported { name: resolve.name_world_key(key) }),
        None => Ok(()),
    }
}

/// The functions that an import or export brings.
fn functions<'a>(app: &'a App, item: &'a WorldItem) -> Box<dyn Iterator<Item = &'a Function> + 'a> {
    match item {
        WorldItem::Function(function) => Box::new(std::iter::once(function)),
        WorldItem::Interface { id, .. } => Box::new(app.resolve.interfaces[*id].functions.values()),
        WorldItem::Type { .. } => Box::new(std::iter::empty()),
    }
}

/// One resource in, perhaps something out.
fn asks_about_an_error(app: &App, function: &Function) -> bool {
    let gives_option = |ty| matches!(ty, Type::Id(id) if matches!(app.resolve.types[id].kind, TypeDefKind::Option(_)));
    let takes_one =
        |ty| matches!(ty, Type::Id(id) if matches!(app.resolve.types[id].kind, TypeDefKind::Handle(Handle::Borrow(_))));
    matches!(function.params.as_slice(), [param] if takes_one(param.ty)) && function.result.is_some_and(gives_option)
}

/// Puts an answer for the vfs's errors before the host's functions that take errors.
///
/// # Errors
/// - [`Unlinkable::Lowering`]: such a function has no memory to answer in.
pub(super) fn add(served: &Served<'_>, component: &mut Component<'_>) -> Result<(), Unlinkable> {
    let lowered = component.definitions().iter().filter_map(|definition| match &definition.item {
        Item::Canonical(CanonicalFunction::Lower { func_index, options }) => {
            Some((definition.id?.number, served.function(component, *func_index)?, options.clone()))
        }
        _ => None,
    });
    let lowered: Vec<_> = lowered
        .filter(|(_, imported, _)| served.owner(&imported.interface.path).is_none())
        .filter(|(_, imported, _)| imported.function.params.iter().any(|param| served.mentions(param.ty)))
        .collect();
    let mut module = None;
    for (number, imported, options) in lowered {
        let name = imported.to_string();
        let Some(memory) = plan::group(&name, &options)?.memory else {
            return Err(Unlinkable::Lowering { function: name, what: "a memory" });
        };
        let Some(host) = component.get(Space::CoreFunction, number).cloned() else { continue };
        let host = component.add(host);
        let module = *module.get_or_insert_with(|| component.add(Item::CoreModule(none_for_ours().into())));
        let host = bundle(component, vec![Export { name: "function", kind: ExternalKind::Func, index: host }]);
        let app = bundle(component, vec![Export { name: "memory", kind: ExternalKind::Memory, index: memory }]);
        let instance_index = instantiate(component, module, vec![("host", host), ("app", app)]);
        let (kind, name) = (ExternalKind::Func, "function");
        let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name });
        component.replace(Space::CoreFunction, number, instead);
    }
    Ok(())
}

/// A function of a handle and a place for an option: none for a handle of the vfs's, else what the host says.
fn none_for_ours() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32, ValType::I32], []);
    let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    let mut imports = ImportSection::new();
    imports.import("host", "function", EntityType::Function(0)).import("app", "memory", memory);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("function", ExportKind::Func, 1);
    let mut body = wasm_encoder::Function::new([]);
    body.instructions()
        .local_get(0)
        .i32_const(VIRTUAL)
        .i32_and()
        .if_(BlockType::Empty)
        .local_get(1)
        .i32_const(0)
        .i32_store8(MemArg { offset: 0, align: 0, memory_index: 0 })
        .else_()
        .local_get(0)
        .local_get(1)
        .call(0)
        .end()
        .end();
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
