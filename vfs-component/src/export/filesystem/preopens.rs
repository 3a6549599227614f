//! `wasi:filesystem/preopens`.

use vfs_core::{Error, FollowFinalLink, OpenFile, OpenFlags};

use super::{new_descriptor, version_2, version_3};
use crate::abi::{List, Pair};
use crate::state::{State, call};

#[unsafe(export_name = "wasi:filesystem/preopens#get-directories")]
extern "C" fn get_directories() -> *const List {
    directories(|number| version_2::resource_new_descriptor(number))
}

#[unsafe(export_name = "wasi:filesystem/preopens@0.3#get-directories")]
extern "C" fn get_directories_3() -> *const List {
    directories(|number| version_3::resource_new_descriptor(number))
}

/// New descriptors at each call. What memory or `max-open` leaves no room for is left out.
fn directories(resource_new: impl Fn(u32) -> u32) -> *const List {
    call(|state| {
        let mut preopens = state.settings.preopens;
        state.lists.directories.clear();
        while let (Some(path), Some(name)) = (preopens.next(), preopens.next()) {
            if state.lists.directories.try_reserve(1).is_err() {
                break;
            }
            if let Ok(descriptor) = new_descriptor(state, &resource_new, |state| open(state, path)) {
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
