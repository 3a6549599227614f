//! Settings that have no effect on this app: the app never asks for what they set.

use vfs_abi::settings::Stdio;
use vfs_compose_pack::Remarks;
use vfs_compose_wasi::App;

use crate::{Composer, InterfaceName};

/// An interface or a package, and the functions of which one must be imported; none stands for any.
type Asked = (&'static str, &'static [&'static str]);

const VARIABLES: Asked = ("wasi:cli/environment", &["get-environment"]);
const ARGUMENTS: Asked = ("wasi:cli/environment", &["get-arguments"]);
const DIRECTORY: Asked = ("wasi:cli/environment", &["initial-cwd", "get-initial-cwd"]);
const STDIN: Asked = ("wasi:cli/stdin", &[]);
const STDOUT: Asked = ("wasi:cli/stdout", &[]);
const STDERR: Asked = ("wasi:cli/stderr", &[]);
const RANDOM: Asked = ("wasi:random", &[]);
const CONFIG: Asked = ("wasi:config", &[]);
const HTTP: Asked = ("wasi:http/outgoing-handler", &[]);
/// The same of WASI 0.3.
const HTTP_3: Asked = ("wasi:http/client", &[]);

/// Warns of each setting that this app never asks for, and of limits under which nothing works.
pub(crate) fn tell(composer: &Composer, app: &App, remarks: &mut Remarks) {
    let (settings, policy, rules) = (&composer.settings, &composer.policy, &composer.rules);
    let is_file = |stream: &Stdio<String>| matches!(stream, Stdio::File(_) | Stdio::Append(_));
    // What `--deterministic` sets for every app is not said of each.
    let of_preset = |directory: &String| directory == "/";
    let wanted = [
        ("--env", !settings.environment.is_empty(), VARIABLES),
        ("--arg", !settings.arguments.is_empty(), ARGUMENTS),
        ("--cwd", policy.directory.as_ref().is_some_and(|directory| !of_preset(directory)), DIRECTORY),
        ("--stdin", is_file(&policy.stdin), STDIN),
        ("--stdout", is_file(&policy.stdout), STDOUT),
        ("--stderr", is_file(&policy.stderr), STDERR),
        ("--random seeded", policy.seed.is_some_and(|seed| seed != 0), RANDOM),
        ("--config", rules.config.as_ref().is_some_and(|values| !values.is_empty()), CONFIG),
        ("--http allow", rules.http.is_some() && !asks(app, HTTP_3), HTTP),
    ];
    for (flag, _, (path, functions)) in wanted.into_iter().filter(|(_, is_set, asked)| *is_set && !asks(app, *asked)) {
        let what = match functions {
            [] => format!("`{path}`"),
            [function, ..] => format!("`{function}` of `{path}`"),
        };
        remarks.warn("no-effect", format!("`{flag}` has no effect: the app does not import {what}"));
    }
    if rules.http.as_ref().is_some_and(Vec::is_empty) {
        remarks.warn("allows-nothing", "`--http allow:` names no host: say one, or write `--http deny`");
    }
    if settings.limits.max_open == 0 {
        remarks.warn("allows-nothing", "`--max-open 0`: the app cannot open anything, not even its preopens");
    }
}

fn asks(app: &App, (path, functions): Asked) -> bool {
    app.all_interfaces.iter().any(|(id, name)| {
        let is_it = InterfaceName::parse(name).is_some_and(|name| {
            name.path == path || name.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        });
        let imported = &app.resolve.interfaces[*id].functions;
        is_it && (functions.is_empty() || functions.iter().any(|function| imported.contains_key(*function)))
    })
}
