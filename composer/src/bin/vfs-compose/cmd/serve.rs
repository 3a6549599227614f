//! `vfs-compose serve`: composes an http server in memory, unless it is already composed, and serves it on the embedded
//! engine.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use vfs_compose_engine::{Serving, Stopped, serve};

use super::run::{Program, Talk, check_all_given, not_begun, prepare, tell_compiling};
use crate::args::{Serve, address};
use crate::input;
use crate::report::{Failure, list};
use crate::usage::source_hint;

/// What a server exports one of, in WASI 0.2 and 0.3.
const SERVERS: [&str; 2] = ["wasi:http/incoming-handler@", "wasi:http/handler@"];

pub fn run(args: &Serve) -> Result<ExitCode, Failure> {
    if let Some(word) = args.run.host_arguments.first() {
        let failure = Failure::usage(format!("unexpected argument `{word}`: a server is given none at its start"));
        return Err(failure.hint(match word.contains(':') && address::parse(word).is_ok() {
            true => format!("`--addr {word}` is the address to listen at"),
            false => source_hint(word)
                .unwrap_or_else(|| format!("`--arg {word}` is an argument that it sees at each request")),
        }));
    }
    let merged = args.run.typed.merged(&args.run.joining)?;
    let talk = Arc::new(Talk::new(input::name(&args.run.app), args.run.json));
    let Program { component, imports, exports, offer, mounts, is_composed_here, .. } =
        prepare(&args.run, &merged, &talk, |composer| composer)?;
    if !exports.iter().any(|name| SERVERS.iter().any(|server| name.starts_with(server))) {
        return Err(no_server(talk.file(), &exports));
    }
    // Otherwise each request would find out.
    check_all_given(talk.file(), &args.run.dir, &mounts)?;
    let (begins, fails) = (Arc::clone(&talk), Arc::clone(&talk));
    let serving = Serving {
        address: args.addr,
        timeout: args.run.timeout,
        when_listening: Box::new(|address| begin(begins, address)),
        at_failure: Box::new(move |error| fails.request_failed(&Failure::new("a request failed").caused_by(error))),
    };
    let app = talk.file();
    serve(&component, offer, serving, &|| tell_compiling(&talk)).map(|()| ExitCode::SUCCESS).map_err(|stopped| {
        match stopped {
            Stopped::NoAddress(error) => {
                let hint = match error.kind() {
                    ErrorKind::AddrInUse => {
                        Some("another program listens there: choose another port, or port 0 for a free one")
                    }
                    ErrorKind::PermissionDenied => Some("ports below 1024 are for the superuser: choose a higher one"),
                    _ => None,
                };
                let failure = Failure::new(format!("cannot serve at {}", args.addr)).caused_by(error);
                hint.into_iter().fold(failure, Failure::hint)
            }
            Stopped::NoEntry => no_server(app, &exports),
            Stopped::NotBegun(error) | Stopped::Trapped(error) => {
                not_begun("the server", &args.run.app, &imports, is_composed_here, error)
            }
            Stopped::Denied(what) => Failure::new(format!("the server could not begin: {what}")),
            Stopped::OutOfMemory => Failure::new("the server could not begin with so little memory (--max-memory)"),
        }
    })
}

fn no_server(app: &str, exports: &[String]) -> Failure {
    let failure = Failure::new(format!(
        "`{app}` is not a server: it exports neither wasi:http/incoming-handler nor wasi:http/handler (it exports {})",
        list(exports)
    ));
    match exports.iter().any(|name| name.starts_with("wasi:cli/run@")) {
        true => failure.hint(format!("it is a command: `vfs-compose run {app}`")),
        false => failure,
    }
}

fn begin(talk: Arc<Talk>, address: SocketAddr) {
    #[cfg(unix)]
    end_at_signals(Arc::clone(&talk));
    talk.listening(address);
}

/// Makes SIGINT and SIGTERM end this process with success.
#[cfg(unix)]
fn end_at_signals(talk: Arc<Talk>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Without a handler they end it too, with another exit code.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            talk.server_ended();
            std::process::exit(0);
        }
    });
}
