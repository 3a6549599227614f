//! Settings that have no effect on this app: the app never asks for what they set.

use vfs_abi::Limits;
use vfs_abi::settings::Stdio;
use vfs_compose_pack::Remarks;
use vfs_compose_rules::Inherited;
use vfs_compose_rules::interpose::Left;
use vfs_compose_wasi::App;

use crate::inspect::exit_code;
use crate::mounts;
use crate::{Composer, ExitCode, InterfaceName, adapt};

/// An interface or a package, and the functions of which one must be imported; none stands for any.
pub(crate) type Asked = (&'static str, &'static [&'static str]);

/// A flag that leaves something to the host, and what asks for that.
#[derive(Clone, Debug)]
pub(crate) struct Gift {
    pub(crate) flag: String,
    pub(crate) asked: &'static [Asked],
}

pub(crate) const VARIABLES: Asked = ("wasi:cli/environment", &["get-environment"]);
pub(crate) const ARGUMENTS: Asked = ("wasi:cli/environment", &["get-arguments"]);
pub(crate) const DIRECTORY: Asked = ("wasi:cli/environment", &["initial-cwd", "get-initial-cwd"]);
pub(crate) const EXIT: Asked = ("wasi:cli/exit", &[]);
pub(crate) const EXIT_CODES: Asked = ("wasi:cli/exit", &["exit-with-code"]);
/// Others import the interface for its types alone.
pub(crate) const MONOTONIC: Asked = (
    "wasi:clocks/monotonic-clock",
    &["now", "resolution", "subscribe-instant", "subscribe-duration", "get-resolution", "wait-until", "wait-for"],
);
pub(crate) const STDIN: Asked = ("wasi:cli/stdin", &[]);
pub(crate) const STDOUT: Asked = ("wasi:cli/stdout", &[]);
pub(crate) const STDERR: Asked = ("wasi:cli/stderr", &[]);
pub(crate) const RANDOM: Asked = ("wasi:random", &[]);
/// The wall clocks of WASI 0.2 and 0.3. An app that imports one for its types alone sees it in the times of files.
pub(crate) const WALL_CLOCKS: [Asked; 2] = [("wasi:clocks/wall-clock", &[]), ("wasi:clocks/system-clock", &[])];
/// What shows the time of a frozen wall clock: the clocks, and the times of files.
pub(crate) const SHOWING_WALL_CLOCK: [Asked; 3] = [WALL_CLOCKS[0], WALL_CLOCKS[1], ("wasi:filesystem", &[])];
pub(crate) const CONFIG: Asked = ("wasi:config", &[]);
const FILES: &str = "wasi:filesystem";
/// Names of variables that are hardly meant as names.
const WORDS: [&str; 8] = ["all", "false", "no", "none", "off", "on", "true", "yes"];
const IO: &str = "wasi:io";
const HTTP: Asked = ("wasi:http/outgoing-handler", &[]);
/// The same of WASI 0.3.
const HTTP_3: Asked = ("wasi:http/client", &[]);

/// Warns of each setting that this app never asks for, and of limits under which nothing works.
pub(crate) fn tell(composer: &Composer, app: &App, remarks: &mut Remarks) {
    let (settings, policy, rules) = (&composer.settings, &composer.policy, &composer.rules);
    // What a preset sets for every app is not said of each.
    let chosen = policy.chosen_lines();
    let is_chosen = |key: &str| chosen.iter().any(|(chosen, _)| chosen == key);
    // To deny what nobody asks for is no mistake.
    let is_own = |key: &str| chosen.iter().any(|(chosen, value)| chosen == key && value != "deny");
    let names_variables = matches!(&policy.environment, Inherited::Only(_));
    let wanted: [(&str, bool, &[Asked]); 15] = [
        ("--host-dir", !settings.mounts.is_empty(), &[(FILES, &[])]),
        ("--absolute-links root", settings.absolute_links, &[(FILES, &[])]),
        ("--env", !settings.environment.is_empty(), &[VARIABLES]),
        ("--inherit-env", names_variables, &[VARIABLES]),
        ("--argv0", is_chosen("argv0"), &[ARGUMENTS]),
        ("--arg", settings.arguments.len() > composer.of_run, &[ARGUMENTS]),
        ("--cwd", is_chosen("cwd"), &[DIRECTORY]),
        ("--stdin", is_own("stdin"), &[STDIN]),
        ("--stdout", is_own("stdout"), &[STDOUT]),
        ("--stderr", is_own("stderr"), &[STDERR]),
        ("--wall-clock frozen", is_chosen("wall-clock"), &SHOWING_WALL_CLOCK),
        ("--random seeded", is_chosen("random"), &[RANDOM]),
        ("--monotonic-clock frozen", is_chosen("monotonic-clock"), &[MONOTONIC]),
        ("--config", rules.config.as_ref().is_some_and(|values| !values.is_empty()), &[CONFIG]),
        ("--http allow", rules.http.is_some(), &[HTTP, HTTP_3]),
    ];
    for (flag, _, asked) in wanted.into_iter().filter(|(_, is_set, asked)| *is_set && !asks_any(app, asked)) {
        let way_out = match flag {
            "--cwd" if policy.directory.as_deref() != Some("/") => {
                "such programs start in `/`, which `--preopen DIR=/` makes DIR"
            }
            "--config" => "`--env` sets variables, which most programs read instead",
            _ => "leave it out",
        };
        let message = format!("`{flag}` has no effect: the app does not import {}; {way_out}", named(asked[0]));
        remarks.warn("no-effect", message);
    }
    if let Inherited::Only(names) = &policy.environment {
        for name in names.iter().filter(|name| settings.environment.iter().any(|(other, _)| other == *name)) {
            let message = format!("`--inherit-env={name}` has no effect: `--env {name}=...` sets it; omit one");
            remarks.warn("no-effect", message);
        }
    }
    if let Inherited::Only(names) = &policy.environment
        && asks(app, VARIABLES)
    {
        for name in names.iter().filter(|name| WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))) {
            let message = format!(
                "`--inherit-env={name}` passes on a variable whose name is `{name}`: `--no-inherit-env` passes \
                 none on, `--inherit-env` all"
            );
            remarks.warn("odd-name", message);
        }
    }
    if let Some((typed, bytes)) = composer.exit_code.zip(composer.app.as_deref()) {
        tell_of_exit_code(typed, bytes, remarks);
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
    mounts::tell(composer, remarks);
    for (flag, _) in quotas.into_iter().filter(|(_, is_set)| *is_set && settings.read_only) {
        remarks.warn("no-effect", format!("`{flag}` has no effect: under `--read-only` nothing changes"));
    }
    let has_values = rules.config.as_ref().is_some_and(|values| !values.is_empty()) && asks(app, CONFIG);
    tell_of_gifts(composer, app, remarks);
    for denial in &rules.denials {
        let why = if is_of(FILES, &denial.interfaces) {
            "the app's files are its own, not the host's; leave it out"
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
    if rules.http.as_ref().is_some_and(Vec::is_empty) && asks_any(app, &[HTTP, HTTP_3]) {
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

/// Warns of a choice of exit codes that comes too late, or never.
fn tell_of_exit_code(typed: ExitCode, app: &[u8], remarks: &mut Remarks) {
    if adapt::has_exit_code(app) {
        return;
    }
    let word = if typed == ExitCode::Full { "full" } else { "bool" };
    let message = if exit_code(app) == Some(typed) {
        format!("`--exit-code {word}` has no effect: the component was made so of its module; leave it out")
    } else if adapt::is_made_of_exiting_module(app) {
        format!(
            "`--exit-code {word}` has no effect: the app is a component already, and its exit codes were chosen when it was \
             made of a preview1 module; compose the module itself, or `vfs-compose adapt MODULE --exit-code {word}`"
        )
    } else {
        "`--exit-code` has no effect: the app is no preview1 module that exits with a code (`proc_exit`)".to_owned()
    };
    remarks.warn("no-effect", message);
}

/// Tells of what is left to the host, and the app does not import or has of its own.
fn tell_of_gifts(composer: &Composer, app: &App, remarks: &mut Remarks) {
    for pattern in &composer.allowed {
        let why = if is_of(FILES, pattern) && !composer.settings.mounts.is_empty() {
            continue;
        } else if is_of(FILES, pattern) {
            "the app's files are its own, not the host's; leave it out"
        } else if is_of(IO, pattern) {
            "streams and pollables come with what returns them; allow that instead"
        } else if !app.imports.iter().any(|name| names(pattern, name)) {
            "the app does not import it; leave it out"
        } else {
            continue;
        };
        remarks.warn("no-effect", format!("`--allow {pattern}` has no effect: {why}"));
    }
    for Gift { flag, asked } in composer.inherited.iter().filter(|gift| !asks_any(app, gift.asked)) {
        let message = format!("`{flag}` has no effect: the app does not import {}; leave it out", named(asked[0]));
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
        0 => "`--max-open 0`: the app cannot open anything, not even its preopens; allow more, or leave it out".into(),
        _ => format!(
            "`--max-open {most}`: the app cannot open a file, as its preopens and standard streams take \
             {from_the_start}; allow more, or leave it out"
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

/// Returns whether an app imports one of what it would have to.
fn asks_any(app: &App, asked: &[Asked]) -> bool {
    asked.iter().any(|asked| asks(app, *asked))
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
