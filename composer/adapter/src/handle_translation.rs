//! Adapters in a plugged vfs, between the app and host functions that take or return resources which the vfs provides.
//!
//! Parameters and results lie in the vfs's memory on both sides, because the app's call is lifted with this memory and
//! the host's function is lowered with it. Only handles change: handles of the vfs become handles of the host in
//! parameters, and the reverse in results.
//!
//! ```text
//! plan        all that follows from the types of a function
//! callees     the functions that the code calls
//! code        the code of an adapter
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
use plan::TranslationPlan;

/// Module name of the imports from the vfs: `memory`, `cabi_realloc`, and its functions for wrapped interfaces.
pub const VFS: &str = "vfs";
/// Module name of the imports from the host: the wrapped functions, under their own names.
pub const HOST: &str = "host";
/// Module name of the imported resource built-ins of the component model.
pub const INTRINSICS: &str = "intrinsics";

/// A host function to wrap.
pub struct Request<'a> {
    /// The name of the export, and of the host's function among the imports.
    pub export: String,
    /// The WIT type of the function.
    pub function: &'a Function,
    /// The error that its result type can express when the app passes a virtual handle, if any.
    pub answer: Option<Answer>,
}

/// The resources that the vfs provides, each with the name of the vfs's function that makes a rep for a handle of the
/// host.
pub type Own = BTreeMap<TypeId, String>;

/// An adapter module, and the resource built-ins that it imports.
pub struct Wrapped {
    /// The encoded core module.
    pub bytes: Vec<u8>,
    /// The resource built-ins (`resource.new`, `.rep`, `.drop`) that the module imports.
    pub intrinsics: BTreeSet<Intrinsic>,
}

/// A built-in of the component model for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intrinsic {
    /// `resource.new`: makes a handle of the vfs for a rep.
    New(TypeId),
    /// `resource.rep`: returns the rep of a handle of the vfs.
    Rep(TypeId),
    /// `resource.drop`: drops a handle of the vfs or of the host.
    Drop(TypeId),
}

impl Intrinsic {
    /// Returns the name of the import.
    pub fn name(self) -> String {
        match self {
            Self::New(id) => format!("new-{}", id.index()),
            Self::Rep(id) => format!("rep-{}", id.index()),
            Self::Drop(id) => format!("drop-{}", id.index()),
        }
    }

    /// Returns the resource.
    pub fn resource(self) -> TypeId {
        match self {
            Self::New(id) | Self::Rep(id) | Self::Drop(id) => id,
        }
    }
}

/// Checks that an adapter can be generated for a function.
///
/// # Errors
/// - [`AdapterError::Async`]: the function is asynchronous.
/// - [`AdapterError::Type`]: its signature contains a type that adapters do not support.
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

/// Generates a module with an adapter for each request.
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
        let plan = TranslationPlan::new(&layout, request, own);
        // Imports come before all code.
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

/// Returns the functions of the vfs that the adapters of these requests call.
///
/// # Errors
/// - As [`check`].
pub fn functions(resolve: &Resolve, requests: &[Request<'_>], own: &Own) -> Result<BTreeSet<String>, AdapterError> {
    let layout = Layout::new(resolve, Encoding::Utf8);
    let context = Context { layout: &layout, functions: Functions::default() };
    let mut functions = BTreeSet::new();
    for request in requests {
        let needed = needed(&context, &TranslationPlan::new(&layout, request, own), own)?;
        functions.extend(needed.into_iter().filter_map(|wanted| match wanted {
            Wanted::Function(name) => Some(name),
            Wanted::Intrinsic(_) => None,
        }));
    }
    functions.remove(callees::REALLOC);
    Ok(functions)
}

/// Returns the functions that the code of an adapter calls, by generating it once without any indices.
fn needed(context: &Context<'_>, plan: &TranslationPlan, own: &Own) -> Result<BTreeSet<Wanted>, AdapterError> {
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
