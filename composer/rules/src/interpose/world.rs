//! Builds the world of the interposed component. It exports the denied imports exactly as the app imports them, and
//! imports only those of the app's other imports that it needs.

use std::collections::BTreeSet;

use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeOwner, WorldId, WorldItem, WorldKey,
};

use super::choose::{Fronted, Withheld};
use super::imports::{Imports, id_of};
use super::wit;
use crate::policy::answers::Answers;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::{Wasi, is_in_version};

const STDERR: &str = "wasi:cli/stderr";
const EXIT: &str = "wasi:cli/exit";
const WRITE: &str = "[method]output-stream.blocking-write-and-flush";

/// The interposed component to be generated.
pub(super) struct Front {
    pub(super) resolve: Resolve,
    pub(super) world: WorldId,
    /// The denied imports, in the order of the app's imports.
    pub(super) exports: Vec<Export>,
    pub(super) way_out: WayOut,
}

/// A denied import, which the component exports.
pub(super) struct Export {
    pub(super) key: WorldKey,
    pub(super) item: WorldItem,
    /// The name without version.
    pub(super) path: String,
    /// The policy line that denies it.
    pub(super) because: String,
}

/// The app's imports with which a refusal prints a message and exits, where they are available.
#[derive(Default)]
pub(super) struct WayOut {
    /// The function that returns stderr, and the one that writes to it.
    pub(super) stderr: Option<(Imported, Imported)>,
    pub(super) exit: Option<Imported>,
}

/// A function of an imported interface.
pub(super) struct Imported {
    pub(super) key: WorldKey,
    pub(super) function: Function,
}

/// Builds the world.
pub(super) fn build(
    wasi: &Wasi,
    answers: &Answers,
    mut imports: Imports<'_>,
    fronted: &Fronted,
    sealed_imports: &Withheld,
) -> Front {
    let exports = imports.items().iter().filter_map(|(key, item)| {
        let because = fronted.get(key)?.clone();
        let name = imports.resolve.name_world_key(key);
        let path = name.split_once('@').map_or(name.as_str(), |(path, _)| path).to_owned();
        Some(Export { key: key.clone(), item: item.clone(), path, because })
    });
    let exports: Vec<_> = exports.collect();
    let way_out = way_out(wasi, answers, &mut imports, sealed_imports);
    let needed = needed(&imports.resolve, &exports, &way_out);
    let has_functions = exports.iter().any(|export| matches!(export.item, WorldItem::Function(_)));
    let is_needed = |key: &WorldKey, item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => needed.contains(id) && !fronted.contains_key(key),
        WorldItem::Type { .. } => has_functions,
        WorldItem::Function(_) => false,
    };
    let world = imports.world(is_needed, |key| fronted.contains_key(key));
    Front { resolve: imports.resolve.into_owned(), world, exports, way_out }
}

/// Returns every interface that the exports and the refusal's imports use.
fn needed(resolve: &Resolve, exports: &[Export], way_out: &WayOut) -> BTreeSet<InterfaceId> {
    let imported = way_out.stderr.iter().flat_map(|(get, write)| [get, write]).chain(&way_out.exit);
    let imported = imported.filter_map(|imported| match imported.key {
        WorldKey::Interface(id) => Some(id),
        WorldKey::Name(_) => None,
    });
    let of_functions = exports.iter().flat_map(|export| match &export.item {
        WorldItem::Function(_) => super::mentions::owners(resolve, &export.item),
        _ => BTreeSet::new(),
    });
    let mut roots: Vec<_> = exports.iter().filter_map(|export| id_of(&export.item)).collect();
    roots.extend(imported);
    roots.extend(of_functions);
    wit::needed(resolve, roots)
}

fn way_out(wasi: &Wasi, answers: &Answers, imports: &mut Imports<'_>, sealed_imports: &Withheld) -> WayOut {
    let mut out = WayOut::default();
    for (key, item) in &imports.items().clone() {
        let (Some(name), Some(id)) = (InterfaceName::parse(&imports.resolve.name_world_key(key)), id_of(item)) else {
            continue;
        };
        if !name.is_wasi_0_2() || sealed_imports.contains(&name.to_string()) {
            continue;
        }
        match name.path.as_str() {
            // If the policy redirects stderr, nobody would read a message on the host's.
            STDERR if answers.has_interface(STDERR) => {}
            STDERR if out.stderr.is_none() => out.stderr = stderr(wasi, imports.resolve.to_mut(), key, id),
            EXIT if out.exit.is_none() => out.exit = exit(imports.resolve.to_mut(), key, id),
            _ => {}
        }
    }
    out
}

fn stderr(wasi: &Wasi, resolve: &mut Resolve, key: &WorldKey, id: InterfaceId) -> Option<(Imported, Imported)> {
    let get = resolve.interfaces[id].functions.get("get-stderr")?.clone();
    let Type::Id(result) = get.result? else { return None };
    let TypeDefKind::Handle(Handle::Own(stream)) = resolve.types[result].kind else { return None };
    let stream = wit::resource(resolve, stream);
    let TypeOwner::Interface(streams) = resolve.types[stream].owner else { return None };
    let name = InterfaceName::parse(&resolve.id_of(streams)?)?;
    let known = wasi.function(&name.path, WRITE)?;
    if !is_in_version(&known.stability, &name.version) {
        return None;
    }
    let write = match resolve.interfaces[streams].functions.get(WRITE) {
        Some(write) => write.clone(),
        None => {
            // The app writes in other ways, but its import defines the types that the function needs.
            let error = *resolve.interfaces[streams].types.get("stream-error")?;
            let this = wit::define(resolve, TypeDefKind::Handle(Handle::Borrow(stream)));
            let bytes = wit::define(resolve, TypeDefKind::List(Type::U8));
            let result = TypeDefKind::Result(wit_parser::Result_ { ok: None, err: Some(Type::Id(error)) });
            let result = wit::define(resolve, result);
            let write = wit::function(
                WRITE,
                FunctionKind::Method(stream),
                &[("self", this), ("contents", bytes)],
                Some(result),
            );
            resolve.interfaces[streams].functions.insert(WRITE.into(), write.clone());
            write
        }
    };
    let get = Imported { key: key.clone(), function: get };
    Some((get, Imported { key: WorldKey::Interface(streams), function: write }))
}

fn exit(resolve: &mut Resolve, key: &WorldKey, id: InterfaceId) -> Option<Imported> {
    let exit = match resolve.interfaces[id].functions.get("exit") {
        Some(exit) => exit.clone(),
        None => {
            let status = wit::define(resolve, TypeDefKind::Result(wit_parser::Result_ { ok: None, err: None }));
            let exit = wit::function("exit", FunctionKind::Freestanding, &[("status", status)], None);
            resolve.interfaces[id].functions.insert("exit".into(), exit.clone());
            exit
        }
    };
    Some(Imported { key: key.clone(), function: exit })
}
