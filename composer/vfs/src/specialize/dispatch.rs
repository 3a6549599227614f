//! Serves several versions of one resource by one vfs.
//!
//! An app may import an interface at two versions. For the component model their resources are two types, and a new
//! handle must have the type in the result of the called function. The vfs does not know about versions. So each of its
//! exports gets a small wrapper that stores the index of the called interface in a global, and `resource.new` becomes a
//! function that chooses the type by this index.

use std::collections::BTreeSet;

use walrus::ir::BinaryOp;
use walrus::{ConstExpr, FunctionBuilder, FunctionId, GlobalId, LocalId, Module, ValType};

use super::InterfaceUses;
use crate::error::TailorError;
use vfs_compose_wasi::InterfaceName;
use vfs_compose_wasi::Wasi;

pub(super) struct Dispatch<'a> {
    exports: &'a InterfaceUses,
    /// The global with the index of the called interface in `exports`; `None` if no resource has several versions.
    caller: Option<GlobalId>,
}

impl<'a> Dispatch<'a> {
    pub(super) fn new(wasi: &Wasi, module: &mut Module, exports: &'a InterfaceUses) -> Self {
        let mut paths = BTreeSet::new();
        let several = exports
            .iter()
            .filter(|(name, _)| wasi.interface(&name.path).is_some_and(|interface| !interface.types.is_empty()))
            .any(|(name, _)| !paths.insert(&name.path));
        let zero = ConstExpr::Value(walrus::ir::Value::I32(0));
        let caller = several.then(|| module.globals.add_local(ValType::I32, true, false, zero));
        Self { exports, caller }
    }

    /// Returns `function` wrapped for export by the interface with this index.
    pub(super) fn wrap(&self, module: &mut Module, function: FunctionId, index: usize) -> FunctionId {
        let Some(caller) = self.caller else { return function };
        let (mut builder, locals) = builder_like(module, function);
        let mut body = builder.func_body();
        body.i32_const(number(index)).global_set(caller);
        for local in &locals {
            body.local_get(*local);
        }
        body.call(function);
        builder.finish(locals, &mut module.funcs)
    }

    /// Replaces the imported intrinsic by a choice among `targets`, the same intrinsic for each version of its
    /// interface.
    pub(super) fn choose(
        &self,
        module: &mut Module,
        import: FunctionId,
        targets: &[(InterfaceName, FunctionId)],
    ) -> Result<(), TailorError> {
        let (Some(caller), [(_, otherwise), others @ ..]) = (self.caller, targets) else {
            return Err(TailorError::module("a choice of versions without versions"));
        };
        let replaced = module.replace_imported_func(import, |(body, args)| {
            for (target, function) in others {
                for index in self.speakers(target) {
                    body.global_get(caller).i32_const(number(index)).binop(BinaryOp::I32Eq);
                    body.if_else(
                        None,
                        |then| {
                            args.iter().for_each(|arg| {
                                then.local_get(*arg);
                            });
                            then.call(*function).return_();
                        },
                        |_| {},
                    );
                }
            }
            args.iter().for_each(|arg| {
                body.local_get(*arg);
            });
            body.call(*otherwise);
        });
        replaced.map(drop).map_err(TailorError::module)
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

/// Creates a builder for a function with the type of `like`.
fn builder_like(module: &mut Module, like: FunctionId) -> (FunctionBuilder, Vec<LocalId>) {
    let ty = module.types.get(module.funcs.get(like).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let locals = params.iter().map(|ty| module.locals.add(*ty)).collect();
    (FunctionBuilder::new(&mut module.types, &params, &results), locals)
}
