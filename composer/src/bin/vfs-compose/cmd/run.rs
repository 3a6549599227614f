//! `vfs-compose run`: composes an app in memory, unless it is already composed, and runs it on the embedded engine.

mod engine;

use std::process::ExitCode;

use vfs_compose::Inherited;
use wasmtime_wasi::WasiCtx;

use crate::args::{Access, Deny, Form, Host, Process, Run};
use crate::manifest::{self, Said};
use crate::plan;
use crate::report::{Failure, size};
use engine::{Offer, Stopped, execute};

/// The exit code of timeout(1) for a program whose time is up.
const TIMED_OUT: i32 = 124;

pub fn run(args: &Run) -> Result<ExitCode, Failure> {
    let said = manifest::read(args.files.manifest.as_deref())?;
    let component = match composed_before(args)? {
        Some(component) => component,
        None => compose(args, &said)?,
    };
    let name = args.app.file_name().unwrap_or(args.app.as_os_str()).to_string_lossy();
    let host = said.host(&args.host);
    let offer = Offer {
        wasi: wasi(&name, args, &host),
        http: asks_for_http(&host.deny),
        timeout: args.timeout,
        max_memory: args.max_memory,
    };
    let while_compiling = || {
        if !args.quiet {
            eprintln!("note: compiling `{name}`, which takes a while; the next run uses the compiled code");
        }
    };
    let at_timeout = |timeout| {
        Failure::new(format!("the program was stopped after {timeout:?} (--timeout)")).print();
        std::process::exit(TIMED_OUT);
    };
    let ended = execute(&component, offer, while_compiling, at_timeout);
    ended.map(ExitCode::from).map_err(|stopped| failure(args, &component, stopped))
}

/// Returns what the program gets of this process: the standard streams, and what flags ask for.
fn wasi(name: &str, args: &Run, host: &Host) -> WasiCtx {
    let mut wasi = WasiCtx::builder();
    wasi.inherit_stdio().arg(name).args(&args.host_arguments);
    match host.inherited() {
        Some(Inherited::All) => {
            for (name, value) in std::env::vars_os() {
                match (name.to_str(), value.to_str()) {
                    (Some(name), Some(value)) => drop(wasi.env(name, value)),
                    _ if !args.quiet => eprintln!("warning: the variable {name:?} is not UTF-8; it is left out"),
                    _ => {}
                }
            }
        }
        Some(Inherited::Only(names)) => {
            for name in names {
                if let Ok(value) = std::env::var(&name) {
                    wasi.env(name, value);
                }
            }
        }
        Some(Inherited::None) | None => {}
    }
    if host.deny.sockets == Some(Access::Inherit) {
        wasi.inherit_network().allow_ip_name_lookup(true).allow_tcp(true).allow_udp(true);
    }
    wasi.build()
}

/// Returns the file itself if it already has a vfs inside and no image or manifest is given.
///
/// # Errors
/// A flag was typed that only has an effect when an app is composed.
fn composed_before(args: &Run) -> Result<Option<Vec<u8>>, Failure> {
    let files = &args.files;
    if !files.images.is_empty() || !files.files.is_empty() || files.manifest.is_some() {
        return Ok(None);
    }
    let Ok(component) = std::fs::read(&args.app) else { return Ok(None) };
    let Ok(Some(vfs)) = vfs_compose::inspect(&component).map(|inspection| inspection.vfs) else { return Ok(None) };
    let is_of_packing = files.on_collision.is_some()
        || files.gitignore.is_some()
        || files.strict.is_some()
        || [&files.include, &files.exclude].iter().any(|patterns| !patterns.is_empty())
        || !files.ignore_files.is_empty();
    let is_other_form = match args.joining.form {
        None | Some(Form::Auto) => false,
        Some(Form::Linked) => vfs.form != vfs_compose::Form::Linked,
        Some(Form::Plugged) => vfs.form != vfs_compose::Form::Plugged,
    };
    let is_of_app = args.process != Process::default() || without_those_of_a_run(&args.host) != Host::default();
    if is_of_packing || is_other_form || is_of_app {
        let failure = format!("`{}` is already composed, so flags cannot change it", args.app.display());
        return Err(Failure::usage(failure).hint(
            "compose the app again with these flags; --inherit-env, --sockets inherit and --http inherit are of the run",
        ));
    }
    if vfs.settings.program.is_some() && !args.host_arguments.is_empty() {
        let failure = format!(
            "`{}` was composed to see no argument of its host, so those after `--` would be lost",
            args.app.display()
        );
        return Err(Failure::usage(failure).hint("run the app itself, with the flags that it was composed with"));
    }
    drop(vfs);
    Ok(Some(component))
}

/// Takes away the flags that are done by the run and not by what is composed.
fn without_those_of_a_run(host: &Host) -> Host {
    let mut host = Host { inherit_env: None, no_inherit_env: false, ..host.clone() };
    host.deny.sockets = host.deny.sockets.filter(|access| *access != Access::Inherit);
    host.deny.http = host.deny.http.filter(|access| access != "inherit");
    host
}

/// Returns whether `--http` was given, and is not `deny`.
fn asks_for_http(deny: &Deny) -> bool {
    deny.http.as_deref().is_some_and(|access| access != "deny")
}

fn compose(args: &Run, said: &Said) -> Result<Vec<u8>, Failure> {
    let mut composer = plan::composer(Some(&args.app), said, &args.files, &args.process, &args.host)?;
    composer = plan::joined(composer, said, &args.joining, &args.host).allow_unused(true);
    if plan::hides_arguments(&said.host(&args.host)) {
        // Hidden are the host's. These were typed for this app.
        composer = args.host_arguments.iter().fold(composer, |composer, argument| composer.arg(argument));
    }
    let composed = composer.compose()?;
    super::tell(&composed.report().remarks, args.quiet);
    Ok(composed.to_bytes()?)
}

/// Says why there is no exit code.
fn failure(args: &Run, component: &[u8], stopped: Stopped) -> Failure {
    match stopped {
        Stopped::NotBegun(error) => Failure::new("the program could not begin").caused_by(cause(error)),
        Stopped::Trapped(error) => Failure::new("the program ended badly").caused_by(cause(error)),
        Stopped::NoCommand => {
            let exports = vfs_compose::inspect(component).map(|inspection| inspection.exports).unwrap_or_default();
            let exports = if exports.is_empty() { "nothing".into() } else { exports.join(", ") };
            let app = args.app.display();
            Failure::new(format!("`{app}` is not a command: it exports no wasi:cli/run (it exports {exports})"))
        }
        Stopped::OutOfMemory => {
            let limit = size(args.max_memory.unwrap_or_default());
            Failure::new(format!("the program wanted more than {limit} of memory (--max-memory)"))
        }
    }
}

fn cause(error: wasmtime::Error) -> Box<dyn std::error::Error + Send + Sync> {
    error.into()
}
