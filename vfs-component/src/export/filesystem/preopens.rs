//! `wasi:filesystem/preopens`.

use super::{version_2, version_3};
use crate::abi::{Area, List, Pair};
use crate::handle::{AppHandles, Handle};
use crate::layer::{ended, failed, open_preopen};
use crate::state::{State, answer_value};

#[unsafe(export_name = "wasi:filesystem/preopens#get-directories")]
extern "C" fn get_directories() -> *const List {
    directories(|number| version_2::resource_new_descriptor(number))
}

#[unsafe(export_name = "wasi:filesystem/preopens@0.3#get-directories")]
extern "C" fn get_directories_3() -> *const List {
    directories(|number| version_3::resource_new_descriptor(number))
}

/// Returns new descriptors at each call. Omits those for which memory or `max-open` leaves no room.
fn directories(resource_new: impl Fn(u32) -> u32) -> *const List {
    let mut rest = None;
    let directories = answer_value(|state| {
        let State { volume, session, lists, .. } = state;
        let mut preopens = rest.unwrap_or_else(|| {
            lists.directories.clear();
            session.preopens()
        });
        while let Some((path, name)) = preopens.next()
            && lists.directories.try_reserve(1).is_ok()
        {
            let opened = match session.handles.reserve() {
                Ok(()) => open_preopen(session, volume, path),
                Err(error) => Err(failed(error)),
            };
            match opened {
                Ok(directory) => {
                    let descriptor = resource_new(session.handles.add(Handle::Descriptor(directory)));
                    lists.directories.push(Pair(descriptor, List::of(name.as_bytes())));
                }
                Err(stop) => drop(ended(stop)?),
            }
            rest = Some(preopens);
        }
        Ok(List::of(&lists.directories))
    });
    Area::put(directories)
}
