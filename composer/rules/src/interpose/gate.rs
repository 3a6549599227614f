//! Generates the gate: a component in front of the app that lets http requests pass to listed authorities only.

use wit_parser::{
    Case, Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, Variant,
    WorldItem, WorldKey,
};

use super::imports::{Imports, id_of};
use super::{template, wit};
use crate::authority::Authority;
use crate::error::DenyError;
use vfs_compose_adapter::answer;
use vfs_compose_adapter::layout::{Encoding, Layout};
use vfs_compose_wasi::ERRORS;
use vfs_compose_wasi::InterfaceName;

const HANDLER: &str = "wasi:http/outgoing-handler";
const AUTHORITY: &str = "[method]outgoing-request.authority";
const SCHEME: &str = "[method]outgoing-request.scheme";
const TEXT: &str = include_str!("gate.wat");

/// Address where results are written.
const AREA: u32 = 16;
/// The longest authority that can be allowed, in bytes. Host names are shorter.
const LONGEST: u32 = 1024;
/// Space for a port that the gate appends to it.
const PORT: u32 = 8;

/// Generates a gate for each version of the handler that the app imports.
///
/// # Errors
/// - [`DenyError::Authority`]: a text is not an authority.
/// - [`DenyError::Front`]: a gate cannot be generated.
pub(super) fn components(authorities: &[String], imports: &mut Imports<'_>) -> Result<Vec<Vec<u8>>, DenyError> {
    let tables = Tables::of(authorities)?;
    let mut gates = Vec::new();
    for name in imports.names().iter().filter(|name| is_handler(name)) {
        gates.extend(component(imports, name, &tables)?);
    }
    Ok(gates)
}

/// Returns whether an import sends http requests.
pub(super) fn is_handler(name: &str) -> bool {
    InterfaceName::parse(name).is_some_and(|name| name.path == HANDLER && name.is_wasi_0_2())
}

/// Generates the gate for one import. Returns `None` if the app imports the interface without its function.
fn component(imports: &mut Imports<'_>, name: &str, tables: &Tables) -> Result<Option<Vec<u8>>, DenyError> {
    let Some((key, id)) = imports.interface(name) else { return Ok(None) };
    let Some(handle) = imports.resolve.interfaces[id].functions.get("handle").cloned() else { return Ok(None) };
    let Some((request, types)) = request(&imports.resolve, &handle) else { return Ok(None) };
    extend(imports.resolve.to_mut(), types, request);
    let needed = wit::needed(&imports.resolve, vec![id]);
    let is_needed = |_: &WorldKey, item: &WorldItem| id_of(item).is_some_and(|id| needed.contains(&id));
    let world = imports.world(is_needed, |exported| *exported == key);
    let resolve = &imports.resolve;
    let types = resolve.name_world_key(&WorldKey::Interface(types));
    let module = module(resolve, &handle, (&types, name), tables)?;
    super::encode(module, resolve, world).map(Some)
}

/// Returns the resource type of requests, and the interface that defines it.
fn request(resolve: &Resolve, handle: &Function) -> Option<(TypeId, InterfaceId)> {
    let Type::Id(id) = handle.params.first()?.ty else { return None };
    let TypeDefKind::Handle(Handle::Own(id)) = resolve.types[id].kind else { return None };
    let request = wit::resource(resolve, id);
    let TypeOwner::Interface(types) = resolve.types[request].owner else { return None };
    Some((request, types))
}

/// Adds the methods that the gate calls to the interface, unless the app imports them already.
fn extend(resolve: &mut Resolve, types: InterfaceId, request: TypeId) {
    let scheme = resolve.interfaces[types].types.get("scheme").copied();
    let scheme = scheme.unwrap_or_else(|| {
        let case = |name: &str, ty| Case { name: name.into(), ty, docs: Default::default(), span: Default::default() };
        let cases = vec![case("HTTP", None), case("HTTPS", None), case("other", Some(Type::String))];
        wit::define_named(resolve, types, "scheme", TypeDefKind::Variant(Variant { cases }))
    });
    for (name, answer) in [(AUTHORITY, Type::String), (SCHEME, Type::Id(scheme))] {
        if resolve.interfaces[types].functions.contains_key(name) {
            continue;
        }
        let this = wit::define(resolve, TypeDefKind::Handle(Handle::Borrow(request)));
        let answer = wit::define(resolve, TypeDefKind::Option(answer));
        let function = wit::function(name, FunctionKind::Method(request), &[("self", this)], Some(answer));
        resolve.interfaces[types].functions.insert(name.into(), function);
    }
}

/// Generates the core module.
fn module(
    resolve: &Resolve,
    handle: &Function,
    (types, handler): (&str, &str),
    tables: &Tables,
) -> Result<Vec<u8>, DenyError> {
    let layout = Layout::new(resolve, Encoding::Utf8);
    let said = answer::of_words(&layout, handle, &["HTTP-request-denied"], ERRORS);
    let said =
        said.ok_or_else(|| DenyError::Front { source: "the app's `error-code` has no `HTTP-request-denied`".into() })?;
    let denied = said.0.iter().map(|number| {
        let store = if number.bytes == 1 { "i32.store8" } else { "i32.store" };
        format!("({store} offset={} (i32.const {AREA}) (i32.const {}))", number.offset, number.value)
    });
    let area = handle.result.map_or(0, |ty| layout.size(ty)).max(16);
    let text = (AREA + area).next_multiple_of(16);
    let http = text + LONGEST + PORT;
    let https = http + tables.http.len() as u32;
    let heap = (https + tables.https.len() as u32).next_multiple_of(16);
    let bytes = template::bytes(tables.http.iter().chain(&tables.https));
    let numbers = [
        ("area", AREA),
        ("text", text),
        ("longest", LONGEST),
        ("http", http),
        ("https", https),
        ("heap", heap),
        ("pages", heap.div_ceil(1 << 16)),
    ];
    let mut module = TEXT.replace("{types}", types).replace("{handler}", handler).replace("{tables}", &bytes);
    module = module.replace("{denied}", &denied.collect::<String>());
    template::parse(module, &numbers)
}

/// The allowed authorities for each scheme, encoded as `gate.wat` reads them.
struct Tables {
    http: Vec<u8>,
    https: Vec<u8>,
}

impl Tables {
    fn of(authorities: &[String]) -> Result<Self, DenyError> {
        let mut tables = Self { http: Vec::new(), https: Vec::new() };
        for authority in authorities {
            let authority = Authority::parse(authority)?;
            for (table, default) in [(&mut tables.http, 80), (&mut tables.https, 443)] {
                let text = format!("{}:{}", authority.host, authority.port.unwrap_or(default));
                table.push(if authority.is_ending { 2 } else { 1 });
                table.extend_from_slice(&(text.len() as u16).to_le_bytes());
                table.extend_from_slice(text.as_bytes());
            }
        }
        tables.http.push(0);
        tables.https.push(0);
        Ok(tables)
    }
}
