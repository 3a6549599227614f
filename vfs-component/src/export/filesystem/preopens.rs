//! `wasi:filesystem/preopens`.

use super::{version_2, version_3};
use crate::abi::{List, Pair};
use crate::handle::{AppHandles, Handle};
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
        let State { volume, session, lists, .. } = state;
        lists.directories.clear();
        for (path, name) in session.preopens() {
            if lists.directories.try_reserve(1).is_err() {
                break;
            }
            if session.handles.reserve().is_ok()
                && let Ok(directory) = session.open_directory(volume, path)
            {
                let descriptor = resource_new(session.handles.add(Handle::Descriptor(directory)));
                lists.directories.push(Pair(descriptor, List::of(name.as_bytes())));
            }
        }
        List::of(&lists.directories)
    })
}
