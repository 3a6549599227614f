//! The host's side: it answers what the vfs asks, sooner or later, and counts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::sync::Notify;
use vfs_compose::{Composer, FormChoice};
use vfs_tests::guests;
use vfs_tests::host::Invocation;
use vfs_tests::wasmtime_host::{Granted, State, engine, store};
use vfs_tests::world::World;
use wasmtime::component::{Component, Linker};
use wasmtime::format_err;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;

use crate::tree::{Answer, Failure, NameIn, Question, Tree};

const TREE: &str = "vfs-compose:late/tree@0.1.0";
/// The node that is asked for to say that what was kept back shall be answered.
const GO_ON: u64 = 999;
/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What has been asked, by kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    pub nodes: u32,
    pub lookups: u32,
    pub lists: u32,
    pub links: u32,
    pub reads: u32,
    /// Most questions that were under way at once.
    pub most_at_once: u32,
    at_once: u32,
}

impl Counts {
    fn count(&mut self, question: &Question) {
        let count = match question {
            Question::Node(_) => &mut self.nodes,
            Question::Lookup(_) => &mut self.lookups,
            Question::List(_) => &mut self.lists,
            Question::ReadLink(_) => &mut self.links,
            Question::Read(_) => &mut self.reads,
        };
        *count += 1;
    }
}

/// Which questions are kept back until the app says that it goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeptBack {
    Nothing,
    /// Look-ups of this name.
    Name(&'static str),
    /// Look-ups in this directory, until there are so many; the last name is answered first.
    In(&'static str, u32),
}

pub struct Host {
    tree: Tree,
    kept_back: KeptBack,
    counts: Mutex<Counts>,
    goes_on: Notify,
    has_gone_on: AtomicBool,
}

impl Host {
    fn new(kept_back: KeptBack) -> Arc<Self> {
        let (counts, goes_on) = (Mutex::default(), Notify::new());
        Arc::new(Self { tree: Tree::new(), kept_back, counts, goes_on, has_gone_on: false.into() })
    }

    /// Answers a call that blocks.
    fn ask(&self, question: &Question) -> Result<Answer, Failure> {
        self.counts.lock().unwrap().count(question);
        if *question == Question::Node(GO_ON) {
            self.go_on();
        }
        self.tree.answer(question)
    }

    fn go_on(&self) {
        self.has_gone_on.store(true, Ordering::Relaxed);
        self.goes_on.notify_waiters();
    }

    /// Answers a task, not before it has waited.
    async fn ask_later(&self, question: Question) -> Result<Answer, Failure> {
        {
            let mut counts = self.counts.lock().unwrap();
            counts.count(&question);
            counts.at_once += 1;
            counts.most_at_once = counts.most_at_once.max(counts.at_once);
        }
        let kept_back = match (&question, self.kept_back) {
            (Question::Lookup(NameIn { name, .. }), KeptBack::Name(kept)) if name == kept => Some(0),
            (Question::Lookup(NameIn { directory, name }), KeptBack::In(kept, enough))
                if *directory == self.tree.number(kept) =>
            {
                if self.counts.lock().unwrap().at_once == enough {
                    self.go_on();
                }
                Some(name.parse().unwrap_or(0))
            }
            _ => None,
        };
        match kept_back {
            Some(number) => {
                if !self.has_gone_on.load(Ordering::Relaxed) {
                    self.goes_on.notified().await;
                }
                tokio::time::sleep(Duration::from_millis(100_u64.saturating_sub(2 * number))).await;
            }
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
        self.counts.lock().unwrap().at_once -= 1;
        self.tree.answer(&question)
    }

    fn add_to(self: &Arc<Self>, linker: &mut Linker<State>) -> wasmtime::Result<()> {
        let mut tree = linker.instance(TREE)?;
        let host = Arc::clone(self);
        tree.func_wrap("ask", move |_, (question,): (Question,)| Ok((host.ask(&question),)))?;
        let host = Arc::clone(self);
        tree.func_wrap_concurrent("ask-later", move |_, (question,): (Question,)| {
            let host = Arc::clone(&host);
            Box::pin(async move { Ok((host.ask_later(question).await,)) })
        })
    }
}

/// A program of `tests/guests` with the vfs over the host's tree.
///
/// # Errors
/// It cannot be composed, or the result asks for more than the program did.
pub fn composed(program: &str, form: FormChoice) -> Result<Vec<u8>> {
    let app = guests::named(program)?;
    let composed = Composer::new(app.clone()).form(form).late_tree().compose()?.to_bytes()?;
    let (before, after) = (World::of(&app)?.imports(), World::of(&composed)?.imports());
    ensure!(after.keys().all(|import| before.contains_key(import)), "{:?}", after.keys());
    ensure!(after.keys().any(|import| import == TREE), "{:?}", after.keys());
    ensure!(!after.keys().any(|import| import.starts_with("wasi:filesystem/")), "{:?}", after.keys());
    Ok(composed)
}

/// What became of a run.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub counts: Counts,
}

/// Runs a command with one argument to its end.
///
/// # Errors
/// It fails, or takes too long.
pub fn run(command: &[u8], argument: &str, kept_back: KeptBack) -> Result<Ran> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let host = Host::new(kept_back);
    let (stdout, stderr) = (MemoryOutputPipe::new(1 << 16), MemoryOutputPipe::new(1 << 16));
    let invocation = Invocation { args: vec![argument.to_owned()], ..Invocation::default() };
    let store = store(&invocation, Granted::Nothing, stdout.clone(), stderr.clone()).map_err(told)?;
    let ended = runtime.block_on(async {
        let ended = to_the_end(command, store, &host);
        tokio::time::timeout(LIMIT, ended).await.unwrap_or_else(|_| Err(format_err!("it does not end")))
    });
    let [stdout, stderr] = [stdout, stderr].map(|pipe| String::from_utf8_lossy(&pipe.contents()).into_owned());
    let ended = ended.map_err(told)?;
    ensure!(ended.is_ok() && stderr.is_empty(), "{argument}: {ended:?}\n{stdout}{stderr}");
    let counts = host.counts.lock().unwrap().clone();
    Ok(Ran { stdout, counts })
}

async fn to_the_end(
    command: &[u8],
    mut store: wasmtime::Store<State>,
    host: &Arc<Host>,
) -> wasmtime::Result<Result<(), ()>> {
    let component = Component::new(engine(), command)?;
    let mut linker = Linker::new(engine());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    host.add_to(&mut linker)?;
    let is_of_0_3 = component.component_type().exports(engine()).any(|(name, _)| name.starts_with("wasi:cli/run@0.3"));
    if is_of_0_3 {
        let command = wasmtime_wasi::p3::bindings::CommandPre::new(linker.instantiate_pre(&component)?)?;
        let command = command.instantiate_async(&mut store).await?;
        return store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await?;
    }
    let command = wasmtime_wasi::p2::bindings::CommandPre::new(linker.instantiate_pre(&component)?)?;
    let command = command.instantiate_async(&mut store).await?;
    command.wasi_cli_run().call_run(&mut store).await
}

fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}
