//! The asynchronous functions of WASI 0.3 over a layer that answers late: each call is a task.

use vfs_core::Error;

use crate::abi::{DescriptorType, ErrorCode, List, Unit};

/// Exports a function of WASI 0.3 as a task.
macro_rules! export_3 {
    ($function:literal, ($($name:ident: $ty:ty),* $(,)?) -> $value:ident, |$state:ident| $body:expr) => {
        super::tasks3::export_3! {
            $function, ($($name: $ty),*) -> $value, |$state| $body, then crate::layer::tasks::exit
        }
    };
    (
        $function:literal, ($($name:ident: $ty:ty),* $(,)?) -> $value:ident, |$state:ident| $body:expr,
        then $after:path
    ) => {
        super::tasks3::task_return! { $function, $value }

        #[unsafe(export_name = concat!("[async-lift]wasi:filesystem/types@0.3#", $function))]
        extern "C" fn version_3($($name: $ty),*) -> u32 {
            let operation =
                move |$state: &mut crate::state::State| -> Result<$value, crate::layer::Stop> { $body };
            crate::layer::tasks::begin(operation, give, |error| give(Err(error)), $after)
        }

        #[unsafe(export_name = concat!("[callback][async-lift]wasi:filesystem/types@0.3#", $function))]
        extern "C" fn callback(event: u32, waitable: u32, code: u32) -> u32 {
            crate::layer::tasks::callback(event, waitable, code)
        }
    };
}

/// Generates `give`, which returns a `result<T, error-code>` to the app, flat.
macro_rules! task_return {
    ($function:literal, Hash) => {
        super::tasks3::task_return! { $function: (one: u64, other: u64, text: u32, length: u32) }

        fn give(result: Result<Hash, vfs_core::Error>) {
            match result {
                Ok($crate::abi::Pair(lower, upper)) => import(0, lower, upper, 0, 0),
                Err(error) => import(1, super::tasks3::number(error).into(), 0, 0, 0),
            }
        }
    };
    ($function:literal, Stat3) => {
        super::tasks3::task_return! { $function: (
            kind: u32, has_text: u32, text: u32, length: u32, links: u64, size: u64,
            accessed: u32, accessed_seconds: u64, accessed_nanoseconds: u32,
            modified: u32, modified_seconds: u64, modified_nanoseconds: u32,
            changed: u32, changed_seconds: u64, changed_nanoseconds: u32,
        ) }

        fn give(result: Result<Stat3, vfs_core::Error>) {
            match result {
                Ok(stat) => {
                    let [kind, has_text, text, length] = super::tasks3::Flat::flat(stat.kind);
                    let [accessed, modified, changed] =
                        [stat.accessed, stat.modified, stat.changed].map(super::tasks3::time);
                    import(
                        0, kind, has_text, text, length, stat.link_count, stat.size,
                        accessed.0, accessed.1, accessed.2, modified.0, modified.1, modified.2,
                        changed.0, changed.1, changed.2,
                    );
                }
                Err(error) => import(1, super::tasks3::number(error), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
            }
        }
    };
    ($function:literal, $value:ident) => {
        super::tasks3::task_return! { $function: (one: u32, two: u32, three: u32, four: u32) }

        fn give(result: Result<$value, vfs_core::Error>) {
            match result.map(super::tasks3::Flat::flat) {
                Ok([one, two, three, four]) => import(0, one, two, three, four),
                Err(error) => import(1, super::tasks3::number(error), 0, 0, 0),
            }
        }
    };
    ($function:literal: ($($name:ident: $ty:ty),* $(,)?)) => {
        #[link(wasm_import_module = "[export]wasi:filesystem/types@0.3")]
        unsafe extern "C" {
            #[link_name = concat!("[task-return]", $function)]
            safe fn import(tag: u32, $($name: $ty),*);
        }
    };
}

pub(super) use {export_3, task_return};

/// A result of at most four flat values. It is padded if `error-code` has more.
pub(super) trait Flat {
    fn flat(self) -> [u32; 4];
}

impl Flat for Unit {
    fn flat(self) -> [u32; 4] {
        [0; 4]
    }
}

/// Flags.
impl Flat for u8 {
    fn flat(self) -> [u32; 4] {
        [self.into(), 0, 0, 0]
    }
}

/// A handle.
impl Flat for u32 {
    fn flat(self) -> [u32; 4] {
        [self, 0, 0, 0]
    }
}

impl Flat for List {
    fn flat(self) -> [u32; 4] {
        [self.pointer.addr() as u32, self.length as u32, 0, 0]
    }
}

impl Flat for DescriptorType {
    fn flat(self) -> [u32; 4] {
        [self.number().into(), 0, 0, 0]
    }
}

/// Returns the case of an `error-code`, which has no text.
pub(super) fn number(error: Error) -> u32 {
    ErrorCode::from(error).number().into()
}

/// Flattens `option<instant>`: whether there is one, and its value.
pub(super) fn time(time: crate::abi::Opt<crate::abi::Datetime>) -> (u32, u64, u32) {
    match time {
        crate::abi::Opt::None => (0, 0, 0),
        crate::abi::Opt::Some(time) => (1, time.seconds, time.nanoseconds),
    }
}
