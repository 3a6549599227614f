//! A component that is composed already: what of the flags a run can still give it.
//!
//! What the flags say of the host, the host of this run can do. What they say of the vfs was decided when it was composed.

use std::path::Path;

use vfs_compose::{Form, Inherited, Inspection, Stdio, Vfs};

use crate::args::{self, Access, Deny, Files, Host, Process, Run};
use crate::report::Failure;

/// Checks that the flags of a run can do what they say with a component that was composed before.
///
/// # Errors
/// - A flag would change the vfs, or would be lost.
pub fn check(args: &Run, host: &Host, inspection: &Inspection<'_>, vfs: &Vfs<'_>) -> Result<(), Failure> {
    let app = &args.app;
    if let Some(flag) = fixed(args, host, vfs) {
        let failure = format!("`{}` is already composed, so `{flag}` cannot change it", app.display());
        return Err(Failure::usage(failure).hint("compose the app again with this flag"));
    }
    if let Some((what, because)) = lost(args, host, vfs) {
        let failure = format!("`{}` was composed {because}, so {what} would be lost", app.display());
        return Err(Failure::usage(failure).hint("compose the app again with this flag, or run the app itself"));
    }
    if !args.quiet {
        tell_unused(app, &host.deny, inspection);
    }
    Ok(())
}

/// Returns a flag that only has an effect when an app is composed.
fn fixed(args: &Run, host: &Host, vfs: &Vfs<'_>) -> Option<&'static str> {
    let Run { files, process, joining, .. } = args;
    let Host { deny, .. } = host;
    let is_for_host = |text: &Option<String>| text.as_deref().is_none_or(|text| text == "inherit");
    let is_stream_for_host = |text: &Option<String>| text.as_deref() == Some("null") || is_for_host(text);
    let Files { on_collision, include, exclude, ignore_files, gitignore, strict, .. } = files;
    let Process { preopens, read_only, max_bytes, max_nodes, max_open, .. } = process;
    let form = match joining.form {
        None | Some(args::Form::Auto) => vfs.form,
        Some(args::Form::Linked) => Form::Linked,
        Some(args::Form::Plugged) => Form::Plugged,
    };
    [
        ("--on-collision", on_collision.is_some()),
        ("--include", !include.is_empty()),
        ("--exclude", !exclude.is_empty()),
        ("--ignore-file", !ignore_files.is_empty()),
        ("--gitignore", gitignore.is_some()),
        ("--strict", strict.is_some()),
        ("--preopen", !preopens.is_empty()),
        ("--read-only", read_only.is_some()),
        ("--max-bytes", max_bytes.is_some()),
        ("--max-nodes", max_nodes.is_some()),
        ("--max-open", max_open.is_some()),
        ("--form", form != vfs.form),
        ("--stdin", !is_stream_for_host(&host.stdin)),
        ("--stdout", !is_stream_for_host(&host.stdout)),
        ("--stderr", !is_stream_for_host(&host.stderr)),
        ("--wall-clock", !is_for_host(&host.wall_clock)),
        ("--monotonic-clock", !is_for_host(&host.monotonic_clock)),
        ("--random", !is_for_host(&host.random)),
        ("--config", !host.config.is_empty()),
        ("--deterministic", host.deterministic.is_some()),
        ("--deny", !deny.deny.is_empty()),
        ("--deny-all", deny.deny_all.is_some()),
        ("--allow", !deny.allow.is_empty()),
        ("--http", deny.http.as_deref().is_some_and(|access| access != "inherit")),
        ("--exit", deny.exit == Some(Access::Deny)),
    ]
    .into_iter()
    .find_map(|(flag, is_given)| is_given.then_some(flag))
}

/// Returns what this run would give, and the app would not see, with the reason.
fn lost(args: &Run, host: &Host, vfs: &Vfs<'_>) -> Option<(String, String)> {
    let settings = &vfs.settings;
    if settings.program.is_some() {
        let because = || "to see no argument of its host".to_owned();
        if !args.host_arguments.is_empty() {
            return Some(("those after `--`".into(), because()));
        }
        if !args.process.arguments.is_empty() {
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
    let set = args.process.environment.iter().map(|variable| variable.split('=').next().unwrap_or_default());
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
    if host.cwd.as_deref().is_some_and(|directory| directory != "inherit") && settings.directory.is_some() {
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

/// Warns of what the component does not import.
fn tell_unused(app: &Path, deny: &Deny, inspection: &Inspection<'_>) {
    let asked = [
        ("--sockets inherit", "wasi:sockets", deny.sockets == Some(Access::Inherit)),
        ("--http inherit", "wasi:http", deny.http.is_some()),
    ];
    for (flag, package, _) in asked.into_iter().filter(|(_, _, is_given)| *is_given) {
        let is_imported =
            inspection.imports.iter().any(|name| name.strip_prefix(package).is_some_and(|rest| rest.starts_with('/')));
        if !is_imported {
            eprintln!("warning: `{flag}` has no effect: `{}` does not import {package}", app.display());
        }
    }
}
