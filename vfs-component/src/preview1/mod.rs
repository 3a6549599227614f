//! `wasi_snapshot_preview1`: the functions that core modules call, over the same state as those of components.
//!
//! ```text
//! the program's call ─▶ exports.rs   one function per function of preview1, with its own signature
//!                         │  call()    borrows the `State`, and takes the process out of it
//!                         ├▶ vfs_preview1_abi::Call        what the function does
//!                         ├▶ vfs_preview1_volume::OnVolume when it is a file
//!                         ├▶ host.rs, streams.rs, wait.rs  when it is something else
//!                         ▼
//!                       program.rs     the memory of the program, behind three imports
//! ```
//!
//! Only the linked form has these functions, so a handle of the host is the host's own number here.

mod exports;
mod host;
mod program;
mod streams;
mod wait;

use vfs_core::OpenFile;
use vfs_preview1_abi::{Call, Errno};
use vfs_preview1_volume::{Listing, OnVolume};

use crate::state::{State, within_call};
use host::Host;
use program::Memory;

#[cfg(feature = "asks")]
compile_error!("the functions of preview1 do not ask: leave `preview1` out, or `late` and `mounts`");

type Process = vfs_preview1_abi::Process<OpenFile, Listing>;

/// What is kept of a program of preview1 between its calls.
#[derive(Default)]
pub struct Program {
    /// Its descriptors; `None` before the first call, and during one.
    process: Option<&'static mut Process>,
    /// The numbers of its standard streams among the handles, once they were used.
    streams: [Option<u32>; 3],
}

/// Runs a call of the program, and returns its error number.
fn call<const RULED: bool>(
    act: impl FnOnce(&mut Call<'_, Memory, OnVolume<Host<'_, RULED>>>) -> Result<(), Errno>,
) -> i32 {
    within_call(|state| {
        let process = state.program.process.take();
        let process = process.unwrap_or_else(|| new_process(state));
        let mut system = OnVolume(Host(state));
        let result = act(&mut Call::new(&Memory, &mut system, process));
        state.program.process = Some(process);
        Errno::number(result)
    })
}

/// Makes the process, before the first call. It stays until the instance ends.
#[cold]
#[inline(never)]
fn new_process(state: &State) -> &'static mut Process {
    Box::leak(Box::new(Process::new(state.session.settings.limits.max_open)))
}
