//! The `error-code` of an `error` resource.

use vfs_core::Error;

use crate::abi::Opt;
use crate::handle::{AppHandles, StreamFailure};
use crate::state::call;

/// Returns none for errors of host streams, which are not files of this filesystem.
#[unsafe(export_name = "wasi:filesystem/types#filesystem-error-code")]
extern "C" fn filesystem_error_code(error: u32) -> *const Opt<Error> {
    call(|state| match state.session.handles.error(error) {
        StreamFailure::File(error) => Opt::Some(error),
        StreamFailure::Host(_) => Opt::None,
        StreamFailure::Denied(_) => Opt::Some(Error::NotPermitted),
    })
}
