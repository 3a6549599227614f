//! A component that is composed already: what of the flags a run can still give it.
//!
//! What the flags say of the host, the host of this run can do. What they say of the vfs was decided when it was composed.

use vfs_compose::options::{Access, Deny, Http, Setting};
use vfs_compose::{Asks, Form, FormChoice, Inherited, Inspection, Options, Remarks, Stdio, Vfs};
use vfs_image::{FileKind, Image, find};

use super::Talk;
use crate::args::Run;
use crate::report::Failure;

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
    if let Some(flag) = fixed(typed, vfs) {
        let failure = format!("`{file}` is already composed, so `{flag}` cannot change it");
        return Err(Failure::usage(failure).hint("compose the app again with this flag"));
    }
    if let Some((what, because)) = lost(args, typed, vfs) {
        let failure = format!("`{file}` was composed {because}, so {what} would be lost");
        return Err(Failure::usage(failure).hint("run the app that it was made from, or compose that again"));
    }
    check_directory(file, typed, vfs)?;
    // What cannot be read may ask for anything.
    let asks = Asks::of(component).ok();
    let asks_for = |package: &str| {
        has_package(&inspection.imports, package) && asks.as_ref().is_none_or(|asks| asks.for_package(package))
    };
    let mut unused = unused(file, &typed.deny, asks_for);
    for (flag, is_given, what, is_asked) in [
        ("--env", !typed.process.env.is_empty(), "variables", asks.as_ref().map(Asks::for_variables)),
        ("--arg", !typed.process.arg.is_empty(), "arguments", asks.as_ref().map(Asks::for_arguments)),
        ("--cwd", typed.host.cwd.is_some(), "an initial directory", asks.as_ref().map(Asks::for_directory)),
    ] {
        if is_given && is_asked == Some(false) {
            unused.push(("no-effect", format!("`{flag}` has no effect: `{file}` does not ask for {what}")));
        }
    }
    warn(talk, typed.files.strict == Some(true), unused)?;
    Ok(())
}

/// Returns a flag that only has an effect when an app is composed.
fn fixed(typed: &Options, vfs: &Vfs<'_>) -> Option<String> {
    let Options { host, deny, joining, .. } = typed;
    let is = |setting: &Option<Setting>, words: &[&str]| {
        setting.as_ref().is_some_and(|setting| words.contains(&setting.as_str()))
    };
    let is_for_host = |key: &str| match key {
        "arg" | "argv0" | "env" | "inherit-env" | "inherit-args" | "cwd" | "sockets" => true,
        "allow-unused" | "allow-no-exports" | "strict" => true,
        "form" => match joining.form {
            None | Some(FormChoice::Auto) => true,
            Some(FormChoice::Linked) => vfs.form == Some(Form::Linked),
            Some(FormChoice::Plugged) => vfs.form == Some(Form::Plugged),
        },
        "stdin" => is(&host.stdin, &["inherit", "null"]),
        "stdout" => is(&host.stdout, &["inherit", "null"]),
        "stderr" => is(&host.stderr, &["inherit", "null"]),
        // With a denial inside, the program would run; without, this run does not begin.
        "http" => deny.http != Some(Http::Deny),
        "wall-clock" => is(&host.wall_clock, &["inherit"]),
        "monotonic-clock" => is(&host.monotonic_clock, &["inherit"]),
        "random" => is(&host.random, &["inherit"]),
        "exit" => deny.exit == Some(Access::Inherit),
        _ => false,
    };
    typed.given().find(|key| !is_for_host(key)).map(|key| format!("--{key}"))
}

/// Returns what this run would give, and the app would not see, with the reason.
fn lost(args: &Run, typed: &Options, vfs: &Vfs<'_>) -> Option<(String, String)> {
    let Options { host, process, .. } = typed;
    let settings = &vfs.settings;
    if settings.program.is_some() {
        let because = || "to see no argument of its host".to_owned();
        if !args.host_arguments.is_empty() {
            return Some(("the program's arguments".into(), because()));
        }
        if !process.arg.is_empty() {
            return Some(("`--arg`".into(), because()));
        }
        if host.argv0.is_some() {
            return Some(("`--argv0`".into(), because()));
        }
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

/// Checks that the initial directory is one of the tree, as composing does.
fn check_directory(file: &str, typed: &Options, vfs: &Vfs<'_>) -> Result<(), Failure> {
    let given = typed.host.cwd.as_ref().map(Setting::as_str).filter(|directory| *directory != "inherit");
    let Some(directory) = given else { return Ok(()) };
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
        return Err(Failure::strict(&remarks.warnings));
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
    let http = deny
        .http
        .as_ref()
        .filter(|access| **access != Http::Deny)
        .map(|access| (format!("--http {access}"), "wasi:http"));
    let asked = sockets.map(|_| ("--sockets inherit".to_owned(), "wasi:sockets")).into_iter().chain(http);
    let unused = asked
        .filter(|(flag, package)| !asks(package) && *flag != "--http allow:")
        .map(|(flag, package)| ("no-effect", format!("`{flag}` has no effect: `{file}` does not import {package}")));
    let mut warnings: Vec<_> = unused.collect();
    if matches!(&deny.http, Some(Http::Allow(hosts)) if hosts.is_empty()) {
        warnings.push(("allows-nothing", "`--http allow:` names no host: say one, or omit it".into()));
    }
    warnings
}
