//! Error numbers of wasi-libc by name, the same for preview1 and 0.2.

use std::fmt::Debug;
use std::io;

use check::{Outcome, here};

const NAMES: &[(i32, &str)] = &[
    (2, "EACCES"),
    (8, "EBADF"),
    (20, "EEXIST"),
    (28, "EINVAL"),
    (29, "EIO"),
    (31, "EISDIR"),
    (32, "ELOOP"),
    (37, "ENAMETOOLONG"),
    (44, "ENOENT"),
    (51, "ENOSPC"),
    (54, "ENOTDIR"),
    (55, "ENOTEMPTY"),
    (58, "ENOTSUP"),
    (63, "EPERM"),
    (69, "EROFS"),
    (76, "ENOTCAPABLE"),
];

/// The name of an error's number.
pub fn name(error: &io::Error) -> String {
    let number = error.raw_os_error().unwrap_or(-1);
    match NAMES.iter().find(|(n, _)| *n == number) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("{number} ({:?})", error.kind()),
    }
}

/// The call failed with one of these errors.
#[track_caller]
pub fn refused<T: Debug>(result: io::Result<T>, wanted: &[&str]) -> Outcome {
    match result {
        Ok(value) => Err(here(format!("{value:?}, not {}", wanted.join(" or ")))),
        Err(error) if wanted.contains(&name(&error).as_str()) => Ok(()),
        Err(error) => Err(here(format!("{}, not {}", name(&error), wanted.join(" or ")))),
    }
}
