//! Guards for functions that cannot use handles of the vfs: host functions that take handles, and exports of the app
//! that return them. A guard tests bit 30 of each handle and passes everything else on unchanged.

use wasm_encoder::{BlockType, Function, ValType};

use super::Context;
use super::answer::Answer;
use super::body::Body;
use super::flat::Slot;
use super::function::{Call, Callees, Drops, Shape};
use super::layout::{self, Unsupported};
use super::memory::{self, APP, Place};
use super::owner;
use super::results;
use super::visit::{self, Given, Memory, Site, Visit};

/// Generates the guard of a host function. It calls the host function if no handle is virtual.
pub(super) fn given(
    context: &Context<'_>,
    shape: &Shape,
    answer: Option<&Answer>,
    callees: &Callees,
) -> Result<Function, Unsupported> {
    let call = Call::new(context, shape);
    let mut body = Body::new(shape.core.len() as u32);
    call.unless_tagged(&mut body, |call, body| callees.host.map_or(Ok(()), |host| call.host(body, host)))?;
    match answer {
        Some(answer) => {
            if let Some((ty, place)) = call.result_place() {
                results::check_place(context, &mut body, ty, place);
            }
            drop_owned(&call, &mut body, &callees.drops)?;
            say(&call, &mut body, answer);
        }
        None => refuse(&mut body, callees),
    }
    Ok(body.finish())
}

/// Generates the guard of an export. It passes the result on if no handle in it is virtual.
pub(super) fn returned(context: &Context<'_>, shape: &Shape, callees: &Callees) -> Result<Function, Unsupported> {
    let mut body = Body::new(shape.core.len() as u32);
    let (Some(export), Some(ty)) = (callees.host, shape.result) else { return Ok(body.finish()) };
    Call::new(context, shape).host(&mut body, export)?;
    let result = body.local(ValType::I32);
    body.code().local_set(result);
    let slot = [Slot { local: result, ty: ValType::I32 }];
    let given = if shape.signature.retptr { Given::Record(result) } else { Given::Slots(&slot) };
    let tags = visit::tags(context, &mut body, &[ty], given)?;
    body.code().local_get(tags).i32_const(owner::TAG).i32_and().if_(BlockType::Empty);
    refuse(&mut body, callees);
    body.code().end().local_get(result);
    Ok(body.finish())
}

fn refuse(body: &mut Body, callees: &Callees) {
    if let Some(refuse) = callees.refuse {
        body.code().call(refuse);
    }
    body.code().unreachable();
}

/// Emits the error that the result type of the function can express.
fn say(call: &Call<'_>, body: &mut Body, Answer(numbers): &Answer) {
    let Some((_, place)) = call.result_place() else {
        if let Some(case) = numbers.first() {
            body.code().i32_const(case.value.cast_signed());
        }
        return;
    };
    for number in numbers {
        body.code().local_get(place).i32_const(number.value.cast_signed());
        memory::store(body, Place { memory: APP, local: place }, number.offset, number.bytes);
    }
}

/// Drops the handles that the function would have taken as own, as if it had been called.
fn drop_owned(call: &Call<'_>, body: &mut Body, drops: &[Drops]) -> Result<(), Unsupported> {
    let mut each = |body: &mut Body, shape: &layout::Shape, site: Site| {
        site.get(body);
        let found = drops.iter().find(|drops| matches!(shape, layout::Shape::Own(id) if *id == drops.resource));
        match found {
            Some(Drops { host, vfs: Some(vfs), .. }) => {
                let handle = body.local(ValType::I32);
                body.code().local_tee(handle).i32_const(owner::TAG).i32_and().if_(BlockType::Empty).local_get(handle);
                owner::untag(body);
                body.code().call(*vfs).else_().local_get(handle).call(*host).end();
            }
            Some(Drops { host, vfs: None, .. }) => {
                body.code().call(*host);
            }
            None => {
                body.code().drop();
            }
        }
    };
    let mut visit = Visit { wanted: visit::is_own, memory: Memory::App, each: &mut each };
    visit::visit(call.context, body, &mut visit, &call.shape.params, call.given())
}
