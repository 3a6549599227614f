//! Edits the vfs's core module.

use std::collections::{BTreeMap, BTreeSet};

use vfs_abi::settings::{self, SettingsView, missing_inside};
use vfs_compose_ir::core_module::{CoreModule, Data, Export, FunctionId, Import};
use wasm_encoder::{BlockType, ExportKind, Instruction};

use super::dispatch::Dispatch;
use super::host::{self, HostImport};
use super::imports::{do_nothing, function_imports, name_those_of_mounts};
use super::memory::{leave_out_zeros, take_heap_base};
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
pub(super) const AS_TASK: &str = "[async-lift]";
const CALLBACK: &str = "[callback][async-lift]";

/// What is embedded in the vfs.
#[derive(Clone)]
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
            added: Vec::new(),
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
    ends::replace(wasi, &mut module, &order.exports, embedding.guest.has.mounts_by_0_3);
    name_those_of_mounts(&mut module);
    let host = replace_host_imports(wasi, &mut module, order)?;
    ends::replace_by_host(wasi, &mut module, &host);
    add_segments(&mut module, embedding, &reserved);
    Ok(Edited { bytes: module.emit().map_err(TailorError::module)?, host, place: reserved.placed() })
}

/// Parses the vfs module. Fails unless it reads the version of settings that this composer writes.
pub(super) fn parse(module: &[u8]) -> Result<CoreModule<'_>, TailorError> {
    let module = CoreModule::read(module).map_err(TailorError::module)?;
    let declared = module.customs.iter().find(|(name, _)| *name == settings::SECTION);
    let version = declared.and_then(|(_, data)| Some(u32::from_le_bytes((*data).try_into().ok()?)));
    if version != Some(settings::VERSION) {
        return Err(TailorError::SettingsVersion { module: version, composer: settings::VERSION });
    }
    Ok(module)
}

/// Addresses of the embedded bytes.
pub(super) struct Reserved {
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
pub(super) fn reserve(module: &mut CoreModule<'_>, embedding: &Embedding) -> Result<Reserved, TailorError> {
    let settings = take_heap_base(module)?;
    leave_out_zeros(module);
    let image = (settings + embedding.settings.len() as u64).next_multiple_of(IMAGE_ALIGNMENT);
    let pages = (image + u64::from(embedding.image_size)).div_ceil(PAGE);
    if pages > PAGE {
        return Err(TailorError::module("the image does not fit into 32-bit memory"));
    }
    module.memory.minimum = module.memory.minimum.max(pages);
    module.memory.maximum = module.memory.maximum.map(|maximum| maximum.max(pages));
    let address = |value: u64| u32::try_from(value).map_err(TailorError::module);
    Ok(Reserved { settings: address(settings)?, image: address(image)? })
}

pub(super) fn add_segments(module: &mut CoreModule<'_>, embedding: &Embedding, reserved: &Reserved) {
    for (address, bytes) in [(reserved.settings, embedding.settings.clone()), (reserved.image, Vec::new())] {
        module.data.push(Data { address, bytes: bytes.into() });
    }
}

pub(super) fn replace_embed_imports(
    module: &mut CoreModule<'_>,
    embedding: &Embedding,
    reserved: &Reserved,
) -> Result<(), TailorError> {
    for (id, import) in function_imports(module, |module| module == EMBED) {
        let value = match import.name.as_str() {
            "image-offset" => reserved.image,
            "image-size" => embedding.image_size,
            "settings-offset" => reserved.settings,
            "settings-size" => u32::try_from(embedding.settings.len()).map_err(TailorError::module)?,
            "missing" => {
                end_without_words(module, id, &embedding.settings)?;
                continue;
            }
            _ => return Err(TailorError::UnknownImport { module: import.module, name: import.name }),
        };
        module.replace(id, &[Instruction::I32Const(value.cast_signed())]);
    }
    Ok(())
}

/// Replaces the function that ends a program to which the host does not give a directory, if it has no stderr to be told
/// by: a trap for each mount and each directory inside of one, in a function whose name is the line.
fn end_without_words(module: &mut CoreModule<'_>, function: FunctionId, settings: &[u8]) -> Result<(), TailorError> {
    let (settings, extras) =
        SettingsView::with_extras(settings).ok_or_else(|| TailorError::module("its settings are damaged"))?;
    let mut code = Vec::new();
    let lines = extras.mounts.map(|mount| mount.missing());
    let inside = settings.inside_of(extras.mounts).map(missing_inside);
    for (place, line) in (0..).zip(lines.chain(inside)) {
        let trap = module.add_trap(&line);
        code.extend([Instruction::LocalGet(0), Instruction::I32Const(place), Instruction::I32Eq]);
        code.extend([Instruction::If(BlockType::Empty), Instruction::Call(trap.0), Instruction::End]);
    }
    module.replace(function, &code);
    Ok(())
}

/// Replaces the exports by those of the order, with versions.
fn replace_exports(
    wasi: &Wasi,
    module: &mut CoreModule<'_>,
    order: &VfsSpec,
    dispatch: &Dispatch,
) -> Result<(), TailorError> {
    let is_of_interface = |export: &mut Export| export.kind == ExportKind::Func && export.name.contains('#');
    let functions = module.exports.extract_if(.., is_of_interface);
    let functions: BTreeMap<_, _> = functions.map(|export| (export.name, FunctionId(export.index))).collect();
    let add = |module: &mut CoreModule<'_>, name: String, function: FunctionId| {
        module.exports.push(Export { name, kind: ExportKind::Func, index: function.0 });
    };
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
            add(module, format!("{prefix}{name}#{function}"), id);
            if prefix == AS_TASK {
                let callback = find(CALLBACK).ok_or_else(missing)?;
                add(module, format!("{CALLBACK}{name}#{function}"), callback);
            }
        }
        for ty in demand.types.iter().filter(|ty| is_own_resource(wasi, name, ty)) {
            if let Some(&id) = functions.get(&format!("{}#[dtor]{ty}", name.path)) {
                add(module, format!("{name}#[dtor]{ty}"), id);
            }
        }
    }
    for name in &order.wrapped.functions {
        let missing = || TailorError::module(format!("it has no `{name}`"));
        add(module, name.clone(), *functions.get(name).ok_or_else(missing)?);
    }
    Ok(())
}

fn is_own_resource(wasi: &Wasi, name: &InterfaceName, ty: &str) -> bool {
    let id = wasi.interface(&name.path).and_then(|interface| interface.types.get(ty));
    id.is_some_and(|&id| wasi.resource(id) == Some(id))
}

/// Renames `[resource-new]` and `[task-return]` for the exported version of their interface. If there are several,
/// replaces them by a choice by the called interface.
fn replace_intrinsics(
    module: &mut CoreModule<'_>,
    exports: &InterfaceUses,
    dispatch: &Dispatch,
) -> Result<(), TailorError> {
    for (id, Import { module: from, name }) in
        function_imports(module, |module| module.starts_with(INTRINSICS) && module != OF_TASK)
    {
        let path = from.trim_start_matches(INTRINSICS);
        let subject = name.split_once(']').map_or("", |(_, subject)| subject);
        let makers: Vec<_> = exports
            .iter()
            .filter(|(name, _)| name.path == path)
            .filter(|(_, demand)| demand.types.contains(subject) || demand.functions.contains(subject))
            .map(|(name, _)| name.clone())
            .collect();
        match makers.as_slice() {
            [] => do_nothing(module, id),
            [one] => module.rename_import(id, Import { module: format!("{INTRINSICS}{one}"), name }),
            several => {
                let targets = several.iter().map(|maker| {
                    let import = Import { module: format!("{INTRINSICS}{maker}"), name: name.clone() };
                    (maker.clone(), module.add_import(import, id))
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
fn replace_host_imports(
    wasi: &Wasi,
    module: &mut CoreModule<'_>,
    order: &VfsSpec,
) -> Result<InterfaceUses, TailorError> {
    loop {
        module.drop_unused().map_err(TailorError::module)?;
        let is_of_host =
            |module: &str| !module.starts_with(INTRINSICS) && !module.starts_with(ends::ENDS) && module != ends::ROOT;
        let imports = function_imports(module, is_of_host);
        let all = imports.iter().map(|(_, import)| HostImport::new(&import.module, &import.name));
        let all: BTreeSet<_> = all.collect();
        let useful = host::useful(wasi, order, all.clone());
        if useful.len() == all.len() {
            for (id, Import { module: path, name }) in imports {
                let Some(version) = order.grants.version(&path) else { continue };
                let from = super::world::host_name(&InterfaceName::new(path, version.clone()));
                module.rename_import(id, Import { module: from, name });
            }
            return Ok(host::demands(&order.grants, &useful));
        }
        for (id, Import { module: from, name }) in imports {
            if wasi.interface(&from).is_none() {
                return Err(TailorError::UnknownImport { module: from, name });
            }
            if !useful.contains(&HostImport::new(&from, &name)) {
                do_nothing(module, id);
            }
        }
    }
}
