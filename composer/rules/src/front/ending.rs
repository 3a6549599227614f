//! How a denied function whose types have no words for it ends the app: a message on stderr and exit, where the app has these; and if
//! it is still there, a trap in a function whose name says it, which engines print.

use wasm_encoder::{Function, ValType};

use vfs_compose_adapter::body::Body;

/// What `wasi:cli/exit` takes for a failure.
const FAILURE: i32 = 1;

/// Bytes that a stream takes at once.
const AT_ONCE: usize = 4096;

/// Core functions of the app's imports.
#[derive(Clone, Copy, Default)]
pub(super) struct WayOut {
    /// What gives stderr, and what writes to it.
    pub(super) stderr: Option<(u32, u32)>,
    pub(super) exit: Option<u32>,
}

/// The line on stderr.
pub(super) fn line(path: &str, function: &str, because: &str) -> String {
    let mut line = format!("vfs-compose: denied {}: {because}", what(path, function));
    while line.len() >= AT_ONCE {
        line.pop();
    }
    line.push('\n');
    line
}

/// The name of the function that does not return.
pub(super) fn name(path: &str, function: &str, because: &str) -> String {
    format!("vfs denied {}: {}", what(path, function), because.trim_start_matches('-'))
}

/// A function that is an import itself has no other name.
fn what(path: &str, function: &str) -> String {
    if path == function { path.to_owned() } else { format!("{path} {function}") }
}

/// Says a line, which is in memory, and ends. `scratch` is an address for the result of saying it.
pub(super) fn refuse(out: WayOut, (address, size): (u32, u32), scratch: u32) -> Function {
    let mut body = Body::new(0);
    if let Some((get, write)) = out.stderr {
        let stderr = body.local(ValType::I32);
        body.code().call(get).local_tee(stderr).i32_const(address.cast_signed()).i32_const(size.cast_signed());
        body.code().i32_const(scratch.cast_signed()).call(write);
        if let Some(exit) = out.exit {
            body.code().i32_const(FAILURE).call(exit);
        }
    }
    body.code().unreachable();
    body.finish()
}

/// The name of the function in which an app ends that may not exit.
pub(super) fn exit_name(code: u32) -> String {
    format!("vfs exit {code}")
}

/// A function that does nothing but trap.
pub(super) fn trap() -> Function {
    let mut body = Body::new(0);
    body.code().unreachable();
    body.finish()
}
