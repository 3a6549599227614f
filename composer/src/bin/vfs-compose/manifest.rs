//! Merges a manifest with the flags of the command line, which override it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use vfs_compose::manifest::{self, Amount, InheritEnv, Manifest};

use crate::args::{ALL, Access, Deny, Files, Host, Joining, Process};
use crate::report::Failure;

/// The flags that a manifest sets.
#[derive(Debug, Default)]
pub struct Said {
    /// Relative paths are made relative to the manifest's directory.
    pub files: Files,
    pub process: Process,
    pub host: Host,
    pub joining: Joining,
    pub output: Option<PathBuf>,
}

/// Reads the manifest at `path`, if there is one.
///
/// # Errors
/// The file cannot be read, or is not a manifest.
pub fn read(path: Option<&Path>) -> Result<Said, Failure> {
    let Some(path) = path else { return Ok(Said::default()) };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io("cannot read", path, error))?;
    let manifest = Manifest::parse(&text).map_err(|error| {
        let failure = Failure::new(format!("`{}`, {error}", path.display()));
        match error.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })?;
    Ok(said(manifest, path.parent().unwrap_or(Path::new(""))))
}

fn said(manifest: Manifest, directory: &Path) -> Said {
    let text = |value: Option<toml::Spanned<String>>| value.map(toml::Spanned::into_inner);
    let images = manifest.image.iter().map(|image| directory.join(image).to_string_lossy().into_owned());
    let (inherit_env, no_inherit_env) = match manifest.inherit_env {
        None => (None, false),
        Some(InheritEnv::All(true)) => (Some(ALL.into()), false),
        Some(InheritEnv::All(false)) => (None, true),
        // The text that stands for `true` must not appear in a name.
        Some(InheritEnv::Only(names)) => (Some(names.join(",").replace(ALL, "")), false),
    };
    Said {
        files: Files {
            manifest: None,
            images: images.collect(),
            files: manifest.file.iter().map(|file| beside(directory, file)).collect(),
            on_collision: manifest.on_collision.map(Into::into),
            include: manifest.include,
            exclude: manifest.exclude,
            ignore_files: manifest.ignore_file.iter().map(|file| directory.join(file)).collect(),
            gitignore: manifest.gitignore,
            strict: manifest.strict,
        },
        process: Process {
            preopens: manifest.preopen,
            environment: pairs(manifest.env),
            arguments: manifest.arg,
            read_only: manifest.read_only,
            max_bytes: manifest.max_bytes.map(|amount| match amount {
                Amount::Bytes(bytes) => bytes.to_string(),
                Amount::Text(text) => text,
            }),
            max_nodes: manifest.max_nodes,
            max_open: manifest.max_open,
        },
        host: Host {
            inherit_env,
            no_inherit_env,
            inherit_args: manifest.inherit_args == Some(true),
            no_inherit_args: manifest.inherit_args == Some(false),
            argv0: manifest.argv0,
            cwd: text(manifest.cwd),
            stdin: text(manifest.stdin),
            stdout: text(manifest.stdout),
            stderr: text(manifest.stderr),
            wall_clock: text(manifest.wall_clock),
            monotonic_clock: text(manifest.monotonic_clock),
            random: text(manifest.random),
            config: config(manifest.config),
            deterministic: manifest.deterministic,
            deny: Deny {
                deny: manifest.deny,
                deny_all: manifest.deny_all,
                allow: manifest.allow,
                sockets: manifest.sockets.map(access),
                http: manifest.http,
                exit: manifest.exit.map(access),
            },
        },
        joining: Joining {
            allow_unused: manifest.allow_unused,
            allow_no_exports: manifest.allow_no_exports,
            form: manifest.form.map(Into::into),
            ..Joining::default()
        },
        // `-` is standard output, as on the command line.
        output: manifest.output.map(|output| if output == "-" { output.into() } else { directory.join(output) }),
    }
}

impl Said {
    /// Merges the files; lists on the command line replace the manifest's.
    pub fn files(&self, typed: &Files) -> Files {
        Files {
            manifest: None,
            images: instead(&self.files.images, &typed.images),
            files: instead(&self.files.files, &typed.files),
            on_collision: typed.on_collision.or(self.files.on_collision),
            include: instead(&self.files.include, &typed.include),
            exclude: instead(&self.files.exclude, &typed.exclude),
            ignore_files: instead(&self.files.ignore_files, &typed.ignore_files),
            gitignore: typed.gitignore.or(self.files.gitignore),
            strict: typed.strict.or(self.files.strict),
        }
    }

    /// Merges the process settings; a variable on the command line comes last and overrides the manifest's.
    pub fn process(&self, typed: &Process) -> Process {
        let ours = &self.process;
        Process {
            preopens: instead(&ours.preopens, &typed.preopens),
            environment: over(&ours.environment, &typed.environment),
            arguments: instead(&ours.arguments, &typed.arguments),
            read_only: typed.read_only.or(ours.read_only),
            max_bytes: typed.max_bytes.clone().or_else(|| ours.max_bytes.clone()),
            max_nodes: typed.max_nodes.or(ours.max_nodes),
            max_open: typed.max_open.or(ours.max_open),
        }
    }

    /// Merges what the app may see and do. A flag about inheriting the environment or the arguments replaces everything
    /// that the manifest says about inheriting them.
    pub fn host(&self, typed: &Host) -> Host {
        let Host { deny, .. } = &self.host;
        // The exceptions belong to `deny-all`; without it they mean nothing.
        let allow = if typed.deny.deny_all == Some(false) { &[][..] } else { &deny.allow };
        let of_variables = if typed.inherit_env.is_some() || typed.no_inherit_env { typed } else { &self.host };
        let of_arguments = if typed.inherit_args || typed.no_inherit_args { typed } else { &self.host };
        let text = |of: fn(&Host) -> &Option<String>| of(typed).clone().or_else(|| of(&self.host).clone());
        Host {
            inherit_env: of_variables.inherit_env.clone(),
            no_inherit_env: of_variables.no_inherit_env,
            inherit_args: of_arguments.inherit_args,
            no_inherit_args: of_arguments.no_inherit_args,
            argv0: text(|host| &host.argv0),
            cwd: text(|host| &host.cwd),
            stdin: text(|host| &host.stdin),
            stdout: text(|host| &host.stdout),
            stderr: text(|host| &host.stderr),
            wall_clock: text(|host| &host.wall_clock),
            monotonic_clock: text(|host| &host.monotonic_clock),
            random: text(|host| &host.random),
            config: over(&self.host.config, &typed.config),
            deterministic: typed.deterministic.or(self.host.deterministic),
            deny: Deny {
                deny: instead(&deny.deny, &typed.deny.deny),
                deny_all: typed.deny.deny_all.or(deny.deny_all),
                allow: instead(allow, &typed.deny.allow),
                sockets: typed.deny.sockets.or(deny.sockets),
                http: typed.deny.http.clone().or_else(|| deny.http.clone()),
                exit: typed.deny.exit.or(deny.exit),
            },
        }
    }

    /// Merges how app and filesystem are joined.
    pub fn joining(&self, typed: &Joining) -> Joining {
        Joining {
            allow_unused: typed.allow_unused.or(self.joining.allow_unused),
            allow_no_exports: typed.allow_no_exports.or(self.joining.allow_no_exports),
            form: typed.form.or(self.joining.form),
            emit_stages: typed.emit_stages.clone(),
        }
    }
}

/// Makes the path in `GUEST=@FILE` relative to the manifest's directory.
fn beside(directory: &Path, file: &str) -> String {
    match file.split_once("=@") {
        Some((guest, path)) => format!("{guest}=@{}", directory.join(path).display()),
        None => file.to_owned(),
    }
}

fn access(said: manifest::Access) -> Access {
    match said {
        manifest::Access::Inherit => Access::Inherit,
        manifest::Access::Deny => Access::Deny,
    }
}

/// Returns values of `wasi:config` as on the command line.
fn config(said: Option<manifest::Config>) -> Vec<String> {
    match said {
        None => Vec::new(),
        Some(manifest::Config::Word(word)) => vec![word],
        Some(manifest::Config::Values(values)) if values.is_empty() => vec!["none".into()],
        Some(manifest::Config::Values(values)) => pairs(values),
    }
}

fn pairs(values: BTreeMap<String, String>) -> Vec<String> {
    values.into_iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// Merges pairs of key and value; typed pairs come last. A word instead of pairs replaces all of them.
fn over(ours: &[String], typed: &[String]) -> Vec<String> {
    let key = |pair: &String| pair.split_once('=').map(|(key, _)| key.to_owned());
    if typed.iter().any(|typed| key(typed).is_none()) {
        return typed.to_vec();
    }
    let is_typed = |pair: &&String| typed.iter().any(|typed| key(pair).is_none_or(|key_of| key(typed) == Some(key_of)));
    ours.iter().filter(|pair| !is_typed(pair)).chain(typed).cloned().collect()
}

fn instead<T: Clone>(ours: &[T], typed: &[T]) -> Vec<T> {
    if typed.is_empty() { ours.to_vec() } else { typed.to_vec() }
}
