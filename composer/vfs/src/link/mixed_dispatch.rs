//! The few functions of WASI whose types alone do not determine their adapters, because one call can mix handles of
//! both owners.

use vfs_abi::names::linked::{BLOCKING_SPLICE, POLL, SPLICE};
use vfs_compose_adapter::mixed_dispatch::MixedDispatch;

/// Returns how a function of the vfs, by its name, treats handles of the host.
pub fn of(plain: &str) -> MixedDispatch {
    match plain {
        "wasi:io/poll#poll" => MixedDispatch::Any { linked: POLL },
        "wasi:io/streams#[method]output-stream.splice" => MixedDispatch::Pair { linked: SPLICE },
        "wasi:io/streams#[method]output-stream.blocking-splice" => MixedDispatch::Pair { linked: BLOCKING_SPLICE },
        "wasi:filesystem/types#filesystem-error-code" => MixedDispatch::NoneForHost,
        _ => MixedDispatch::None,
    }
}
