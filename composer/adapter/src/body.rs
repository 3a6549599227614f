//! The code of one function while it grows.

use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// A function's locals and instructions. The first locals are its parameters.
pub struct Body {
    params: u32,
    locals: Vec<ValType>,
    code: Vec<u8>,
}

impl Body {
    /// An empty function of `params` parameters.
    pub fn new(params: u32) -> Self {
        Self { params, locals: Vec::new(), code: Vec::new() }
    }

    /// A new local.
    pub fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        self.params + self.locals.len() as u32 - 1
    }

    /// Where instructions are added.
    pub fn code(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    /// What `emit` adds, taken out again, so that one can see whether it is anything.
    pub fn apart<E>(&mut self, emit: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<Vec<u8>, E> {
        let before = std::mem::take(&mut self.code);
        let result = emit(self);
        let added = std::mem::replace(&mut self.code, before);
        result.map(|()| added)
    }

    /// Adds what [`Body::apart`] took out.
    pub fn append(&mut self, code: &[u8]) {
        self.code.extend_from_slice(code);
    }

    /// Traps if the value on the stack is not zero.
    pub fn trap_if(&mut self) {
        self.code().if_(BlockType::Empty).unreachable().end();
    }

    /// Traps if an address is not a multiple of `align`.
    pub fn trap_if_misaligned(&mut self, address: u32, align: u32) {
        if align > 1 {
            self.code().local_get(address).i32_const((align - 1).cast_signed()).i32_and();
            self.trap_if();
        }
    }

    /// The whole function.
    pub fn finish(mut self) -> Function {
        self.code().end();
        let mut function = Function::new_with_locals_types(self.locals);
        function.raw(self.code);
        function
    }
}
