//! One function of the glue, from its parameters to its result.

use wasm_encoder::{BlockType, Function, ValType};
use wit_parser::Type;
use wit_parser::abi::WasmSignature;

use super::Context;
use super::body::Body;
use super::fix::Handles;
use super::flat::{Slot, slots};
use super::layout::Unsupported;
use super::memory::{self, APP, Place};
use super::owner;
use super::params;
use super::results;
use super::special::Special;

/// What is known of a function before its code is made.
pub(super) struct Shape {
    /// As the app calls it.
    pub(super) signature: WasmSignature,
    /// Its core parameters.
    pub(super) core: Vec<ValType>,
    pub(super) params: Vec<Type>,
    pub(super) result: Option<Type>,
    pub(super) special: Special,
}

/// Indices of the functions that one function of the glue calls.
#[derive(Clone, Copy)]
pub(super) struct Callees {
    /// The vfs's function.
    pub(super) plain: Option<u32>,
    /// The vfs's function for handles of both owners.
    pub(super) linked: Option<u32>,
    /// The host's.
    pub(super) host: Option<u32>,
}

/// The code for a function.
pub(super) fn function(context: &Context<'_>, shape: &Shape, callees: Callees) -> Result<Function, Unsupported> {
    let call = Call { context, shape, slots: slots(&shape.core) };
    let mut body = Body::new(shape.core.len() as u32);
    if let Some(host) = callees.host {
        call.unless_tagged(&mut body, |call, body| call.host(body, host))?;
    }
    if shape.special == Special::NoneForHost {
        call.unless_tagged(&mut body, Call::none)?;
    }
    match (shape.special, callees.plain, callees.linked) {
        (Special::Pair { .. }, Some(plain), Some(linked)) => {
            call.if_both_tagged(&mut body, |call, body| call.vfs(body, plain, Handles::Untag))?;
            call.vfs(&mut body, linked, Handles::Keep)?;
        }
        (_, None, Some(linked)) => call.vfs(&mut body, linked, Handles::Keep)?,
        (_, Some(plain), _) => call.vfs(&mut body, plain, Handles::Untag)?,
        (_, None, None) => {
            body.code().unreachable();
        }
    }
    Ok(body.finish())
}

/// The code for a drop of a handle, which is the only parameter.
pub(super) fn drop(callees: Callees) -> Function {
    let handle = 0;
    let mut body = Body::new(1);
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

struct Call<'a> {
    context: &'a Context<'a>,
    shape: &'a Shape,
    /// The core parameters, the place of the result among them.
    slots: Vec<Slot>,
}

impl Call<'_> {
    /// The vfs's function, with parameters and result carried over.
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

    /// The host's function, untouched.
    fn host(&self, body: &mut Body, callee: u32) -> Result<(), Unsupported> {
        for slot in &self.slots {
            body.code().local_get(slot.local);
        }
        body.code().call(callee);
        Ok(())
    }

    /// The result `none`.
    fn none(&self, body: &mut Body) -> Result<(), Unsupported> {
        if let Some((ty, place)) = self.result_place() {
            results::check_place(self.context, body, ty, place);
            body.code().local_get(place).i32_const(0);
            memory::store(body, Place { memory: APP, local: place }, 0, 1);
        }
        Ok(())
    }

    /// Ends the function with `answer` if no handle is the vfs's.
    fn unless_tagged(
        &self,
        body: &mut Body,
        answer: impl FnOnce(&Self, &mut Body) -> Result<(), Unsupported>,
    ) -> Result<(), Unsupported> {
        let tags = if self.shape.signature.indirect_params {
            owner::tags_of_record(self.context, body, &self.shape.params, self.slots[0].local)?
        } else {
            owner::tags(self.context, body, &self.shape.params, &self.slots)?
        };
        body.code().local_get(tags).i32_const(owner::TAG).i32_and().i32_eqz().if_(BlockType::Empty);
        answer(self, body)?;
        body.code().return_().end();
        Ok(())
    }

    /// Ends the function with `answer` if the handle at the start of the parameters and the one after it are the vfs's.
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

    /// Where the app wants the result, if it is not a core value.
    fn result_place(&self) -> Option<(Type, u32)> {
        match (self.shape.result, self.slots.last()) {
            (Some(ty), Some(last)) if self.shape.signature.retptr => Some((ty, last.local)),
            _ => None,
        }
    }

    /// The core parameters without the place of the result.
    fn arguments(&self) -> &[Slot] {
        let count = self.slots.len() - usize::from(self.shape.signature.retptr);
        &self.slots[..count]
    }
}
