//! Makes a component of a core module that imports `wasi_snapshot_preview1`.
//!
//! The module keeps its code, its data and its memory, of which nothing is taken. Beside it stands `over-wasi`, a core
//! module with a memory of its own, which has the functions of preview1 over WASI 0.2.
//!
//! ```text
//! program     the module: what it imports and exports, and what changes at its edge
//! over_wasi   `over-wasi`, reduced to what the program calls
//! skeleton    a stand-in for it without a memory, which wit-component can encode beside the program
//! bridge      a module that reaches the program's memory for `over-wasi`
//! assemble    puts `over-wasi` and the bridge into the encoded component, in the stand-in's place
//! ```
//!
//! A module with a `_start` becomes a command (it exports `wasi:cli/run`), any other a reactor. Its exports need types:
//! `world` takes them from a WIT file for a module that has none of its own.
#![forbid(unsafe_code)]

mod assemble;
mod bridge;
mod error;
mod over_wasi;
mod program;
mod skeleton;
mod world;

pub use error::{AdaptError, Mismatch, Mismatches, Unknown, Unknowns, WorldError};
pub use world::Wit;

use over_wasi::OverWasi;
use program::Program;
use serde::{Deserialize, Serialize};
use vfs_compose_wasi::Wasi;
use vfs_preview1_abi::signature::MODULE as PREVIEW1;
use wit_component::ComponentEncoder;

/// What becomes of the code of `proc_exit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExitCode {
    /// Only whether it is 0. Every host of WASI 0.2 can do this (`exit`).
    #[default]
    Bool,
    /// All of it, by `exit-with-code` of WASI 0.2.12: hosts that do not have it refuse the component.
    Full,
}

/// Which programs import the interfaces for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filesystem {
    /// All, so that the files of a vfs can stand there.
    Always,
    /// Those that call a function by which they could find a file. The others have no directories.
    IfFound,
}

/// Makes a component of a core module.
///
/// # Errors
/// - [`AdaptError::Read`]: not a whole, valid module.
/// - [`AdaptError::Unstable`]: it imports the interface's predecessor.
/// - [`AdaptError::Unknown`]: it imports what neither preview1 nor its own component types have.
/// - [`AdaptError::Mismatch`]: it imports functions of preview1 with other types.
/// - [`AdaptError::Encode`]: its component types do not fit.
pub fn componentize(
    wasi: &Wasi,
    module: &[u8],
    exit_code: ExitCode,
    filesystem: Filesystem,
) -> Result<Vec<u8>, AdaptError> {
    let program = Program::read(module)?;
    let needs_adapter = program.is_command || !program.calls.is_empty();
    if !needs_adapter && program.start.is_none() && program.initialize.is_none() {
        return encode(module, None);
    }
    let edited = program.edit(module)?;
    if !needs_adapter {
        return assemble::assemble(&encode(&edited, None)?, &program, None);
    }
    let over_wasi = OverWasi::for_program(wasi, &program, exit_code, filesystem)?;
    let skeleton = skeleton::make(wasi, &over_wasi)?;
    assemble::assemble(&encode(&edited, Some(&skeleton))?, &program, Some(&over_wasi))
}

/// Has wit-component make a component of a module, and of an adapter for its imports of preview1.
fn encode(module: &[u8], adapter: Option<&[u8]>) -> Result<Vec<u8>, AdaptError> {
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder.module(module).and_then(|encoder| match adapter {
        Some(adapter) => encoder.adapter(PREVIEW1, adapter)?.encode(),
        None => encoder.encode(),
    });
    encoded.map_err(|error| AdaptError::Encode { message: format!("{error:#}") })
}
