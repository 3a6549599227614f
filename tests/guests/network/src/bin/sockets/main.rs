//! Sockets beside files: TCP, UDP and names, through the standard library and through the calls of WASI 0.2 themselves.
//!
//! `TCP_PEER` and `UDP_PEER` are addresses of the peer that the tests run; what it does is written there.

#[path = "../../files.rs"]
mod files;
mod names;
mod poll;
mod raw;
mod streams;
mod tcp;
mod udp;

fn main() -> std::process::ExitCode {
    check::run(&[
        ("tcp", tcp::BEHAVIOURS),
        ("streams", streams::BEHAVIOURS),
        ("poll", poll::BEHAVIOURS),
        ("udp", udp::BEHAVIOURS),
        ("names", names::BEHAVIOURS),
    ])
}
