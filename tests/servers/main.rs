//! Apps that use more of WASI than files: sockets, http clients, servers. Each is composed in every form, runs without any host
//! directory, and must do what it does on one.
//!
//! `just test-only sockets` runs some.
//!
//! ```text
//! subject     an app and its tree, composed in each form
//! peer        who answers on the other side of a socket
//! pieces      bodies that are sent piece by piece
//! origin      the server that http clients talk to
//! programs    trials of programs that use sockets and http
//! foreign     trials of programs that use interfaces of other packages, and their hosts
//! gate        trials of a program that may talk to some servers alone
//! client      sends requests
//! scripts     servers in Python and JavaScript
//! web         trials of servers
//! serve       `vfs-compose serve`, and what `run` says of a command of WASI 0.3
//! web3        trials of a server of WASI 0.3, whose requests may have one instance in common
//! streams3    a command of WASI 0.3 whose files are the host's streams
//! ```

mod client;
mod foreign;
mod gate;
mod origin;
mod peer;
mod pieces;
mod programs;
mod scripts;
mod serve;
mod streams3;
mod subject;
mod web;
mod web3;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after another: one trial watches the memory of this process.
    arguments.test_threads.get_or_insert(1);
    let trials = [
        programs::trials(),
        foreign::trials(),
        gate::trials(),
        web::trials(),
        web3::trials(),
        streams3::trials(),
        serve::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}
