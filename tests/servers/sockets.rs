//! TCP, UDP and names beside files, and all of them in one poll list: `guests/network`, program `sockets`.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Result, bail};
use libtest_mimic::Trial;
use vfs_tests::case::Form;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::{guests, network_host};

use crate::peer::Peers;
use crate::subject::Subject;

/// The areas of the program.
const AREAS: [&str; 5] = ["tcp", "streams", "poll", "udp", "names"];

/// Every area in every form.
pub fn trials() -> Vec<Trial> {
    let subject = Subject::new("sockets", || guests::named("sockets"), tree);
    subject.in_every_form("wasmtime", on_wasmtime)
}

/// A text, and more bytes than a stream or a socket takes at once.
fn tree(root: &Path) -> Result<()> {
    std::fs::write(root.join("hello.txt"), "hello, image\n")?;
    let large: Vec<u8> = (0..300_007_u32).map(|at| (at % 251) as u8).collect();
    Ok(std::fs::write(root.join("big.bin"), large)?)
}

fn on_wasmtime(subject: &Subject, form: Form) -> Result<()> {
    let made = subject.made(form)?;
    let linker = network_host::linker().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let output = network_host::run(&made.bytes()?, &invocation()?, made.granted(form).as_deref(), &linker)?;
    all_ok(&output)
}

fn invocation() -> Result<Invocation> {
    static PEERS: OnceLock<Result<Peers, String>> = OnceLock::new();
    let peers = PEERS.get_or_init(|| Peers::start().map_err(|error| format!("{error:#}")));
    let peers = peers.as_ref().map_err(|error| anyhow::Error::msg(error.clone()))?;
    let mut invocation = Invocation::with_args(AREAS);
    invocation.env.insert("TCP_PEER".into(), peers.tcp.to_string());
    invocation.env.insert("UDP_PEER".into(), peers.udp.to_string());
    Ok(invocation)
}

/// Every behaviour held.
fn all_ok(output: &Output) -> Result<()> {
    if output.exit != 0 {
        bail!("ended with {}\n--- stdout\n{}--- stderr\n{}", output.exit, output.stdout, output.stderr);
    }
    Ok(())
}
