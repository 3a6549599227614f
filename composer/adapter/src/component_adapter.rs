//! Adapters for calls between two parts of an app. Each replaces a function that one part lowered and another part
//! lifted.
//!
//! Neither part trusts the other, so the adapter checks what an engine checks: addresses, lengths, alignment,
//! discriminants, and that strings are UTF-8. Both parts share one handle table, so a handle has the same number on
//! both sides. If the callee borrows a resource that it defines itself, it gets the rep. If it borrows a resource of
//! another part, it gets the handle, and the adapter records the loan until the call ends.
//!
//! ```text
//! carry       values from one side to the other, as core values and in memory
//! helpers     functions that adapters call: copy a list, check a string
//! ```

mod carry;
mod helpers;

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use wasm_encoder::{Function as Code, ValType};
use wit_parser::abi::{AbiVariant, WasmSignature};
use wit_parser::{Function, Handle, Resolve, Type, TypeDefKind, TypeId};

use super::Assembly;
use super::body::Body;
use super::flat::slots;
use super::layout::Encoding;
use super::layout::{self, Layout, Unsupported, core_types};
use super::memory::{self, Place};
use crate::AdapterError;
use carry::Way;

/// Module name of the imports from the part that is called.
pub const CALLEE: &str = "callee";
/// Module name of the imports from the part that calls.
pub const CALLER: &str = "caller";
/// Module name of the imports from the loan list, which records the handles that the callee borrows.
pub const LENT: &str = "lent";
/// Function of the loan list: returns its length.
pub const HEIGHT: &str = "height";
/// Function of the loan list: records a resource and a handle.
pub const LEND: &str = "lend";
/// Function of the loan list: removes all loans after a length. Traps unless the callee has dropped these handles.
pub const SETTLE: &str = "settle";

/// Index of the callee's memory in an adapter module.
const CALLEE_MEMORY: u32 = 0;
/// Index of the caller's memory in an adapter module.
const CALLER_MEMORY: u32 = 1;

/// A function that one part calls and another part lifted.
pub struct Request {
    /// The WIT type of the function.
    pub function: Function,
    /// Whether the callee lifts it with a post-return function.
    pub has_after: bool,
}

/// The canonical options of one side: the caller lowers with them, the callee lifts with them.
#[derive(Clone, Copy)]
pub struct Side {
    /// Whether the canonical options name a memory.
    pub has_memory: bool,
    /// Whether the canonical options name a realloc.
    pub has_realloc: bool,
    /// The string encoding of the canonical options.
    pub encoding: Encoding,
}

/// An adapter module, and the imports that its user must provide for borrowed handles.
pub struct Bridge {
    /// The encoded core module.
    pub bytes: Vec<u8>,
    /// Resources of the callee that it borrows, each with the name of the imported function that maps a handle to its
    /// rep.
    pub representations: Vec<(TypeId, String)>,
    /// Resources that the callee borrows and does not define.
    pub lent: Vec<TypeId>,
}

/// Returns the number of a resource in the loan list.
pub fn resource_number(resource: TypeId) -> i32 {
    // No component has so many types.
    i32::try_from(resource.index()).unwrap_or(i32::MAX)
}

/// Returns the name of function `number`, both as an import from the callee and as an export.
pub fn callee_name(number: usize) -> String {
    number.to_string()
}

/// Returns the name under which the post-return function of function `number` is imported.
pub fn after_name(number: usize) -> String {
    format!("after-{number}")
}

/// Generates an adapter module with one function for each request. `own` holds the resources that the callee defines.
///
/// The module imports the functions from [`CALLEE`] under their names, `memory` and `realloc` from both sides where a
/// function needs them, and the loan list [`LENT`] if the callee borrows resources that are not in `own`.
///
/// # Errors
/// - [`AdapterError::Async`]: a function is asynchronous.
/// - [`AdapterError::Type`]: a signature contains a type that adapters do not support.
/// - [`AdapterError::Lowering`]: a side has no memory or realloc for the values that it sends or receives.
pub fn module(
    resolve: &Resolve,
    requests: &[Request],
    own: &HashSet<TypeId>,
    caller: Side,
    callee: Side,
) -> Result<Bridge, AdapterError> {
    let layout = Layout::new(resolve, Encoding::Utf8);
    let plans = requests.iter().map(|request| CallPlan::new(&layout, request, caller, callee));
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
    let mut assembly = Assembly::default();
    let needs = plans.iter().fold(Needs::default(), |all, plan| all.with(plan.needs));
    if needs.memory {
        assembly.import_memory(CALLEE);
        assembly.import_memory(CALLER);
    }
    let realloc = [ValType::I32; 4];
    let mut import_realloc = |from: &str, needs: OneWay| match needs.lists {
        true => assembly.import(from, "realloc", &realloc, &realloc[..1]),
        false => u32::MAX,
    };
    let callee_realloc = import_realloc(CALLEE, needs.there);
    let caller_realloc = import_realloc(CALLER, needs.back);
    let all_lent: IndexSet<_> = plans.iter().flat_map(|plan| lent(resolve, plan.params.iter().copied())).collect();
    let (of_callee, others): (Vec<_>, Vec<_>) = all_lent.into_iter().partition(|resource| own.contains(resource));
    let mut representations: IndexMap<TypeId, u32> = IndexMap::new();
    for &resource in &of_callee {
        let name = representation_name(representations.len());
        representations.insert(resource, assembly.import(CALLEE, &name, &realloc[..1], &realloc[..1]));
    }
    let lending = (!others.is_empty()).then(|| Lending {
        height: assembly.import(LENT, HEIGHT, &[], &realloc[..1]),
        lend: assembly.import(LENT, LEND, &realloc[..2], &[]),
        settle: assembly.import(LENT, SETTLE, &realloc[..1], &[]),
    });
    let imported: Vec<_> = plans.iter().zip(0..).map(|(plan, number)| plan.import(&mut assembly, number)).collect();
    let mut way = |needs: OneWay, from: u32, to: u32, its_realloc: u32| Way {
        from,
        to,
        bring: match needs.lists {
            true => assembly.define("bring", &realloc, &realloc[..1], helpers::bring(from, to, its_realloc)),
            false => u32::MAX,
        },
        text: match needs.text {
            true => assembly.define("text", &realloc[..2], &[], helpers::text(to)),
            false => u32::MAX,
        },
    };
    let there = way(needs.there, CALLER_MEMORY, CALLEE_MEMORY, callee_realloc);
    let back = way(needs.back, CALLEE_MEMORY, CALLER_MEMORY, caller_realloc);
    let context = Context { layout: &layout, representations: &representations, lending, there, back };
    for ((plan, imported), number) in plans.iter().zip(imported).zip(0..) {
        let code = plan.code(&context, imported).map_err(|unsupported| plan.refused(&unsupported))?;
        let index = assembly.define(&plan.name, &plan.core_params, &plan.core_results, code);
        assembly.exports.export(&callee_name(number), wasm_encoder::ExportKind::Func, index);
    }
    let names = representations.keys().enumerate().map(|(number, resource)| (*resource, representation_name(number)));
    let representations = names.collect();
    Ok(Bridge { bytes: assembly.finish(), representations, lent: others })
}

/// Returns the resources that parameters of these types borrow.
pub fn lent(resolve: &Resolve, types: impl IntoIterator<Item = Type>) -> Vec<TypeId> {
    let mut found = Vec::new();
    for ty in types {
        let Type::Id(id) = ty else { continue };
        match resolve.types[id].kind {
            TypeDefKind::Handle(Handle::Borrow(resource)) => found.push(resource),
            ref kind => found.extend(lent(resolve, vfs_compose_wit::parts(kind))),
        }
    }
    found
}

fn representation_name(number: usize) -> String {
    format!("representation-{number}")
}

/// Data shared by the code of all functions of a module.
struct Context<'a> {
    layout: &'a Layout<'a>,
    /// For each borrowed resource of the callee, the index of the function that maps a handle to its rep.
    representations: &'a IndexMap<TypeId, u32>,
    /// The loan list, if the callee borrows resources of other parts.
    lending: Option<Lending>,
    /// The direction of parameters.
    there: Way,
    back: Way,
}

/// Indices of the functions of [`LENT`].
#[derive(Clone, Copy)]
struct Lending {
    height: u32,
    lend: u32,
    settle: u32,
}

/// The imports that a module needs besides the called functions.
#[derive(Clone, Copy, Default)]
struct Needs {
    /// Whether both memories are needed.
    memory: bool,
    there: OneWay,
    back: OneWay,
}

/// The kinds of values that travel in one direction.
#[derive(Clone, Copy, Default)]
struct OneWay {
    lists: bool,
    text: bool,
}

impl Needs {
    fn with(self, other: Self) -> Self {
        let both = |one: OneWay, other: OneWay| OneWay { lists: one.lists | other.lists, text: one.text | other.text };
        Self {
            memory: self.memory | other.memory,
            there: both(self.there, other.there),
            back: both(self.back, other.back),
        }
    }
}

impl OneWay {
    fn of(layout: &Layout<'_>, types: impl IntoIterator<Item = Type>) -> Result<Self, Unsupported> {
        let mut found = Self::default();
        for ty in types {
            found.lists |= layout.any(ty, |shape| matches!(shape, layout::Shape::List(_)))?;
            found.text |=
                layout.any(ty, |shape| matches!(shape, layout::Shape::List(element) if element.ty.is_none()))?;
        }
        Ok(found)
    }
}

/// A request, with all that follows from its types.
struct CallPlan {
    name: String,
    params: Vec<Type>,
    result: Option<Type>,
    signature: WasmSignature,
    /// The core type of the adapter, which the caller calls.
    core_params: Vec<ValType>,
    core_results: Vec<ValType>,
    /// The core type of the callee's function.
    callee_params: Vec<ValType>,
    callee_results: Vec<ValType>,
    has_after: bool,
    needs: Needs,
}

/// Indices of the imported functions of one request.
#[derive(Clone, Copy)]
struct Imported {
    callee: u32,
    after: Option<u32>,
}

impl CallPlan {
    fn new(layout: &Layout<'_>, request: &Request, caller: Side, callee: Side) -> Result<Self, AdapterError> {
        let function = &request.function;
        let name = function.name.clone();
        if function.kind.is_async() {
            return Err(AdapterError::Async { function: name });
        }
        let refused = |error: Unsupported| AdapterError::Type { function: name.clone(), what: error.0 };
        let params: Vec<_> = function.params.iter().map(|param| param.ty).collect();
        let signature = layout.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let of_callee = layout.resolve.wasm_signature(AbiVariant::GuestExport, function);
        let mut there = OneWay::of(layout, params.iter().copied()).map_err(refused)?;
        let back = OneWay::of(layout, function.result).map_err(refused)?;
        // The record of parameters is copied as a list with one element.
        there.lists |= signature.indirect_params;
        if (there.text || back.text) && [caller, callee].iter().any(|side| side.encoding != Encoding::Utf8) {
            return Err(AdapterError::Type { function: name, what: "a string that is not UTF-8" });
        }
        let needs = Needs { memory: signature.retptr || there.lists || back.lists, there, back };
        for (needed, there, what) in [
            (needs.memory, caller.has_memory && callee.has_memory, "a memory"),
            (there.lists, callee.has_realloc, "a realloc"),
            (back.lists, caller.has_realloc, "a realloc"),
        ] {
            if needed && !there {
                return Err(AdapterError::Lowering { function: name, what });
            }
        }
        Ok(Self {
            name,
            params,
            result: function.result,
            core_params: core_types(&signature.params),
            core_results: core_types(&signature.results),
            callee_params: core_types(&of_callee.params),
            callee_results: core_types(&of_callee.results),
            signature,
            has_after: request.has_after,
            needs,
        })
    }

    fn refused(&self, unsupported: &Unsupported) -> AdapterError {
        AdapterError::Type { function: self.name.clone(), what: unsupported.0 }
    }

    fn import(&self, assembly: &mut Assembly, number: usize) -> Imported {
        let callee = assembly.import(CALLEE, &callee_name(number), &self.callee_params, &self.callee_results);
        let mut after = || assembly.import(CALLEE, &after_name(number), &self.callee_results, &[]);
        Imported { callee, after: self.has_after.then(&mut after) }
    }

    fn code(&self, context: &Context<'_>, imported: Imported) -> Result<Code, Unsupported> {
        let mut body = Body::new(self.core_params.len() as u32);
        let all = slots(&self.core_params);
        let (arguments, place) = match all.split_last() {
            Some((last, arguments)) if self.signature.retptr => (arguments, self.result.map(|ty| (ty, last.local))),
            _ => (all.as_slice(), None),
        };
        let lent = lent(context.layout.resolve, self.params.iter().copied());
        let lends = lent.iter().any(|resource| !context.representations.contains_key(resource));
        let lending = context.lending.filter(|_| lends).map(|lending| (lending, body.local(ValType::I32)));
        if let Some((lending, height)) = lending {
            body.code().call(lending.height).local_set(height);
        }
        if self.signature.indirect_params {
            carry::indirect(context, &mut body, &self.params, all[0].local)?;
        } else {
            carry::record(context, &mut body, context.there, &self.params, arguments)?;
        }
        for slot in arguments {
            body.code().local_get(slot.local);
        }
        body.code().call(imported.callee);
        if let Some((lending, height)) = lending {
            body.code().local_get(height).call(lending.settle);
        }
        let Some(&ty) = self.callee_results.first() else {
            if let Some(after) = imported.after {
                body.code().call(after);
            }
            return Ok(body.finish());
        };
        let answer = body.local(ty);
        body.code().local_set(answer);
        let result = body.local(ty);
        body.code().local_get(answer).local_set(result);
        match (place, self.result) {
            (Some((ty, place)), _) => {
                let (size, align) = (context.layout.size(ty), context.layout.align(ty));
                body.trap_if_misaligned(place, align);
                body.trap_if_misaligned(answer, align);
                let (to, from) =
                    (Place { memory: CALLER_MEMORY, local: place }, Place { memory: CALLEE_MEMORY, local: answer });
                memory::copy(&mut body, to, from, size, align);
                carry::in_memory(context, &mut body, context.back, ty, (answer, place), 0)?;
            }
            (None, Some(wanted)) => {
                let slot = super::flat::Slot { local: result, ty };
                carry::value(context, &mut body, context.back, wanted, &[slot])?;
            }
            (None, None) => {}
        }
        if let Some(after) = imported.after {
            body.code().local_get(answer).call(after);
        }
        if place.is_none() {
            body.code().local_get(result);
        }
        Ok(body.finish())
    }
}
