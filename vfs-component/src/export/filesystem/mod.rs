//! `wasi:filesystem/{types,preopens}`, a file for each group of functions.

/// Exports a function that WASI 0.2 and 0.3 have alike, except for the layout of the error: its name in both, its
/// parameters, and its body.
macro_rules! export {
    ($function:literal, ($($name:ident: $ty:ty),* $(,)?) -> $value:ident, |$state:ident| $body:expr) => {
        const _: () = {
            #[unsafe(export_name = concat!("wasi:filesystem/types#", $function))]
            extern "C" fn version_2($($name: $ty),*) -> *const super::Answer<$value> {
                crate::state::answer(|$state| $body)
            }

            super::export_3! { $function, ($($name: $ty),*) -> $value, |$state| $body }
        };
    };
}

/// Exports a function of WASI 0.3. If it is asynchronous, it is done when it returns here, so it needs no task; `then`
/// is for the variant with tasks, and tells what a task does at its end.
#[cfg(not(feature = "tasks"))]
macro_rules! export_3 {
    (
        $function:literal, ($($name:ident: $ty:ty),* $(,)?) -> $value:ident, |$state:ident| $body:expr
        $(, then $after:path)?
    ) => {
        #[unsafe(export_name = concat!("wasi:filesystem/types@0.3#", $function))]
        extern "C" fn version_3($($name: $ty),*) -> *const super::Answer3<$value> {
            crate::state::answer(|$state| $body)
        }
    };
}

#[cfg(not(feature = "tasks"))]
use export_3;

mod content;
mod directory;
mod error_code;
mod metadata;
mod names;
mod open;
mod preopens;
mod streams3;
#[cfg(feature = "tasks")]
mod tasks3;

#[cfg(feature = "tasks")]
use tasks3::export_3;

use vfs_core::{Error, FileKind, FollowFinalLink, NewTimestamp, Timestamp};

use crate::abi::{ErrorCode, Res, Unit};

mod version_2 {
    #[link(wasm_import_module = "[export]wasi:filesystem/types")]
    unsafe extern "C" {
        #[link_name = "[resource-new]descriptor"]
        pub safe fn resource_new_descriptor(number: u32) -> u32;
        #[link_name = "[resource-new]directory-entry-stream"]
        pub safe fn resource_new_directory_entry_stream(number: u32) -> u32;
    }
}

mod version_3 {
    #[link(wasm_import_module = "[export]wasi:filesystem/types@0.3")]
    unsafe extern "C" {
        #[link_name = "[resource-new]descriptor"]
        pub safe fn resource_new_descriptor(number: u32) -> u32;
    }
}

/// `result<T, error-code>`.
type Answer<T> = Res<T, Error>;

/// `result<T, error-code>` of WASI 0.3.
type Answer3<T> = Res<T, ErrorCode>;

/// The value of a successful `result<_, error-code>`.
const DONE: Unit = [];

/// Returns the case of `descriptor-type`.
fn descriptor_type(kind: FileKind) -> u8 {
    match kind {
        FileKind::BlockDevice => 1,
        FileKind::CharacterDevice => 2,
        FileKind::Directory => 3,
        FileKind::Fifo => 4,
        FileKind::SymbolicLink => 5,
        FileKind::RegularFile => 6,
        FileKind::Socket => 7,
    }
}

/// Decodes `path-flags`.
fn follow(path_flags: u32) -> FollowFinalLink {
    if path_flags & 1 == 0 { FollowFinalLink::No } else { FollowFinalLink::Yes }
}

/// Decodes `new-timestamp` from its flat form: case, seconds, nanoseconds.
fn new_timestamp(case: u32, seconds: u64, nanoseconds: u32) -> NewTimestamp {
    match case {
        0 => NewTimestamp::NoChange,
        1 => NewTimestamp::Now,
        _ => NewTimestamp::At(Timestamp { seconds, nanoseconds }),
    }
}
