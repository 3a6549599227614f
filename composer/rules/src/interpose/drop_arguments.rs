//! Drops the handles that a denied call passes, as the function itself would have done.

use std::collections::HashMap;

use wasm_encoder::{BlockType, ValType};
use wit_parser::{Function, Handle, Type, TypeDefKind, TypeId};

use vfs_compose_adapter::body::Body;
use vfs_compose_adapter::flat::Slot;
use vfs_compose_adapter::layout::{Element, Layout, Shape};
use vfs_compose_adapter::memory::{self, Place};
use vfs_compose_adapter::scalar::tag_bytes;

/// The index of the only memory.
const MEMORY: u32 = 0;

/// A handle in the parameters of a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) resource: TypeId,
    pub(super) is_own: bool,
}

/// Returns whether all types of a function are supported, so that handles in its parameters can be found.
pub(super) fn is_supported(layout: &Layout<'_>, function: &Function) -> bool {
    vfs_compose_wit::signature(function).all(|ty| layout.any(ty, |_| false).is_ok())
}

/// Returns the handles in the parameters of a function.
pub(super) fn handles(layout: &Layout<'_>, function: &Function) -> Vec<Given> {
    let mut found = Vec::new();
    let mut todo: Vec<Type> = function.params.iter().map(|param| param.ty).collect();
    while let Some(ty) = todo.pop() {
        match handle(layout, ty) {
            Some(given) => found.push(given),
            None => {
                if let Type::Id(id) = ty {
                    todo.extend(vfs_compose_wit::parts(&layout.resolve.types[id].kind));
                }
            }
        }
    }
    found
}

fn handle(layout: &Layout<'_>, ty: Type) -> Option<Given> {
    let Type::Id(id) = ty else { return None };
    match layout.resolve.types[layout.named(id)].kind {
        TypeDefKind::Handle(Handle::Own(id)) => Some(Given { resource: layout.named(id), is_own: true }),
        TypeDefKind::Handle(Handle::Borrow(id)) => Some(Given { resource: layout.named(id), is_own: false }),
        _ => None,
    }
}

/// The core function that drops the handles of a resource.
#[derive(Clone, Copy)]
pub(super) struct Drop {
    pub(super) function: u32,
    /// Whether borrows must be dropped. Borrows of imported resources arrive as handles and must be; borrows of
    /// exported resources arrive as reps and must not.
    pub(super) borrowed: bool,
}

/// Generates code that drops the handles in the parameters of a call.
pub(super) struct LetGo<'a> {
    pub(super) layout: &'a Layout<'a>,
    pub(super) drops: &'a HashMap<TypeId, Drop>,
}

impl LetGo<'_> {
    /// Drops the handles in parameters that are passed as core values.
    pub(super) fn slots(&self, body: &mut Body, types: &[Type], mut slots: &[Slot]) {
        for &ty in types {
            let (own, rest) = slots.split_at(self.layout.flat(ty).len());
            self.direct(body, ty, own);
            slots = rest;
        }
    }

    /// Drops the handles in parameters that are passed as a record in memory, at the address in a local.
    pub(super) fn record(&self, body: &mut Body, types: &[Type], address: u32) {
        for (offset, ty) in self.layout.fields(types) {
            self.in_memory(body, ty, address, offset);
        }
    }

    fn drop_of(&self, ty: Type) -> Option<u32> {
        let given = handle(self.layout, ty)?;
        let drop = self.drops.get(&given.resource)?;
        (given.is_own || drop.borrowed).then_some(drop.function)
    }

    fn direct(&self, body: &mut Body, ty: Type, slots: &[Slot]) {
        match (self.layout.shape(ty), slots) {
            (Ok(Shape::Own(_) | Shape::Borrow(_)), [slot]) => {
                if let Some(drop) = self.drop_of(ty) {
                    slot.get(body);
                    body.code().call(drop);
                }
            }
            (Ok(Shape::List(element)), [address, length]) => {
                let (address, length) = (address.narrow(body), length.narrow(body));
                self.list(body, element, address, length);
            }
            (Ok(Shape::Record(types)), slots) => self.slots(body, &types, slots),
            (Ok(Shape::Variant { cases, .. }), [tag, payload @ ..]) => {
                let tag = tag.narrow(body);
                self.cases(body, tag, &cases, |body, ty| {
                    self.direct(body, ty, &payload[..self.layout.flat(ty).len()]);
                });
            }
            _ => {}
        }
    }

    fn in_memory(&self, body: &mut Body, ty: Type, address: u32, offset: u32) {
        let place = Place { memory: MEMORY, local: address };
        let load = |body: &mut Body, offset, bytes| {
            let local = body.local(ValType::I32);
            memory::load(body, place, offset, bytes);
            body.code().local_set(local);
            local
        };
        match self.layout.shape(ty) {
            Ok(Shape::Own(_) | Shape::Borrow(_)) => {
                if let Some(drop) = self.drop_of(ty) {
                    memory::load(body, place, offset, 4);
                    body.code().call(drop);
                }
            }
            Ok(Shape::List(element)) if self.has_handles(element) => {
                let (address, length) = (load(body, offset, 4), load(body, offset + 4, 4));
                self.list(body, element, address, length);
            }
            Ok(Shape::Record(types)) => {
                for (at, ty) in self.layout.fields(&types) {
                    self.in_memory(body, ty, address, offset + at);
                }
            }
            Ok(Shape::Variant { tag, cases }) if cases.iter().flatten().any(|ty| self.is_handled(*ty)) => {
                let payload = offset + self.layout.payload(tag, &cases);
                let tag = load(body, offset, tag_bytes(tag));
                self.cases(body, tag, &cases, |body, ty| self.in_memory(body, ty, address, payload));
            }
            _ => {}
        }
    }

    fn cases(&self, body: &mut Body, tag: u32, cases: &[Option<Type>], mut emit: impl FnMut(&mut Body, Type)) {
        for (case, ty) in (0..).zip(cases) {
            let Some(ty) = ty.filter(|ty| self.is_handled(*ty)) else { continue };
            body.code().local_get(tag).i32_const(case).i32_eq().if_(BlockType::Empty);
            emit(body, ty);
            body.code().end();
        }
    }

    /// Drops the handles in the elements of a list, which begins at the address in a local.
    fn list(&self, body: &mut Body, element: Element, address: u32, length: u32) {
        let Some(ty) = element.ty.filter(|_| self.has_handles(element)) else { return };
        let (each, end) = (body.local(ValType::I32), body.local(ValType::I32));
        let size = element.size.cast_signed();
        body.code().local_get(address).local_tee(each).local_get(length).i32_const(size).i32_mul().i32_add();
        body.code().local_set(end).block(BlockType::Empty).loop_(BlockType::Empty);
        body.code().local_get(each).local_get(end).i32_eq().br_if(1);
        self.in_memory(body, ty, each, 0);
        body.code().local_get(each).i32_const(size).i32_add().local_set(each).br(0).end().end();
    }

    fn has_handles(&self, element: Element) -> bool {
        element.ty.is_some_and(|ty| self.is_handled(ty))
    }

    /// Returns whether a type contains a handle that must be dropped.
    fn is_handled(&self, ty: Type) -> bool {
        let mut todo = vec![ty];
        while let Some(ty) = todo.pop() {
            match handle(self.layout, ty) {
                Some(_) if self.drop_of(ty).is_some() => return true,
                Some(_) => {}
                None => {
                    if let Type::Id(id) = ty {
                        todo.extend(vfs_compose_wit::parts(&self.layout.resolve.types[id].kind));
                    }
                }
            }
        }
        false
    }
}
