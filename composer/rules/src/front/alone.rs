//! What the vfs has without a host. Denying it means that no host is asked; calls have a right answer all the same.

use crate::policy::answers::Answers;

/// Files, and the streams and pollables of files.
const FILES: [&str; 5] =
    ["wasi:io/error", "wasi:io/poll", "wasi:io/streams", "wasi:filesystem/types", "wasi:filesystem/preopens"];

/// Variables and arguments are those of the settings, streams are closed, and nothing is a terminal.
const PROCESS: [&str; 9] = [
    "wasi:cli/environment",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
];

/// Whether the vfs answers every call of an interface itself, with this policy.
pub(super) fn is_alone(path: &str, answers: &Answers) -> bool {
    FILES.contains(&path) || PROCESS.contains(&path) || answers.has_interface(path)
}
