//! Puts the vfs in the place of preview1 over WASI, for an app that was made of a preview1 module.
//!
//! Such an app has two core modules beside the program (`adapters/preview1`): *over-wasi*, which has preview1's
//! functions, and the *bridge*, by which it reaches the program's memory. The vfs has the same functions on its own tree.
//! So the vfs takes the place of over-wasi: what was exported by that, the vfs exports; the host functions that were
//! given to that, the vfs is given, and they are lowered with the vfs's memory. Both modules go, and with them all
//! imports that only files needed.

use std::collections::{BTreeSet, HashMap};

use bumpalo::Bump;
use vfs_abi::names::preview1::{BRIDGE, MAIN_MODULE, SECTION};
use vfs_abi::names::program::{MEMORY, MODULE as PROGRAM};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction, Module,
    TypeSection, ValType,
};
use wasmparser::{CanonicalFunction, ComponentAlias, Export, ExternalKind, Instance};

use super::Unlinkable;
use super::bridge;
use super::vfs::{Callee, Vfs};
use crate::specialize::preview1::export;
use vfs_compose_ir::core_module::CoreModule;
use vfs_compose_ir::{Component, Definition, Id, Item, Slot, Space, alias, arguments, bundle, instantiate, slots};
use vfs_compose_rules::policy::answers::Answers;

/// The end of the name of the function that runs the program.
const RUN: &str = "#run";

const STDIN: (&str, &str) = ("wasi:cli/stdin", "get-stdin");
const STDOUT: (&str, &str) = ("wasi:cli/stdout", "get-stdout");
const STDERR: (&str, &str) = ("wasi:cli/stderr", "get-stderr");

/// Preview1 over WASI, in an app.
pub(super) struct OverWasi<'a> {
    instance: u32,
    bridge: u32,
    /// The memory of the program.
    memory: u32,
    /// What it is given of the host.
    given: Vec<Given<'a>>,
    /// The program's `_start`.
    start: Option<u32>,
    /// What is used of it.
    used: BTreeSet<&'a str>,
}

/// A function of the host that it is given.
struct Given<'a> {
    /// The interface, without a version.
    path: &'a str,
    name: &'a str,
    /// The core function itself.
    function: u32,
    /// The same for the vfs.
    callee: Callee,
    /// Where the app's shim has it, if it goes through one.
    slot: Option<Slot<'a>>,
}

impl<'a> OverWasi<'a> {
    /// Finds it in an app. Returns `None`, too, if a component in front serves what its bridge calls.
    pub(super) fn find(component: &Component<'a>) -> Option<Self> {
        let module = component.definitions().iter().find_map(|definition| match &definition.item {
            Item::CoreModule(bytes) if is_marked(bytes) => definition.id,
            _ => None,
        })?;
        let (instance, bridge) = component.definitions().iter().find_map(|definition| match &definition.item {
            Item::CoreInstance(Instance::Instantiate { module_index, args }) if *module_index == module.number => {
                let bridge = args.iter().find(|arg| arg.name == BRIDGE)?;
                Some((definition.id?.number, bridge.index))
            }
            _ => None,
        })?;
        let mut start = None;
        let mut given = Vec::new();
        for (module, name, function) in arguments(component, instance) {
            if module == MAIN_MODULE {
                start = Some(function);
                continue;
            }
            let path = module.split('@').next().unwrap_or_default();
            let slot = Slot::of(component, function);
            let behind = slot.and_then(|slot| slot.filled(component));
            let function = behind.unwrap_or(function);
            let callee = match component.get(Space::CoreFunction, function) {
                // What its bridge calls is lowered with the program's memory.
                Some(Item::Canonical(CanonicalFunction::Lower { func_index, .. }))
                    if type_for_bridge(name).is_some() =>
                {
                    Callee::Function(*func_index)
                }
                _ if type_for_bridge(name).is_some() => return None,
                // All else gets the vfs's memory where it has over-wasi's.
                _ => Callee::Core(function),
            };
            given.push(Given { path, name, function, callee, slot: slot.filter(|_| behind.is_some()) });
        }
        let used = component.definitions().iter().filter_map(|definition| match definition.item {
            Item::Alias(ComponentAlias::CoreInstanceExport { instance_index, kind: ExternalKind::Func, name }) => {
                (instance_index == instance).then_some(name)
            }
            _ => None,
        });
        Some(Self { instance, bridge, memory: memory(component, bridge)?, given, start, used: used.collect() })
    }

    /// Returns the functions of the vfs that take its place.
    pub(super) fn functions(&self) -> impl Iterator<Item = String> {
        self.used.iter().filter(|name| is_call(name)).map(|name| export(name))
    }

    /// Returns whether a core function of the app is only there for it.
    pub(super) fn has(&self, function: u32) -> bool {
        self.given.iter().any(|given| given.function == function)
    }

    /// Returns the function of the host that it was given, unless settings say that the vfs never asks for it.
    pub(super) fn given(&self, answers: &Answers, path: &str, name: &str) -> Option<Callee> {
        let given = self.given.iter().find(|given| given.path == path && given.name == name)?;
        self.is_asked(answers, path, name).then_some(given.callee)
    }

    /// Returns whether the vfs asks the host for a function. What works on a resource is asked for if the host makes one.
    fn is_asked(&self, answers: &Answers, path: &str, name: &str) -> bool {
        let makers: &[(&str, &str)] = match path {
            "wasi:io/streams" if name.contains("]input-stream") => &[STDIN],
            "wasi:io/streams" => &[STDOUT, STDERR],
            "wasi:io/error" => &[STDIN, STDOUT, STDERR],
            "wasi:io/poll" => &[STDIN, STDOUT, STDERR, ("wasi:clocks/monotonic-clock", "subscribe-duration")],
            "wasi:cli/terminal-input" => &[("wasi:cli/terminal-stdin", "get-terminal-stdin")],
            "wasi:cli/terminal-output" => &[
                ("wasi:cli/terminal-stdout", "get-terminal-stdout"),
                ("wasi:cli/terminal-stderr", "get-terminal-stderr"),
            ],
            _ => return !answers.has(path, name),
        };
        let is_made = |(path, name): &(&str, &str)| {
            self.given.iter().any(|given| (given.path, given.name) == (*path, *name)) && !answers.has(path, name)
        };
        makers.iter().any(is_made)
    }

    /// Adds the bridge between the memories of the vfs and of the program, and returns its instance.
    pub(super) fn add_bridge(&self, component: &mut Component<'a>, vfs: u32) -> u32 {
        let memory = |index| vec![Export { name: MEMORY, kind: ExternalKind::Memory, index }];
        let of_vfs = alias(component, ExternalKind::Memory, vfs, MEMORY);
        let of_vfs = bundle(component, memory(of_vfs));
        let of_program = bundle(component, memory(self.memory));
        let module = component.add(Item::CoreModule(bridge::bridge(true).into()));
        instantiate(component, module, vec![(bridge::VFS, of_vfs), (PROGRAM, of_program)])
    }

    /// Puts the vfs in its place. `roots` accepts the definitions that are needed by themselves.
    ///
    /// # Errors
    /// - [`Unlinkable::Broken`]: its module cannot be read.
    pub(super) fn replace(
        &self,
        component: &mut Component<'a>,
        names: &'a Bump,
        vfs: &Vfs,
        roots: impl Fn(&Definition<'a>) -> bool,
    ) -> Result<(), Unlinkable> {
        let mut shims = self.call_directly(component);
        shims.extend(self.given.iter().filter_map(|given| Some(given.slot?.shim)));
        let command = self.start.map(|start| add_command(component, start));
        for (id, kind, name) in self.exports(component) {
            let (instance_index, name) = match (kind, command) {
                (ExternalKind::Memory, _) => (vfs.instance, MEMORY),
                (_, Some(command)) if name.ends_with(RUN) => (command, "run"),
                _ if is_call(name) => (vfs.instance, &*names.alloc_str(&export(name))),
                _ => (vfs.instance, "cabi_realloc"),
            };
            let instead = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name });
            component.replace(id.space, id.number, instead);
        }
        let types = self.types(component)?;
        for gone in [self.instance, self.bridge] {
            let nothing = Item::CoreInstance(Instance::FromExports([].into()));
            component.replace(Space::CoreInstance, gone, nothing);
        }
        let mut is_unused = true;
        for shim in shims {
            is_unused &= slots::remove_unused(component, shim, &roots)?;
        }
        if !is_unused {
            self.fill_slots(component, names, &types);
        }
        Ok(())
    }

    /// Has the program call what over-wasi exports without the shim between them: the vfs exists before the program does.
    /// Returns the shims.
    fn call_directly(&self, component: &mut Component<'a>) -> BTreeSet<u32> {
        let exports: HashMap<u32, &str> = self
            .exports(component)
            .into_iter()
            .filter(|(id, ..)| id.space == Space::CoreFunction)
            .map(|(id, _, name)| (id.number, name))
            .collect();
        let through_shims = component.definitions().iter().filter_map(|definition| {
            let id = definition.id.filter(|id| id.space == Space::CoreFunction)?;
            let slot = Slot::of(component, id.number)?;
            let name = exports.get(&slot.filled(component)?)?;
            Some((id.number, slot.shim, *name))
        });
        let mut shims = BTreeSet::new();
        for (number, shim, name) in through_shims.collect::<Vec<_>>() {
            let (kind, instance_index) = (ExternalKind::Func, self.instance);
            let directly = Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name });
            component.replace(Space::CoreFunction, number, directly);
            shims.insert(shim);
        }
        shims
    }

    /// Returns what is used of its exports, with their names.
    fn exports(&self, component: &Component<'a>) -> Vec<(Id, ExternalKind, &'a str)> {
        let aliases = component.definitions().iter().filter_map(|definition| match definition.item {
            Item::Alias(ComponentAlias::CoreInstanceExport { kind, instance_index, name }) => {
                definition.id.filter(|_| instance_index == self.instance).map(|id| (id, kind, name))
            }
            _ => None,
        });
        aliases.collect()
    }

    /// Returns the types of what it was given through shims.
    fn types(&self, component: &Component<'a>) -> Result<Vec<Signature>, Unlinkable> {
        let Some(Item::CoreInstance(Instance::Instantiate { module_index, .. })) =
            component.get(Space::CoreInstance, self.instance)
        else {
            return Ok(Vec::new());
        };
        let Some(Item::CoreModule(bytes)) = component.get(Space::CoreModule, *module_index) else {
            return Ok(Vec::new());
        };
        let module = CoreModule::read(bytes)?;
        let type_of = |given: &Given<'_>| {
            let mut imports = module.imports();
            let found = imports
                .find(|(_, import)| import.name == given.name && import.module.split('@').next() == Some(given.path));
            found.map(|(id, _)| {
                let (_, ty) = module.type_of(id);
                (ty.params.clone(), ty.results.clone())
            })
        };
        // What the bridge imports for it is no import of its own. None has results.
        let slots = self.given.iter().filter(|given| given.slot.is_some());
        Ok(slots.map(|given| type_of(given).or_else(|| type_for_bridge(given.name)).unwrap_or_default()).collect())
    }

    /// Has the app's fixup put functions that trap where nobody calls any more, so that the imports behind them can go.
    fn fill_slots(&self, component: &mut Component<'a>, names: &'a Bump, types: &[Signature]) {
        let trapping = component.add(Item::CoreModule(trapping(types).into()));
        let trapping = instantiate(component, trapping, Vec::new());
        for (number, slot) in self.given.iter().filter_map(|given| given.slot).enumerate() {
            let name = names.alloc_str(&number.to_string());
            let function = alias(component, ExternalKind::Func, trapping, name);
            slot.fill(component, function);
        }
    }
}

/// Adds a module whose `run` calls the program's `_start`, and returns its instance.
fn add_command(component: &mut Component<'_>, start: u32) -> u32 {
    let start = bundle(component, vec![Export { name: "start", kind: ExternalKind::Func, index: start }]);
    let module = component.add(Item::CoreModule(command().into()));
    instantiate(component, module, vec![("", start)])
}

/// Returns whether an export is one of preview1's functions.
fn is_call(name: &str) -> bool {
    !name.contains('#') && name != "cabi_import_realloc"
}

/// Returns whether a core module begins with the section of over-wasi.
fn is_marked(module: &[u8]) -> bool {
    // Header, number and size of the section, length of its name.
    let [_, _, _, _, _, _, _, _, 0, _, length, name @ ..] = module else { return false };
    usize::from(*length) == SECTION.len() && name.starts_with(SECTION.as_bytes())
}

/// Returns the memory of the program, which the bridge is given.
fn memory(component: &Component<'_>, bridge: u32) -> Option<u32> {
    let Some(Item::CoreInstance(Instance::Instantiate { args, .. })) = component.get(Space::CoreInstance, bridge)
    else {
        return None;
    };
    let program = args.iter().find(|arg| arg.name == PROGRAM)?;
    match component.get(Space::CoreInstance, program.index)? {
        Item::CoreInstance(Instance::FromExports(exports)) => {
            exports.iter().find(|export| export.kind == ExternalKind::Memory).map(|export| export.index)
        }
        _ => None,
    }
}

type Signature = (Vec<ValType>, Vec<ValType>);

/// Returns the type of a function that over-wasi calls by its bridge.
fn type_for_bridge(name: &str) -> Option<Signature> {
    use ValType::{I32, I64};
    let params: &[ValType] = match name {
        "[method]descriptor.read" => &[I32, I64, I64, I32],
        "[method]descriptor.write" => &[I32, I32, I32, I64, I32],
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => &[I32, I32, I32, I32],
        _ => return None,
    };
    Some((params.to_vec(), Vec::new()))
}

/// Generates a module of functions that trap, with numbers for names.
fn trapping(signatures: &[Signature]) -> Vec<u8> {
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    let mut known: Vec<&Signature> = Vec::new();
    for (number, signature) in (0..).zip(signatures) {
        let ty = known.iter().position(|one| *one == signature).unwrap_or_else(|| {
            types.ty().function(signature.0.iter().copied(), signature.1.iter().copied());
            known.push(signature);
            known.len() - 1
        });
        functions.function(ty as u32);
        exports.export(&number.to_string(), ExportKind::Func, number);
        let mut body = Function::new([]);
        body.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    module.finish()
}

/// Generates the module of [`add_command`]. A program that fails calls `proc_exit`, so `run` succeeds.
fn command() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], [ValType::I32]);
    let (mut imports, mut functions) = (ImportSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    imports.import("", "start", EntityType::Function(0));
    functions.function(1);
    exports.export("run", ExportKind::Func, 1);
    let mut body = Function::new([]);
    body.instructions().call(0).i32_const(0).end();
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}
