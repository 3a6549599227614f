//! A component that is composed already: what of the flags a run can still give it.
//!
//! What the flags say of the host, the host of this run can do. What they say of the vfs was decided when it was composed.

use vfs_compose::options::{Access, ConfigValue, Deny, Http, Setting};
use vfs_compose::{
    AbsoluteLinks, Asks, ExitCode, Form, FormChoice, Inherited, Inspection, OnCollision, Options, Remarks, Stdio, Vfs,
};
use vfs_image::{FileKind, Image, find};

use super::{Talk, directories};
use crate::args::Run;
use crate::report::Failure;

const ARGUMENTS: &str = "the program's arguments";
const HTTP: &str = "wasi:http";

/// Checks that the flags of a run can do what they say with a component that was composed before.
///
/// # Errors
/// - A flag would change the vfs, or would be lost.
/// - A flag has no effect, and `--strict` is given.
pub fn check(
    args: &Run,
    typed: &Options,
    component: &[u8],
    inspection: &Inspection<'_>,
    vfs: &Vfs<'_>,
    talk: &Talk,
) -> Result<(), Failure> {
    let file = talk.file();
    if args.typed.manifest.is_some() {
        let failure = format!("`{file}` is already composed, so `--manifest` cannot change it");
        let way_out = format!("leave it out to run `{file}` as it is, or run the app that it was made from");
        return Err(Failure::usage(failure).hint(way_out));
    }
    // What cannot be read may ask for anything.
    let asks = Asks::of(component).ok();
    let asks_for = |package: &str| {
        has_package(&inspection.imports, package) && asks.as_ref().is_none_or(|asks| asks.for_package(package))
    };
    // For a server, http that is off is no reason not to begin.
    let wants_http = asks_for(HTTP) && !inspection.exports.iter().any(|name| name.starts_with(HTTP));
    let fixed = fixed(typed, component, vfs, wants_http);
    if let Some((flag, _)) = fixed.iter().find(|(_, use_of)| *use_of == Use::Change) {
        let failure = format!("`{file}` is already composed, so `{flag}` cannot change it");
        let names: Vec<_> = vfs.settings.mounts.iter().map(|mount| format!("`{}`", mount.name)).collect();
        let hint = match flag.as_str() {
            "--host-dir" if !names.is_empty() => format!(
                "`--dir HOST::NAME` gives it a directory that it was composed to take ({}); or compose the app again",
                names.join(", ")
            ),
            _ => "compose the app again with this flag".to_owned(),
        };
        return Err(Failure::usage(failure).hint(hint));
    }
    if let Some((what, because)) = lost(args, typed, vfs) {
        let failure = format!("`{file}` was composed {because}, so {what} would be lost");
        return Err(Failure::usage(failure).hint("run the app that it was made from, or compose that again"));
    }
    check_directory(file, typed, vfs)?;
    let mut unused = unused(file, &typed.deny, asks_for);
    unused.extend(directories::unused(file, &args.dir, vfs));
    for (flag, _) in fixed {
        unused.push(("no-effect", format!("`{flag}` has no effect: `{file}` is already composed; leave it out")));
    }
    if typed.host.inherited() == Some(Inherited::All)
        && let Some(names) = vfs.settings.inherited.as_ref().filter(|names| !names.is_empty())
    {
        let message = format!(
            "`--inherit-env` passes only {} on: `{file}` was composed to see no other variable of its host; name \
             these, or compose the app again",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        );
        unused.push(("cut-down", message));
    }
    unused.extend(cut_down_http(file, &typed.deny, vfs).filter(|_| asks_for(HTTP)));
    for (flag, is_given, what, is_asked) in [
        ("--env", !typed.process.env.is_empty(), "variables", asks.as_ref().map(Asks::for_variables)),
        (
            "--inherit-env",
            typed.host.inherited().is_some_and(|some| some != Inherited::None),
            "variables",
            asks.as_ref().map(Asks::for_variables),
        ),
        (ARGUMENTS, !args.host_arguments.is_empty(), "arguments", asks.as_ref().map(Asks::for_arguments)),
        ("--arg", !typed.process.arg.is_empty(), "arguments", asks.as_ref().map(Asks::for_arguments)),
        ("--argv0", typed.host.argv0.is_some(), "arguments", asks.as_ref().map(Asks::for_arguments)),
        ("--cwd", typed.host.cwd.is_some(), "an initial directory", asks.as_ref().map(Asks::for_directory)),
    ] {
        if is_given && is_asked == Some(false) {
            let has = if flag == ARGUMENTS { format!("{flag} have") } else { format!("`{flag}` has") };
            unused.push(("no-effect", format!("{has} no effect: `{file}` does not ask for {what}; leave it out")));
        }
    }
    warn(talk, typed.files.strict == Some(true), unused)?;
    Ok(())
}

/// What a flag is for a component that is composed already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It is about the host, which this run can do.
    OfRun,
    /// It says what the component does in any case.
    None,
    /// It would change the component.
    Change,
}

/// Returns the flags that are not about this run, as typed, each with what it is.
fn fixed(typed: &Options, component: &[u8], vfs: &Vfs<'_>, wants_http: bool) -> Vec<(String, Use)> {
    let uses = typed.given().map(|key| (shown(typed, &key), use_of(&key, typed, component, vfs, wants_http)));
    uses.filter(|(_, use_of)| *use_of != Use::OfRun).collect()
}

fn use_of(key: &str, typed: &Options, component: &[u8], vfs: &Vfs<'_>, wants_http: bool) -> Use {
    let Options { files, host, deny, joining, process, .. } = typed;
    let limits = &vfs.settings.limits;
    let is_same = |is_same: bool| if is_same { Use::None } else { Use::Change };
    let of_run = |is_of_run: bool| if is_of_run { Use::OfRun } else { Use::Change };
    let line = |key: &str| vfs.policy.iter().find(|(other, _)| other == key).map(|(_, text)| text.as_str());
    let denies = |interfaces: &[&str]| {
        let denied = line("deny").unwrap_or_default();
        let allowed = line("allow").unwrap_or_default();
        let names = |list: &str| list.split(',').any(|name| interfaces.contains(&name));
        names(denied) || line("deny-all").is_some() && !names(allowed)
    };
    let setting = |setting: &Option<Setting>, interfaces: &[&str]| {
        let text = setting.as_ref().map_or("inherit", Setting::as_str);
        match (text, line(key)) {
            ("inherit", None) => is_same(!denies(interfaces)),
            (text, composed) => is_same(composed == Some(text)),
        }
    };
    let is_for_host =
        |setting: &Option<Setting>| setting.as_ref().is_some_and(|text| ["inherit", "null"].contains(&text.as_str()));
    match key {
        // A run passes no variable on and has no network, unless it is asked to.
        "inherit-env" if host.inherited() == Some(Inherited::None) => Use::None,
        "sockets" if deny.sockets == Some(Access::Deny) => Use::None,
        "arg" | "argv0" | "env" | "inherit-env" | "cwd" | "sockets" | "strict" => Use::OfRun,
        "inherit-args" if host.inherit_args == Some(true) => is_same(!hides_arguments(vfs)),
        "inherit-args" => Use::OfRun,
        "allow-unused" | "allow-no-exports" => Use::None,
        "exit-code" => {
            is_same(vfs_compose::exit_code(component).is_none_or(|code| Some(code) == typed.adapting.exit_code))
        }
        "form" => of_run(match joining.form {
            None | Some(FormChoice::Auto) => true,
            Some(FormChoice::Linked) => vfs.form == Some(Form::Linked),
            Some(FormChoice::Plugged) => vfs.form == Some(Form::Plugged),
        }),
        "stdin" => of_run(is_for_host(&host.stdin)),
        "stdout" => of_run(is_for_host(&host.stdout)),
        "stderr" => of_run(is_for_host(&host.stderr)),
        // With a denial inside, a program would run; without, this run does not begin.
        "http" if deny.http == Some(Http::Deny) => is_same(!wants_http || denies(&[HTTP])),
        "http" => Use::OfRun,
        "deny" => is_same(deny.deny.iter().all(|name| denies(&[name]))),
        "preopen" => is_same(process.preopen.iter().map(|one| (&one.guest, &one.name)).eq(preopens(vfs))),
        "max-bytes" => is_same(process.max_bytes.is_some_and(|bytes| bytes.0 == limits.max_bytes)),
        "max-nodes" => is_same(process.max_nodes == Some(limits.max_nodes)),
        "max-open" => is_same(process.max_open == Some(limits.max_open)),
        "on-collision" => is_same(files.on_collision == Some(OnCollision::Error)),
        "wall-clock" => setting(&host.wall_clock, &["wasi:clocks", "wasi:clocks/wall-clock"]),
        "monotonic-clock" => setting(&host.monotonic_clock, &["wasi:clocks", "wasi:clocks/monotonic-clock"]),
        "random" => setting(&host.random, &["wasi:random"]),
        "exit" => is_same(denies(&["wasi:cli", "wasi:cli/exit"]) == (deny.exit == Some(Access::Deny))),
        "absolute-links" => {
            is_same((process.absolute_links == Some(AbsoluteLinks::Root)) == vfs.settings.absolute_links)
        }
        "read-only" => is_same(process.read_only == Some(vfs.settings.read_only)),
        "deny-all" => is_same(deny.deny_all == Some(line("deny-all").is_some())),
        "deterministic" => {
            is_same(host.deterministic == Some(false) && line("wall-clock").or(line("random")).is_none())
        }
        "gitignore" => is_same(files.gitignore == Some(false)),
        "config" => is_same(match &host.config[..] {
            [ConfigValue::Inherit] => line("config").is_none(),
            [ConfigValue::None] => line("config") == Some("none"),
            _ => false,
        }),
        _ => Use::Change,
    }
}

/// Returns the directories that the app gets, each with its name.
fn preopens<'v>(vfs: &'v Vfs<'_>) -> impl Iterator<Item = (&'v String, &'v String)> {
    vfs.settings.preopens.iter().map(|(guest, name)| (guest, name))
}

/// Returns a flag with its value, where that is a word.
fn shown(typed: &Options, key: &str) -> String {
    let Options { host, deny, process, files, .. } = typed;
    let setting = |setting: &Option<Setting>| setting.as_ref().map(|text| format!(" {}", text.as_str()));
    let access =
        |access: Option<Access>| access.map(|access| if access == Access::Deny { " deny" } else { " inherit" });
    let is_off = |flag: Option<bool>| (flag == Some(false)).then(|| "=false".to_owned());
    if key == "inherit-env" && host.inherited() == Some(Inherited::None) {
        return "--no-inherit-env".into();
    }
    let value = match key {
        "wall-clock" => setting(&host.wall_clock),
        "monotonic-clock" => setting(&host.monotonic_clock),
        "random" => setting(&host.random),
        "exit" => access(deny.exit).map(ToOwned::to_owned),
        "sockets" => access(deny.sockets).map(ToOwned::to_owned),
        "http" => deny.http.as_ref().map(|http| format!(" {http}")),
        "on-collision" => files.on_collision.map(|choice| match choice {
            OnCollision::Error => " error".to_owned(),
            OnCollision::First => " first".to_owned(),
            OnCollision::Last => " last".to_owned(),
        }),
        "exit-code" => typed.adapting.exit_code.map(|code| match code {
            ExitCode::Full => " full".to_owned(),
            ExitCode::Bool => " bool".to_owned(),
        }),
        "absolute-links" => process.absolute_links.map(|choice| match choice {
            AbsoluteLinks::Refuse => " refuse".to_owned(),
            AbsoluteLinks::Root => " root".to_owned(),
        }),
        "read-only" => is_off(process.read_only),
        "deny-all" => is_off(deny.deny_all),
        "deterministic" => is_off(host.deterministic),
        "gitignore" => is_off(files.gitignore),
        _ => None,
    };
    format!("--{key}{}", value.unwrap_or_default())
}

/// Returns what this run would give, and the app would not see, with the reason.
fn lost(args: &Run, typed: &Options, vfs: &Vfs<'_>) -> Option<(String, String)> {
    let Options { host, process, .. } = typed;
    let settings = &vfs.settings;
    if hides_arguments(vfs) {
        let because = || "to see no argument of its host".to_owned();
        if !args.host_arguments.is_empty() {
            return Some((ARGUMENTS.into(), because()));
        }
        if !process.arg.is_empty() {
            return Some(("`--arg`".into(), because()));
        }
        if host.argv0.is_some() {
            return Some(("`--argv0`".into(), because()));
        }
    }
    if host.argv0.is_some() && settings.program.is_some() {
        return Some(("`--argv0`".into(), "with a name of its own for the program".into()));
    }
    let asked = match host.inherited() {
        Some(Inherited::Only(names)) => names,
        _ => Vec::new(),
    };
    let set = process.env.iter().map(|variable| variable.name.as_str());
    let flags = asked.iter().map(|name| ("--inherit-env", name.as_str())).chain(set.map(|name| ("--env", name)));
    for (flag, name) in flags {
        if settings.environment.iter().any(|(key, _)| key == name) {
            return Some((format!("`{flag}` of `{name}`"), format!("with a value of its own for `{name}`")));
        }
        if settings.inherited.as_ref().is_some_and(|names| !names.iter().any(|one| one == name)) {
            return Some((format!("`{flag}` of `{name}`"), "to see no such variable of its host".into()));
        }
    }
    if host.inherited() == Some(Inherited::All) && settings.inherited.as_ref().is_some_and(Vec::is_empty) {
        return Some(("`--inherit-env`".into(), "to see no variable of its host".into()));
    }
    if host.cwd.as_ref().is_some_and(|directory| directory.as_str() != "inherit") && settings.directory.is_some() {
        return Some(("`--cwd`".into(), "with an initial directory of its own".into()));
    }
    let streams = [("--stdin", &host.stdin, &settings.stdin), ("--stdout", &host.stdout, &settings.stdout)];
    let streams = streams.into_iter().chain([("--stderr", &host.stderr, &settings.stderr)]);
    for (flag, given, composed) in streams {
        if given.is_some() && *composed != Stdio::Host {
            return Some((format!("`{flag}`"), "with a stream of its own there".into()));
        }
    }
    None
}

/// Returns a warning of requests that a run allows and the component, by the list inside, does not.
fn cut_down_http(file: &str, deny: &Deny, vfs: &Vfs<'_>) -> Option<Warning> {
    let (_, list) = vfs.policy.iter().find(|(key, _)| key == "http")?;
    let allowed: Vec<_> = list.strip_prefix("allow:")?.split(',').filter(|host| !host.is_empty()).collect();
    let typed = match deny.http.as_ref()? {
        Http::Deny => return None,
        Http::Allow(hosts) if hosts.iter().all(|host| allowed.contains(&host.as_str())) => return None,
        http => http,
    };
    let message = format!(
        "`--http {typed}` allows no more than `{file}` was composed to allow, `--http {list}` (`vfs-compose inspect` \
         shows it); compose the app again with other hosts"
    );
    Some(("cut-down", message))
}

/// Returns whether it was composed to see no argument of its host. A program's name of its own hides none.
fn hides_arguments(vfs: &Vfs<'_>) -> bool {
    vfs.policy.iter().any(|(key, _)| key == "inherit-args")
}

/// Checks that the initial directory is one of the tree, as composing does.
fn check_directory(file: &str, typed: &Options, vfs: &Vfs<'_>) -> Result<(), Failure> {
    let given = typed.host.cwd.as_ref().map(Setting::as_str).filter(|directory| *directory != "inherit");
    // What is in a directory of the host, only that knows.
    let is_of_host = |directory: &&str| vfs.settings.mounts.iter().any(|mount| mount.is_around(directory));
    let Some(directory) = given.filter(|directory| !is_of_host(directory)) else { return Ok(()) };
    let found = Image::new(vfs.image).ok().and_then(|image| find(&image, directory.as_bytes()).ok());
    match found.map(|inode| inode.kind) {
        Some(FileKind::Directory | FileKind::SymbolicLink) => Ok(()),
        _ => Err(Failure::new(format!("`--cwd {directory}` is no directory of the tree in `{file}`"))
            .hint(format!("`vfs-compose image ls {file}` lists its files"))),
    }
}

/// A warning and its code.
pub type Warning = (&'static str, String);

/// Warns of what has no effect.
///
/// # Errors
/// With `is_strict`, there is something to warn of.
pub fn warn(talk: &Talk, is_strict: bool, warnings: Vec<Warning>) -> Result<(), Failure> {
    if is_strict && !warnings.is_empty() {
        let mut remarks = Remarks::default();
        warnings.into_iter().for_each(|(code, message)| remarks.warn(code, message));
        return Err(Failure::strict(remarks.warnings));
    }
    for (code, message) in warnings {
        talk.warn(code, message);
    }
    Ok(())
}

/// Returns whether one of these names is that of an interface of a package.
pub fn has_package(imports: &[String], package: &str) -> bool {
    imports.iter().any(|name| name.strip_prefix(package).is_some_and(|rest| rest.starts_with('/')))
}

/// Returns warnings of what a program does not ask for. `asks` returns whether it asks for a package.
pub fn unused(file: &str, deny: &Deny, asks: impl Fn(&str) -> bool) -> Vec<Warning> {
    let sockets = deny.sockets.filter(|access| *access == Access::Inherit);
    let http =
        deny.http.as_ref().filter(|access| **access != Http::Deny).map(|access| (format!("--http {access}"), HTTP));
    let asked = sockets.map(|_| ("--sockets inherit".to_owned(), "wasi:sockets")).into_iter().chain(http);
    let unused = asked
        .filter(|(_, package)| !asks(package))
        .map(|(flag, package)| (flag, format!("`{file}` does not import {package}; leave it out")))
        .map(|(flag, why)| ("no-effect", format!("`{flag}` has no effect: {why}")));
    let mut warnings: Vec<_> = unused.collect();
    if matches!(&deny.http, Some(Http::Allow(hosts)) if hosts.is_empty()) && asks(HTTP) {
        let message = "`--http allow:` names no host, so every request fails: `--http allow:HOST,...` names some";
        warnings.push(("allows-nothing", message.into()));
    }
    warnings
}
