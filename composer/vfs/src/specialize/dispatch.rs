//! Serves several versions of one resource by one vfs.
//!
//! An app may import an interface at two versions. For the component model their resources are two types, and a new
//! handle must have the type in the result of the called function. The vfs does not know about versions. So each of its
//! exports gets a small wrapper that stores the index of the called interface in a global, and `resource.new` becomes a
//! function that chooses the type by this index.

use std::collections::BTreeSet;

use vfs_compose_ir::core_module::{CoreModule, FunctionId};
use wasm_encoder::{BlockType, Instruction};

use super::InterfaceUses;
use super::imports::parameters;
use crate::error::TailorError;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::Wasi;

pub(super) struct Dispatch<'a> {
    exports: &'a InterfaceUses,
    /// The global with the index of the called interface in `exports`; `None` if no resource has several versions.
    caller: Option<u32>,
}

impl<'a> Dispatch<'a> {
    pub(super) fn new(wasi: &Wasi, module: &mut CoreModule<'_>, exports: &'a InterfaceUses) -> Self {
        let mut paths = BTreeSet::new();
        let several = exports
            .iter()
            .filter(|(name, _)| wasi.interface(&name.path).is_some_and(|interface| !interface.types.is_empty()))
            .any(|(name, _)| !paths.insert(&name.path));
        let caller = several.then(|| module.add_variable());
        Self { exports, caller }
    }

    /// Returns `function` wrapped for export by the interface with this index.
    pub(super) fn wrap(&self, module: &mut CoreModule<'_>, function: FunctionId, index: usize) -> FunctionId {
        let Some(caller) = self.caller else { return function };
        let mut code = vec![Instruction::I32Const(number(index)), Instruction::GlobalSet(caller)];
        code.extend(parameters(module, function));
        code.push(Instruction::Call(function.0));
        module.add_like(function, &code)
    }

    /// Replaces the imported intrinsic by a choice among `targets`, the same intrinsic for each version of its
    /// interface.
    pub(super) fn choose(
        &self,
        module: &mut CoreModule<'_>,
        import: FunctionId,
        targets: &[(InterfaceName, FunctionId)],
    ) -> Result<(), TailorError> {
        let (Some(caller), [(_, otherwise), others @ ..]) = (self.caller, targets) else {
            return Err(TailorError::module("a choice of versions without versions"));
        };
        let (parameters, mut code) = (parameters(module, import), Vec::new());
        for (target, function) in others {
            for index in self.speakers(target) {
                code.extend([Instruction::GlobalGet(caller), Instruction::I32Const(number(index)), Instruction::I32Eq]);
                code.push(Instruction::If(BlockType::Empty));
                code.extend(parameters.iter().cloned());
                code.extend([Instruction::Call(function.0), Instruction::Return, Instruction::End]);
            }
        }
        code.extend(parameters);
        code.push(Instruction::Call(otherwise.0));
        module.replace(import, &code);
        Ok(())
    }

    /// Returns the indices of the interfaces whose functions use this version of an interface.
    fn speakers(&self, target: &InterfaceName) -> impl Iterator<Item = usize> {
        self.exports.iter().enumerate().filter_map(move |(index, (name, demand))| {
            let speaks = name == target || demand.uses.get(&target.path) == Some(&target.version);
            speaks.then_some(index)
        })
    }
}

/// Converts an index for the global. It always fits, because there are few interfaces.
fn number(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
