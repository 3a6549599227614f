//! What a request needs, before any code is made: imports come first in a module.

use wasm_encoder::{Function, ValType};
use wit_parser::abi::AbiVariant;

use super::function::{self, Callees, Shape};
use super::layout::{self, Layout, Unsupported, core_types};
use super::special::{self, Special};
use super::{Context, Group, Kind, Owner, Request, owner};
use crate::link::Unlinkable;

/// A request with everything that its types say.
pub(super) struct Plan {
    pub(super) export: String,
    /// The core type of the glue's function and of the host's.
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    /// The core type of the vfs's functions.
    pub(super) vfs_params: Vec<ValType>,
    pub(super) vfs_results: Vec<ValType>,
    /// The vfs's function, unless only `linked` is called.
    pub(super) plain: Option<String>,
    /// The vfs's function for handles of both owners.
    pub(super) linked: Option<&'static str>,
    /// The host's function is called for the host's handles.
    pub(super) host: bool,
    needs: Needs,
    /// `None`: a drop.
    shape: Option<Shape>,
    name: String,
}

/// What must be imported besides functions.
#[derive(Clone, Copy, Default)]
pub(super) struct Needs {
    /// Both memories.
    pub(super) memory: bool,
    pub(super) vfs_realloc: bool,
    pub(super) app_realloc: bool,
}

/// What some plan needs.
pub(super) fn needs_of_all(plans: &[Plan]) -> Needs {
    plans.iter().fold(Needs::default(), |all, plan| Needs {
        memory: all.memory | plan.needs.memory,
        vfs_realloc: all.vfs_realloc | plan.needs.vfs_realloc,
        app_realloc: all.app_realloc | plan.needs.app_realloc,
    })
}

impl Plan {
    /// # Errors
    /// As [`super::module`].
    pub(super) fn new(layout: &Layout<'_>, request: &Request<'_>, group: Group) -> Result<Self, Unlinkable> {
        let (function, owner) = match request.kind {
            Kind::Function { function, owner } => (function, owner),
            Kind::Drop { owner } => return Ok(Self::drop(request, owner)),
        };
        let name = request.plain.clone();
        if function.kind.is_async() {
            return Err(Unlinkable::Async { function: name });
        }
        let params: Vec<_> = function.params.iter().map(|param| param.ty).collect();
        let analysis = Analysis::new(layout, &params, function.result).map_err(|error| refused(&name, &error))?;
        let signature = layout.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let of_vfs = layout.resolve.wasm_signature(AbiVariant::GuestExport, function);
        let needs = Needs {
            memory: signature.indirect_params || signature.retptr || analysis.list_in || analysis.list_out,
            vfs_realloc: signature.indirect_params || analysis.list_in,
            app_realloc: analysis.list_out,
        };
        for (needed, there, what) in
            [(needs.memory, group.has_memory, "a memory"), (needs.app_realloc, group.has_realloc, "a realloc")]
        {
            if needed && !there {
                return Err(Unlinkable::Lowering { function: name, what });
            }
        }
        // Only handles of both owners make a difference.
        let special = match special::of(&request.plain) {
            Special::Any { .. } | Special::Pair { .. } if owner == Owner::Virtual => Special::None,
            special => special,
        };
        let (plain, linked) = match special {
            Special::None | Special::NoneForHost => (Some(request.plain.clone()), None),
            Special::Any { linked } => (None, Some(linked)),
            Special::Pair { linked } => (Some(request.plain.clone()), Some(linked)),
        };
        Ok(Self {
            export: request.export.clone(),
            params: core_types(&signature.params),
            results: core_types(&signature.results),
            vfs_params: core_types(&of_vfs.params),
            vfs_results: core_types(&of_vfs.results),
            plain,
            linked,
            host: owner == Owner::Mixed && analysis.handles && special != Special::NoneForHost,
            needs,
            shape: Some(Shape {
                core: core_types(&signature.params),
                signature,
                params,
                result: function.result,
                special,
            }),
            name,
        })
    }

    fn drop(request: &Request<'_>, owner: Owner) -> Self {
        Self {
            export: request.export.clone(),
            params: vec![ValType::I32],
            results: Vec::new(),
            vfs_params: vec![ValType::I32],
            vfs_results: Vec::new(),
            plain: Some(request.plain.clone()),
            linked: None,
            host: owner == Owner::Mixed,
            needs: Needs::default(),
            shape: None,
            name: request.plain.clone(),
        }
    }

    /// The code of the glue's function.
    ///
    /// # Errors
    /// [`Unlinkable::Type`], which [`Plan::new`] has excluded.
    pub(super) fn code(&self, context: &Context<'_>, callees: Callees) -> Result<Function, Unlinkable> {
        match &self.shape {
            Some(shape) => {
                function::function(context, shape, callees).map_err(|unsupported| refused(&self.name, &unsupported))
            }
            None => Ok(function::drop(callees)),
        }
    }
}

fn refused(function: &str, unsupported: &Unsupported) -> Unlinkable {
    Unlinkable::Type { function: function.to_owned(), what: unsupported.0 }
}

/// What is in the types of a function.
struct Analysis {
    handles: bool,
    list_in: bool,
    list_out: bool,
}

impl Analysis {
    fn new(
        layout: &Layout<'_>,
        params: &[wit_parser::Type],
        result: Option<wit_parser::Type>,
    ) -> Result<Self, Unsupported> {
        let is_list = |shape: &layout::Shape| matches!(shape, layout::Shape::List(_));
        let mut found = Self { handles: false, list_in: false, list_out: false };
        for &ty in params {
            found.handles |= layout.any(ty, owner::is_handle)?;
            found.list_in |= layout.any(ty, is_list)?;
        }
        if let Some(ty) = result {
            found.list_out = layout.any(ty, is_list)?;
        }
        Ok(found)
    }
}
