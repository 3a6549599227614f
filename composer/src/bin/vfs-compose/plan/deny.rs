//! Turns flags that deny into rules of a composer.

use vfs_compose::{Composer, Denial, Inherited};

use crate::args::{Access, Deny, Host};
use crate::report::Failure;

const SOCKETS: &str = "wasi:sockets";
const HTTP: &str = "wasi:http";
const EXIT: &str = "wasi:cli/exit";
const CLI: &str = "wasi:cli";
const ENVIRONMENT: &str = "wasi:cli/environment";

/// The interfaces that each flag leaves to the host if its value is `inherit`.
const INHERITED: [(&str, &[&str]); 7] = [
    ("cwd", &[ENVIRONMENT]),
    ("stdin", &["wasi:cli/stdin", "wasi:cli/terminal-stdin", "wasi:cli/terminal-input"]),
    ("stdout", &["wasi:cli/stdout", "wasi:cli/terminal-stdout", "wasi:cli/terminal-output"]),
    ("stderr", &["wasi:cli/stderr", "wasi:cli/terminal-stderr", "wasi:cli/terminal-output"]),
    ("wall-clock", &["wasi:clocks/wall-clock"]),
    ("monotonic-clock", &["wasi:clocks/monotonic-clock"]),
    ("random", &["wasi:random"]),
];

/// Returns whether `--deny-all` denies the host's variables and arguments too.
pub fn takes_environment(deny: &Deny) -> bool {
    let names = |pattern: &String| [CLI, ENVIRONMENT].contains(&pattern.split('@').next().unwrap_or_default());
    deny.is_all() && !deny.allow.iter().any(names)
}

/// Denies what was typed. Flags about one interface override `--deny-all`.
///
/// # Errors
/// `--http` has an invalid value, or `--allow` comes without `--deny-all`.
pub fn denied(mut composer: Composer, deny: &Deny, host: &Host) -> Result<Composer, Failure> {
    if !deny.is_all() && !deny.allow.is_empty() {
        let failure = Failure::usage("`--allow` has no effect without `--deny-all`".into());
        return Err(failure.hint("add --deny-all, or omit --allow"));
    }
    for interfaces in &deny.deny {
        composer = composer.deny(Denial::new(interfaces, format!("--deny {interfaces}")));
    }
    if deny.is_all() {
        composer = composer.deny_all("--deny-all");
    }
    for interfaces in &deny.allow {
        composer = composer.keep(interfaces);
    }
    for (flag, interfaces, access) in [("sockets", SOCKETS, deny.sockets), ("exit", EXIT, deny.exit)] {
        composer = match access {
            None => composer,
            Some(Access::Inherit) => composer.keep(interfaces),
            Some(Access::Deny) => composer.deny(Denial::new(interfaces, format!("--{flag} deny"))),
        };
    }
    composer = match deny.http.as_deref() {
        None => composer,
        Some("inherit") => composer.keep(HTTP),
        Some("deny") => composer.deny(Denial::new(HTTP, "--http deny")),
        Some(text) => match text.strip_prefix("allow:") {
            Some(hosts) => composer.keep(HTTP).allow_http(hosts.split(',').filter(|host| !host.is_empty())),
            None => {
                let failure = Failure::usage(format!("`--http {text}` is not valid"));
                return Err(failure.hint("it takes `inherit`, `deny` or `allow:HOST,...`"));
            }
        },
    };
    for (key, _) in host.texts().filter(|(_, value)| *value == "inherit") {
        let kept = INHERITED.iter().filter(|(name, _)| *name == key).flat_map(|(_, interfaces)| *interfaces);
        composer = kept.fold(composer, |composer, interfaces| composer.keep(*interfaces));
    }
    if host.inherited().is_some_and(|inherited| inherited != Inherited::None) || host.inherit_args {
        composer = composer.keep(ENVIRONMENT);
    }
    if host.random.as_deref() == Some("deny") {
        composer = composer.deny(Denial::new("wasi:random", "--random deny"));
    }
    Ok(composer)
}
