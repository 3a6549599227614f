//! A server of WASI 0.3, `tests/guests/web3`: bodies are streams of files, and one instance has many requests at a time.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use vfs_tests::case::Form;
use vfs_tests::serve3_host::{Instances, Server};
use vfs_tests::{guests, network_host};

use crate::client::{Answer, Client};
use crate::origin;
use crate::subject::Subject;

const FORMS: [Form; 2] = [Form::HostDirectory, Form::Plugged];
/// Nothing of a trial takes nearly as long.
const LIMIT: Duration = Duration::from_secs(30);
/// Sizes of bodies, with names.
const SIZES: [(&str, usize); 4] = [("none", 0), ("one", 1), ("odd", (64 << 10) + 1), ("big", 5 << 20)];
/// Requests at a time.
const CLIENTS: usize = 16;

/// All of it.
pub fn trials() -> Vec<Trial> {
    let server = Subject::of_forms(&FORMS, "web3", || guests::named("web3"), tree);
    let mut trials = Vec::new();
    trials.extend(server.in_every_form("gets", gets));
    trials.extend(server.in_every_form("puts", puts));
    trials.extend(server.in_every_form("opens-when-it-has-answered", opens_late));
    trials.extend(server.in_every_form("is-a-client", is_a_client));
    trials.extend(server.in_every_form("holds-a-request-open", holds_open));
    trials.extend(server.in_every_form("128-requests-16-at-a-time", many));
    trials.extend(server.in_every_form("clients-go-away", clients_go_away));
    trials.extend(server.composed("one-instance-each", one_instance_each));
    trials
}

fn tree(root: &Path) -> Result<()> {
    fs::create_dir_all(root.join("site/deep"))?;
    fs::create_dir(root.join("up"))?;
    fs::write(root.join("site/page"), "a page\n")?;
    SIZES.into_iter().try_for_each(|(name, size)| Ok(fs::write(root.join("site").join(name), bytes(size, 0))?))
}

/// So many bytes, others for another seed.
fn bytes(size: usize, seed: usize) -> Vec<u8> {
    (0..size).map(|at| ((at + seed) % 251) as u8).collect()
}

/// Serves `subject` while `talk` lasts, and no longer: when the clients are gone, no instance is left.
fn served<F: Future<Output = Result<()>>>(
    subject: &Subject,
    form: Form,
    instances: Instances,
    talk: impl FnOnce(Server3) -> F,
) -> Result<()> {
    let made = subject.made(form)?;
    let server = Arc::new(Server::start(&made.bytes()?, made.granted(form).as_deref(), instances)?);
    let talked = network_host::runtime().block_on(async {
        let talked = timeout(LIMIT, talk(Server3(Arc::clone(&server)))).await;
        talked.unwrap_or_else(|_| Err(anyhow::anyhow!("it does not end")))
    });
    let failures = server.failures();
    drop(server);
    talked.with_context(|| failures.join("\n"))?;
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    network_host::runtime().block_on(none_is_left())
}

async fn none_is_left() -> Result<()> {
    for _ in 0..200 {
        if network_host::living() == 0 {
            return Ok(());
        }
        sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("{} instances are left", network_host::living())
}

/// Where clients connect to.
#[derive(Clone)]
struct Server3(Arc<Server>);

impl Server3 {
    async fn client(&self) -> Result<Client> {
        Client::connect(self.0.address()).await
    }

    /// A connection on which anything can be said.
    async fn connection(&self, said: &[u8]) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(self.0.address()).await?;
        stream.write_all(said).await?;
        Ok(stream)
    }
}

fn gets(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::One, async |server| {
        let mut client = server.client().await?;
        for (name, size) in SIZES {
            for how in ["files", "pieces"] {
                is(&client.get(&format!("/{how}/site/{name}")).await?, 200, &bytes(size, 0))?;
            }
        }
        is(&client.get("/list/site").await?, 200, b"big\ndeep\nnone\nodd\none\npage\n")?;
        is(&client.get("/list/site/deep").await?, 200, b"")?;
        is(&client.get("/files/site/nothing").await?, 404, b"ErrorCode::NoEntry\n")
    })
}

fn puts(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::One, async |server| {
        let mut client = server.client().await?;
        for (name, size) in SIZES {
            let (path, body) = (format!("/files/up/{name}"), bytes(size, 7));
            is(&client.put(&path, &[&body]).await?, 201, size.to_string().as_bytes())?;
            is(&client.get(&path).await?, 200, &body)?;
        }
        is(&client.put("/files/up/pieces", &[b"one ", b"two ", b"three"]).await?, 201, b"13")?;
        is(&client.get("/files/up/pieces").await?, 200, b"one two three")
    })
}

fn opens_late(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::One, async |server| {
        let mut client = server.client().await?;
        is(&client.get("/late/site/big").await?, 200, &bytes(5 << 20, 0))?;
        is(&client.get("/late/site/nothing").await?, 200, b"ErrorCode::NoEntry\n")?;
        // What is done behind an answer is done at any time.
        for _ in 0..100 {
            if client.get("/files/log").await?.body == b"site/big\nsite/nothing\n" {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("what comes after the answer is not done")
    })?;
    // The directory of the host is the next trial's too.
    subject.made(form)?.granted(form).map_or(Ok(()), |root| Ok(fs::remove_file(root.join("log"))?))
}

fn is_a_client(subject: &Subject, form: Form) -> Result<()> {
    let origin = origin::start()?;
    served(subject, form, Instances::One, async |server| {
        let mut client = server.client().await?;
        let size = origin::BIG.to_string();
        is(&client.get(&format!("/fetch/{origin}/up/fetched")).await?, 201, size.as_bytes())?;
        is(&client.get("/files/up/fetched").await?, 200, &origin::big())?;
        for (name, size) in SIZES {
            is(&client.get(&format!("/send/{origin}/site/{name}")).await?, 200, &bytes(size, 0))?;
        }
        Ok(())
    })
}

/// A request that is held open reads what another writes meanwhile.
fn holds_open(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::One, async |server| {
        let (mut client, big) = (server.client().await?, bytes(5 << 20, 0));
        is(&client.put("/files/up/held", &[b"before"]).await?, 201, b"6")?;
        let mut slow = server.connection(b"GET /slow/up/held HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
        let mut begun = [0; 1];
        slow.read_exact(&mut begun).await?;
        is(&client.get("/files/site/big").await?, 200, &big)?;
        is(&client.put("/files/up/held", &[b"meanwhile"]).await?, 201, b"9")?;
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await?;
        ensure!(answer.contains("wait\n") && answer.contains("meanwhile"), "{answer}");
        Ok(())
    })
}

/// Each client writes a file that another reads, and all append to one.
fn many(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::One, async |server| {
        let (mut clients, barrier) = (JoinSet::new(), Arc::new(Barrier::new(CLIENTS)));
        for number in 0..CLIENTS {
            clients.spawn(one_of_many(server.clone(), number, Arc::clone(&barrier)));
        }
        for client in clients.join_all().await {
            client?;
        }
        let mut client = server.client().await?;
        let log = client.get("/files/log").await?;
        let mut lines: Vec<usize> = String::from_utf8(log.body)?.lines().map(str::parse).collect::<Result<_, _>>()?;
        lines.sort_unstable();
        ensure!(lines == (0..CLIENTS).collect::<Vec<_>>(), "the log has {lines:?}");
        Ok(())
    })?;
    subject.made(form)?.granted(form).map_or(Ok(()), |root| Ok(fs::remove_file(root.join("log"))?))
}

/// Eight requests.
async fn one_of_many(server: Server3, number: usize, barrier: Arc<Barrier>) -> Result<()> {
    let (mut client, (_, size)) = (server.client().await?, SIZES[number % SIZES.len()]);
    is(&client.put(&format!("/files/up/{number}"), &[&bytes(size, number)]).await?, 201, size.to_string().as_bytes())?;
    let log = client.post(&format!("/log/{number}")).await?;
    ensure!(
        String::from_utf8(log.body)?.lines().any(|line| line == number.to_string()),
        "its own line is not in the log"
    );
    barrier.wait().await;
    let next = (number + 1) % CLIENTS;
    let (path, body) = (format!("up/{next}"), bytes(SIZES[next % SIZES.len()].1, next));
    is(&client.get(&format!("/files/{path}")).await?, 200, &body)?;
    is(&client.get(&format!("/pieces/{path}")).await?, 200, &body)?;
    is(&client.get("/files/site/odd").await?, 200, &bytes((64 << 10) + 1, 0))?;
    is(&client.get(&format!("/slow/{path}")).await?, 200, &[b"wait\n", &body[..]].concat())?;
    is(&client.get("/files/site/nothing").await?, 404, b"ErrorCode::NoEntry\n")?;
    let listed = String::from_utf8(client.get("/list/up").await?.body)?;
    let missing = (0..CLIENTS).find(|number| !listed.lines().any(|name| name == number.to_string()));
    ensure!(missing.is_none(), "{missing:?} is not listed: {listed}");
    Ok(())
}

/// Some clients leave in the middle of a body, either way. The others do not notice.
fn clients_go_away(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::One, async |server| {
        let mut client = server.client().await?;
        for _ in 0..4 {
            for path in ["files/site/big", "pieces/site/big", "slow/site/big", "late/site/big"] {
                let request = format!("GET /{path} HTTP/1.1\r\nhost: x\r\n\r\n");
                let mut gone = server.connection(request.as_bytes()).await?;
                gone.read_exact(&mut [0; 10]).await?;
            }
            let half = b"PUT /files/up/half HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nhalf";
            let gone = server.connection(half).await?;
            is(&client.get("/files/site/big").await?, 200, &bytes(5 << 20, 0))?;
            drop(gone);
            is(&client.put("/files/up/whole", &[&bytes(100_000, 3)]).await?, 201, b"100000")?;
        }
        is(&client.get("/files/up/whole").await?, 200, &bytes(100_000, 3))?;
        // Behind an answer that nobody reads, `/late` goes on.
        sleep(Duration::from_millis(200)).await;
        is(&client.get("/files/site/page").await?, 200, b"a page\n")
    })?;
    let granted = subject.made(form)?.granted(form);
    granted.map_or(Ok(()), |root| Ok(fs::remove_file(root.join("log"))?))
}

/// With an instance for each request, what one writes no other sees.
fn one_instance_each(subject: &Subject, form: Form) -> Result<()> {
    served(subject, form, Instances::OneEach, async |server| {
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let server = server.clone();
            clients.spawn(async move {
                let mut client = server.client().await?;
                for _ in 0..4 {
                    let path = format!("/files/up/{number}");
                    is(&client.get(&path).await?, 404, b"ErrorCode::NoEntry\n")?;
                    is(&client.put(&path, &[&bytes(100_000, number)]).await?, 201, b"100000")?;
                }
                anyhow::Ok(())
            });
        }
        clients.join_all().await.into_iter().collect()
    })
}

fn is(answer: &Answer, status: u16, body: &[u8]) -> Result<()> {
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]);
    ensure!(answer.status == status, "the status is {} and not {status}: {text}", answer.status);
    ensure!(answer.body == body, "{} bytes, not the {} that were wanted: {text}", answer.body.len(), body.len());
    Ok(())
}
