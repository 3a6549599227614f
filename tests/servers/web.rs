//! Servers: components that export `wasi:http/incoming-handler` and serve their files. All of them do the same:
//!
//! ```text
//! GET /files/PATH   the file, in pieces, with the trailers x-size and x-sum; 404 where there is none
//! PUT /files/PATH   writes the body to that file, and answers 201 with what is then read from it
//! GET /list/PATH    the directory's entries as JSON
//! ```

use std::fs;
use std::future::Future;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use vfs_tests::case::Form;
use vfs_tests::serve_host::Server;
use vfs_tests::{guests, network_host};

use crate::client::{Answer, Client};
use crate::scripts;
use crate::subject::Subject;

/// Bytes of `big.bin`.
const BIG: usize = 1_000_003;

/// All servers.
pub fn trials() -> Vec<Trial> {
    let rust = Subject::new("web/rust", || guests::named("web"), tree);
    let python = Subject::brief("web/python", scripts::python, tree);
    let javascript = Subject::brief("web/javascript", scripts::javascript, tree);
    let mut trials = Vec::new();
    for server in [&rust, &python, &javascript] {
        trials.extend(server.in_every_form("gets", gets));
        trials.extend(server.in_every_form("puts", puts));
        trials.extend(server.composed("is-new-each-time", is_new_each_time));
    }
    trials.extend(rust.composed("leaves-nothing-behind", leaves_nothing_behind));
    trials
}

/// Texts, a large file and directories.
fn tree(root: &Path) -> Result<()> {
    fs::create_dir_all(root.join("site/deep/er"))?;
    fs::write(root.join("site/index.html"), "<h1>hello, image</h1>\n")?;
    fs::write(root.join("site/empty"), "")?;
    fs::write(root.join("site/deep/er/page.txt"), "a page\n")?;
    Ok(fs::write(root.join("site/big.bin"), big())?)
}

fn big() -> Vec<u8> {
    (0..BIG).map(|at| (at % 251) as u8).collect()
}

/// Serves `subject` to one client.
fn served<F: Future<Output = Result<()>>>(subject: &Subject, form: Form, talk: impl FnOnce(Client) -> F) -> Result<()> {
    let made = subject.made(form)?;
    let server = Server::start(&made.bytes()?, made.granted(form).as_deref())?;
    let talked = network_host::runtime().block_on(async { talk(Client::connect(server.address()).await?).await });
    let failures = server.failures();
    talked.with_context(|| failures.join("\n"))?;
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

fn gets(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, async |mut client| {
        let page = client.get("/files/site/index.html").await?;
        is_file(&page, b"<h1>hello, image</h1>\n")?;
        is_file(&client.get("/files/site/empty").await?, b"")?;
        let all = client.get("/files/site/big.bin").await?;
        is_file(&all, &big())?;
        ensure!(all.pieces > 10, "a large file came in {} pieces", all.pieces);
        is(&client.get("/files/site/none").await?, 404, b"no /site/none\n")?;
        is(&client.get("/nothing").await?, 404, b"no /nothing\n")?;
        let listed: Value = serde_json::from_slice(&client.get("/list/site").await?.body)?;
        let wanted = json!([
            { "name": "big.bin", "kind": "file", "size": BIG },
            { "name": "deep", "kind": "directory", "size": 0 },
            { "name": "empty", "kind": "file", "size": 0 },
            { "name": "index.html", "kind": "file", "size": 22 },
        ]);
        ensure!(listed == wanted, "/list/site is {listed}");
        is(&client.get("/list/site/none").await?, 404, b"no /site/none\n")
    })
}

fn puts(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, async |mut client| {
        is(&client.put("/files/uploads/short", &[b"one ", b"two ", b"three"]).await?, 201, b"one two three")?;
        is(&client.put("/files/uploads/none", &[]).await?, 201, b"")?;
        is(&client.put("/files/uploads/big", &[&big(), b"and more"]).await?, 201, &[&big()[..], b"and more"].concat())?;
        is(&client.put("/files/site/index.html", &[b"replaced"]).await?, 201, b"replaced")?;
        // The directory of the host is the next trial's too.
        is(&client.put("/files/site/index.html", &[b"<h1>hello, image</h1>\n"]).await?, 201, b"<h1>hello, image</h1>\n")
    })
}

/// What one request writes, the next does not see.
fn is_new_each_time(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, async |mut client| {
        for _ in 0..3 {
            is(&client.get("/files/uploads/new").await?, 404, b"no /uploads/new\n")?;
            is(&client.put("/files/uploads/new", &[b"new"]).await?, 201, b"new")?;
            is(&client.put("/files/site/index.html", &[b"other"]).await?, 201, b"other")?;
            is_file(&client.get("/files/site/index.html").await?, b"<h1>hello, image</h1>\n")?;
        }
        Ok(())
    })
}

/// After ten thousand requests nothing is left: no instance, no open file, no memory.
fn leaves_nothing_behind(subject: &Subject, form: Form) -> Result<()> {
    const REQUESTS: usize = 10_000;
    /// Requests after which everything has been used once.
    const WARM: usize = 1_000;
    /// Bytes that an allocator may keep, far below one page for each request.
    const SLACK: usize = 8 << 20;
    served(subject, form, async |mut client| {
        let mut before = Left::now().await?;
        for request in 0..REQUESTS {
            if request == WARM {
                before = Left::now().await?;
            }
            // Every other one writes.
            if request % 2 == 0 {
                is_file(&client.get("/files/site/index.html").await?, b"<h1>hello, image</h1>\n")?;
            } else {
                is(&client.put("/files/uploads/new", &[b"new"]).await?, 201, b"new")?;
            }
        }
        let after = Left::now().await?;
        ensure!(after.instances == 0, "{} instances are left", after.instances);
        ensure!(after.files <= before.files, "{} open files became {}", before.files, after.files);
        ensure!(after.mappings <= before.mappings + 8, "{} mappings became {}", before.mappings, after.mappings);
        ensure!(after.bytes <= before.bytes + SLACK, "{} bytes became {}", before.bytes, after.bytes);
        Ok(())
    })
}

/// What this process has.
struct Left {
    instances: usize,
    files: usize,
    mappings: usize,
    bytes: usize,
}

impl Left {
    /// Once the last request's instance is gone.
    async fn now() -> Result<Self> {
        for _ in 0..100 {
            if network_host::living() == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let status = fs::read_to_string("/proc/self/status")?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kibibytes: usize = resident.trim().trim_end_matches(" kB").parse()?;
        Ok(Self {
            instances: network_host::living(),
            files: fs::read_dir("/proc/self/fd")?.count(),
            mappings: fs::read_to_string("/proc/self/maps")?.lines().count(),
            bytes: kibibytes << 10,
        })
    }
}

fn is(answer: &Answer, status: u16, body: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]);
    ensure!(answer.status == status, "the status is {} and not {status}: {text}", answer.status);
    ensure!(answer.body == body, "{} bytes, not the {} that were wanted: {text}", answer.body.len(), body.len());
    Ok(())
}

/// A file with its trailers.
fn is_file(answer: &Answer, body: &[u8]) -> Result<()> {
    is(answer, 200, body)?;
    let sum = body.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    for (name, wanted) in [("x-size", body.len().to_string()), ("x-sum", sum.to_string())] {
        let trailer = answer.trailers.get(name).with_context(|| format!("no trailer {name}"))?.to_str()?;
        ensure!(trailer == wanted, "the trailer {name} is {trailer} and not {wanted}");
    }
    Ok(())
}
