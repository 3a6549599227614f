//! `vfs-compose:vfs/end`: what a program has changed, at its end.

use crate::state::call_value;

/// There is no memory to find out.
const UNKNOWN: u32 = u32::MAX;

#[unsafe(export_name = "vfs-compose:vfs/end#ended")]
extern "C" fn ended() -> u32 {
    call_value(|state| state.volume.count_written().unwrap_or(UNKNOWN))
}
