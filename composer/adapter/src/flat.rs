//! Parameters as core values (the *flat* types of the canonical ABI).

use wasm_encoder::ValType;

use super::body::Body;

/// One core value of a parameter. In a variant, it may be wider than the payload of a case needs.
#[derive(Clone, Copy)]
pub struct Slot {
    /// The index of the local that holds the value.
    pub local: u32,
    /// The core type of that local.
    pub ty: ValType,
}

impl Slot {
    /// Pushes the value as an i32.
    pub fn get(self, body: &mut Body) {
        body.code().local_get(self.local);
        if self.ty == ValType::I64 {
            body.code().i32_wrap_i64();
        }
    }

    /// Pops an i32 into the local.
    pub fn set(self, body: &mut Body) {
        if self.ty == ValType::I64 {
            body.code().i64_extend_i32_u();
        }
        body.code().local_set(self.local);
    }

    /// Returns a local that holds the value as an i32.
    pub fn narrow(self, body: &mut Body) -> u32 {
        if self.ty == ValType::I32 {
            return self.local;
        }
        let local = body.local(ValType::I32);
        self.get(body);
        body.code().local_set(local);
        local
    }
}

/// Returns slots for core parameters, from the first local on.
pub fn slots(types: &[ValType]) -> Vec<Slot> {
    (0..).zip(types).map(|(local, ty)| Slot { local, ty: *ty }).collect()
}
