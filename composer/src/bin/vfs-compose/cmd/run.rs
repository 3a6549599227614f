//! `vfs-compose run`: composes an app in memory, unless it is already composed, and runs it on the embedded engine.

mod composed;
mod directories;
mod talk;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use vfs_compose::error::Error;
use vfs_compose::options::{Access, Http, Setting};
use vfs_compose::{Composer, ExitCode as ExitCodes, Inherited, Mount, MountAccess, Options};
use vfs_compose_engine::{Cause, Directory, Ended, Offer, Requests, Stopped, Streams, execute};
use vfs_compose_rules::authority::Authority;

use crate::args::{Merged, Run};
use crate::input;
use crate::plan::Plan;
use crate::report::{Failure, count, list, size};
use crate::usage::flag_of_program;
pub use directories::check_all_given;
use talk::Ending;
pub use talk::Talk;

/// The exit code of timeout(1) for a program whose time is up.
const TIMED_OUT: u8 = 124;

pub fn run(args: &Run) -> Result<ExitCode, Failure> {
    let merged = args.typed.merged(&args.joining)?;
    let options = &merged.options;
    let talk = Arc::new(Talk::new(input::name(&args.app), args.json));
    let words: Vec<_> = std::env::args_os().collect();
    if let Some(flag) = flag_of_program(&words, &args.host_arguments) {
        let message = format!(
            "`{flag}` comes after the program's first argument, so the program gets it: flags of `run` stand before, and \
             `--` before all that is the program's"
        );
        talk.note("flag-of-program", message);
    }
    let program = prepare(args, &merged, &talk, Composer::tell_end)?;
    if !program.exports.iter().any(|name| name.starts_with("wasi:cli/run@")) {
        return Err(no_command(args, &program.exports));
    }
    let asks_for_http = |name: &&String| name.starts_with("wasi:http/");
    let has_no_http = matches!(program.offer.requests, Requests::None);
    if let Some(import) = program.imports.iter().find(asks_for_http).filter(|_| has_no_http) {
        let failure = Failure::new(format!("`{}` imports `{import}`, and http is off", talk.file()));
        let inspection = vfs_compose::inspect(&program.component).ok().filter(|_| !program.is_composed_here);
        let policy = inspection.and_then(|inspection| inspection.vfs).map(|vfs| vfs.policy).unwrap_or_default();
        return Err(failure.hint(match policy.iter().find(|(key, _)| key == "http") {
            Some((_, hosts)) => format!("`--http {hosts}` lets it send requests where it was composed to"),
            None => "`--http inherit` lets it send requests, `--http allow:HOST,...` only to some hosts".into(),
        }));
    }
    let when_begun = || args.timeout.into_iter().for_each(|timeout| end_after(timeout, &talk));
    let ended = execute(&program.component, &program.offer, &|| tell_compiling(&talk), &when_begun);
    let is_denied = options.deny.sockets == Some(Access::Deny);
    if !is_denied && !matches!(&ended, Ok(Ended { code: 0, .. })) {
        tell_no_network(&talk, &program);
    }
    talk.begin_end();
    match ended {
        Ok(Ended { code, has_exited, has_begun, files }) => {
            if program.writes && has_begun {
                tell_lost(&talk, &program, files);
            }
            // Who types how exit codes are told knows it.
            let is_asked = options.adapting.exit_code.is_some();
            if has_exited
                && has_begun
                && code == 1
                && !is_asked
                && vfs_compose::exit_code(&program.component) == Some(ExitCodes::Bool)
            {
                let message = format!(
                    "`{}` tells its host only whether it failed, so its own exit code is not known: make it of the module again, \
                     with `--exit-code full`, or run the module itself",
                    talk.file()
                );
                talk.note("exit-code-lost", message);
            }
            if let Some(closed) = closed_output(options, &program).filter(|_| code != 0) {
                talk.note("closed-output", closed.into());
            }
            let ending = if has_exited { Ending::Exited } else { Ending::Returned };
            // The largest number stands for one that nobody knows.
            talk.end(ending, code, None, files.filter(|files| *files < u32::MAX));
            Ok(code.into())
        }
        Err(stopped) => {
            let (ending, failure) = failure(args, options, &program, stopped);
            talk.end(ending, failure.exit, Some(&failure), None);
            Ok(failure.exit.into())
        }
    }
}

/// Says how many files the program wrote: with the program, they are gone.
fn tell_lost(talk: &Talk, program: &Program, files: Option<u32>) {
    match files {
        Some(0) => {}
        Some(files) if files < u32::MAX => {
            let (files, were) = (count(files.into(), "file", "files"), if files == 1 { "was" } else { "were" });
            let are = if were == "was" { "is" } else { "are" };
            talk.note("files-lost", format!("{files} that the program wrote {were} in memory only and {are} gone"));
        }
        _ => {
            let file = talk.file();
            let not_counted = match program.is_composed_here {
                true => "they cannot be counted",
                false => "only `run` of the app itself counts them",
            };
            let of_host: Vec<_> = written_through(&program.mounts).map(|guest| format!("`{guest}`")).collect();
            let outside = if of_host.is_empty() { "" } else { &format!(" outside of {}", of_host.join(", ")) };
            let message = format!(
                "files that `{file}` may have written{outside} were in memory only and are gone; {not_counted}"
            );
            talk.note("not-counted", message);
        }
    }
}

/// A composed component, and what it gets of this process.
pub struct Program {
    pub component: Vec<u8>,
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    pub offer: Offer,
    /// If it was composed before: the directories of the host that it was composed to take.
    pub mounts: Vec<Mount<String>>,
    /// Whether it was composed for this run.
    pub is_composed_here: bool,
    /// Whether it may have written files.
    writes: bool,
}

/// Composes the app, unless it is composed already.
///
/// # Errors
/// It cannot be composed, or flags do not fit what is composed already.
pub fn prepare(
    args: &Run,
    merged: &Merged,
    talk: &Talk,
    adapt: impl FnOnce(Composer) -> Composer,
) -> Result<Program, Failure> {
    let options = &merged.options;
    let Options { host, process, deny, .. } = options;
    let app = input::program(&args.app)?;
    let Composed { component, imports, exports, directories, mounts, is_composed_here, writes } =
        match composed_before(args, app, talk)? {
            Before::Composed(composed) => composed,
            Before::App(app) => {
                let mut options = options.clone();
                options.process.host_dir = merged.host_dirs();
                compose(args, app, merged, options, talk, adapt).map_err(|failure| merged.placed(failure))?
            }
        };
    if host.inherit_args == Some(false) && !args.host_arguments.is_empty() {
        let flag = if args.typed.no_inherit_args { "--no-inherit-args" } else { "--inherit-args=false" };
        let message = format!("`{flag}` has no effect: what is typed after the app is for the program; leave it out");
        composed::warn(talk, options.files.strict == Some(true), vec![("no-effect", message)])?;
    }
    let of_process = |text: &Option<Setting>| text.as_ref().is_none_or(|text| text.as_str() != "null");
    let mut offer = Offer {
        arguments: [file_name(args)].into_iter().chain(args.host_arguments.iter().cloned()).collect(),
        variables: variables(args, options, talk)?,
        directory: None,
        directories,
        streams: Streams::default(),
        network: deny.sockets == Some(Access::Inherit),
        requests: requests(options)?,
        max_memory: args.max_memory.map(|bytes| bytes.0),
    };
    if !is_composed_here {
        // Otherwise the vfs does this.
        offer.arguments.splice(1..1, process.arg.iter().cloned());
        offer.arguments[0] = host.argv0.clone().unwrap_or(file_name(args));
        for variable in &process.env {
            offer.variables.retain(|(other, _)| *other != variable.name);
            offer.variables.push((variable.name.clone(), variable.value.clone()));
        }
        let directory = host.cwd.as_ref().map(Setting::as_str).filter(|directory| *directory != "inherit");
        offer.directory = directory.map(str::to_owned);
        offer.streams = Streams {
            stdin: of_process(&host.stdin),
            stdout: of_process(&host.stdout),
            stderr: of_process(&host.stderr),
        };
    }
    Ok(Program { component, imports, exports, offer, mounts, is_composed_here, writes })
}

/// Returns the http requests that `--http` asks for.
fn requests(options: &Options) -> Result<Requests, Failure> {
    let hosts = match &options.deny.http {
        None | Some(Http::Deny) => return Ok(Requests::None),
        Some(Http::Inherit) => return Ok(Requests::All),
        Some(Http::Allow(hosts)) => hosts,
    };
    let allowed: Result<Vec<_>, _> = hosts.iter().map(|host| Authority::parse(host)).collect();
    let allowed = allowed.map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Requests::Some(Arc::new(move |scheme, to| allowed.iter().any(|one| one.allows(scheme, to)))))
}

/// Tells a program that failed and has functions for the network that the network is off. Whether it called them, the
/// engine does not say.
fn tell_no_network(talk: &Talk, program: &Program) {
    const ASKING: [&str; 4] = ["ip-name-lookup", "tcp-create-socket", "udp-create-socket", "types@0.3"];
    let asks = |name: &String| {
        name.strip_prefix("wasi:sockets/").is_some_and(|rest| ASKING.iter().any(|start| rest.starts_with(start)))
    };
    if program.imports.iter().any(asks) && !program.offer.network {
        let file = talk.file();
        let message = format!("the network is off; if `{file}` failed for want of it: `--sockets inherit` allows it");
        talk.note("network-off", message);
    }
}

fn file_name(args: &Run) -> String {
    args.app.file_name().unwrap_or(args.app.as_os_str()).to_string_lossy().into_owned()
}

pub fn tell_compiling(talk: &Talk) {
    let message = format!("compiling `{}`, which takes a while; the next run uses the compiled code", talk.file());
    talk.note("compiling", message);
}

/// Ends this process when the program's time is up: whatever the program does or waits for then, only this is sure to stop it.
fn end_after(timeout: Duration, talk: &Arc<Talk>) {
    let talk = Arc::clone(talk);
    std::thread::spawn(move || {
        std::thread::sleep(timeout);
        talk.begin_end();
        let failure = Failure::new(format!("the program was stopped after {timeout:?} (--timeout)"));
        talk.end(Ending::TimedOut, TIMED_OUT, Some(&failure), None);
        std::process::exit(TIMED_OUT.into());
    });
}

/// Returns the variables of this process that flags ask for.
///
/// # Errors
/// With `--strict`, one that was typed is not there.
fn variables(args: &Run, options: &Options, talk: &Talk) -> Result<Vec<(String, String)>, Failure> {
    let not_utf8 = |name: &OsStr| {
        talk.warn("not-utf8", format!("the variable {name:?} is not UTF-8; it is left out"));
    };
    let names = match options.host.inherited() {
        Some(Inherited::All) => std::env::vars_os().map(|(name, _)| name).collect(),
        Some(Inherited::Only(names)) => names.into_iter().map(OsString::from).collect(),
        Some(Inherited::None) | None => Vec::new(),
    };
    let mut variables = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match (name.to_str(), std::env::var_os(&name)) {
            (Some(text), Some(value)) => match value.into_string() {
                Ok(value) => variables.push((text.to_owned(), value)),
                Err(_) => not_utf8(&name),
            },
            (None, _) => not_utf8(&name),
            (Some(text), None) => missing.push(text.to_owned()),
        }
    }
    // A manifest may name what only some hosts have.
    let is_typed = args.typed.options(&args.joining).host.inherit_env.is_some();
    let is_set = |name: &String| options.process.env.iter().any(|variable| variable.name == *name);
    let missing = missing.into_iter().filter(|name| is_typed && !is_set(name)).map(|name| {
        let message = format!(
            "`--inherit-env={name}` has no effect: this process has no variable `{name}`; `--env {name}=VALUE` sets one"
        );
        ("no-effect", message)
    });
    composed::warn(talk, options.files.strict == Some(true), missing.collect())?;
    Ok(variables)
}

/// A component with a vfs inside.
struct Composed {
    component: Vec<u8>,
    imports: Vec<String>,
    exports: Vec<String>,
    /// The directories of this machine that it gets.
    directories: Vec<Directory>,
    /// As in [`Program`].
    mounts: Vec<Mount<String>>,
    /// Whether it was composed for this run.
    is_composed_here: bool,
    writes: bool,
}

/// What a run was given.
enum Before {
    /// It has a vfs inside, and no file is given.
    Composed(Composed),
    /// It has to be composed.
    App(Vec<u8>),
}

/// Finds out whether a component has a vfs inside already.
///
/// # Errors
/// A flag was typed that this run cannot do with it.
fn composed_before(args: &Run, component: Vec<u8>, talk: &Talk) -> Result<Before, Failure> {
    let typed = args.typed.options(&args.joining);
    let Ok(inspection) = vfs_compose::inspect(&component) else { return Ok(Before::App(component)) };
    let Some(vfs) = &inspection.vfs else { return Ok(Before::App(component)) };
    if inspection.is_vfs_alone() {
        return Err(Failure::of_app(Error::VfsAlone, &args.app));
    }
    let directories = directories::of_program(&args.dir)?;
    composed::check(args, &typed, &component, &inspection, vfs, talk)?;
    let mounts = vfs.settings.mounts.clone();
    let writes = vfs.can_change_files() && !written_through(&mounts).any(|guest| guest == "/");
    let (imports, exports) = (inspection.imports, inspection.exports);
    Ok(Before::Composed(Composed { component, imports, exports, directories, mounts, is_composed_here: false, writes }))
}

fn compose(
    args: &Run,
    app: Vec<u8>,
    merged: &Merged,
    mut options: Options,
    talk: &Talk,
    adapt: impl FnOnce(Composer) -> Composer,
) -> Result<Composed, Failure> {
    if let Some(directory) = args.dir.first() {
        return Err(directories::not_in_tree(&args.app, directory));
    }
    let is_read_only = options.process.read_only == Some(true);
    let plan = Plan::of_app(&args.app, |_| Ok(app), &mut options)?;
    let directories = directories::mounted(merged, &options.process.host_dir, is_read_only)?;
    let mut composer = plan.composer.clone().name_host_dirs_by_place();
    if options.files.image.is_empty() && options.files.file.is_empty() && directories.is_empty() {
        // No file is lost to a program that has no use for files.
        composer = composer.allow_unused(true);
    }
    composer = composer.default_exit_code(ExitCodes::Full);
    composer = match options.hides_arguments() {
        // Hidden are the host's. These were typed for this app.
        true => composer.run_args(&args.host_arguments),
        false => composer.host_args(&args.host_arguments),
    };
    let composed = adapt(composer).compose().map_err(|error| {
        // With nothing to run, no flag helps.
        let is_empty = matches!(error, Error::NoExports { .. });
        let failure = Failure::of_app(error, &args.app);
        if is_empty {
            failure.hint("build it as a command, which exports `_start`, or as a component")
        } else {
            failure
        }
    })?;
    let report = composed.report();
    talk.tell(&report.remarks);
    let (imports, exports) = (report.imports.clone(), report.exports.clone());
    // It tells what it wrote, if it can write and can tell.
    let writes = imports.iter().any(|name| name.starts_with("vfs-compose:run/end@"));
    let component = composed.to_bytes()?;
    Ok(Composed { component, imports, exports, directories, mounts: Vec::new(), is_composed_here: true, writes })
}

/// Returns the places of directories of the host that have what is written to them.
fn written_through(mounts: &[Mount<String>]) -> impl Iterator<Item = &str> {
    mounts.iter().filter(|mount| mount.access == MountAccess::ReadWrite).map(|mount| mount.guest.as_str())
}

fn no_command(args: &Run, exports: &[String]) -> Failure {
    let (app, listed) = (input::name(&args.app), list(exports));
    let failure = Failure::new(format!("`{app}` is not a command: it exports no wasi:cli/run (it exports {listed})"));
    let is_server =
        |name: &String| ["wasi:http/incoming-handler@", "wasi:http/handler@"].iter().any(|one| name.starts_with(one));
    if exports.iter().any(is_server) {
        return failure.hint(format!("it is a server: `vfs-compose serve {app}`"));
    }
    failure
}

/// The packages of interfaces that the engine has, and the one by which a program tells its end.
const OFFERED: [&str; 8] = [
    "wasi:cli",
    "wasi:clocks",
    "wasi:filesystem",
    "wasi:http",
    "wasi:io",
    "wasi:random",
    "wasi:sockets",
    "vfs-compose:run",
];

/// Says why a component could not begin: the import that the engine has not, or else what the engine says.
pub fn not_begun(what: &str, app: &Path, imports: &[String], is_composed_here: bool, error: Cause) -> Failure {
    // A function of the world itself has a name without a package.
    let named = imports.iter().map(|name| (name, name.split('/').next().unwrap_or(name)));
    let Some((import, package)) = named.into_iter().find(|(_, package)| !OFFERED.contains(package)) else {
        return Failure::new(format!("{what} could not begin")).caused_by(error);
    };
    let app = input::name(app);
    let without = if package == import { "it" } else { package };
    let failure =
        Failure::new(format!("`{app}` imports `{import}`, and `vfs-compose` runs programs without {without}"));
    failure.hint(match package {
        "wasi:config" if is_composed_here => "`--config K=V` sets its values, `--config none` makes it empty".into(),
        "wasi:config" => "compose the app again with `--config K=V`, which sets its values, or `--config none`".into(),
        _ if is_composed_here => format!("`--deny {package}` denies it, or compose it and run that on another host"),
        _ => format!("compose the app again with `--deny {package}`, or run this on another host"),
    })
}

/// Says of a program that failed that it had no standard output, if that may be why.
fn closed_output(options: &Options, program: &Program) -> Option<&'static str> {
    let deny = &options.deny;
    let is_stdout =
        |name: &String| ["wasi:cli", "wasi:cli/stdout"].contains(&name.split('@').next().unwrap_or_default());
    let is_closed = deny.deny_all == Some(true) && options.host.stdout.is_none() && !deny.allow.iter().any(is_stdout);
    (program.is_composed_here && is_closed).then_some(
        "under `--deny-all` its standard output is closed, which ends many programs: `--stdout inherit` and `--stderr \
         inherit` leave the streams open",
    )
}

/// Says why there is no exit code.
fn failure(args: &Run, options: &Options, program: &Program, stopped: Stopped) -> (Ending, Failure) {
    let deny = &options.deny;
    match stopped {
        Stopped::NotBegun(error) => {
            let Program { imports, is_composed_here, .. } = program;
            (Ending::NotBegun, not_begun("the program", &args.app, imports, *is_composed_here, error))
        }
        Stopped::NoAddress(error) => (Ending::NotBegun, Failure::new("the program could not begin").caused_by(error)),
        Stopped::NoEntry => (Ending::NotBegun, no_command(args, &program.exports)),
        Stopped::Trapped(error) => {
            let failure = Failure::new("the program ended badly").caused_by(error);
            let failure = closed_output(options, program).into_iter().fold(failure, Failure::hint);
            (Ending::Trapped, failure)
        }
        Stopped::Denied(what) => {
            let failure = Failure::new(format!("the program was stopped: {what}"));
            let denies_exit =
                |name: &&String| ["wasi:cli", "wasi:cli/exit"].contains(&name.split('@').next().unwrap_or(""));
            let hint = match deny.deny.iter().find(denies_exit) {
                _ if !program.is_composed_here => "compose the app again without the denial".into(),
                Some(name) if what.contains("exit code") => format!("omit `--deny {name}`, which denies it"),
                None if what.contains("exit code") => "`--exit inherit` allows it".into(),
                _ => "`--allow` and the other flags of denials choose what it may call".into(),
            };
            (Ending::Trapped, failure.hint(hint))
        }
        Stopped::OutOfMemory => {
            let limit = size(args.max_memory.map_or(0, |bytes| bytes.0));
            let message = format!("the program wanted more than {limit} of memory (--max-memory)");
            (Ending::OutOfMemory, Failure::new(message))
        }
    }
}
