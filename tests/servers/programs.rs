//! Programs with the network beside their files: `guests/network`. Each prints what it saw and fails unless all of it was right.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Result, anyhow, bail, ensure};
use libtest_mimic::Trial;
use vfs_tests::case::Form;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::{compose, guests, network_host, node_host, versions, wasmtime50_host};

use crate::origin;
use crate::peer::Peers;
use crate::subject::Subject;

/// Every program in every form.
pub fn trials() -> Vec<Trial> {
    let sockets = Subject::new("sockets", || guests::named("sockets"), tree);
    let mut trials = sockets.in_every_form("wasmtime", on_wasmtime);
    trials.extend(sockets.composed("node", on_node));
    trials.push(sockets.trial(Form::Linked, "run", by_run));
    let clients = clients();
    for client in &clients {
        trials.extend(client.in_every_form("wasmtime", on_wasmtime));
        trials.extend(client.composed("wasmtime-50", on_wasmtime50));
    }
    trials.extend(clients[0].composed("node", on_node));
    trials.push(clients[0].trial(Form::Linked, "run", by_run));
    trials.push(clients[0].trial(Form::Linked, "run-without-asking", no_http_without_asking));
    trials
}

/// The http client, as the toolchains of several minors would have made it.
fn clients() -> [Arc<Subject>; 4] {
    [
        Subject::new("client/0.2.12", || guests::named("client"), tree),
        Subject::brief("client/0.2.4", || guests::named("client-0-2-4"), tree),
        Subject::brief("client/0.2.3", || older("0.2.3"), tree),
        Subject::brief("client/0.2.1", || older("0.2.1"), tree),
    ]
}

/// The client with bindings of another version than its standard library's, which are 0.2.0 and 0.2.6.
fn older(version: &str) -> Result<Vec<u8>> {
    Ok(versions::reversion(&guests::named("client-0-2-4")?, "wasi:", "0.2.4", version))
}

/// A text, and more bytes than a stream takes at once.
fn tree(root: &Path) -> Result<()> {
    std::fs::write(root.join("hello.txt"), "hello, image\n")?;
    Ok(std::fs::write(root.join("big.bin"), origin::big())?)
}

fn on_wasmtime(subject: &Subject, form: Form) -> Result<()> {
    let made = subject.made(form)?;
    let linker = network_host::linker().map_err(|error| anyhow!("{error:?}"))?;
    all_ok(&network_host::run(&made.bytes()?, &invocation()?, made.granted(form).as_deref(), &linker)?)
}

fn on_wasmtime50(subject: &Subject, form: Form) -> Result<()> {
    all_ok(&wasmtime50_host::run(&subject.made(form)?.component(), &invocation()?)?)
}

/// `vfs-compose run`, with the flags that ask for the network.
fn by_run(subject: &Subject, form: Form) -> Result<()> {
    let output = run(subject, form, &["--sockets", "inherit", "--http", "inherit"])?;
    ensure!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    Ok(())
}

/// Without them, it gives no http.
fn no_http_without_asking(subject: &Subject, form: Form) -> Result<()> {
    let output = run(subject, form, &[])?;
    let said = text(&output.stderr);
    ensure!(!output.status.success() && said.contains("wasi:http/"), "{}: {said}", output.status);
    Ok(())
}

fn run(subject: &Subject, form: Form, flags: &[&str]) -> Result<std::process::Output> {
    // The tree of another form: the one of the host directory changes while its own trial runs.
    let (app, tree) = (subject.made(Form::HostDirectory)?.component(), subject.made(form)?.tree());
    let mut arguments: Vec<OsString> = ["run", "--form", form.name(), "--image"].map(OsString::from).into();
    arguments.extend([tree.into(), app.into()]);
    arguments.extend(flags.iter().map(OsString::from));
    for (name, value) in &invocation()?.env {
        arguments.extend(["--env".into(), format!("{name}={value}").into()]);
    }
    compose::run(arguments)
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// What jco's shim has: no trailers, no error in the middle of a body, no connection that is closed in one direction.
const ON_NODE: [&str; 16] = [
    "status_and_headers",
    "body_to_a_file",
    "body_to_a_file_by_splice",
    "body_in_parts_to_two_files",
    "body_that_is_empty",
    "body_that_comes_slowly",
    "no_trailers",
    "file_by_splice",
    "file_by_writes",
    "part_of_a_file",
    "from_one_answer_to_the_next_request",
    "large_file_there_and_back",
    "serves_a_caller",
    "serves_several_callers",
    "calls_itself",
    "splice_socket_to_file",
];

fn on_node(subject: &Subject, form: Form) -> Result<()> {
    let invocation = Invocation { args: ON_NODE.map(str::to_owned).into(), ..invocation()? };
    all_ok(&node_host::run(&subject.made(form)?.component(), form, &invocation)?)
}

/// Where the others are.
struct Others {
    peers: Peers,
    origin: std::net::SocketAddr,
}

fn invocation() -> Result<Invocation> {
    static OTHERS: OnceLock<Result<Others, String>> = OnceLock::new();
    let start = || -> Result<Others> { Ok(Others { peers: Peers::start()?, origin: origin::start()? }) };
    let others = OTHERS.get_or_init(|| start().map_err(|error| format!("{error:#}")));
    let Others { peers, origin } = others.as_ref().map_err(|error| anyhow::Error::msg(error.clone()))?;
    let mut invocation = Invocation::default();
    for (name, address) in [("TCP_PEER", peers.tcp), ("UDP_PEER", peers.udp), ("ORIGIN", *origin)] {
        invocation.env.insert(name.into(), address.to_string());
    }
    Ok(invocation)
}

/// Every behaviour held.
///
/// # Errors
/// One did not.
pub fn all_ok(output: &Output) -> Result<()> {
    if output.exit != 0 {
        bail!("ended with {}\n--- stdout\n{}--- stderr\n{}", output.exit, output.stdout, output.stderr);
    }
    Ok(())
}
