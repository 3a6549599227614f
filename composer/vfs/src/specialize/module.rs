//! Edits the vfs's core module.

use std::collections::{BTreeMap, BTreeSet};

use vfs_abi::settings;
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, ExportItem, FunctionId, FunctionKind, ImportId, Module, ModuleConfig};

use super::dispatch::Dispatch;
use super::host::{self, HostImport};
use super::imports::{do_nothing, function_imports};
use super::memory::{leave_out_zeros, take_heap_base};
use super::order::order_by_calls;
use super::{InterfaceUses, PumpStart, VfsSpec, ends};
use crate::error::TailorError;
use crate::guest::Guest;
use vfs_compose_pack::Form;
use vfs_compose_pack::embed::{self, Description};
use vfs_compose_rules::policy::answers::Answers;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::Wasi;
use vfs_compose_wasi::WitError;

/// Bytes of a memory page.
const PAGE: u64 = 65536;
/// Alignment of the image: a block of EROFS, which is also a page of most hosts.
const IMAGE_ALIGNMENT: u64 = 4096;
/// The module name of the imports that return the addresses and sizes of the image and settings.
const EMBED: &str = "vfs-compose:embed";
/// Prefix of the module names of intrinsics for exported resources and functions.
pub(super) const INTRINSICS: &str = "[export]";
/// The module name of intrinsics for the running task.
const OF_TASK: &str = "[export]$root";
/// Prefix of functions that are lifted asynchronously, then that of their callbacks.
const AS_TASK: &str = "[async-lift]";
const CALLBACK: &str = "[callback][async-lift]";

/// What is embedded in the vfs.
pub struct Embedding {
    /// The variant of the vfs module.
    pub guest: &'static Guest,
    /// The encoded [`vfs_abi::settings::Settings`].
    pub settings: Vec<u8>,
    /// Bytes of the image.
    pub image_size: u32,
    /// Which functions the vfs serves itself because of the policy.
    pub answers: Answers,
}

/// Addresses of the settings and the image in the vfs's memory.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    settings: u32,
    image: u32,
}

impl Placed {
    /// Returns the description of a plugged vfs for the custom section.
    pub fn describe(&self, embedding: &Embedding) -> Description {
        let size = u32::try_from(embedding.settings.len()).unwrap_or(u32::MAX);
        Description {
            form: Form::Plugged,
            not_linked: None,
            policy: embedding.answers.lines(),
            module: 0,
            image: embed::ByteRange { offset: self.image, size: embedding.image_size },
            settings: embed::ByteRange { offset: self.settings, size },
        }
    }
}

/// An edited module.
pub(super) struct Edited {
    pub(super) bytes: Vec<u8>,
    /// The remaining host imports.
    pub(super) host: InterfaceUses,
    pub(super) place: Placed,
}

/// Edits `module` to export `order.exports`, import only what `order.grants` allows, and reserve memory for
/// `embedding`. The last data segment is that of the image, and is empty.
pub(super) fn edit(wasi: &Wasi, module: &[u8], order: &VfsSpec, embedding: &Embedding) -> Result<Edited, TailorError> {
    let mut module = parse(module)?;
    super::policy::apply(&mut module, &embedding.answers)?;
    let reserved = reserve(&mut module, embedding)?;
    replace_embed_imports(&mut module, embedding, &reserved)?;
    let dispatch = Dispatch::new(wasi, &mut module, &order.exports);
    replace_exports(wasi, &mut module, order, &dispatch)?;
    replace_intrinsics(&mut module, &order.exports, &dispatch)?;
    ends::replace(wasi, &mut module, &order.exports)?;
    let host = replace_host_imports(wasi, &mut module, order)?;
    add_segments(&mut module, embedding, &reserved);
    Ok(Edited { bytes: order_by_calls(&module.emit_wasm())?, host, place: reserved.placed() })
}

/// Parses the vfs module and removes its custom sections. Fails unless the module reads the version of settings that
/// this composer writes.
pub(super) fn parse(module: &[u8]) -> Result<Module, TailorError> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(module).map_err(TailorError::module)?;
    let declared = module.customs.remove_raw(settings::SECTION);
    let version = declared.and_then(|section| Some(u32::from_le_bytes(section.data.try_into().ok()?)));
    if version != Some(settings::VERSION) {
        return Err(TailorError::SettingsVersion { module: version, composer: settings::VERSION });
    }
    let custom: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
    for section in custom {
        module.customs.delete(section);
    }
    Ok(module)
}

/// Addresses of the embedded bytes.
pub(super) struct Reserved {
    memory: walrus::MemoryId,
    settings: u32,
    image: u32,
}

impl Reserved {
    pub(super) fn placed(&self) -> Placed {
        Placed { settings: self.settings, image: self.image }
    }
}

/// Reserves memory after the module's own data for settings and image. The module's allocator uses what is before the
/// data, and grows memory beyond the image.
pub(super) fn reserve(module: &mut Module, embedding: &Embedding) -> Result<Reserved, TailorError> {
    let memory = module.get_memory_id().map_err(TailorError::module)?;
    let settings = take_heap_base(module)?;
    leave_out_zeros(module);
    let image = (settings + embedding.settings.len() as u64).next_multiple_of(IMAGE_ALIGNMENT);
    let pages = (image + u64::from(embedding.image_size)).div_ceil(PAGE);
    if pages > PAGE {
        return Err(TailorError::module("the image does not fit into 32-bit memory"));
    }
    let record = module.memories.get_mut(memory);
    record.initial = record.initial.max(pages);
    record.maximum = record.maximum.map(|maximum| maximum.max(pages));
    let address = |value: u64| u32::try_from(value).map_err(TailorError::module);
    Ok(Reserved { memory, settings: address(settings)?, image: address(image)? })
}

pub(super) fn add_segments(module: &mut Module, embedding: &Embedding, reserved: &Reserved) {
    for (address, bytes) in [(reserved.settings, embedding.settings.clone()), (reserved.image, Vec::new())] {
        let offset = ConstExpr::Value(Value::I32(address.cast_signed()));
        let segment = module.data.add(DataKind::Active { memory: reserved.memory, offset }, bytes);
        module.memories.get_mut(reserved.memory).data_segments.insert(segment);
    }
}

pub(super) fn replace_embed_imports(
    module: &mut Module,
    embedding: &Embedding,
    reserved: &Reserved,
) -> Result<(), TailorError> {
    for (id, name) in function_imports(module, |module| module == EMBED) {
        let value = match name.1.as_str() {
            "image-offset" => reserved.image,
            "image-size" => embedding.image_size,
            "settings-offset" => reserved.settings,
            "settings-size" => u32::try_from(embedding.settings.len()).map_err(TailorError::module)?,
            _ => return Err(TailorError::UnknownImport { module: name.0, name: name.1 }),
        };
        let replaced = module.replace_imported_func(id, |(body, _)| {
            body.i32_const(value.cast_signed());
        });
        replaced.map_err(TailorError::module)?;
    }
    Ok(())
}

/// Replaces the exports by those of the order, with versions.
fn replace_exports(wasi: &Wasi, module: &mut Module, order: &VfsSpec, dispatch: &Dispatch) -> Result<(), TailorError> {
    let mut functions = BTreeMap::new();
    let mut old = Vec::new();
    for export in module.exports.iter() {
        if let (ExportItem::Function(id), true) = (export.item, export.name.contains('#')) {
            functions.insert(export.name.clone(), id);
            old.push(export.id());
        }
    }
    old.into_iter().for_each(|id| module.exports.delete(id));
    for (index, (name, demand)) in order.exports.iter().enumerate() {
        for function in &demand.functions {
            let missing = || WitError::NoFunction { interface: name.clone(), function: function.clone() };
            let find = |prefix: &str| functions.get(&format!("{prefix}{}#{function}", name.path)).copied();
            let (plain, task) = (find(""), find(AS_TASK));
            let (prefix, id) = match (plain, task) {
                (Some(_), Some(task)) if order.pump == PumpStart::FirstOpen => (AS_TASK, task),
                (Some(plain), _) => ("", plain),
                (None, task) => (AS_TASK, task.ok_or_else(missing)?),
            };
            let id = dispatch.wrap(module, id, index);
            module.exports.add(&format!("{prefix}{name}#{function}"), id);
            if prefix == AS_TASK {
                let callback = find(CALLBACK).ok_or_else(missing)?;
                module.exports.add(&format!("{CALLBACK}{name}#{function}"), callback);
            }
        }
        for ty in demand.types.iter().filter(|ty| is_own_resource(wasi, name, ty)) {
            if let Some(&id) = functions.get(&format!("{}#[dtor]{ty}", name.path)) {
                module.exports.add(&format!("{name}#[dtor]{ty}"), id);
            }
        }
    }
    for name in &order.wrapped.functions {
        let missing = || TailorError::module(format!("it has no `{name}`"));
        module.exports.add(name, *functions.get(name).ok_or_else(missing)?);
    }
    Ok(())
}

fn is_own_resource(wasi: &Wasi, name: &InterfaceName, ty: &str) -> bool {
    let id = wasi.interface(&name.path).and_then(|interface| interface.types.get(ty));
    id.is_some_and(|&id| wasi.resource(id) == Some(id))
}

/// Renames `[resource-new]` and `[task-return]` for the exported version of their interface. If there are several,
/// replaces them by a choice by the called interface.
fn replace_intrinsics(module: &mut Module, exports: &InterfaceUses, dispatch: &Dispatch) -> Result<(), TailorError> {
    for (id, (from, name)) in function_imports(module, |module| module.starts_with(INTRINSICS) && module != OF_TASK) {
        let path = from.trim_start_matches(INTRINSICS);
        let subject = name.split_once(']').map_or("", |(_, subject)| subject);
        let makers: Vec<_> = exports
            .iter()
            .filter(|(name, _)| name.path == path)
            .filter(|(_, demand)| demand.types.contains(subject) || demand.functions.contains(subject))
            .map(|(name, _)| name.clone())
            .collect();
        match makers.as_slice() {
            [] => do_nothing(module, id)?,
            [one] => rename(module, id, format!("{INTRINSICS}{one}")),
            several => {
                let ty = module.funcs.get(id).ty();
                let targets = several.iter().map(|maker| {
                    let (function, _) = module.add_import_func(&format!("{INTRINSICS}{maker}"), &name, ty);
                    (maker.clone(), function)
                });
                let targets: Vec<_> = targets.collect();
                dispatch.choose(module, id, &targets)?;
            }
        }
    }
    Ok(())
}

/// Renames the host imports to the granted versions. Imports that are not granted, or that no call can reach, become
/// functions that do nothing.
fn replace_host_imports(wasi: &Wasi, module: &mut Module, order: &VfsSpec) -> Result<InterfaceUses, TailorError> {
    loop {
        walrus::passes::gc::run(module);
        let imports = function_imports(module, |module| !module.starts_with(INTRINSICS) && module != ends::ROOT);
        let all = imports.iter().map(|(_, (module, name))| HostImport::new(module, name)).collect::<BTreeSet<_>>();
        let useful = host::useful(wasi, order, all.clone());
        if useful.len() == all.len() {
            for (id, (path, _)) in imports {
                let Some(version) = order.grants.version(&path) else { continue };
                let name = super::world::host_name(&InterfaceName::new(path, version.clone()));
                rename(module, id, name);
            }
            return Ok(host::demands(&order.grants, &useful));
        }
        for (id, (from, name)) in imports {
            if wasi.interface(&from).is_none() {
                return Err(TailorError::UnknownImport { module: from, name });
            }
            if !useful.contains(&HostImport::new(&from, &name)) {
                do_nothing(module, id)?;
            }
        }
    }
}

fn rename(module: &mut Module, function: FunctionId, name: String) {
    if let Some(id) = import_of(module, function) {
        module.imports.get_mut(id).module = name;
    }
}

fn import_of(module: &Module, function: FunctionId) -> Option<ImportId> {
    match &module.funcs.get(function).kind {
        FunctionKind::Import(import) => Some(import.import),
        _ => None,
    }
}
