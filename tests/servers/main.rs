//! Apps that use more of WASI 0.2 than files: sockets, http clients, servers. Each is composed in every form, runs without any host
//! directory, and must do what it does on one.
//!
//! `cargo test --release -p vfs-tests --test servers -- sockets` runs some.
//!
//! ```text
//! subject     an app and its tree, composed in each form
//! peer        who answers on the other side of a socket
//! sockets     trials
//! ```

mod peer;
mod sockets;
mod subject;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), sockets::trials()).exit_code()
}
