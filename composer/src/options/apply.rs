//! Sets options in a composer.

use vfs_abi::Limits;
use vfs_abi::settings::Mount;
use vfs_compose_pack::source::filter::Filter;
use vfs_compose_rules::{Denial, Inherited, Policy, PolicyError};
use vfs_preview1::Wit;

use super::{Access, Adapting, ConfigValue, Deny, Files, Host, Http, InheritEnv, Options, written};
use crate::Composer;
use crate::effects::{self, Asked, Gift};

const SOCKETS: &str = "wasi:sockets";
const HTTP: &str = "wasi:http";
const EXIT: &str = "wasi:cli/exit";
const CLI: &str = "wasi:cli";
const ENVIRONMENT: &str = "wasi:cli/environment";
const PACKAGE_OF_CONFIG: &str = "wasi:config";
const CONFIG: &str = "wasi:config/store";
/// What the gate of `--http allow` is in front of.
const GATED: [&str; 3] = ["wasi:http/outgoing-handler", "wasi:http/client", "wasi:http/types"];

/// The interfaces that each setting leaves to the host if its value is `inherit`.
const INHERITED: [(&str, &[Asked]); 7] = [
    ("cwd", &[effects::DIRECTORY]),
    ("stdin", &[effects::STDIN, ("wasi:cli/terminal-stdin", &[]), ("wasi:cli/terminal-input", &[])]),
    ("stdout", &[effects::STDOUT, ("wasi:cli/terminal-stdout", &[]), ("wasi:cli/terminal-output", &[])]),
    ("stderr", &[effects::STDERR, ("wasi:cli/terminal-stderr", &[]), ("wasi:cli/terminal-output", &[])]),
    ("wall-clock", &effects::WALL_CLOCKS),
    ("monotonic-clock", &[effects::MONOTONIC]),
    ("random", &[effects::RANDOM]),
];

/// Returns the interfaces that a setting leaves to the host if its value is `inherit`.
fn inherited(key: &str) -> &'static [Asked] {
    INHERITED.iter().find(|(name, _)| *name == key).map_or(&[], |(_, asked)| asked)
}

/// Returns the interfaces that a setting is about. Those of terminals only tell what a stream is.
fn subjects(key: &str) -> impl Iterator<Item = &'static str> + use<> {
    let interfaces = inherited(key).iter().map(|(interface, _)| *interface);
    interfaces.filter(|interface| !interface.starts_with("wasi:cli/terminal-"))
}

/// Returns the interfaces of a package that a setting answers as a whole: a denial may name each.
fn parts(key: &str) -> &'static [&'static str] {
    match key {
        "random" => &["wasi:random/random", "wasi:random/insecure", "wasi:random/insecure-seed"],
        _ => &[],
    }
}

/// Options that exclude each other, or a value that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// `allow` without `deny-all`.
    #[error("`--allow` has no effect without `--deny-all`: add --deny-all, or omit --allow")]
    AllowAlone,
    /// `world` without `wit`.
    #[error("`--world` has no effect without `--wit`: add --wit PATH, or omit --world")]
    WorldAlone,
    /// An option that denies something, and one that gives it.
    #[error("`--{denial}` and `--{option}` contradict each other: omit one")]
    Contradiction {
        /// The option that denies, with its value.
        denial: String,
        /// The other option, with its value.
        option: String,
    },
    /// The host's values of `wasi:config` or no value, and others.
    #[error("`--config {word}` cannot be combined with other values: omit `{word}` to {instead}")]
    NotOnlyConfig {
        /// `inherit` or `none`.
        word: &'static str,
        /// What the other values do without it.
        instead: &'static str,
    },
    /// A text that no policy has.
    #[error("`--{} {}` is not valid: it takes {}", .0.key, .0.value, .0.takes)]
    Setting(#[from] PolicyError),
}

impl Options {
    /// Sets these options in a composer. Those that are not set leave what the composer has.
    ///
    /// # Errors
    /// [`OptionsError`]: options exclude each other, or a value is invalid.
    pub fn apply(&self, composer: Composer) -> Result<Composer, OptionsError> {
        let mut composer = self.apply_to_vfs(composer)?;
        let joining = &self.joining;
        // A vfs alone has no values and leaves them to whoever composes it.
        if self.host.config.is_empty() && self.host.is_deterministic() {
            composer = composer.config([("", ""); 0]);
        }
        composer = optional(composer, joining.allow_unused, Composer::allow_unused);
        composer = optional(composer, joining.allow_no_exports, Composer::allow_no_exports);
        Ok(optional(composer, joining.form, Composer::form))
    }

    /// Sets those of these options in a composer that are for a vfs alone too.
    ///
    /// # Errors
    /// As [`Options::apply`].
    pub fn apply_to_vfs(&self, composer: Composer) -> Result<Composer, OptionsError> {
        if let Files { mtime: Some(mtime), clamp_mtime: Some(latest), .. } = &self.files {
            let (denial, option) =
                (format!("mtime {}", written(mtime.0)), format!("clamp-mtime {}", written(latest.0)));
            return Err(OptionsError::Contradiction { denial, option });
        }
        let mut composer = self.files.apply(composer);
        composer = optional(composer, self.adapting.exit_code, Composer::exit_code);
        composer = optional(composer, self.adapting.chosen_wit()?, Composer::wit);
        let process = &self.process;
        composer = optional(composer, process.read_only, Composer::read_only);
        composer = optional(composer, process.absolute_links, Composer::absolute_links);
        for preopen in &process.preopen {
            composer = composer.preopen_as(&preopen.guest, &preopen.name);
        }
        composer = process.host_dir.iter().map(Mount::from).fold(composer, Composer::host_dir);
        for variable in &process.env {
            composer = composer.env(&variable.name, &variable.value);
        }
        composer = process.arg.iter().fold(composer, Composer::arg);
        let Limits { max_bytes, max_nodes, max_open } = composer.settings.limits;
        composer = composer.limits(Limits {
            max_bytes: process.max_bytes.map_or(max_bytes, |bytes| bytes.0),
            max_nodes: process.max_nodes.unwrap_or(max_nodes),
            max_open: process.max_open.unwrap_or(max_open),
        });
        composer = self.config(self.denied(composer)?)?;
        Ok(composer.policy(self.policy()?))
    }

    /// Returns whether the app sees no argument of its host.
    #[must_use]
    pub fn hides_arguments(&self) -> bool {
        let hides = self.host.is_deterministic() || self.deny.takes_environment();
        !self.host.inherit_args.unwrap_or(!hides)
    }

    /// Returns what the app may see of its host.
    fn policy(&self) -> Result<Policy, PolicyError> {
        let host = &self.host;
        let mut policy = Policy::default();
        if host.is_deterministic() {
            policy.deterministic();
        }
        if let Some(inherited) = host.inherited() {
            policy.environment = inherited;
        } else if self.deny.takes_environment() {
            policy.environment = Inherited::None;
        }
        policy.own_arguments = self.hides_arguments();
        policy.program = host.argv0.clone();
        // `--random deny` is a rule, not part of the policy.
        for (key, value) in host.settings().filter(|setting| *setting != ("random", "deny")) {
            policy.set(key, value)?;
        }
        Ok(policy)
    }

    /// Denies what is to be denied. Options about one interface override `deny-all`.
    fn denied(&self, mut composer: Composer) -> Result<Composer, OptionsError> {
        let (deny, host) = (&self.deny, &self.host);
        if !deny.is_all() && !deny.allow.is_empty() {
            return Err(OptionsError::AllowAlone);
        }
        self.check_denials()?;
        for interfaces in &deny.deny {
            composer = composer.deny(Denial::new(interfaces, format!("--deny {interfaces}")));
        }
        if deny.is_all() {
            composer = composer.deny_all("--deny-all");
        }
        composer = deny.allow.iter().fold(composer, Composer::keep);
        composer.allowed.extend(deny.allow.iter().cloned());
        composer.inherited.extend(self.gifts());
        for (flag, interfaces, access) in [("sockets", SOCKETS, deny.sockets), ("exit", EXIT, deny.exit)] {
            composer = match access {
                None => composer,
                Some(Access::Inherit) => composer.keep(interfaces),
                Some(Access::Deny) => composer.deny(Denial::new(interfaces, format!("--{flag} deny"))),
            };
        }
        composer = match &deny.http {
            None => composer,
            Some(Http::Inherit) => composer.keep(HTTP),
            Some(Http::Deny) => composer.deny(Denial::new(HTTP, "--http deny")),
            Some(Http::Allow(hosts)) => composer.keep(HTTP).allow_http(hosts),
        };
        for (key, _) in host.settings().filter(|(_, value)| *value == "inherit") {
            composer = inherited(key).iter().fold(composer, |composer, (interface, _)| composer.keep(*interface));
        }
        let inherits_variables = host.inherited().is_some_and(|inherited| inherited != Inherited::None);
        if inherits_variables || host.inherit_args == Some(true) {
            composer = composer.keep(ENVIRONMENT);
        }
        if host.settings().any(|setting| setting == ("random", "deny")) {
            composer = composer.deny(Denial::new("wasi:random", "--random deny"));
        }
        Ok(composer)
    }

    /// Returns the options that leave something to the host.
    fn gifts(&self) -> Vec<Gift> {
        let Self { host, deny, .. } = self;
        let inherits = |access: Option<Access>| access == Some(Access::Inherit);
        let settings = host.settings().filter(|(_, value)| *value == "inherit").map(|(key, _)| {
            // It takes the place of a frozen clock, which the times of files show too.
            let with_files = key == "wall-clock" && host.is_deterministic();
            let asked = if with_files { &effects::SHOWING_WALL_CLOCK } else { inherited(key) };
            Gift { flag: format!("--{key} inherit"), asked }
        });
        let others: [(&str, bool, &[Asked]); 6] = [
            ("--inherit-env", host.inherited() == Some(Inherited::All), &[effects::VARIABLES]),
            ("--inherit-args", host.inherit_args == Some(true), &[effects::ARGUMENTS]),
            ("--config inherit", host.config.contains(&ConfigValue::Inherit), &[effects::CONFIG]),
            ("--sockets inherit", inherits(deny.sockets), &[(SOCKETS, &[])]),
            ("--http inherit", deny.http == Some(Http::Inherit), &[(HTTP, &[])]),
            ("--exit inherit", inherits(deny.exit), &[effects::EXIT]),
        ];
        let others = others.into_iter().filter(|(_, is_given, _)| *is_given);
        settings.chain(others.map(|(flag, _, asked)| Gift { flag: flag.to_owned(), asked })).collect()
    }

    /// Checks that no option gives what another denies.
    fn check_denials(&self) -> Result<(), OptionsError> {
        let Deny { deny, sockets, http, exit, .. } = &self.deny;
        let mut given = Vec::new();
        let settings = self.host.settings().filter(|(_, value)| *value != "deny");
        for (key, value) in settings {
            // An initial directory of the tree is not the host's, and needs nothing of it.
            let own = subjects(key).filter(|_| key != "cwd" || value == "inherit");
            // Part of what is the host's may be denied.
            let parts = parts(key).iter().copied().filter(|_| value != "inherit");
            let own = own.chain(parts);
            given.extend(own.map(|interface| (format!("{key} {value}"), interface, value == "inherit")));
        }
        // It answers these itself, where no other option says what does.
        let of_preset = ["wall-clock", "monotonic-clock", "random"]
            .into_iter()
            .filter(|key| self.host.is_deterministic() && !self.host.settings().any(|(other, _)| other == *key));
        for key in of_preset {
            let answered = subjects(key).chain(parts(key).iter().copied());
            given.extend(answered.map(|interface| ("deterministic".into(), interface, false)));
        }
        let inherits_variables = self.host.inherited().is_some_and(|inherited| inherited != Inherited::None);
        given.extend(inherits_variables.then(|| ("inherit-env".into(), ENVIRONMENT, true)));
        given.extend((self.host.inherit_args == Some(true)).then(|| ("inherit-args".into(), ENVIRONMENT, true)));
        let config = self.host.config.first();
        given.extend(config.map(|value| (format!("config {value}"), CONFIG, *value == ConfigValue::Inherit)));
        if let Some(allowed @ Http::Allow(_)) = http {
            given.extend(GATED.map(|interface| (format!("http {allowed}"), interface, true)));
        }
        let allow = self.deny.allow.iter();
        let allowed: Vec<_> = allow.map(|name| (format!("allow {name}"), without_version(name), true)).collect();
        given.extend(allowed.iter().cloned());
        let is_inherited = |access: &Option<Access>| *access == Some(Access::Inherit);
        given.extend(is_inherited(sockets).then(|| ("sockets inherit".into(), SOCKETS, true)));
        given.extend(is_inherited(exit).then(|| ("exit inherit".into(), EXIT, true)));
        given.extend((*http == Some(Http::Inherit)).then(|| ("http inherit".into(), HTTP, true)));
        let denied = deny.iter().map(|name| (format!("deny {name}"), without_version(name)));
        check_apart(denied, &given)?;
        check_apart(self.taken(), &allowed)
    }

    /// Returns the options that take something of the host away, or replace it, each with the package or interface.
    fn taken(&self) -> impl Iterator<Item = (String, &str)> {
        let Deny { sockets, http, exit, .. } = &self.deny;
        let settings = self.host.settings().filter(|(key, value)| *value != "inherit" && *key != "cwd");
        let settings =
            settings.flat_map(|(key, value)| subjects(key).map(move |interface| (format!("{key} {value}"), interface)));
        let values = self.host.config.iter().filter(|value| **value != ConfigValue::Inherit);
        let values = values.map(|value| (format!("config {value}"), PACKAGE_OF_CONFIG));
        let is_denied = |access: &Option<Access>| *access == Some(Access::Deny);
        let denied = [
            ("sockets deny", SOCKETS, is_denied(sockets)),
            ("exit deny", EXIT, is_denied(exit)),
            ("http deny", HTTP, *http == Some(Http::Deny)),
        ];
        let denied = denied.into_iter().filter(|(_, _, is_denied)| *is_denied);
        settings.chain(values).chain(denied.map(|(option, interface, _)| (option.to_owned(), interface)))
    }

    /// Sets the values of `wasi:config`.
    fn config(&self, composer: Composer) -> Result<Composer, OptionsError> {
        let config = &self.host.config;
        for (of_all, word, instead) in [
            (ConfigValue::Inherit, "inherit", "replace the host's values"),
            (ConfigValue::None, "none", "have only these"),
        ] {
            if config.contains(&of_all) && config.iter().any(|value| *value != of_all) {
                return Err(OptionsError::NotOnlyConfig { word, instead });
            }
        }
        if config.contains(&ConfigValue::Inherit) {
            return Ok(composer.keep(PACKAGE_OF_CONFIG));
        }
        let values = config.iter().filter_map(|value| match value {
            ConfigValue::Value(variable) => Some((&variable.name, &variable.value)),
            ConfigValue::Inherit | ConfigValue::None => None,
        });
        Ok(if config.is_empty() { composer } else { composer.config(values) })
    }
}

impl Adapting {
    /// Returns the WIT, with the world that is chosen.
    ///
    /// # Errors
    /// [`OptionsError::WorldAlone`]: there is a world without WIT.
    pub fn chosen_wit(&self) -> Result<Option<Wit>, OptionsError> {
        match (&self.wit, &self.world) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(OptionsError::WorldAlone),
            (Some(path), world) => Ok(Some(world.iter().fold(Wit::new(path), Wit::world))),
        }
    }
}

impl super::Files {
    /// Sets where the files come from.
    pub fn apply(&self, mut composer: Composer) -> Composer {
        for source in &self.image {
            composer = composer.image_at(&source.path, &source.guest);
        }
        for file in &self.file {
            composer = composer.file_at(&file.path, &file.guest);
        }
        composer = composer.filter(Filter {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            ignore_files: self.ignore_file.clone(),
            gitignore: self.gitignore == Some(true),
        });
        composer = optional(composer, self.mtime, |composer, time| composer.mtime(time.0));
        composer = optional(composer, self.clamp_mtime, |composer, time| composer.clamp_mtime(time.0));
        composer = optional(composer, self.on_collision, Composer::on_collision);
        optional(composer, self.strict, Composer::strict)
    }
}

impl Host {
    fn is_deterministic(&self) -> bool {
        self.deterministic == Some(true)
    }

    /// Returns which variables of its host the app inherits, if an option says so.
    #[must_use]
    pub fn inherited(&self) -> Option<Inherited> {
        Some(match self.inherit_env.as_ref()? {
            InheritEnv::All(true) => Inherited::All,
            InheritEnv::All(false) => Inherited::None,
            InheritEnv::Only(names) => {
                let names: Vec<_> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
                if names.is_empty() { Inherited::None } else { Inherited::Only(names) }
            }
        })
    }
}

impl Deny {
    fn is_all(&self) -> bool {
        self.deny_all == Some(true)
    }

    /// Returns whether the host's variables and arguments are denied too.
    fn takes_environment(&self) -> bool {
        let names = |pattern: &String| [CLI, ENVIRONMENT].contains(&without_version(pattern));
        self.deny.iter().any(names) || self.is_all() && !self.allow.iter().any(names)
    }
}

/// Checks that none of the options that take something away takes what another gives. Of those that give, a mark tells
/// whether it is the host's: what a flag makes inside is not, so a denial of a whole package leaves it.
fn check_apart<'a>(
    taken: impl Iterator<Item = (String, &'a str)>,
    given: &[(String, &str, bool)],
) -> Result<(), OptionsError> {
    for (denial, base) in taken {
        let contradicts = |(_, interface, is_of_host): &&(String, &str, bool)| {
            let package = interface.split('/').next().unwrap_or_default();
            base == *interface || (*is_of_host && base == package)
        };
        if let Some((option, ..)) = given.iter().find(contradicts) {
            return Err(OptionsError::Contradiction { denial, option: option.clone() });
        }
    }
    Ok(())
}

fn without_version(pattern: &str) -> &str {
    pattern.split('@').next().unwrap_or_default()
}

/// Sets a value if there is one.
fn optional<T>(composer: Composer, value: Option<T>, set: impl FnOnce(Composer, T) -> Composer) -> Composer {
    match value {
        Some(value) => set(composer, value),
        None => composer,
    }
}
