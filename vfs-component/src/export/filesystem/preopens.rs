//! `wasi:filesystem/preopens`.

use vfs_core::{Error, FollowFinalLink, OpenFile, OpenFlags};

use super::new_descriptor;
use crate::abi::{List, Pair};
use crate::state::{State, call};

/// New descriptors at each call. What memory or `max-open` leaves no room for is left out.
#[unsafe(export_name = "wasi:filesystem/preopens#get-directories")]
extern "C" fn get_directories() -> *const List {
    call(|state| {
        let mut preopens = state.settings.preopens;
        state.lists.directories.clear();
        while let (Some(path), Some(name)) = (preopens.next(), preopens.next()) {
            if state.lists.directories.try_reserve(1).is_err() {
                break;
            }
            if let Ok(descriptor) = new_descriptor(state, |state| open(state, path)) {
                state.lists.directories.push(Pair(descriptor, List::of(name.as_bytes())));
            }
        }
        List::of(&state.lists.directories)
    })
}

/// A directory of the tree by its path from the root, with all rights that the tree gives.
fn open(state: &mut State, path: &str) -> Result<OpenFile, Error> {
    let root = state.fs.open_root()?;
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Ok(root);
    }
    let flags = state.fs.flags(&root);
    let file = state.fs.open_at(&root, path, FollowFinalLink::Yes, OpenFlags::DIRECTORY, flags);
    state.fs.close(root);
    file
}
