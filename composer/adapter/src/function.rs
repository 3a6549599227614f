//! One adapter function, from its parameters to its result.

use wasm_encoder::{BlockType, Function, ValType};
use wit_parser::abi::WasmSignature;
use wit_parser::{Type, TypeId};

use super::Context;
use super::body::Body;
use super::flat::{Slot, slots};
use super::helpers;
use super::layout::Unsupported;
use super::memory::{self, APP, Place};
use super::mixed_dispatch::MixedDispatch;
use super::owner;
use super::params;
use super::relocate::Handles;
use super::results;
use super::visit::{self, Given};

/// The types of a function, known before its code is generated.
pub(super) struct Shape {
    /// The core signature that the app calls.
    pub(super) signature: WasmSignature,
    /// The core parameters.
    pub(super) core: Vec<ValType>,
    pub(super) params: Vec<Type>,
    pub(super) result: Option<Type>,
    pub(super) special: MixedDispatch,
}

/// Indices of the functions that one adapter calls.
pub(super) struct Callees {
    /// The function of the vfs.
    pub(super) plain: Option<u32>,
    /// The function of the vfs for mixtures of virtual and host handles.
    pub(super) linked: Option<u32>,
    /// The function of the host, or of the app in a guard of an export.
    pub(super) host: Option<u32>,
    /// Reports an unusable handle and does not return.
    pub(super) refuse: Option<u32>,
    /// Drops of handles that the function takes as own.
    pub(super) drops: Vec<Drops>,
    /// The global `version`, and the value to set before a call of `linked`.
    pub(super) version: Option<(u32, u32)>,
}

/// The functions that drop handles of a resource.
pub(super) struct Drops {
    pub(super) resource: TypeId,
    pub(super) host: u32,
    /// The vfs's drop, if the vfs has such handles.
    pub(super) vfs: Option<u32>,
}

/// Generates the adapter of a function.
pub(super) fn function(context: &Context<'_>, shape: &Shape, callees: &Callees) -> Result<Function, Unsupported> {
    let call = Call::new(context, shape);
    let mut body = Body::new(shape.core.len() as u32);
    helpers::trap_if_busy(&mut body);
    if let Some(host) = callees.host {
        call.unless_tagged(&mut body, |call, body| call.host(body, host))?;
    }
    if shape.special == MixedDispatch::NoneForHost {
        call.unless_tagged(&mut body, Call::none)?;
    }
    match (shape.special, callees.plain, callees.linked) {
        (MixedDispatch::Pair { .. }, Some(plain), Some(linked)) => {
            call.if_both_tagged(&mut body, |call, body| call.vfs(body, plain, Handles::Untag))?;
            call.linked(&mut body, linked, callees)?;
        }
        (_, None, Some(linked)) => call.linked(&mut body, linked, callees)?,
        (_, Some(plain), _) => call.vfs(&mut body, plain, Handles::Untag)?,
        (_, None, None) => {
            body.code().unreachable();
        }
    }
    Ok(body.finish())
}

/// Generates the adapter of a drop, whose only parameter is the handle.
pub(super) fn drop(callees: &Callees) -> Function {
    let handle = 0;
    let mut body = Body::new(1);
    helpers::trap_if_busy(&mut body);
    body.code().local_get(handle);
    match callees.host {
        Some(host) => {
            body.code().i32_const(owner::TAG).i32_and().i32_eqz().if_(BlockType::Empty);
            body.code().local_get(handle).call(host).return_().end();
        }
        None => owner::trap_unless_tagged(&mut body),
    }
    body.code().local_get(handle);
    owner::untag(&mut body);
    if let Some(plain) = callees.plain {
        body.code().call(plain);
    }
    body.finish()
}

pub(super) struct Call<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) shape: &'a Shape,
    /// The core parameters, including the return pointer.
    slots: Vec<Slot>,
}

impl<'a> Call<'a> {
    pub(super) fn new(context: &'a Context<'a>, shape: &'a Shape) -> Self {
        Self { context, shape, slots: slots(&shape.core) }
    }

    /// Converts the parameters, calls the function of the vfs and copies its result to the app.
    fn vfs(&self, body: &mut Body, callee: u32, handles: Handles) -> Result<(), Unsupported> {
        if let Some((ty, place)) = self.result_place() {
            results::check_place(self.context, body, ty, place);
        }
        if self.shape.signature.indirect_params {
            params::indirect(self.context, body, handles, &self.shape.params, self.slots[0].local)?;
        } else {
            params::direct(self.context, body, handles, &self.shape.params, &self.slots)?;
        }
        for slot in self.arguments() {
            body.code().local_get(slot.local);
        }
        body.code().call(callee);
        match self.result_place() {
            Some((ty, place)) => results::bring(self.context, body, ty, place),
            None => Ok(()),
        }
    }

    /// Calls the function of the vfs for mixed handles. The global `version` tells it at which version to call the
    /// host.
    fn linked(&self, body: &mut Body, linked: u32, callees: &Callees) -> Result<(), Unsupported> {
        if let Some((global, version)) = callees.version {
            body.code().i32_const(version.cast_signed()).global_set(global);
        }
        self.vfs(body, linked, Handles::Keep)
    }

    /// Calls the function of the host with unchanged arguments.
    pub(super) fn host(&self, body: &mut Body, callee: u32) -> Result<(), Unsupported> {
        for slot in &self.slots {
            body.code().local_get(slot.local);
        }
        body.code().call(callee);
        Ok(())
    }

    /// Emits the result `none`.
    fn none(&self, body: &mut Body) -> Result<(), Unsupported> {
        if let Some((ty, place)) = self.result_place() {
            results::check_place(self.context, body, ty, place);
            body.code().local_get(place).i32_const(0);
            memory::store(body, Place { memory: APP, local: place }, 0, 1);
        }
        Ok(())
    }

    /// Appends code that runs `answer` and returns if no handle is virtual.
    pub(super) fn unless_tagged(
        &self,
        body: &mut Body,
        answer: impl FnOnce(&Self, &mut Body) -> Result<(), Unsupported>,
    ) -> Result<(), Unsupported> {
        let tags = visit::tags(self.context, body, &self.shape.params, self.given())?;
        body.code().local_get(tags).i32_const(owner::TAG).i32_and().i32_eqz().if_(BlockType::Empty);
        answer(self, body)?;
        body.code().return_().end();
        Ok(())
    }

    /// Appends code that runs `answer` and returns if the first two core parameters, which are handles, are both
    /// virtual.
    fn if_both_tagged(
        &self,
        body: &mut Body,
        answer: impl FnOnce(&Self, &mut Body) -> Result<(), Unsupported>,
    ) -> Result<(), Unsupported> {
        let [first, second, ..] = self.slots.as_slice() else { return Ok(()) };
        body.code().local_get(first.local).local_get(second.local).i32_and().i32_const(owner::TAG).i32_and();
        body.code().if_(BlockType::Empty);
        answer(self, body)?;
        body.code().return_().end();
        Ok(())
    }

    /// Returns the parameters in the form in which the app passes them.
    pub(super) fn given(&self) -> Given<'_> {
        if self.shape.signature.indirect_params {
            Given::Record(self.slots[0].local)
        } else {
            Given::Slots(&self.slots)
        }
    }

    /// Returns the result type and the local of the return pointer, if the result is returned in memory.
    pub(super) fn result_place(&self) -> Option<(Type, u32)> {
        match (self.shape.result, self.slots.last()) {
            (Some(ty), Some(last)) if self.shape.signature.retptr => Some((ty, last.local)),
            _ => None,
        }
    }

    /// Returns the core parameters without the return pointer.
    fn arguments(&self) -> &[Slot] {
        let count = self.slots.len() - usize::from(self.shape.signature.retptr);
        &self.slots[..count]
    }
}
