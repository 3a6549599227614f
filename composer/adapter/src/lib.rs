//! Generates adapters for the canonical ABI: core modules whose functions replace those that the app lowered from its
//! imports. wasmtime calls such functions fused adapters (its compiler for them is FACT).
//!
//! An app calls an import through the core function that `canon lower` made of it. An adapter has the same core type.
//! It tests who owns each handle, copies strings and lists into the vfs's memory, calls the vfs, and copies the result
//! into the app's memory. Its code follows from the WIT type of the function. No other code runs between the app and
//! the vfs.
//!
//! A handle of the vfs is called *virtual*: it has bit 30 set. All other handles are the host's. The handles of a call
//! are *mixed* if it may have both.
//!
//! ```text
//! plan                 the imports and types that a request needs, collected before any code
//! assembly             a core module under construction
//! function             one adapter: whose handles are these, parameters in, the call, the result out
//! owner                tests and removes the tag of a handle
//! params, results      values in and out: check everything, then move everything
//! relocate             copies lists and strings into the other memory, and fixes the pointers and handles in them
//! text                 strings that are not UTF-8
//! helpers              functions that adapters of one module share, such as the copy itself
//! mixed_dispatch       calls whose handles may be the vfs's and the host's at once
//! direct_read          reads whose bytes the host puts into the app's memory itself
//! host_guard           guards for host functions that cannot use virtual handles
//! answer               errors that such functions can express
//! handle_translation   adapters between two parts of an app
//! component_adapter    adapters between the app and the host, in a plugged vfs
//! layout, flat, memory, scalar, visit, body    the canonical ABI's layout, and code for it
//! ```

#![forbid(unsafe_code)]

pub mod answer;
mod assembly;
pub mod body;
pub mod component_adapter;
pub mod direct_read;
mod error;
pub mod flat;
mod function;
pub mod handle_translation;
mod helpers;
mod host_guard;
pub mod layout;
pub mod memory;
pub mod mixed_dispatch;
mod owner;
mod params;
mod plan;
mod relocate;
mod results;
pub mod scalar;
mod text;
mod visit;

use wasm_encoder::{ExportKind, ValType};
use wit_parser::{Function, Resolve, TypeId};

use answer::Answer;
pub use assembly::Assembly;
pub use error::AdapterError;
use function::{Callees, Drops};
pub use layout::Encoding;
use layout::Layout;
use mixed_dispatch::MixedDispatch;
use plan::Plan;
use vfs_abi::names::BUSY;

/// A function to generate in an adapter module.
pub struct Request<'a> {
    /// The name of the generated export, and of the host's function among the imports.
    pub export: String,
    /// The name of the vfs's function: `wasi:io/streams#[method]input-stream.read` or `...#[dtor]input-stream`.
    pub plain: String,
    /// The kind of call that the adapter replaces.
    pub kind: AdapterKind<'a>,
    /// The version of this function, if the app calls functions for mixed handles at several versions.
    pub version: Option<u32>,
}

/// The kind of function that an adapter replaces.
pub enum AdapterKind<'a> {
    /// A lowered function.
    Function {
        /// The WIT type of the function.
        function: &'a Function,
        /// The possible owners of its handles.
        owner: HandleOrigin,
        /// The treatment of calls that mix virtual and host handles.
        special: MixedDispatch,
    },
    /// The drop of a handle (`resource.drop`).
    Drop {
        /// The possible owners of the handle.
        owner: HandleOrigin,
    },
    /// A host function that cannot use virtual handles.
    GuardImport {
        /// The WIT type of the function.
        function: &'a Function,
        /// The resources that it takes as own.
        owned: Vec<Owned>,
        /// The error that its result type can express, if any.
        answer: Option<Answer>,
    },
    /// An exported function of the app whose caller cannot use virtual handles.
    GuardExport {
        /// The WIT type of the function.
        function: &'a Function,
    },
}

/// A resource that a host function takes as own.
#[derive(Clone)]
pub struct Owned {
    /// The resource.
    pub resource: TypeId,
    /// The name of the host's drop, among the imports from `host`.
    pub host: String,
    /// The name of the vfs's drop, among the imports from `vfs`; `None` if the vfs has no such handles.
    pub vfs: Option<String>,
}

/// The possible owners of the handles that a function takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HandleOrigin {
    /// All handles are virtual. Others trap.
    Vfs,
    /// Handles are virtual or the host's. If none is virtual, the host's function is called.
    VfsOrHost,
}

/// The canonical options that the functions of a module share.
#[derive(Clone, Copy)]
pub struct Group {
    /// Whether the app's memory can be imported.
    pub has_memory: bool,
    /// Whether the app's realloc can be imported.
    pub has_realloc: bool,
    /// The string encoding that the app lowers with.
    pub encoding: Encoding,
}

/// Data shared by the code of all functions of a module.
struct Context<'a> {
    layout: &'a Layout<'a>,
    functions: Functions,
}

/// Indices of the functions that many adapters call.
#[derive(Clone, Copy, Default)]
struct Functions {
    vfs_realloc: u32,
    app_realloc: u32,
    inside: u32,
    take: u32,
    give: u32,
    text_in: u32,
    text_out: u32,
}

/// Returns the error that a host function can express when it is passed a virtual handle, if its result type has one.
/// `errors` is the path of the interface that defines the resource `error`.
pub fn answer_of(resolve: &Resolve, function: &Function, errors: &str) -> Option<Answer> {
    answer::of(&Layout::new(resolve, Encoding::Utf8), function, errors)
}

/// Returns the transcoding functions of the vfs that the adapter of a function calls.
pub fn text_functions(resolve: &Resolve, function: &Function, encoding: Encoding) -> Vec<&'static str> {
    let Some((text_in, text_out)) = text::functions(encoding) else { return Vec::new() };
    let layout = Layout::new(resolve, encoding);
    // `module` reports unsupported types.
    let has = |ty| layout.any(ty, text::is_text).unwrap_or(false);
    let of_params = function.params.iter().any(|param| has(param.ty)).then_some(text_in);
    of_params.into_iter().chain(function.result.is_some_and(has).then_some(text_out)).collect()
}

/// Returns the name, among the imports from `refuse`, of the function that reports a virtual handle in a result. The
/// report for parameters is named after the function itself, and the app may both import and export a function of that
/// name.
pub fn refusal_of_result(function: &str) -> String {
    format!("result of {function}")
}

/// Generates an adapter module.
///
/// It imports the global `busy` from `vfs`, which all adapter modules of an app share, and where a function needs them:
///
/// - from `vfs`: `memory`, `cabi_realloc`, and the function of each request, or the function for mixed handles in its
///   place;
/// - from `app`: `memory` and `realloc`;
/// - from `host`: the function of each request whose handles may be the host's;
/// - from `refuse`: for each request that cannot use virtual handles and cannot express an error, a function that
///   reports this and does not return;
/// - from `shim`: the global `version`, which tells the functions for mixed handles at which version to call the host.
///
/// # Errors
/// - [`AdapterError::Type`]: a signature contains a type that adapters do not support.
/// - [`AdapterError::Async`]: a function is asynchronous.
/// - [`AdapterError::Lowering`]: a function needs a memory or realloc that the group does not have.
pub fn module(resolve: &Resolve, requests: &[Request<'_>], group: Group) -> Result<Vec<u8>, AdapterError> {
    let layout = Layout::new(resolve, group.encoding);
    let plans =
        requests.iter().map(|request| Plan::new(&layout, request, group)).collect::<Result<Vec<_>, AdapterError>>()?;
    let mut assembly = Assembly::default();
    let needs = plan::needs_of_all(&plans);
    assembly.import_global("vfs", BUSY);
    if needs.memory {
        assembly.import_memory("vfs");
        assembly.import_memory("app");
    }
    let mut functions = Functions::default();
    let realloc = [ValType::I32; 4];
    if needs.vfs_realloc {
        functions.vfs_realloc = assembly.import("vfs", "cabi_realloc", &realloc, &realloc[..1]);
    }
    if needs.app_realloc {
        functions.app_realloc = assembly.import("app", "realloc", &realloc, &realloc[..1]);
    }
    if let Some((text_in, text_out)) = text::functions(group.encoding) {
        let mut translator = |name| assembly.import("vfs", name, &realloc[..2], &realloc[..1]);
        functions.text_in = if needs.text_in { translator(text_in) } else { 0 };
        functions.text_out = if needs.text_out { translator(text_out) } else { 0 };
    }
    let callees: Vec<_> = plans.iter().map(|plan| import_callees(&mut assembly, plan)).collect();
    if needs.memory {
        functions.inside = assembly.define("inside", &[ValType::I32, ValType::I64], &[], helpers::inside());
    }
    if needs.vfs_realloc {
        let code = helpers::take(functions.vfs_realloc);
        functions.take = assembly.define("take", &realloc[..3], &realloc[..1], code);
    }
    if needs.app_realloc {
        let code = helpers::give(functions.app_realloc);
        functions.give = assembly.define("give", &realloc[..3], &realloc[..1], code);
    }
    let context = Context { layout: &layout, functions };
    for (plan, callees) in plans.iter().zip(callees) {
        let code = plan.code(&context, &callees)?;
        let index = assembly.define(&plan.export, &plan.params, &plan.results, code);
        assembly.exports.export(&plan.export, ExportKind::Func, index);
    }
    Ok(assembly.finish())
}

/// Imports the functions that an adapter calls.
fn import_callees(assembly: &mut Assembly, plan: &Plan) -> Callees {
    let mut of_vfs = |name: &str| assembly.import("vfs", name, &plan.vfs_params, &plan.vfs_results);
    let plain = plan.plain.as_deref().map(&mut of_vfs);
    let linked = plan.linked.map(&mut of_vfs);
    let host = plan.host.then(|| assembly.import("host", &plan.export, &plan.params, &plan.results));
    let refuse = plan.refuse.then(|| assembly.import("refuse", &plan.refusal(), &[], &[]));
    let mut drop = |module: &str, name: &str| assembly.import(module, name, &[ValType::I32], &[]);
    let owned = plan.owned.iter();
    let drops = owned.map(|owned| Drops {
        resource: owned.resource,
        host: drop("host", &owned.host),
        vfs: owned.vfs.as_deref().map(|name| drop("vfs", name)),
    });
    let drops = drops.collect();
    let version = plan.version.map(|version| (assembly.import_global("vfs", "version"), version));
    Callees { plain, linked, host, refuse, drops, version }
}
