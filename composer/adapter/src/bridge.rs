//! Glue between two parts of an app: functions that stand where one part lowered what another lifted.
//!
//! Neither side is trusted by the other. What an engine's own code would check is checked here: addresses, lengths, alignment,
//! the cases of variants, and that strings are UTF-8. A handle is the same number on both sides, because the parts share a table;
//! only what a part is lent of its own resources becomes what the part knows them as. What it is lent of others' is written down for
//! the time of the call.
//!
//! ```text
//! carry       values from one side to the other, as core values and in memory
//! helpers     what the functions of a module call: a list's bytes, a string's check
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

/// Name of what is imported of the part that is called.
pub const CALLEE: &str = "callee";
/// Name of what is imported of the part that calls.
pub const CALLER: &str = "caller";
/// Name of what is imported of the list of lent handles.
pub const LENT: &str = "lent";
/// A function of it: how long it is.
pub const HEIGHT: &str = "height";
/// A function of it: adds a resource and a handle.
pub const LEND: &str = "lend";
/// A function of it: takes away what was added, which must have been dropped.
pub const SETTLE: &str = "settle";

/// Index of the callee's memory in a module.
const CALLEE_MEMORY: u32 = 0;
/// Index of the caller's.
const CALLER_MEMORY: u32 = 1;

/// One function that is called.
pub struct Request {
    /// The WIT type of the function.
    pub function: Function,
    /// The callee wants to know when its result was taken.
    pub has_after: bool,
}

/// What a side's functions are lifted or lowered with.
#[derive(Clone, Copy)]
pub struct Side {
    /// Whether the canonical options name a memory.
    pub has_memory: bool,
    /// Whether the canonical options name a realloc.
    pub has_realloc: bool,
    /// The string encoding of the canonical options.
    pub encoding: Encoding,
}

/// A module.
pub struct Bridge {
    /// The encoded core module.
    pub bytes: Vec<u8>,
    /// Resources of the callee, and the name under which a function is imported that answers with what a handle stands for.
    pub representations: Vec<(TypeId, String)>,
    /// Other resources that the callee is lent.
    pub lent: Vec<TypeId>,
}

/// The number of a resource in the list of what is lent.
pub fn resource_number(resource: TypeId) -> i32 {
    // There are never so many types.
    i32::try_from(resource.index()).unwrap_or(i32::MAX)
}

/// The name of a function among the callee's, and among the exports.
pub fn callee_name(number: usize) -> String {
    number.to_string()
}

/// The name of what is called after a function's result was taken.
pub fn after_name(number: usize) -> String {
    format!("after-{number}")
}

/// A module with a function for each request.
///
/// It imports from [`CALLEE`] the functions under their names here, from both sides `memory` and `realloc` (where some function
/// needs it), and the list of [`LENT`] if the callee is lent what is not its `own`.
///
/// # Errors
/// - [`AdapterError::Async`]: an asynchronous function.
/// - [`AdapterError::Type`]: a type that cannot be carried.
/// - [`AdapterError::Lowering`]: a side has no memory or realloc for what it sends or gets.
pub fn module(
    resolve: &Resolve,
    requests: &[Request],
    own: &HashSet<TypeId>,
    caller: Side,
    callee: Side,
) -> Result<Bridge, AdapterError> {
    let layout = Layout::new(resolve, Encoding::Utf8);
    let plans = requests.iter().map(|request| Plan::new(&layout, request, caller, callee));
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

/// The resources that parameters lend.
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

/// What the code of every function of a module needs to know.
struct Context<'a> {
    layout: &'a Layout<'a>,
    /// What answers with what a handle stands for, of the callee's resources.
    representations: &'a IndexMap<TypeId, u32>,
    /// Where others are written down.
    lending: Option<Lending>,
    /// From the caller to the callee.
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

/// What must be there besides the functions that are called.
#[derive(Clone, Copy, Default)]
struct Needs {
    /// Both memories.
    memory: bool,
    there: OneWay,
    back: OneWay,
}

/// What values have in them on one way.
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

/// A request with what its types say.
struct Plan {
    name: String,
    params: Vec<Type>,
    result: Option<Type>,
    signature: WasmSignature,
    /// As the caller calls it.
    core_params: Vec<ValType>,
    core_results: Vec<ValType>,
    /// As the callee made it.
    callee_params: Vec<ValType>,
    callee_results: Vec<ValType>,
    has_after: bool,
    needs: Needs,
}

/// Indices of imported functions.
#[derive(Clone, Copy)]
struct Imported {
    callee: u32,
    after: Option<u32>,
}

impl Plan {
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
        // They are carried as a list of one.
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
