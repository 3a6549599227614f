//! The body of one generated function.
//!
//! Methods append instructions. "Traps" in a doc comment of this crate means: the generated code traps.

use wasm_encoder::{BlockType, Function, InstructionSink, ValType};

/// Locals and instructions of a function. The first locals are its parameters.
pub struct Body {
    params: u32,
    locals: Vec<ValType>,
    code: Vec<u8>,
}

impl Body {
    /// Returns an empty body of a function with `params` parameters.
    pub fn new(params: u32) -> Self {
        Self { params, locals: Vec::new(), code: Vec::new() }
    }

    /// Adds a local and returns its index.
    pub fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        self.params + self.locals.len() as u32 - 1
    }

    /// Returns a sink that appends instructions.
    pub fn code(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    /// Returns the instructions that `emit` appends, and removes them from the body. Callers test whether there are
    /// any.
    pub fn apart<E>(&mut self, emit: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<Vec<u8>, E> {
        let before = std::mem::take(&mut self.code);
        let result = emit(self);
        let added = std::mem::replace(&mut self.code, before);
        result.map(|()| added)
    }

    /// Appends instructions that [`Body::apart`] returned.
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

    /// Returns the finished function.
    pub fn finish(mut self) -> Function {
        self.code().end();
        let mut function = Function::new_with_locals_types(self.locals);
        function.raw(self.code);
        function
    }
}
