//! Commands of WASI 0.3: they run as tasks of an event loop, and no longer than a limit.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wasmtime::component::{Component, Linker};
use wasmtime::{Result, Store, format_err};
use wasmtime_wasi::p3::bindings::CommandPre;

use super::{State, engine};

/// How long a command may take. One that waits for what never comes is told to have trapped.
const LIMIT: Duration = Duration::from_secs(60);

/// What `run` answered, or why it did not.
pub type Answer = Result<Result<(), ()>>;

/// A command that was compiled.
pub struct Command(CommandPre<State>);

/// Whether a component exports `wasi:cli/run` of 0.3.
pub fn is_command(component: &Component) -> bool {
    component.component_type().exports(engine()).any(|(name, _)| name.starts_with("wasi:cli/run@0.3"))
}

impl Command {
    /// What it imports may be of 0.3 and of 0.2.
    pub fn new(component: &Component) -> Result<Self> {
        let mut linker = Linker::new(engine());
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        CommandPre::new(linker.instantiate_pre(component)?).map(Self)
    }

    /// Runs it to its end. Gives the bytes of all memories, too.
    ///
    /// It runs in a thread of its own, which is left behind if it takes too long: nothing else ends every kind of standstill.
    pub fn run(&self, store: Store<State>) -> (Answer, usize) {
        let (command, (sender, receiver)) = (self.0.clone(), mpsc::channel());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Nobody listens any more if it took too long.
            drop(sender.send(match runtime {
                Ok(runtime) => runtime.block_on(to_the_end(&command, store)),
                Err(error) => (Err(error.into()), 0),
            }));
        });
        receiver
            .recv_timeout(LIMIT)
            .unwrap_or_else(|error| (Err(format_err!("it did not end in {LIMIT:?}: {error}")), 0))
    }
}

/// The store goes before the event loop does, which waits for what the store's streams still read.
async fn to_the_end(command: &CommandPre<State>, mut store: Store<State>) -> (Answer, usize) {
    let answer = answer(command, &mut store).await;
    (answer, store.data().memory.held)
}

async fn answer(command: &CommandPre<State>, store: &mut Store<State>) -> Answer {
    let command = command.instantiate_async(&mut *store).await?;
    store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await?
}
