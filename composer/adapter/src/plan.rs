//! The imports and types that a request needs. They are collected before any code is generated, because imports come
//! first in a module.

use wasm_encoder::{Function, ValType};
use wit_parser::abi::AbiVariant;

use super::answer::Answer;
use super::function::{self, Callees, Shape};
use super::host_guard;
use super::layout::{self, Layout, Unsupported, core_types};
use super::mixed_dispatch::MixedDispatch;
use super::text;
use super::{AdapterKind, Context, Group, HandleOrigin, Owned, Request, visit};
use crate::AdapterError;

/// A request, with all that follows from its types.
pub(super) struct Plan {
    pub(super) export: String,
    /// The core type of the adapter and of the host's function.
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    /// The core type of the vfs's functions.
    pub(super) vfs_params: Vec<ValType>,
    pub(super) vfs_results: Vec<ValType>,
    /// The name of the vfs's function; `None` if only `linked` is called.
    pub(super) plain: Option<String>,
    /// The name of the vfs's function for mixed handles.
    pub(super) linked: Option<&'static str>,
    /// The version at which `linked` calls the host, if there are several.
    pub(super) version: Option<u32>,
    /// Whether the host's function is imported.
    pub(super) host: bool,
    /// Whether the refusal function, which reports an unusable handle, is imported.
    pub(super) refuse: bool,
    /// The handles to drop if the host's function is not called.
    pub(super) owned: Vec<Owned>,
    needs: Needs,
    code: Code,
    name: String,
}

/// The kind of code to generate.
enum Code {
    Call(Shape),
    Drop,
    /// The answer is `None` if the result type cannot express an error.
    Given(Shape, Option<Answer>),
    Returned(Shape),
}

/// The imports that a request needs besides functions.
#[derive(Clone, Copy, Default)]
pub(super) struct Needs {
    /// Whether both memories are needed.
    pub(super) memory: bool,
    pub(super) vfs_realloc: bool,
    pub(super) app_realloc: bool,
    /// Whether the vfs's function that transcodes strings of parameters is needed.
    pub(super) text_in: bool,
    pub(super) text_out: bool,
}

impl Needs {
    fn require(self, function: &str, group: Group) -> Result<(), AdapterError> {
        let lacks = |needed: bool, there: bool| needed && !there;
        let what = match (lacks(self.memory, group.has_memory), lacks(self.app_realloc, group.has_realloc)) {
            (true, _) => "a memory",
            (_, true) => "a realloc",
            _ => return Ok(()),
        };
        Err(AdapterError::Lowering { function: function.to_owned(), what })
    }
}

/// Returns the needs of all requests together.
pub(super) fn needs_of_all(plans: &[Plan]) -> Needs {
    plans.iter().fold(Needs::default(), |all, plan| Needs {
        memory: all.memory | plan.needs.memory,
        vfs_realloc: all.vfs_realloc | plan.needs.vfs_realloc,
        app_realloc: all.app_realloc | plan.needs.app_realloc,
        text_in: all.text_in | plan.needs.text_in,
        text_out: all.text_out | plan.needs.text_out,
    })
}

impl Plan {
    /// Analyzes a request.
    ///
    /// # Errors
    /// As [`super::module`].
    pub(super) fn new(layout: &Layout<'_>, request: &Request<'_>, group: Group) -> Result<Self, AdapterError> {
        let (function, owner, special) = match &request.kind {
            AdapterKind::Function { function, owner, special } => (*function, *owner, *special),
            AdapterKind::Drop { owner } => return Ok(Self::drop(request, *owner)),
            AdapterKind::GuardImport { function, owned, answer } => {
                return Self::given(layout, request, function, owned, answer.clone(), group);
            }
            AdapterKind::GuardExport { function } => return Self::returned(layout, request, function, group),
        };
        let name = request.plain.clone();
        if function.kind.is_async() {
            return Err(AdapterError::Async { function: name });
        }
        let params: Vec<_> = function.params.iter().map(|param| param.ty).collect();
        let analysis = Analysis::new(layout, &params, function.result).map_err(|error| refused(&name, &error))?;
        let signature = layout.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let of_vfs = layout.resolve.wasm_signature(AbiVariant::GuestExport, function);
        let needs = Needs {
            memory: signature.indirect_params || signature.retptr || analysis.list_in || analysis.list_out,
            vfs_realloc: signature.indirect_params || analysis.list_in,
            app_realloc: analysis.list_out,
            text_in: analysis.text_in,
            text_out: analysis.text_out,
        };
        needs.require(&name, group)?;
        // If all handles are virtual, no call can mix them.
        let special = match special {
            MixedDispatch::Any { .. } | MixedDispatch::Pair { .. } if owner == HandleOrigin::Vfs => MixedDispatch::None,
            special => special,
        };
        let (plain, linked) = match special {
            MixedDispatch::None | MixedDispatch::NoneForHost => (Some(request.plain.clone()), None),
            MixedDispatch::Any { linked } => (None, Some(linked)),
            MixedDispatch::Pair { linked } => (Some(request.plain.clone()), Some(linked)),
        };
        Ok(Self {
            export: request.export.clone(),
            params: core_types(&signature.params),
            results: core_types(&signature.results),
            vfs_params: core_types(&of_vfs.params),
            vfs_results: core_types(&of_vfs.results),
            plain,
            linked,
            version: request.version.filter(|_| linked.is_some()),
            host: owner == HandleOrigin::VfsOrHost && analysis.handles && special != MixedDispatch::NoneForHost,
            refuse: false,
            owned: Vec::new(),
            needs,
            code: Code::Call(Shape {
                core: core_types(&signature.params),
                signature,
                params,
                result: function.result,
                special,
            }),
            name,
        })
    }

    /// Plans the guard of a host function that cannot use virtual handles.
    fn given(
        layout: &Layout<'_>,
        request: &Request<'_>,
        function: &wit_parser::Function,
        owned: &[Owned],
        answer: Option<Answer>,
        group: Group,
    ) -> Result<Self, AdapterError> {
        let plan = Self::guard(layout, request, function, AbiVariant::GuestImport)?;
        let Code::Returned(shape) = plan.code else { return Ok(plan) };
        let handles = Analysis::new(layout, &shape.params, None).map_err(|error| refused(&plan.name, &error))?;
        let answers_in_memory = answer.is_some() && shape.signature.retptr;
        let memory = shape.signature.indirect_params || handles.handles_in_list || answers_in_memory;
        let needs = Needs { memory, ..Needs::default() };
        needs.require(&plan.name, group)?;
        let owned = if answer.is_some() { owned.to_vec() } else { Vec::new() };
        Ok(Self { refuse: answer.is_none(), owned, needs, code: Code::Given(shape, answer), ..plan })
    }

    /// Plans the guard of an export of the app whose caller cannot use virtual handles.
    fn returned(
        layout: &Layout<'_>,
        request: &Request<'_>,
        function: &wit_parser::Function,
        group: Group,
    ) -> Result<Self, AdapterError> {
        let plan = Self::guard(layout, request, function, AbiVariant::GuestExport)?;
        let Code::Returned(shape) = plan.code else { return Ok(plan) };
        let needs = Needs { memory: shape.signature.retptr, ..Needs::default() };
        needs.require(&plan.name, group)?;
        Ok(Self { needs, code: Code::Returned(shape), ..plan })
    }

    /// Plans what both kinds of guard have in common.
    fn guard(
        layout: &Layout<'_>,
        request: &Request<'_>,
        function: &wit_parser::Function,
        variant: AbiVariant,
    ) -> Result<Self, AdapterError> {
        let name = request.export.clone();
        if function.kind.is_async() {
            return Err(AdapterError::Async { function: name });
        }
        let params: Vec<_> = function.params.iter().map(|param| param.ty).collect();
        Analysis::new(layout, &params, function.result).map_err(|error| refused(&name, &error))?;
        let signature = layout.resolve.wasm_signature(variant, function);
        let core = core_types(&signature.params);
        Ok(Self {
            export: name.clone(),
            params: core.clone(),
            results: core_types(&signature.results),
            vfs_params: Vec::new(),
            vfs_results: Vec::new(),
            plain: None,
            linked: None,
            version: None,
            host: true,
            refuse: true,
            owned: Vec::new(),
            needs: Needs::default(),
            code: Code::Returned(Shape {
                signature,
                core,
                params,
                result: function.result,
                special: MixedDispatch::None,
            }),
            name,
        })
    }

    fn drop(request: &Request<'_>, owner: HandleOrigin) -> Self {
        Self {
            export: request.export.clone(),
            params: vec![ValType::I32],
            results: Vec::new(),
            vfs_params: vec![ValType::I32],
            vfs_results: Vec::new(),
            plain: Some(request.plain.clone()),
            linked: None,
            version: None,
            host: owner == HandleOrigin::VfsOrHost,
            refuse: false,
            owned: Vec::new(),
            needs: Needs::default(),
            code: Code::Drop,
            name: request.plain.clone(),
        }
    }

    /// Generates the code of the adapter.
    ///
    /// # Errors
    /// [`AdapterError::Type`]: never, because [`Plan::new`] has reported it.
    pub(super) fn code(&self, context: &Context<'_>, callees: &Callees) -> Result<Function, AdapterError> {
        let code = match &self.code {
            Code::Call(shape) => function::function(context, shape, callees),
            Code::Drop => Ok(function::drop(callees)),
            Code::Given(shape, answer) => host_guard::given(context, shape, answer.as_ref(), callees),
            Code::Returned(shape) => host_guard::returned(context, shape, callees),
        };
        code.map_err(|unsupported| refused(&self.name, &unsupported))
    }

    /// Returns the name under which the refusal function is imported.
    pub(super) fn refusal(&self) -> String {
        match self.code {
            Code::Returned(_) => super::refusal_of_result(&self.export),
            _ => self.export.clone(),
        }
    }
}

fn refused(function: &str, unsupported: &Unsupported) -> AdapterError {
    AdapterError::Type { function: function.to_owned(), what: unsupported.0 }
}

/// The kinds of values in the types of a function.
#[derive(Default)]
struct Analysis {
    handles: bool,
    handles_in_list: bool,
    list_in: bool,
    list_out: bool,
    text_in: bool,
    text_out: bool,
}

impl Analysis {
    fn new(
        layout: &Layout<'_>,
        params: &[wit_parser::Type],
        result: Option<wit_parser::Type>,
    ) -> Result<Self, Unsupported> {
        let is_list = |shape: &layout::Shape| matches!(shape, layout::Shape::List(_));
        let mut found = Self::default();
        for &ty in params {
            found.handles |= layout.any(ty, visit::is_handle)?;
            found.list_in |= layout.any(ty, is_list)?;
            found.text_in |= layout.any(ty, text::is_text)?;
            found.handles_in_list |= layout.any(ty, is_list)? && layout.any(ty, visit::is_handle)?;
        }
        if let Some(ty) = result {
            found.list_out = layout.any(ty, is_list)?;
            found.text_out = layout.any(ty, text::is_text)?;
        }
        Ok(found)
    }
}
