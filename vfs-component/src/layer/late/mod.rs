//! A layer whose answers come from the host: `wit/late.wit`. For tests of what such a layer requires of the guest.
//!
mod question;

use vfs_core::Limits;
use vfs_core::late::{Answers, ChangePolicy, LateLayer};

use crate::abi;
use crate::host::wall_clock::HostClock;
use crate::state::Volume;

pub use question::{answer_later, ask};

pub type Layer = LateLayer;

/// Number of the root directory.
const ROOT: u64 = 1;

/// Makes the volume over the host's tree, whose changes are kept above it.
pub fn new_volume(limits: Limits) -> Volume {
    Volume::over(LateLayer::new(ROOT, ChangePolicy::Above), HostClock, limits).unwrap_or_else(|_| abi::trap())
}

/// Forgets which nodes nothing uses any more: nothing is kept for them.
pub fn settle(volume: &mut Volume) {
    drop(volume.layer_mut().take_released());
}

/// What a node is known by while an operation waits: its number, for good.
pub struct Held;

/// Keeps the nodes that an operation was told of, until what this returns is dropped.
pub fn hold(_answers: &Answers) -> Held {
    Held
}

/// Moves bytes to the caller's buffer, because this layer lends none for good.
pub fn lent(bytes: Vec<u8>, buffer: &mut Vec<u8>) -> Option<&'static [u8]> {
    *buffer = bytes;
    None
}
