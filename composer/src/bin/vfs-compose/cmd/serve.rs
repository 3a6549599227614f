//! `vfs-compose serve`: composes an http server in memory, unless it is already composed, and serves it on the embedded
//! engine.

use std::net::SocketAddr;
use std::process::ExitCode;

use vfs_compose_engine::{Cause, Serving, Stopped, serve};

use super::run::{Program, http_is_asked_for, prepare, tell_compiling};
use crate::args::Serve;
use crate::report::{Failure, list, print};

pub fn run(args: &Serve) -> Result<ExitCode, Failure> {
    if let Some(word) = args.run.host_arguments.first() {
        let failure = Failure::usage(format!("unexpected argument `{word}`: a server is given none at its start"));
        return Err(failure.hint(format!("`--arg {word}` is an argument that it sees at each request")));
    }
    let options = args.run.typed.merged(&args.run.joining)?;
    let http = http_is_asked_for(&options);
    let Program { component, exports, offer, .. } = prepare(&args.run, &options, http, |composer| composer)?;
    let serving = Serving {
        address: args.addr,
        timeout: args.run.timeout,
        when_listening: Box::new(begin),
        at_failure: Box::new(tell_failure),
    };
    let app = args.run.app.display();
    serve(&component, offer, serving, &|| tell_compiling(&args.run)).map(|()| ExitCode::SUCCESS).map_err(|stopped| {
        match stopped {
            Stopped::NoAddress(error) => Failure::new(format!("cannot serve at {}", args.addr)).caused_by(error),
            Stopped::NoEntry => {
                let exports = list(&exports);
                Failure::new(format!(
                    "`{app}` is not a server: it exports neither wasi:http/incoming-handler nor wasi:http/handler (it exports \
                     {exports})"
                ))
            }
            Stopped::NotBegun(error) | Stopped::Trapped(error) => {
                Failure::new("the server could not begin").caused_by(error)
            }
            Stopped::OutOfMemory => Failure::new("the server could not begin with so little memory (--max-memory)"),
        }
    })
}

/// Prints the address, also if `-q` is given: with port 0, nobody knows it otherwise.
fn begin(address: SocketAddr) {
    #[cfg(unix)]
    end_at_signals();
    print(&format!("serving at http://{address}/\n"));
}

/// Makes SIGINT and SIGTERM end this process with success.
#[cfg(unix)]
fn end_at_signals() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Without a handler they end it too, with another exit code.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            std::process::exit(0);
        }
    });
}

fn tell_failure(error: Cause) {
    Failure::new("a request failed").caused_by(error).print();
}
