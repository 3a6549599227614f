//! Turns the command line into settings of a composer.

mod config;
mod deny;

use std::path::{Path, PathBuf};

use vfs_compose::manifest;
use vfs_compose::{Composer, Filter, FormChoice, Inherited, Limits, Policy};

use crate::args::{Files, Form, Host, Joining, Process};
use crate::manifest::Said;
use crate::report::Failure;

/// Returns a composer with the settings of the command line and the manifest.
///
/// # Errors
/// The app cannot be read, or a flag has an invalid value.
pub fn composer(
    app: Option<&Path>,
    said: &Said,
    files: &Files,
    process: &Process,
    host: &Host,
) -> Result<Composer, Failure> {
    let (files, process, host) = (&said.files(files), &said.process(process), &said.host(host));
    let composer = match app {
        Some(app) => Composer::new(std::fs::read(app).map_err(|error| Failure::io("cannot read", app, error))?),
        None => Composer::for_any_app(),
    };
    let composer = match app {
        Some(app) => composer.app_path(app),
        None => composer,
    };
    let mut composer = images(composer, &files.images).strict(files.strict == Some(true));
    for file in &files.files {
        let (guest, path) = file_and_place(file)?;
        composer = composer.file_at(path, guest);
    }
    composer = composer.filter(Filter {
        include: files.include.clone(),
        exclude: files.exclude.clone(),
        ignore_files: files.ignore_files.clone(),
        gitignore: files.gitignore == Some(true),
    });
    if let Some(choice) = files.on_collision {
        composer = composer.on_collision(choice.into());
    }
    let mut composer = composer.read_only(process.read_only == Some(true));
    for preopen in &process.preopens {
        composer = match preopen.split_once('=') {
            Some((guest, name)) => composer.preopen_as(guest, name),
            None => composer.preopen(preopen),
        };
    }
    for variable in &process.environment {
        let (key, value) = pair("env", variable)?;
        composer = composer.env(key, value);
    }
    for argument in &process.arguments {
        composer = composer.arg(argument);
    }
    let composer = config::configured(deny::denied(composer, &host.deny, host)?, host)?;
    dated(composer.limits(limits(process)?).policy(policy(app, host)?))
}

/// Splits `K=V`.
pub fn pair<'a>(flag: &str, typed: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let parts = typed.split_once('=').filter(|(key, _)| !key.is_empty());
    parts.ok_or_else(|| Failure::usage(format!("`--{flag} {typed}` is not K=V: write a name, `=` and a value")))
}

/// Returns the quotas: those typed, else the defaults.
fn limits(process: &Process) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    if let Some(bytes) = &process.max_bytes {
        limits.max_bytes = manifest::bytes(bytes).ok_or_else(|| {
            Failure::usage(format!("`--max-bytes {bytes}` is not a number: write it like 1000 or 64M"))
        })?;
    }
    limits.max_nodes = process.max_nodes.unwrap_or(limits.max_nodes);
    limits.max_open = process.max_open.unwrap_or(limits.max_open);
    Ok(limits)
}

/// Returns whether the app sees no argument of its host.
pub fn hides_arguments(host: &Host) -> bool {
    let hides = host.deterministic == Some(true) || host.no_inherit_args || deny::takes_environment(&host.deny);
    hides && !host.inherit_args
}

/// Returns what the app may see of its host.
fn policy(app: Option<&Path>, host: &Host) -> Result<Policy, Failure> {
    let mut policy = Policy::default();
    if host.deterministic == Some(true) {
        policy.deterministic();
    }
    if let Some(inherited) = host.inherited() {
        policy.environment = inherited;
    } else if deny::takes_environment(&host.deny) {
        policy.environment = Inherited::None;
    }
    policy.own_arguments = hides_arguments(host);
    if policy.own_arguments {
        policy.program = app.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    }
    policy.program = host.argv0.clone().or(policy.program);
    // `--random deny` is a rule, not part of the policy.
    let is_denied = |(key, value): &(&str, &str)| *key == "random" && *value == "deny";
    for (key, value) in host.texts().filter(|text| !is_denied(text)) {
        policy.set(key, value).map_err(|error| {
            Failure::usage(format!("`--{key} {value}` is not valid")).hint(format!("it takes {}", error.takes))
        })?;
    }
    Ok(policy)
}

/// Sets how the composer joins app and filesystem.
pub fn joined(composer: Composer, said: &Said, joining: &Joining, host: &Host) -> Composer {
    let joining = said.joining(joining);
    let composer = match joining.emit_stages {
        Some(directory) => composer.emit_stages(directory),
        None => composer,
    };
    let composer = config::settled(composer, &said.host(host));
    let composer = composer.allow_unused(joining.allow_unused == Some(true));
    let composer = composer.allow_no_exports(joining.allow_no_exports == Some(true));
    match joining.form {
        None => composer,
        Some(Form::Auto) => composer.form(FormChoice::Auto),
        Some(Form::Linked) => composer.form(FormChoice::Linked),
        Some(Form::Plugged) => composer.form(FormChoice::Plugged),
    }
}

/// Adds the images, each at its guest path.
pub fn images(mut composer: Composer, images: &[String]) -> Composer {
    for image in images {
        let (path, guest) = source_and_place(image);
        composer = composer.image_at(path, guest);
    }
    composer
}

/// Sets the time of every file to `SOURCE_DATE_EPOCH`, if that is set.
pub fn dated(composer: Composer) -> Result<Composer, Failure> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) if !seconds.is_empty() => {
            let seconds = seconds.parse().map_err(|_| {
                Failure::usage(format!("SOURCE_DATE_EPOCH is `{seconds}`: set it to a number of seconds, or unset it"))
            })?;
            Ok(composer.times(seconds))
        }
        _ => Ok(composer),
    }
}

/// Splits `DIR::GUEST` at the last `::`, if an absolute path follows. `DIR` may contain `::` too.
fn source_and_place(image: &str) -> (PathBuf, &str) {
    match image.rsplit_once("::") {
        Some((path, guest)) if guest.starts_with('/') => (path.into(), guest),
        _ => (image.into(), "/"),
    }
}

/// Splits `GUEST=@FILE`.
pub fn file_and_place(file: &str) -> Result<(&str, &Path), Failure> {
    let parts = file.split_once("=@").filter(|(guest, path)| guest.starts_with('/') && !path.is_empty());
    let (guest, path) = parts.ok_or_else(|| {
        Failure::usage(format!("`--file {file}` is not GUEST=@FILE")).hint("write it like /etc/app.toml=@./app.toml")
    })?;
    Ok((guest, Path::new(path)))
}

/// Returns the default output: the app's name, in this directory.
pub fn default_output(app: &Path) -> PathBuf {
    Path::new(app.file_name().unwrap_or(app.as_os_str())).with_extension("composed.wasm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_colons_before_an_absolute_path_divide() {
        for (typed, path, guest) in [
            ("dir", "dir", "/"),
            ("dir::/data", "dir", "/data"),
            ("a::b", "a::b", "/"),
            ("a::b::/c", "a::b", "/c"),
            ("a::/b::/c", "a::/b", "/c"),
            ("dir::", "dir::", "/"),
        ] {
            assert_eq!(source_and_place(typed), (PathBuf::from(path), guest), "{typed}");
        }
    }

    #[test]
    fn amounts_have_the_units_that_people_write() {
        for (typed, bytes) in [
            ("0", Some(0)),
            ("1000", Some(1000)),
            ("2k", Some(2048)),
            ("64M", Some(64 << 20)),
            ("1G", Some(1 << 30)),
            ("10MB", Some(10_000_000)),
            ("10MiB", Some(10 << 20)),
            ("3kb", Some(3_000)),
            ("17179869184G", None),
            ("", None),
            ("M", None),
            ("-1", None),
            ("1T", None),
        ] {
            assert_eq!(manifest::bytes(typed), bytes, "{typed}");
        }
    }

    #[test]
    fn the_default_name_is_the_apps() {
        assert_eq!(default_output(Path::new("../build/app.wasm")), Path::new("app.composed.wasm"));
        assert_eq!(default_output(Path::new("tool")), Path::new("tool.composed.wasm"));
    }
}
