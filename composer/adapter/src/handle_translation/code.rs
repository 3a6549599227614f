//! The code of an adapter in a plugged vfs.

use wasm_encoder::{BlockType, Function as Code, ValType};
use wit_parser::{Type, TypeId};

use super::callees::{Callees, FINISH, LEND, REALLOC, REFUSE, RELEASE};
use super::plan::TranslationPlan;
use super::{Intrinsic, Own};
use crate::Context;
use crate::answer::Answer;
use crate::body::Body;
use crate::flat::{Slot, slots};
use crate::layout::{Shape, Unsupported};
use crate::memory::{self, Place};
use crate::visit::{self, Given, Memory, Site, Visit};

/// Index of the only memory.
const MEMORY: u32 = 0;
/// The vfs's answer in place of a host handle, if a resource is virtual.
const VIRTUAL: i32 = -1;

/// Generates a function that reports an unusable handle and does not return.
pub(super) fn refuse(callees: &Callees, segment: u32, size: i32) -> Code {
    let mut body = Body::new(0);
    let text = body.local(ValType::I32);
    let mut code = body.code();
    code.i32_const(0).i32_const(0).i32_const(1).i32_const(size).call(callees.known(REALLOC)).local_tee(text);
    code.i32_const(0).i32_const(size).memory_init(MEMORY, segment);
    code.local_get(text).i32_const(size).call(callees.known(REFUSE)).unreachable();
    body.finish()
}

/// Generates the code of one adapter.
pub(super) fn code(
    context: &Context<'_>,
    plan: &TranslationPlan,
    own: &Own,
    callees: &mut Callees,
) -> Result<Code, Unsupported> {
    Writer { context, plan, own, callees }.code()
}

struct Writer<'a> {
    context: &'a Context<'a>,
    plan: &'a TranslationPlan,
    own: &'a Own,
    callees: &'a mut Callees,
}

impl Writer<'_> {
    fn code(&mut self) -> Result<Code, Unsupported> {
        let plan = self.plan;
        let slots = slots(&plan.params);
        let given = if plan.signature.indirect_params { Given::Record(slots[0].local) } else { Given::Slots(&slots) };
        let mut body = Body::new(plan.params.len() as u32);
        if plan.takes_own {
            self.unless_all_are_the_hosts(&mut body, given)?;
            self.hand_over(&mut body, given)?;
        }
        for slot in &slots {
            body.code().local_get(slot.local);
        }
        let area = plan.result.filter(|_| plan.signature.retptr).map(|ty| self.area(&mut body, ty));
        if let Some(area) = area {
            body.code().local_get(area);
        }
        body.code().call(self.callees.of_host());
        let value = match (area, plan.host_results.as_slice()) {
            (None, [ty]) => {
                let value = Slot { local: body.local(*ty), ty: *ty };
                body.code().local_set(value.local);
                Some(value)
            }
            _ => None,
        };
        self.give_back_what_was_lent(&mut body, given)?;
        match (plan.result, area, value) {
            (Some(ty), Some(area), _) => self.of_host(&mut body, ty, Given::Record(area))?,
            (Some(ty), _, Some(value)) => self.of_host(&mut body, ty, Given::Slots(&[value]))?,
            _ => {}
        }
        body.code().call(self.callees.function(FINISH));
        if let Some(result) = area.or(value.map(|value| value.local)) {
            body.code().local_get(result);
        }
        Ok(body.finish())
    }

    /// Allocates memory for a result and returns the local that holds its address.
    fn area(&mut self, body: &mut Body, ty: Type) -> u32 {
        let (size, align) = (self.context.layout.size(ty).cast_signed(), self.context.layout.align(ty).cast_signed());
        let area = body.local(ValType::I32);
        let realloc = self.callees.function(REALLOC);
        body.code().i32_const(0).i32_const(0).i32_const(align).i32_const(size).call(realloc).local_set(area);
        area
    }

    /// Refuses the call if it passes a virtual handle: returns an error if the result type can express one, or ends the
    /// program.
    fn unless_all_are_the_hosts(&mut self, body: &mut Body, given: Given<'_>) -> Result<(), Unsupported> {
        let bad = body.local(ValType::I32);
        let (lend, own) = (self.callees.function(LEND), self.own);
        let callees = &mut *self.callees;
        let mut each = |body: &mut Body, shape: &Shape, site: Site| {
            let Some(id) = resource(shape).filter(|id| own.contains_key(id)) else { return };
            site.get(body);
            if visit::is_own(shape) {
                body.code().call(callees.intrinsic(Intrinsic::Rep(id)));
            }
            body.code().call(lend).i32_const(VIRTUAL).i32_eq().local_get(bad).i32_or().local_set(bad);
        };
        visit::visit(self.context, body, &mut visiting(&mut each), &self.plan.types, given)?;
        body.code().local_get(bad).if_(BlockType::Empty);
        match &self.plan.answer {
            Some(answer) => {
                self.drop_all(body, given)?;
                self.say(body, answer);
                body.code().return_();
            }
            None => {
                // Marks both as needed, so that they are imported.
                self.callees.function(REFUSE);
                self.callees.function(REALLOC);
                body.code().call(self.callees.refusal()).unreachable();
            }
        }
        body.code().end();
        Ok(())
    }

    /// Drops the handles that the app passed, as if the host's function had been called.
    fn drop_all(&mut self, body: &mut Body, given: Given<'_>) -> Result<(), Unsupported> {
        let (own, callees) = (self.own, &mut *self.callees);
        let mut each = |body: &mut Body, shape: &Shape, site: Site| {
            let Some(id) = resource(shape) else { return };
            // Borrowed resources of the vfs arrive as reps, which are not dropped.
            if visit::is_own(shape) || !own.contains_key(&id) {
                site.get(body);
                body.code().call(callees.intrinsic(Intrinsic::Drop(id)));
            }
        };
        visit::visit(self.context, body, &mut visiting(&mut each), &self.plan.types, given)
    }

    /// Emits the error that the result type of the function can express.
    fn say(&mut self, body: &mut Body, Answer(numbers): &Answer) {
        let area = self.plan.result.filter(|_| self.plan.signature.retptr).map(|ty| self.area(body, ty));
        match area {
            Some(area) => {
                for number in numbers {
                    body.code().local_get(area).i32_const(number.value.cast_signed());
                    memory::store(body, Place { memory: MEMORY, local: area }, number.offset, number.bytes);
                }
                body.code().call(self.callees.function(FINISH)).local_get(area);
            }
            None => {
                let value = numbers.first().map_or(0, |case| case.value);
                body.code().call(self.callees.function(FINISH)).i32_const(value.cast_signed());
            }
        }
    }

    /// Replaces handles of the vfs by the host handles behind them.
    fn hand_over(&mut self, body: &mut Body, given: Given<'_>) -> Result<(), Unsupported> {
        let (lend, release) = (self.callees.function(LEND), self.callees.function(RELEASE));
        let (own, callees) = (self.own, &mut *self.callees);
        let handle = body.local(ValType::I32);
        let mut each = |body: &mut Body, shape: &Shape, site: Site| {
            let Some(id) = resource(shape).filter(|id| own.contains_key(id)) else { return };
            site.get(body);
            if visit::is_own(shape) {
                let (rep, drop) = (callees.intrinsic(Intrinsic::Rep(id)), callees.intrinsic(Intrinsic::Drop(id)));
                body.code().call(rep).call(release).local_set(handle);
                site.get(body);
                body.code().call(drop);
            } else {
                body.code().call(lend).local_set(handle);
            }
            site.set(body, handle);
        };
        visit::visit(self.context, body, &mut visiting(&mut each), &self.plan.types, given)
    }

    /// Drops the borrowed host handles, as the component model requires before the call ends.
    fn give_back_what_was_lent(&mut self, body: &mut Body, given: Given<'_>) -> Result<(), Unsupported> {
        let (own, callees) = (self.own, &mut *self.callees);
        let mut each = |body: &mut Body, shape: &Shape, site: Site| {
            if let Shape::Borrow(id) = shape
                && !own.contains_key(id)
            {
                site.get(body);
                body.code().call(callees.intrinsic(Intrinsic::Drop(*id)));
            }
        };
        visit::visit(self.context, body, &mut visiting(&mut each), &self.plan.types, given)
    }

    /// Replaces host handles in a result by handles of the vfs.
    fn of_host(&mut self, body: &mut Body, ty: Type, given: Given<'_>) -> Result<(), Unsupported> {
        let (own, callees) = (self.own, &mut *self.callees);
        let handle = body.local(ValType::I32);
        let mut each = |body: &mut Body, shape: &Shape, site: Site| {
            let Shape::Own(id) = shape else { return };
            let Some(adopt) = own.get(id) else { return };
            site.get(body);
            let (adopt, new) = (callees.function(adopt), callees.intrinsic(Intrinsic::New(*id)));
            body.code().call(adopt).call(new).local_set(handle);
            site.set(body, handle);
        };
        visit::visit(self.context, body, &mut visiting(&mut each), &[ty], given)
    }
}

fn visiting<'a>(each: &'a mut dyn FnMut(&mut Body, &Shape, Site)) -> Visit<'a> {
    Visit { wanted: visit::is_handle, memory: Memory::Trusted(MEMORY), each }
}

fn resource(shape: &Shape) -> Option<TypeId> {
    match shape {
        Shape::Own(id) | Shape::Borrow(id) => Some(*id),
        _ => None,
    }
}
