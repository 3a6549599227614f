//! Ends the app in a denied function whose type cannot express the denial: prints a message to stderr and exits, if the
//! app imports both; otherwise traps in a function whose name is the message, because engines print that name.

use wasm_encoder::{Function, ValType};

use vfs_compose_adapter::body::Body;

/// The `result` that `wasi:cli/exit` takes for a failure.
const FAILURE: i32 = 1;

/// The most bytes that a stream accepts in one call.
const AT_ONCE: usize = 4096;

/// The app's imports that the refusal uses, as core functions.
#[derive(Clone, Copy, Default)]
pub(super) struct WayOut {
    /// The function that returns stderr, and the one that writes to it.
    pub(super) stderr: Option<(u32, u32)>,
    pub(super) exit: Option<u32>,
}

/// Returns the line to print to stderr.
pub(super) fn line(path: &str, function: &str, because: &str) -> String {
    let mut line = format!("vfs-compose: denied {}: {because}", what(path, function));
    while line.len() >= AT_ONCE {
        line.pop();
    }
    line.push('\n');
    line
}

/// Returns the name of the function that traps.
pub(super) fn name(path: &str, function: &str, because: &str) -> String {
    format!("vfs denied {}: {}", what(path, function), because.trim_start_matches('-'))
}

/// Returns interface and function; a function that is imported directly has only one name.
fn what(path: &str, function: &str) -> String {
    if path == function { path.to_owned() } else { format!("{path} {function}") }
}

/// Generates the function that prints a line from memory and ends the app. The result of the write goes to the address
/// `scratch`.
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

/// Returns the name of the function in which a denied exit traps.
pub(super) fn exit_name(code: u32) -> String {
    format!("vfs exit {code}")
}

/// Generates a function that only traps.
pub(super) fn trap() -> Function {
    let mut body = Body::new(0);
    body.code().unreachable();
    body.finish()
}
