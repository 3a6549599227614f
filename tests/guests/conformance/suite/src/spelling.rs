//! Paths with slashes and dots in every position, and what each call answers, from POSIX's path resolution and Linux's manual pages.
//!
//! The paths start at a directory with: `f` a file, `d` an empty directory, `p` a directory with `q` in it, `l` a link to `f`, `m` a link to
//! `d`, `x` a link to what is not there. `n` is not there either.
//!
//! An answer is `ok`, or WASI's name of an error, or several with `|` between where POSIX leaves the choice.

use crate::{Outcome, Saw};

/// A path and the answer to it.
pub type Row = (&'static str, &'static str);

/// What nothing can be done with, whatever the call.
pub const NOWHERE: &[Row] = &[
    ("", "no-entry"),
    ("/", "not-permitted"),
    ("/f", "not-permitted"),
    ("..", "not-permitted"),
    ("../f", "not-permitted"),
    ("./..", "not-permitted"),
    ("d/../..", "not-permitted"),
    ("d/../../f", "not-permitted"),
    ("n/n", "no-entry"),
    ("n/../f", "no-entry"),
    ("f/n", "not-directory"),
    ("f/../f", "not-directory"),
    ("f/./n", "not-directory"),
    ("l/n", "not-directory"),
    ("x/n", "no-entry"),
    ("n/.", "no-entry"),
    ("n/..", "no-entry"),
    ("f/.", "not-directory"),
    ("f/..", "not-directory"),
    ("l/.", "not-directory"),
    ("x/.", "no-entry"),
];

/// `stat`, `set-times` and `metadata-hash`, links followed.
pub const LOOK_FOLLOWING: &[Row] = &[
    ("f", "ok"),
    ("./f", "ok"),
    (".//./f", "ok"),
    ("d/../f", "ok"),
    ("p/q", "ok"),
    ("p//q", "ok"),
    ("p/./q", "ok"),
    ("p/../p/q", "ok"),
    ("m/../f", "ok"),
    ("f/", "not-directory"),
    ("f//", "not-directory"),
    ("d", "ok"),
    ("d/", "ok"),
    ("d//", "ok"),
    ("d/.", "ok"),
    ("d/./", "ok"),
    ("d/..", "ok"),
    ("d/../", "ok"),
    (".", "ok"),
    ("./", "ok"),
    ("l", "ok"),
    ("l/", "not-directory"),
    ("m", "ok"),
    ("m/", "ok"),
    ("m/.", "ok"),
    ("m/..", "ok"),
    ("x", "no-entry"),
    ("x/", "no-entry"),
    ("n", "no-entry"),
    ("n/", "no-entry"),
];

/// The same, links not followed: a slash behind a link follows it all the same.
pub const LOOK: &[Row] = &[
    ("f", "ok"),
    ("f/", "not-directory"),
    ("d/", "ok"),
    ("l", "ok"),
    ("./l", "ok"),
    ("l/", "not-directory"),
    ("m", "ok"),
    ("m/", "ok"),
    ("m/.", "ok"),
    ("x", "ok"),
    ("x/", "no-entry"),
    ("n", "no-entry"),
];

/// `open` for reading, links not followed.
pub const OPEN: &[Row] = &[
    ("f", "ok"),
    ("f/", "not-directory"),
    ("d", "ok"),
    ("d/", "ok"),
    (".", "ok"),
    ("l", "loop"),
    ("l/", "not-directory"),
    ("m", "loop"),
    ("m/", "ok"),
    ("m/.", "ok"),
    ("x", "loop"),
    ("x/", "no-entry"),
    ("n", "no-entry"),
];

/// `open` with `create`, for writing, links followed.
pub const OPEN_CREATING: &[Row] = &[
    ("n", "ok"),
    ("./n", "ok"),
    ("d/n", "ok"),
    ("m/n", "ok"),
    ("d/../n", "ok"),
    ("f", "ok"),
    ("l", "ok"),
    ("x", "ok"),
    ("n/", "is-directory"),
    ("f/", "is-directory|not-directory"),
    ("d", "is-directory"),
    ("d/", "is-directory"),
    ("d/.", "is-directory"),
    ("d/..", "is-directory"),
    (".", "is-directory"),
    ("m", "is-directory"),
];

/// `mkdir`.
pub const MAKE_DIRECTORY: &[Row] = &[
    ("n", "ok"),
    ("n/", "ok"),
    ("n//", "ok"),
    ("./n", "ok"),
    ("d/n", "ok"),
    ("d//n/", "ok"),
    ("m/n", "ok"),
    ("d/../n", "ok"),
    ("f", "exist"),
    ("f/", "exist|not-directory"),
    ("d", "exist"),
    ("d/", "exist"),
    ("d/.", "exist"),
    ("d/..", "exist"),
    (".", "exist"),
    ("l", "exist"),
    ("m", "exist"),
    ("m/", "exist"),
    ("x", "exist"),
];

/// `unlink`.
pub const UNLINK: &[Row] = &[
    ("f", "ok"),
    ("./f", "ok"),
    ("d/../f", "ok"),
    ("p/q", "ok"),
    ("f/", "not-directory"),
    ("d", "is-directory"),
    ("d/", "is-directory"),
    ("d/.", "is-directory"),
    ("d/..", "is-directory"),
    (".", "is-directory"),
    ("l", "ok"),
    ("l/", "not-directory"),
    ("m", "ok"),
    ("x", "ok"),
    ("n", "no-entry"),
    ("n/", "no-entry"),
];

/// `rmdir`.
pub const REMOVE_DIRECTORY: &[Row] = &[
    ("d", "ok"),
    ("d/", "ok"),
    ("d//", "ok"),
    ("./d", "ok"),
    ("p/../d", "ok"),
    ("d/.", "invalid"),
    ("d/..", "not-empty|invalid|busy"),
    (".", "invalid"),
    ("p", "not-empty|exist"),
    ("p/", "not-empty|exist"),
    ("f", "not-directory"),
    ("f/", "not-directory"),
    ("l", "not-directory"),
    ("l/", "not-directory"),
    ("m", "not-directory"),
    ("m/", "not-directory"),
    ("m/.", "invalid"),
    ("x", "not-directory"),
    ("x/", "no-entry|not-directory"),
    ("n", "no-entry"),
    ("n/", "no-entry"),
];

/// The name that `symlink` and `link` make.
pub const NEW_NAME: &[Row] = &[
    ("n", "ok"),
    ("./n", "ok"),
    ("d/n", "ok"),
    ("m/n", "ok"),
    ("d/../n", "ok"),
    ("n/", "no-entry|not-directory"),
    ("f", "exist"),
    ("f/", "not-directory"),
    ("d", "exist"),
    ("d/", "exist"),
    ("d/.", "exist"),
    ("d/..", "exist"),
    (".", "exist"),
    ("l", "exist"),
    ("m", "exist"),
    ("x", "exist"),
];

/// What `link` links, links not followed.
pub const LINK_OLD: &[Row] = &[
    ("f", "ok"),
    ("./f", "ok"),
    ("d/../f", "ok"),
    ("l", "ok"),
    ("m", "ok"),
    ("x", "ok"),
    ("f/", "not-directory"),
    ("l/", "not-directory"),
    ("d", "not-permitted"),
    ("d/", "not-permitted"),
    ("d/.", "not-permitted"),
    (".", "not-permitted"),
    ("m/", "not-permitted"),
    ("x/", "no-entry"),
    ("n", "no-entry"),
];

/// What `rename` renames, to a name that is not there.
pub const RENAME_OLD: &[Row] = &[
    ("f", "ok"),
    ("./f", "ok"),
    ("d/../f", "ok"),
    ("p/q", "ok"),
    ("d", "ok"),
    ("d/", "ok"),
    ("d//", "ok"),
    ("l", "ok"),
    ("m", "ok"),
    ("x", "ok"),
    ("f/", "not-directory"),
    ("l/", "not-directory"),
    ("d/.", "busy|invalid"),
    ("d/..", "busy|invalid"),
    (".", "busy|invalid"),
    ("n", "no-entry"),
    ("n/", "no-entry"),
];

/// Where `rename` puts the file `f`.
pub const RENAME_FILE_TO: &[Row] = &[
    ("n", "ok"),
    ("./n", "ok"),
    ("d/n", "ok"),
    ("m/n", "ok"),
    ("f", "ok"),
    ("l", "ok"),
    ("m", "ok"),
    ("x", "ok"),
    ("p/q", "ok"),
    ("n/", "not-directory"),
    ("d", "is-directory"),
    ("d/", "is-directory|not-directory"),
    ("p", "is-directory"),
    ("d/.", "busy|invalid"),
    (".", "busy|invalid"),
];

/// Where `rename` puts the empty directory `d`.
pub const RENAME_DIRECTORY_TO: &[Row] = &[
    ("n", "ok"),
    ("n/", "ok"),
    ("./n/", "ok"),
    ("p/n", "ok"),
    ("d", "ok"),
    ("d/", "ok"),
    ("f", "not-directory"),
    ("f/", "not-directory"),
    ("l", "not-directory"),
    ("m", "not-directory"),
    ("x", "not-directory"),
    ("p", "not-empty|exist"),
    ("p/", "not-empty|exist"),
    ("d/n", "invalid"),
    ("d/n/", "invalid"),
    ("p/.", "busy|invalid"),
    (".", "busy|invalid"),
];

/// `readlink`.
pub const READ_LINK: &[Row] = &[
    ("l", "ok"),
    ("./l", "ok"),
    ("d/../l", "ok"),
    ("m", "ok"),
    ("x", "ok"),
    ("l/", "not-directory"),
    ("m/", "invalid"),
    ("x/", "no-entry"),
    ("f", "invalid"),
    ("f/", "not-directory"),
    ("d", "invalid"),
    (".", "invalid"),
    ("n", "no-entry"),
];

/// Asks `call` about the paths of `rows`: it makes what a path starts at, and gives the answer's name.
pub fn all(rows: &[&[Row]], mut call: impl FnMut(usize, &str) -> Result<&'static str, Saw>) -> Outcome {
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().copied().flatten().enumerate() {
        wrong.extend(judge(row, call(number, row.0)?));
    }
    outcome(&wrong)
}

/// The same, of a call that has to be waited for.
pub async fn all_waiting(rows: &[&[Row]], mut call: impl AsyncFnMut(usize, &str) -> Result<String, Saw>) -> Outcome {
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().copied().flatten().enumerate() {
        wrong.extend(judge(row, &call(number, row.0).await?));
    }
    outcome(&wrong)
}

/// What is wrong with an answer.
fn judge((path, wanted): &Row, seen: &str) -> Option<String> {
    let fits = wanted.split('|').any(|answer| answer == seen);
    (!fits).then(|| format!("`{path}`: {seen}, not {}", wanted.replace('|', " or ")))
}

fn outcome(wrong: &[String]) -> Outcome {
    if wrong.is_empty() { Ok(()) } else { Err(Saw(wrong.join("; "))) }
}
