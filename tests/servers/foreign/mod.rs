//! Interfaces of other packages, whose host is here: what is the host's passes, what is the filesystem's gets the refusal that
//! `docs/linked.md` describes.

mod blobstore;
mod exchange;

use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use libtest_mimic::Trial;
use vfs_tests::case::Form;
use vfs_tests::host::{Invocation, Output};
use vfs_tests::{guests, network_host};

use crate::origin;
use crate::programs::all_ok;
use crate::subject::{FOREIGN_FORMS, Subject};

/// Every program in every form.
pub fn trials() -> Vec<Trial> {
    let blobs = Subject::of_forms(&FOREIGN_FORMS, "foreign/blobstore", || guests::named("blobs"), tree);
    let exchange = Subject::of_forms(&FOREIGN_FORMS, "foreign/exchange", || guests::named("exchange"), tree);
    let mut trials = blobs.in_every_form("objects", |subject, form| all_ok(&run(subject, form, &["blobs"])?));
    trials.extend(exchange.in_every_form("hosts", |subject, form| all_ok(&run(subject, form, &["hosts"])?)));
    trials.extend(exchange.composed("files", |subject, form| all_ok(&run(subject, form, &["files"])?)));
    trials.extend(exchange.composed("no-words", no_words));
    trials
}

fn tree(root: &Path) -> Result<()> {
    std::fs::write(root.join("hello.txt"), "hello, image\n")?;
    Ok(std::fs::write(root.join("big.bin"), origin::big())?)
}

fn run(subject: &Subject, form: Form, areas: &[&str]) -> Result<Output> {
    let made = subject.made(form)?;
    let linker = || -> wasmtime::Result<_> {
        let mut linker = network_host::linker()?;
        blobstore::add(&mut linker)?;
        exchange::add(&mut linker)?;
        Ok(linker)
    };
    let linker = linker().map_err(|error| anyhow!("{error:?}"))?;
    let invocation = Invocation::with_args(areas.iter().copied());
    network_host::run(&made.bytes()?, &invocation, made.granted(form).as_deref(), &linker)
}

/// A function whose type cannot say that it refuses: a message that names it, and the end.
fn no_words(subject: &Subject, form: Form) -> Result<()> {
    let Output { exit, stdout, stderr } = run(subject, form, &["no-words"])?;
    ensure!(exit == 1, "ended with {exit}\n{stdout}{stderr}");
    ensure!(stdout == "asking\n", "this was printed: {stdout}");
    let wanted = "vfs-compose: `tests:exchange/desks#[method]desk.waiting` was given a stream or another resource";
    ensure!(stderr.contains(wanted), "this was said: {stderr}");
    Ok(())
}
