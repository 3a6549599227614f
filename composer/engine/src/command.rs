//! Commands: components that export `wasi:cli/run`.
//!
//! Those that `vfs-compose run` has composed also import [`END`], by which they tell what they have written.

use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::p3;
use wasmtime_wasi::runtime::in_tokio;

use crate::state::{State, linker, store};
use crate::{Offer, Requests, Stopped, compile, config, denial};

/// The interface by which a program tells at its end how many files it has written.
const END: &str = "vfs-compose:run/end@0.1.0";

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: u8,
    /// Whether it called `exit`.
    pub has_exited: bool,
    /// Whether `run` was called: what stands before it may exit too.
    pub has_begun: bool,
    /// How many files it has written, if it has told, or the largest number if it could not find out.
    pub files: Option<u32>,
}

/// Runs a command. Calls `while_compiling` if the engine needs a while before it can begin, and
/// `when_begun` when the program is about to begin.
///
/// # Errors
/// [`Stopped`]: it cannot be run, or was stopped.
pub fn execute(
    component: &[u8],
    offer: &Offer,
    while_compiling: &(dyn Fn() + Sync),
    when_begun: &dyn Fn(),
) -> Result<Ended, Stopped> {
    let engine = Engine::new(&config()).map_err(Stopped::not_begun)?;
    let component = compile(&engine, component, while_compiling).map_err(Stopped::not_begun)?;
    let with_http = !matches!(offer.requests, Requests::None);
    let program = linker(&engine, with_http).and_then(|mut linker| {
        linker.instance(END)?.func_wrap("ended", |mut store, (files,): (u32,)| {
            store.data_mut().files = Some(files);
            Ok(())
        })?;
        linker.instantiate_pre(&component)
    });
    let program = program.map_err(Stopped::not_begun)?;
    let mut store = store(&engine, offer, true).map_err(Stopped::not_begun)?;
    when_begun();
    let ended = in_tokio(call(&mut store, program));
    let State { memory, files, .. } = store.data();
    let ended = ended.map(|End { code, has_exited, has_begun }| Ended { code, has_exited, has_begun, files: *files });
    ended.map_err(|stopped| if memory.is_exceeded() { Stopped::OutOfMemory } else { stopped })
}

/// Calls `run`, unless what runs before it calls `exit`. A component that exports `run` for both WASI 0.2 and 0.3 is one
/// of 0.3, as for wasmtime's command line.
async fn call(store: &mut Store<State>, program: InstancePre<State>) -> Result<End, Stopped> {
    let not_begun = |error: wasmtime::Error| match exit_code(&error) {
        Some(code) => Ok(End { code, has_exited: true, has_begun: false }),
        None => Err(Stopped::not_begun(error)),
    };
    let ended = if p3::bindings::CommandIndices::new(&program).is_ok() {
        let instance = match program.instantiate_async(&mut *store).await {
            Ok(instance) => instance,
            Err(error) => return not_begun(error),
        };
        let command = p3::bindings::Command::new(&mut *store, &instance).map_err(Stopped::not_begun)?;
        store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await.and_then(|ended| ended)
    } else {
        let program = CommandPre::new(program).map_err(|_| Stopped::NoEntry)?;
        let command = match program.instantiate_async(&mut *store).await {
            Ok(command) => command,
            Err(error) => return not_begun(error),
        };
        command.wasi_cli_run().call_run(store).await
    };
    let returned = |code| Ok(End { code, has_exited: false, has_begun: true });
    match ended {
        Ok(Ok(())) => returned(0),
        Ok(Err(())) => returned(1),
        Err(error) => match exit_code(&error) {
            Some(code) => Ok(End { code, has_exited: true, has_begun: true }),
            None => Err(denial(&error).map_or_else(|| Stopped::Trapped(error.into()), Stopped::Denied)),
        },
    }
}

/// How a call ended.
struct End {
    code: u8,
    has_exited: bool,
    has_begun: bool,
}

/// Returns the code with which a program has exited, if that is why a call ended.
fn exit_code(error: &wasmtime::Error) -> Option<u8> {
    let I32Exit(code) = error.downcast_ref()?;
    Some(u8::try_from(*code).unwrap_or(1))
}
