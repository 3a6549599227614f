//! `vfs-compose:vfs/end`: what a program has changed, at its end.

use vfs_core::{Change, FileKind};

use crate::state::call_value;

/// There is no memory to find out.
const UNKNOWN: u32 = u32::MAX;

#[unsafe(export_name = "vfs-compose:vfs/end#ended")]
extern "C" fn ended() -> u32 {
    call_value(|state| match state.volume.changes(None) {
        Ok(changes) => changes.iter().filter(|change| is_written(change)).count() as u32,
        Err(_) => UNKNOWN,
    })
}

/// Returns whether a file is new, or has other contents than in the image.
fn is_written(change: &Change) -> bool {
    match change {
        Change::Made { kind, .. } => *kind == FileKind::RegularFile,
        Change::Renamed { contents, .. } | Change::Changed { contents, .. } => contents.is_some(),
        Change::Removed { .. } | Change::Linked { .. } => false,
    }
}
