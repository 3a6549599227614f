//! The few functions of WASI that are not carried by their types alone, because handles of both owners meet in one call.

use vfs_abi::names::linked::{BLOCKING_SPLICE, POLL, SPLICE};
use vfs_compose_adapter::special::Special;

/// What the vfs's function of this name is.
pub fn of(plain: &str) -> Special {
    match plain {
        "wasi:io/poll#poll" => Special::Any { linked: POLL },
        "wasi:io/streams#[method]output-stream.splice" => Special::Pair { linked: SPLICE },
        "wasi:io/streams#[method]output-stream.blocking-splice" => Special::Pair { linked: BLOCKING_SPLICE },
        "wasi:filesystem/types#filesystem-error-code" => Special::NoneForHost,
        _ => Special::None,
    }
}
