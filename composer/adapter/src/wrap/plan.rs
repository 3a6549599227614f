//! What the types of a function say.

use wasm_encoder::ValType;
use wit_parser::Type;
use wit_parser::abi::{AbiVariant, WasmSignature};

use super::{Own, Request};
use crate::answer::Answer;
use crate::layout::{Layout, Shape, core_types};

/// A function with what its types say.
pub(super) struct Plan {
    pub(super) name: String,
    /// Core types of what the app calls.
    pub(super) params: Vec<ValType>,
    pub(super) results: Vec<ValType>,
    /// Core types of the host's function.
    pub(super) host_params: Vec<ValType>,
    pub(super) host_results: Vec<ValType>,
    pub(super) signature: WasmSignature,
    pub(super) types: Vec<Type>,
    pub(super) result: Option<Type>,
    /// It is given what the vfs has.
    pub(super) takes_own: bool,
    /// What it says of something virtual; `None` if it has no words for that.
    pub(super) answer: Option<Answer>,
}

impl Plan {
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

/// Whether a resource of the vfs's is in a type.
fn mentions(layout: &Layout<'_>, ty: Type, own: &Own) -> bool {
    match layout.shape(ty) {
        Ok(Shape::Own(id) | Shape::Borrow(id)) => own.contains_key(&id),
        Ok(Shape::List(element)) => element.ty.is_some_and(|ty| mentions(layout, ty, own)),
        Ok(Shape::Record(types)) => types.into_iter().any(|ty| mentions(layout, ty, own)),
        Ok(Shape::Variant { cases, .. }) => cases.into_iter().flatten().any(|ty| mentions(layout, ty, own)),
        Ok(Shape::Scalar(_)) | Err(_) => false,
    }
}
