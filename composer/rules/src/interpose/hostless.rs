//! Interfaces that the vfs provides without a host. If they are denied, their calls still return correct results, but
//! the vfs asks no host for them.

use crate::policy::answers::Answers;

/// Files, with their streams and pollables.
const FILES: [&str; 5] =
    ["wasi:io/error", "wasi:io/poll", "wasi:io/streams", "wasi:filesystem/types", "wasi:filesystem/preopens"];

/// The process. Without a host, variables and arguments come from the settings, standard streams are closed, and
/// nothing is a terminal.
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

/// Returns whether the vfs, with this policy, serves every call of an interface without the host.
pub(super) fn is_hostless(path: &str, answers: &Answers) -> bool {
    FILES.contains(&path) || PROCESS.contains(&path) || answers.has_interface(path)
}
