//! Functions of a plugged vfs that stand between the app and functions of the host which take or give resources that the vfs has.
//!
//! Parameters and results lie in the vfs's memory on both sides, because what the app calls is lifted with it and what the host has
//! is lowered with it. So everything stays where it is but the handles: the vfs's become the host's on the way there, and the host's
//! the vfs's on the way back.

//!
//! ```text
//! plan        what the types of a function say
//! callees     what its code calls
//! code        its code
//! ```

mod callees;
mod code;
mod plan;

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::ExportKind;
use wit_parser::{Function, Resolve, TypeId};

use super::answer::Answer;
use super::layout::{Encoding, Layout, Unsupported};
use super::visit;
use super::{Assembly, Context, Functions};
use crate::AdapterError;
use callees::{Callees, Wanted};
use plan::Plan;

/// Name of what is imported of the vfs: `memory`, `cabi_realloc`, and its functions for wrapped interfaces.
pub const VFS: &str = "vfs";
/// Name of what is imported of the host: the functions in whose place these stand, by their own names.
pub const HOST: &str = "host";
/// Name of what is imported of the component model.
pub const INTRINSICS: &str = "intrinsics";

/// One function.
pub struct Request<'a> {
    /// Its name, here and among those of the host.
    pub export: String,
    /// Its types.
    pub function: &'a Function,
    /// What it answers when it is given a handle of the vfs's, if its types have words for that.
    pub answer: Option<Answer>,
}

/// The resources that the vfs has, and which of its functions makes one of the host's handle.
pub type Own = BTreeMap<TypeId, String>;

/// A module, and what it imports of the component model.
pub struct Wrapped {
    /// The encoded core module.
    pub bytes: Vec<u8>,
    /// The resource built-ins (`resource.new`, `.rep`, `.drop`) that the module imports.
    pub intrinsics: BTreeSet<Intrinsic>,
}

/// Something that is done with handles of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intrinsic {
    /// A handle of the vfs's for a number.
    New(TypeId),
    /// The number of a handle of the vfs's.
    Rep(TypeId),
    /// The drop of a handle, whosever it is.
    Drop(TypeId),
}

impl Intrinsic {
    /// Name of the import.
    pub fn name(self) -> String {
        match self {
            Self::New(id) => format!("new-{}", id.index()),
            Self::Rep(id) => format!("rep-{}", id.index()),
            Self::Drop(id) => format!("drop-{}", id.index()),
        }
    }

    /// Returns the resource whose handles it works on.
    pub fn resource(self) -> TypeId {
        match self {
            Self::New(id) | Self::Rep(id) | Self::Drop(id) => id,
        }
    }
}

/// Whether glue can stand between the app and such a function.
///
/// # Errors
/// - [`AdapterError::Async`]: it is asynchronous.
/// - [`AdapterError::Type`]: a type that cannot be looked into.
pub fn check(resolve: &Resolve, name: &str, function: &Function) -> Result<(), AdapterError> {
    if function.kind.is_async() {
        return Err(AdapterError::Async { function: name.to_owned() });
    }
    let layout = Layout::new(resolve, Encoding::Utf8);
    let types = function.params.iter().map(|param| param.ty).chain(function.result);
    for ty in types {
        layout.any(ty, visit::is_handle).map_err(|error| unsupported(name, &error))?;
    }
    Ok(())
}

/// A module with these functions.
///
/// # Errors
/// - As [`check`].
pub fn module(resolve: &Resolve, requests: &[Request<'_>], own: &Own) -> Result<Wrapped, AdapterError> {
    let layout = Layout::new(resolve, Encoding::Utf8);
    let context = Context { layout: &layout, functions: Functions::default() };
    let mut assembly = Assembly::default();
    assembly.import_memory(VFS);
    let mut callees = Callees::default();
    let mut plans = Vec::new();
    for request in requests {
        let plan = Plan::new(&layout, request, own);
        // Imports come before any code.
        callees.import(&mut assembly, own, &needed(&context, &plan, own)?);
        callees.host.push(assembly.import(HOST, &request.export, &plan.host_params, &plan.host_results));
        plans.push(plan);
    }
    for plan in &plans {
        let refusal = (plan.takes_own && plan.answer.is_none()).then(|| {
            let text = refusal(&plan.name);
            let (segment, size) = (assembly.text(&text), text.len() as i32 + 1);
            let code = code::refuse(&callees, segment, size);
            assembly.define(&text, &[], &[], code)
        });
        callees.refusals.push(refusal);
    }
    for (number, plan) in plans.iter().enumerate() {
        callees.number = number;
        let code = code::code(&context, plan, own, &mut callees).map_err(|error| unsupported(&plan.name, &error))?;
        let index = assembly.define(&plan.name, &plan.params, &plan.results, code);
        assembly.exports.export(&plan.name, ExportKind::Func, index);
    }
    Ok(Wrapped { bytes: assembly.finish(), intrinsics: callees.intrinsics.into_keys().collect() })
}

/// The vfs's functions that such a module needs.
///
/// # Errors
/// - As [`check`].
pub fn functions(resolve: &Resolve, requests: &[Request<'_>], own: &Own) -> Result<BTreeSet<String>, AdapterError> {
    let layout = Layout::new(resolve, Encoding::Utf8);
    let context = Context { layout: &layout, functions: Functions::default() };
    let mut functions = BTreeSet::new();
    for request in requests {
        let needed = needed(&context, &Plan::new(&layout, request, own), own)?;
        functions.extend(needed.into_iter().filter_map(|wanted| match wanted {
            Wanted::Function(name) => Some(name),
            Wanted::Intrinsic(_) => None,
        }));
    }
    functions.remove(callees::REALLOC);
    Ok(functions)
}

/// What the code of a function calls: it is made once without any indices.
fn needed(context: &Context<'_>, plan: &Plan, own: &Own) -> Result<BTreeSet<Wanted>, AdapterError> {
    let mut callees = Callees::default();
    code::code(context, plan, own, &mut callees).map_err(|error| unsupported(&plan.name, &error))?;
    Ok(callees.needed)
}

fn unsupported(function: &str, unsupported: &Unsupported) -> AdapterError {
    AdapterError::Type { function: function.to_owned(), what: unsupported.0 }
}

fn refusal(function: &str) -> String {
    format!(
        "vfs-compose: `{function}` was given a stream or another resource of the virtual filesystem, which the host cannot use. Use one of \
         the host's, and copy the bytes."
    )
}
