//! All that follows from the types of a function, before its code is generated.

use wasm_encoder::ValType;
use wit_parser::Type;
use wit_parser::abi::{AbiVariant, WasmSignature};

use super::{Own, Request};
use crate::answer::Answer;
use crate::layout::{Layout, Shape, core_types};

/// A request, with all that follows from its types.
pub(super) struct TranslationPlan {
    pub(super) name: String,
    /// The core type of the adapter, which the app calls.
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    /// The core type of the host's function.
    pub(super) host_params: Vec<ValType>,
    pub(super) host_results: Vec<ValType>,
    pub(super) signature: WasmSignature,
    pub(super) types: Vec<Type>,
    pub(super) result: Option<Type>,
    /// Whether a parameter contains a resource that the vfs provides.
    pub(super) takes_own: bool,
    /// The error for a virtual handle; `None` if the result type cannot express one.
    pub(super) answer: Option<Answer>,
}

impl TranslationPlan {
    pub(super) fn new(layout: &Layout<'_>, request: &Request<'_>, own: &Own) -> Self {
        let function = request.function;
        let to_host = layout.resolve.wasm_signature(AbiVariant::GuestImport, function);
        let of_app = layout.resolve.wasm_signature(AbiVariant::GuestExport, function);
        Self {
            name: request.export.clone(),
            params: core_types(&of_app.params),
            results: core_types(&of_app.results),
            host_params: core_types(&to_host.params),
            host_results: core_types(&to_host.results),
            signature: to_host,
            types: function.params.iter().map(|param| param.ty).collect(),
            result: function.result,
            takes_own: function.params.iter().any(|param| mentions(layout, param.ty, own)),
            answer: request.answer.clone(),
        }
    }
}

/// Returns whether a type contains a resource that the vfs provides.
fn mentions(layout: &Layout<'_>, ty: Type, own: &Own) -> bool {
    match layout.shape(ty) {
        Ok(Shape::Own(id) | Shape::Borrow(id)) => own.contains_key(&id),
        Ok(Shape::List(element)) => element.ty.is_some_and(|ty| mentions(layout, ty, own)),
        Ok(Shape::Record(types)) => types.into_iter().any(|ty| mentions(layout, ty, own)),
        Ok(Shape::Variant { cases, .. }) => cases.into_iter().flatten().any(|ty| mentions(layout, ty, own)),
        Ok(Shape::Scalar(_)) | Err(_) => false,
    }
}
