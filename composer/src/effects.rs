//! Settings that have no effect on this app: the app never asks for what they set.

use vfs_abi::Limits;
use vfs_abi::settings::Stdio;
use vfs_compose_pack::Remarks;
use vfs_compose_rules::Inherited;
use vfs_compose_rules::interpose::Left;
use vfs_compose_wasi::App;

use crate::{Composer, InterfaceName, adapt};

/// An interface or a package, and the functions of which one must be imported; none stands for any.
pub(crate) type Asked = (&'static str, &'static [&'static str]);

pub(crate) const VARIABLES: Asked = ("wasi:cli/environment", &["get-environment"]);
pub(crate) const ARGUMENTS: Asked = ("wasi:cli/environment", &["get-arguments"]);
pub(crate) const DIRECTORY: Asked = ("wasi:cli/environment", &["initial-cwd", "get-initial-cwd"]);
pub(crate) const EXIT: Asked = ("wasi:cli/exit", &[]);
pub(crate) const EXIT_CODES: Asked = ("wasi:cli/exit", &["exit-with-code"]);
const MONOTONIC: Asked = ("wasi:clocks/monotonic-clock", &[]);
const STDIN: Asked = ("wasi:cli/stdin", &[]);
const STDOUT: Asked = ("wasi:cli/stdout", &[]);
const STDERR: Asked = ("wasi:cli/stderr", &[]);
const RANDOM: Asked = ("wasi:random", &[]);
/// What shows the time of a frozen wall clock: the clocks, and the times of files.
const WALL_CLOCKS: [Asked; 3] =
    [("wasi:clocks/wall-clock", &[]), ("wasi:clocks/system-clock", &[]), ("wasi:filesystem", &[])];
const FILES: &str = "wasi:filesystem";
const IO: &str = "wasi:io";
const CONFIG: Asked = ("wasi:config", &[]);
const HTTP: Asked = ("wasi:http/outgoing-handler", &[]);
/// The same of WASI 0.3.
const HTTP_3: Asked = ("wasi:http/client", &[]);

/// Warns of each setting that this app never asks for, and of limits under which nothing works.
pub(crate) fn tell(composer: &Composer, app: &App, remarks: &mut Remarks) {
    let (settings, policy, rules) = (&composer.settings, &composer.policy, &composer.rules);
    let is_own = |stream: &Stdio<String>| matches!(stream, Stdio::Null | Stdio::File(_) | Stdio::Append(_));
    // What `--deterministic` sets for every app is not said of each.
    let of_preset = |directory: &String| directory == "/";
    let is_preset =
        composer.is_deterministic || policy.own_arguments && policy.seed.is_some() && policy.wall_clock.is_some();
    let is_frozen = policy.monotonic_clock.is_some_and(|time| time != 0 || !is_preset);
    let shows_wall_clock = WALL_CLOCKS.iter().any(|asked| asks(app, *asked));
    let is_named = policy.program.is_some() && !policy.own_arguments;
    let names_variables = matches!(&policy.environment, Inherited::Only(_));
    let wanted = [
        ("--env", !settings.environment.is_empty(), VARIABLES),
        ("--inherit-env", names_variables, VARIABLES),
        ("--argv0", is_named, ARGUMENTS),
        ("--arg", settings.arguments.len() > composer.of_run, ARGUMENTS),
        ("--cwd", policy.directory.as_ref().is_some_and(|directory| !of_preset(directory)), DIRECTORY),
        ("--stdin", is_own(&policy.stdin), STDIN),
        ("--stdout", is_own(&policy.stdout), STDOUT),
        ("--stderr", is_own(&policy.stderr), STDERR),
        ("--wall-clock frozen", policy.wall_clock.is_some() && !is_preset && !shows_wall_clock, WALL_CLOCKS[0]),
        ("--random seeded", policy.seed.is_some_and(|seed| seed != 0), RANDOM),
        ("--monotonic-clock frozen", is_frozen, MONOTONIC),
        ("--config", rules.config.as_ref().is_some_and(|values| !values.is_empty()), CONFIG),
        // An empty list has a warning of its own.
        ("--http allow", rules.http.as_ref().is_some_and(|hosts| !hosts.is_empty()) && !asks(app, HTTP_3), HTTP),
    ];
    for (flag, _, asked) in wanted.into_iter().filter(|(_, is_set, asked)| *is_set && !asks(app, *asked)) {
        let way_out = match flag {
            "--cwd" => "such programs start in `/`, which `--preopen DIR=/` makes DIR",
            "--config" => "`--env` sets variables, which most programs read instead",
            _ => "leave it out",
        };
        let message = format!("`{flag}` has no effect: the app does not import {}; {way_out}", named(asked));
        remarks.warn("no-effect", message);
    }
    if let Inherited::Only(names) = &policy.environment {
        for name in names.iter().filter(|name| settings.environment.iter().any(|(other, _)| other == *name)) {
            let message = format!("`--inherit-env={name}` has no effect: `--env {name}=...` sets it; omit one");
            remarks.warn("no-effect", message);
        }
    }
    if composer.exit_code.is_some() && !composer.app.as_deref().is_some_and(adapt::has_exit_code) {
        let message = "`--exit-code` has no effect: the app is no preview1 module that exits with a code (`proc_exit`)";
        remarks.warn("no-effect", message);
    }
    let of_run = settings.arguments.len() - composer.of_run..;
    let typed = settings.arguments.get(of_run).and_then(<[String]>::first).or(composer.of_host.as_ref());
    if let Some(first) = typed.filter(|_| !asks(app, ARGUMENTS)) {
        let message = format!(
            "the program's arguments (from `{first}` on) have no effect: the app does not import {}",
            named(ARGUMENTS)
        );
        remarks.warn("no-effect", message);
    }
    let limits = &settings.limits;
    let most = Limits::default();
    let quotas =
        [("--max-bytes", limits.max_bytes != most.max_bytes), ("--max-nodes", limits.max_nodes != most.max_nodes)];
    for (flag, _) in quotas.into_iter().filter(|(_, is_set)| *is_set && settings.read_only) {
        remarks.warn("no-effect", format!("`{flag}` has no effect: under `--read-only` nothing changes"));
    }
    let has_values = rules.config.as_ref().is_some_and(|values| !values.is_empty()) && asks(app, CONFIG);
    tell_of_gifts(composer, app, remarks);
    for denial in &rules.denials {
        let why = if is_of(FILES, &denial.interfaces) {
            "the app's files are its own, not the host's"
        } else if is_of(IO, &denial.interfaces) {
            "streams and pollables come with what returns them; deny that instead"
        } else if names_export(&denial.interfaces, app) {
            "the app exports it, and only what an app imports can be denied"
        } else if has_values && is_of_config(&denial.interfaces) {
            "the values of `--config` stand for the host's, and the app gets them"
        } else {
            continue;
        };
        remarks.warn("no-effect", format!("`{}` has no effect: {why}", denial.because));
    }
    if rules.http.as_ref().is_some_and(Vec::is_empty) {
        remarks.warn("allows-nothing", "`--http allow:` names no host: say one, or write `--http deny`");
    }
    tell_of_open_files(settings.limits.max_open, from_the_start(composer), remarks);
}

/// Warns of what denials of whole packages leave to the host. That of `--http` is about requests that the app sends.
pub(crate) fn tell_of_left(left: &[Left], remarks: &mut Remarks) {
    for Left { interface, export, because } in left.iter().filter(|left| !left.because.starts_with("--http")) {
        let message = format!(
            "`{because}` leaves `{interface}` to the host, which calls the app's export `{export}` with it; name the \
             interfaces to deny instead"
        );
        remarks.warn("denied-in-part", message);
    }
}

/// Tells of what is left to the host, and the app does not import or has of its own.
fn tell_of_gifts(composer: &Composer, app: &App, remarks: &mut Remarks) {
    for pattern in &composer.allowed {
        let why = if is_of(FILES, pattern) {
            "the app's files are its own, not the host's"
        } else if is_of(IO, pattern) {
            "streams and pollables come with what returns them; allow that instead"
        } else if !app.imports.iter().any(|name| names(pattern, name)) {
            "the app does not import it; leave it out"
        } else {
            continue;
        };
        remarks.warn("no-effect", format!("`--allow {pattern}` has no effect: {why}"));
    }
    for (flag, package) in composer.inherited.iter().filter(|(_, package)| !asks(app, (package, &[]))) {
        let message = format!("`{flag}` has no effect: the app does not import {package}; leave it out");
        remarks.warn("no-effect", message);
    }
}

/// Returns whether a pattern names a package or parts of it alone.
fn is_of(package: &str, pattern: &str) -> bool {
    pattern.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@']))
}

/// Returns whether a pattern names an import, or its package, in whatever version.
fn names(pattern: &str, import: &str) -> bool {
    let without_version = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
    let (pattern, import) = (without_version(pattern), without_version(import));
    pattern == import || import.split_once('/').is_some_and(|(package, _)| package == pattern)
}

/// Returns whether a pattern names the package of values.
fn is_of_config(pattern: &str) -> bool {
    pattern.split('@').next() == Some(CONFIG.0)
}

/// Returns whether a pattern names an interface that the app exports and does not import, in whatever version.
fn names_export(pattern: &str, app: &App) -> bool {
    let without_version = |name: &str| name.split('@').next().map(str::to_owned);
    let is_it = |name: &String| without_version(name) == without_version(pattern);
    app.exports.iter().any(is_it) && !app.imports.iter().any(is_it)
}

/// Returns how many files are open before the app opens any: its preopens, and standard streams that are files.
fn from_the_start(composer: &Composer) -> usize {
    let policy = &composer.policy;
    let streams = [&policy.stdin, &policy.stdout, &policy.stderr].into_iter();
    let files = streams.filter(|stream| matches!(stream, Stdio::File(_) | Stdio::Append(_))).count();
    composer.settings.preopens.len().max(1) + files
}

/// Warns if nothing more can be open than what is from the start.
fn tell_of_open_files(most: u32, from_the_start: usize, remarks: &mut Remarks) {
    if usize::try_from(most).is_ok_and(|most| most > from_the_start) {
        return;
    }
    let message = match most {
        0 => "`--max-open 0`: the app cannot open anything, not even its preopens".into(),
        _ => format!(
            "`--max-open {most}`: the app cannot open a file, as its preopens and standard streams take {from_the_start}"
        ),
    };
    remarks.warn("allows-nothing", message);
}

/// Names what an app would have to import.
fn named((path, functions): Asked) -> String {
    match functions {
        [] => format!("`{path}`"),
        [function, ..] => format!("`{function}` of `{path}`"),
    }
}

/// Returns whether an app imports what it would have to.
pub(crate) fn asks(app: &App, (path, functions): (&str, &[&str])) -> bool {
    app.all_interfaces.iter().any(|(id, name)| {
        let is_it = InterfaceName::parse(name).is_some_and(|name| {
            name.base() == path || name.base().strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        });
        let imported = &app.resolve.interfaces[*id].functions;
        is_it && (functions.is_empty() || functions.iter().any(|function| imported.contains_key(*function)))
    })
}
