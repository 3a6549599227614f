//! `vfs-compose run`: composes an app in memory, unless it is already composed, and runs it on the embedded engine.

mod composed;

use std::process::ExitCode;
use std::time::Duration;

use vfs_compose::options::{Access, Host, Http, Setting};
use vfs_compose::{Composer, Inherited, Options};
use vfs_compose_engine::{Offer, Stopped, Streams, execute};

use crate::args::Run;
use crate::input;
use crate::plan::Plan;
use crate::report::{Failure, count, list, note, size, tell, warn};

/// The exit code of timeout(1) for a program whose time is up.
const TIMED_OUT: i32 = 124;

pub fn run(args: &Run) -> Result<ExitCode, Failure> {
    let options = args.typed.merged(&args.joining)?;
    let http = http_is_asked_for(&options);
    let program = prepare(args, &options, http, Composer::tell_end)?;
    if !program.exports.iter().any(|name| name.starts_with("wasi:cli/run@")) {
        return Err(no_command(args, &program.exports));
    }
    let asks_for_http = |name: &&String| name.starts_with("wasi:http/");
    if let Some(import) = program.imports.iter().find(asks_for_http).filter(|_| !http) {
        let failure = Failure::new(format!("`{}` imports `{import}`, and http is off", args.app.display()));
        return Err(failure.hint("`--http inherit` lets it send requests, `--http allow:HOST,...` only to some hosts"));
    }
    let when_begun = || args.timeout.into_iter().for_each(end_after);
    let ended = execute(&program.component, &program.offer, &|| tell_compiling(args), &when_begun);
    let ended = ended.map_err(|stopped| failure(args, &program, stopped))?;
    if program.writes {
        tell_lost(args, &program, ended.files);
    }
    Ok(ended.code.into())
}

/// Says how many files the program wrote: with the program, they are gone.
fn tell_lost(args: &Run, program: &Program, files: Option<u32>) {
    match files {
        Some(0) => {}
        Some(files) if files < u32::MAX => {
            let (files, were) = (count(files.into(), "file", "files"), if files == 1 { "was" } else { "were" });
            let are = if were == "was" { "is" } else { "are" };
            note(&format!("{files} that the program wrote {were} in memory only and {are} gone"));
        }
        _ => {
            let because = match program.is_composed_here {
                true => "",
                false => ": it was composed before, for any host",
            };
            let name = file_name(args);
            note(&format!("what `{name}` writes is in memory only and gone now; its files are not counted{because}"));
        }
    }
}

/// A composed component, and what it gets of this process.
pub struct Program {
    pub component: Vec<u8>,
    imports: Vec<String>,
    pub exports: Vec<String>,
    pub offer: Offer,
    is_composed_here: bool,
    /// Whether it may have written files.
    writes: bool,
}

/// Composes the app, unless it is composed already.
///
/// # Errors
/// It cannot be composed, or flags do not fit what is composed already.
pub fn prepare(
    args: &Run,
    options: &Options,
    http: bool,
    adapt: impl FnOnce(Composer) -> Composer,
) -> Result<Program, Failure> {
    let Options { host, process, deny, .. } = options;
    let Composed { component, imports, exports, is_composed_here, writes } = match composed_before(args)? {
        Some(composed) => composed,
        None => compose(args, options.clone(), adapt)?,
    };
    let of_process = |text: &Option<Setting>| text.as_ref().is_none_or(|text| text.as_str() != "null");
    let mut offer = Offer {
        arguments: [file_name(args)].into_iter().chain(args.host_arguments.iter().cloned()).collect(),
        variables: variables(host),
        directory: None,
        streams: Streams::default(),
        network: deny.sockets == Some(Access::Inherit),
        http,
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
    Ok(Program { component, imports, exports, offer, is_composed_here, writes })
}

/// Returns whether `--http` is given, and is not `deny`.
pub fn http_is_asked_for(options: &Options) -> bool {
    options.deny.http.as_ref().is_some_and(|access| *access != Http::Deny)
}

fn file_name(args: &Run) -> String {
    args.app.file_name().unwrap_or(args.app.as_os_str()).to_string_lossy().into_owned()
}

pub fn tell_compiling(args: &Run) {
    note(&format!("compiling `{}`, which takes a while; the next run uses the compiled code", file_name(args)));
}

/// Ends this process when the program's time is up: whatever the program does or waits for then, only this is sure to stop it.
fn end_after(timeout: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(timeout);
        Failure::new(format!("the program was stopped after {timeout:?} (--timeout)")).print();
        std::process::exit(TIMED_OUT);
    });
}

/// Returns the variables of this process that flags ask for.
fn variables(host: &Host) -> Vec<(String, String)> {
    match host.inherited() {
        Some(Inherited::All) => std::env::vars_os()
            .filter_map(|(name, value)| match (name.to_str(), value.to_str()) {
                (Some(name), Some(value)) => Some((name.to_owned(), value.to_owned())),
                _ => {
                    warn(&format!("the variable {name:?} is not UTF-8; it is left out"));
                    None
                }
            })
            .collect(),
        Some(Inherited::Only(names)) => {
            names.into_iter().filter_map(|name| std::env::var(&name).ok().map(|value| (name, value))).collect()
        }
        Some(Inherited::None) | None => Vec::new(),
    }
}

/// A component with a vfs inside.
struct Composed {
    component: Vec<u8>,
    imports: Vec<String>,
    exports: Vec<String>,
    /// Whether it was composed for this run.
    is_composed_here: bool,
    writes: bool,
}

/// Returns the file itself if it already has a vfs inside and no image or manifest is given.
///
/// # Errors
/// A flag was typed that this run cannot do with it.
fn composed_before(args: &Run) -> Result<Option<Composed>, Failure> {
    let typed = args.typed.options(&args.joining);
    let has_files = !typed.files.image.is_empty() || !typed.files.file.is_empty();
    if has_files || args.typed.manifest.is_some() || input::is_stdin(&args.app) {
        return Ok(None);
    }
    let Ok(component) = std::fs::read(&args.app) else { return Ok(None) };
    let Ok(inspection) = vfs_compose::inspect(&component) else { return Ok(None) };
    let Some(vfs) = &inspection.vfs else { return Ok(None) };
    composed::check(args, &typed, &inspection, vfs)?;
    let writes = !vfs.settings.read_only;
    let (imports, exports) = (inspection.imports, inspection.exports);
    Ok(Some(Composed { component, imports, exports, is_composed_here: false, writes }))
}

fn compose(args: &Run, mut options: Options, adapt: impl FnOnce(Composer) -> Composer) -> Result<Composed, Failure> {
    let plan = Plan::of_app(&args.app, &mut options)?;
    let mut composer = plan.composer.clone();
    if options.files.image.is_empty() && options.files.file.is_empty() {
        // No file is lost to a program that has no use for files.
        composer = composer.allow_unused(true);
    }
    if options.hides_arguments() {
        // Hidden are the host's. These were typed for this app.
        composer = composer.run_args(&args.host_arguments);
    }
    let composed = adapt(composer).compose()?;
    let report = composed.report();
    tell(&report.remarks);
    composed::tell_unused(&args.app, &options.deny, &report.imports);
    let (imports, exports) = (report.imports.clone(), report.exports.clone());
    // It tells what it wrote, if it can write and can tell.
    let writes = imports.iter().any(|name| name.starts_with("vfs-compose:run/end@"));
    Ok(Composed { component: composed.to_bytes()?, imports, exports, is_composed_here: true, writes })
}

fn no_command(args: &Run, exports: &[String]) -> Failure {
    let (app, listed) = (args.app.display(), list(exports));
    let failure = Failure::new(format!("`{app}` is not a command: it exports no wasi:cli/run (it exports {listed})"));
    let is_server =
        |name: &String| ["wasi:http/incoming-handler@", "wasi:http/handler@"].iter().any(|one| name.starts_with(one));
    if exports.iter().any(is_server) {
        return failure.hint(format!("it is a server: `vfs-compose serve {app}`"));
    }
    failure
}

/// Says why there is no exit code.
fn failure(args: &Run, program: &Program, stopped: Stopped) -> Failure {
    match stopped {
        Stopped::NotBegun(error) => Failure::new("the program could not begin").caused_by(error),
        Stopped::Trapped(error) => Failure::new("the program ended badly").caused_by(error),
        Stopped::NoAddress(error) => Failure::new("the program could not begin").caused_by(error),
        Stopped::NoEntry => no_command(args, &program.exports),
        Stopped::OutOfMemory => {
            let limit = size(args.max_memory.map_or(0, |bytes| bytes.0));
            Failure::new(format!("the program wanted more than {limit} of memory (--max-memory)"))
        }
    }
}
