//! The options of a composition, as flags of the command line and as keys of a manifest.
//!
//! Each option is one field here: its name is the name of the flag and of the key, its comment is the help text, and
//! its type parses the text of both. A text like `vfs.toml` becomes [`Options`] by [`Options::parse`], values of one
//! are put over those of another by [`Options::over`], and [`Options::apply`] sets them in a
//! [`Composer`](crate::Composer).

mod apply;
mod manifest;
mod overlay;
#[cfg(feature = "cli")]
mod parsers;
mod values;

use std::path::Path;

use serde::{Deserialize, Serialize};
use vfs_compose_pack::OnCollision;
use vfs_compose_rules::Policy;
pub use vfs_compose_rules::policy::written;
use vfs_preview1::ExitCode;

pub use apply::OptionsError;
pub use manifest::{EXAMPLE, ManifestError};
use overlay::Overlay;
#[cfg(feature = "cli")]
use parsers::{number, setting, source, text, word};
pub use values::{Access, Bytes, ConfigValue, GuestFile, HostDir, Http, InheritEnv};
pub use values::{Preopen, Setting, Source, Time, ValueError, Variable};

use crate::{AbsoluteLinks, FormChoice};

/// Makes the structs of options: fields as they are written, which serde and clap read. `arg` adds to what a flag is
/// for clap, `flag` to what a flag is that needs no value (`--strict`, `--strict=false`), and `key` to what a key is.
macro_rules! options {
    ($(
        $(#[doc $($of_group:tt)*])*
        pub struct $group:ident in $heading:literal {
            $(
                $(#[doc $($doc:tt)*])*
                $(#[arg($($arg:tt)*)])? $(#[flag($($flag:tt)*)])? $(#[key($($key:tt)*)])?
                pub $field:ident: $type:ty,
            )*
        }
    )*) => {$(
        $(#[doc $($of_group)*])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = $heading))]
        #[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
        #[non_exhaustive]
        pub struct $group {
            $(
                $(#[doc $($doc)*])*
                $(#[cfg_attr(feature = "cli", arg(long, $($arg)*))])?
                $(#[cfg_attr(feature = "cli", arg(
                    long,
                    value_name = "BOOL",
                    num_args = 0..=1,
                    require_equals = true,
                    default_missing_value = "true",
                    hide_possible_values = true,
                    $($flag)*
                ))])?
                $(#[serde($($key)*)])?
                #[serde(skip_serializing_if = "Overlay::is_unset")]
                pub $field: $type,
            )*
        }

        impl $group {
            /// The names of the fields. With `-` for `_` they are the keys.
            const FIELDS: &[&str] = &[$(stringify!($field)),*];

            /// Returns these values over those of `under`.
            fn over(self, under: Self) -> Self {
                Self { $($field: self.$field.over(under.$field),)* }
            }

            /// Returns the fields that are set.
            fn given(&self) -> impl Iterator<Item = &'static str> {
                let fields = [$((stringify!($field), Overlay::is_unset(&self.$field))),*];
                fields.into_iter().filter(|(_, is_unset)| !is_unset).map(|(field, _)| field)
            }

            /// Returns the texts for a policy, with their keys.
            #[allow(dead_code, reason = "one group has some")]
            pub(crate) fn settings(&self) -> impl Iterator<Item = (&'static str, &str)> {
                let settings = [$((stringify!($field), Overlay::setting(&self.$field))),*];
                settings.into_iter().filter_map(|(field, setting)| Some((policy_key(field)?, setting?)))
            }
        }
    )*};
}

/// Returns the key of a policy that a field has the text for.
fn policy_key(field: &str) -> Option<&'static str> {
    Policy::keys().find(|key| key.replace('-', "_") == field)
}

options! {
    /// Where the files come from.
    pub struct Files in "Files" {
        /// Put a directory, image or file at GUEST [default: /] (repeatable)
        ///
        /// SOURCE is a directory, an EROFS image, a composed component (for the files inside), a file for GUEST, or `-`
        /// for standard input. Several sources are merged, as copying one over another would.
        #[arg(
            value_name = "SOURCE[::GUEST]",
            value_hint = clap::ValueHint::AnyPath,
            value_parser = source,
            allow_hyphen_values = true
        )]
        pub image: Vec<Source>,
        /// Put one file at GUEST, whatever is in it; `@-` is standard input (repeatable)
        #[arg(value_name = "GUEST=@FILE", value_hint = clap::ValueHint::FilePath, hide_short_help = true)]
        pub file: Vec<GuestFile>,
        /// Pack of different files at one path the first or the last: error, first or last [default: error]
        ///
        /// All sources of --image count before all of --file, whatever was typed first.
        #[arg(
            value_name = "WHICH",
            value_parser = word::<OnCollision>(),
            hide_possible_values = true,
            hide_short_help = true
        )]
        pub on_collision: Option<OnCollision>,
        /// Pack only the files of directories that match, as in .gitignore (repeatable)
        ///
        /// Directories are packed in any case, also those that are empty then; --exclude leaves them out.
        #[arg(value_name = "GLOB", value_parser = text, hide_short_help = true)]
        pub include: Vec<String>,
        /// Leave out files and directories that match (repeatable)
        ///
        /// Patterns are as in .gitignore. A `.vfsignore` in a directory leaves files out too.
        #[arg(value_name = "GLOB", value_parser = text)]
        pub exclude: Vec<String>,
        /// Leave out what the patterns in this file match (repeatable)
        #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath, hide_short_help = true)]
        pub ignore_file: Vec<std::path::PathBuf>,
        /// Leave out what git ignores, and `.git`
        #[flag(hide_short_help = true)]
        pub gitignore: Option<bool>,
        /// Give every file this time: `2020-01-01`, `2020-01-01T00:00:00Z`, or seconds since 1970 [default:
        /// SOURCE_DATE_EPOCH if that is set, otherwise each file's own time]
        ///
        /// With this or --clamp-mtime, an image is laid out again: its files get their times, and its bytes are not
        /// those of its file.
        #[arg(value_name = "TIME", allow_negative_numbers = true, hide_short_help = true)]
        pub mtime: Option<Time>,
        /// Give this time to files with a later one
        ///
        /// SOURCE_DATE_EPOCH is not taken then: `--clamp-mtime $SOURCE_DATE_EPOCH` clamps to it.
        #[arg(value_name = "TIME", allow_negative_numbers = true, conflicts_with = "mtime", hide_short_help = true)]
        pub clamp_mtime: Option<Time>,
        /// Make every warning an error
        #[flag(hide_short_help = true)]
        pub strict: Option<bool>,
    }

    /// What the app gets: directories, variables, arguments and quotas.
    pub struct Process in "The app" {
        /// Give the app this directory, under NAME [default: /] (repeatable)
        ///
        /// NAME is GUEST if it is left out.
        #[arg(value_name = "GUEST[=NAME]")]
        pub preopen: Vec<Preopen>,
        /// Put a directory of the host at GUEST [default: /NAME] (repeatable)
        ///
        /// NAME is that under which the host gives it when the component runs: `wasmtime run --dir PATH::NAME`; under run
        /// and serve, it is a path of this machine. Words follow, each after a comma: ro (the default) lets the app only
        /// read it, rw change it, cow change a copy in memory. If the host does not give it, the program does not begin;
        /// with optional, it is empty then. With union, and ro or cow, it is over what the image has there, and directories
        /// merge; without, it hides that. Where NAME or GUEST has a comma, one of these words follows it. `*` is all
        /// directories that the host gives, each under its own name below GUEST [default: /].
        #[arg(value_name = "NAME[::GUEST]")]
        pub host_dir: Vec<HostDir>,
        /// Set a variable, overriding the host's (repeatable)
        #[arg(value_name = "K=V")]
        #[key(with = "values::variables")]
        pub env: Vec<Variable>,
        /// Insert an argument between the program's name and the host's arguments (repeatable)
        #[arg(value_name = "A", allow_hyphen_values = true, hide_short_help = true)]
        pub arg: Vec<String>,
        /// Make every change of the tree fail with `read-only`
        #[flag()]
        pub read_only: Option<bool>,
        /// Where absolute targets of symbolic links lead: refuse (an error) or root (to / of the tree) [default: refuse]
        ///
        /// With root, the app can make and read such links, too. They are followed in paths from / only: an app that gets
        /// other directories with --preopen, and not /, never leaves them by a link.
        #[arg(
            value_name = "WHERE",
            value_parser = word::<AbsoluteLinks>(),
            hide_possible_values = true,
            hide_short_help = true
        )]
        pub absolute_links: Option<AbsoluteLinks>,
        /// Limit the bytes that the app's changes may take, such as 64MiB or 10MB [default: no limit]
        #[arg(value_name = "BYTES", allow_negative_numbers = true, hide_short_help = true)]
        pub max_bytes: Option<Bytes>,
        /// Limit the files, directories and links that the app may create or change [default: no limit]
        #[arg(value_name = "N", value_parser = number, allow_negative_numbers = true, hide_short_help = true)]
        pub max_nodes: Option<u32>,
        /// Limit the files that the app may have open at a time [default: 1048576]
        #[arg(value_name = "N", value_parser = number, allow_negative_numbers = true, hide_short_help = true)]
        pub max_open: Option<u32>,
    }

    /// What the app sees of its host. By default, all of it.
    pub struct Host in "What the app sees of its host" {
        /// Choose the variables that the app inherits: all (`--inherit-env`), these (`--inherit-env=NAME,...`) or none
        /// (`--inherit-env=`) [default: all; under run and serve, none] (repeatable)
        #[arg(
            action = clap::ArgAction::Append,
            value_name = "NAME,...",
            num_args = 0..=1,
            require_equals = true,
            default_missing_value = values::ALL,
            hide_short_help = true
        )]
        pub inherit_env: Option<InheritEnv>,
        /// Let the app see the host's arguments [default: true]
        #[flag(hide_short_help = true)]
        pub inherit_args: Option<bool>,
        /// Set the program's name, its first argument
        #[arg(value_name = "NAME", hide_short_help = true)]
        pub argv0: Option<String>,
        /// Set the initial directory: one of the tree, or inherit [default: inherit]
        #[arg(value_name = "GUEST", value_parser = setting("cwd"), hide_short_help = true)]
        pub cwd: Option<Setting>,
        /// Standard input: inherit, null, deny, or from:/FILE of the tree [default: inherit]
        #[arg(value_name = "FROM", value_parser = setting("stdin"), hide_short_help = true)]
        pub stdin: Option<Setting>,
        /// Standard output: inherit, null, deny, to:/FILE of the tree (emptied first), or append:/FILE [default:
        /// inherit]
        #[arg(value_name = "TO", value_parser = setting("stdout"), hide_short_help = true)]
        pub stdout: Option<Setting>,
        /// Standard error: as for --stdout; both may name one file [default: inherit]
        #[arg(value_name = "TO", value_parser = setting("stderr"), hide_short_help = true)]
        pub stderr: Option<Setting>,
        /// The time: inherit, or frozen at frozen:2020-01-01T00:00:00Z [default: inherit]
        #[arg(value_name = "CLOCK", value_parser = setting("wall-clock"), hide_short_help = true)]
        pub wall_clock: Option<Setting>,
        /// The clock for waiting: inherit, frozen or frozen:NANOSECONDS, where a wait jumps to the time awaited
        /// [default: inherit]
        #[arg(value_name = "CLOCK", value_parser = setting("monotonic-clock"), hide_short_help = true)]
        pub monotonic_clock: Option<Setting>,
        /// Random numbers: inherit, deny, or seeded:NUMBER for the same ones at each run [default: inherit]
        #[arg(value_name = "SOURCE", value_parser = setting("random"), hide_short_help = true)]
        pub random: Option<Setting>,
        /// Set a value of wasi:config/store, replacing all of the host's; or none, or inherit [default: inherit]
        /// (repeatable)
        #[arg(value_name = "K=V", hide_short_help = true)]
        #[key(with = "values::config")]
        pub config: Vec<ConfigValue>,
        /// Make every run the same: freeze clocks, seed random numbers, inherit no variables, arguments or values of
        /// wasi:config. Other flags override it
        #[flag(hide_short_help = true)]
        pub deterministic: Option<bool>,
    }

    /// What the app may not do. By default, nothing is denied.
    pub struct Deny in "What the app may not do" {
        /// Deny a package (wasi:sockets), an interface (wasi:random/random) or any other import by its name
        /// (repeatable)
        #[arg(value_name = "INTERFACE", value_parser = text, hide_short_help = true)]
        pub deny: Vec<String>,
        /// Deny everything of the host except what --allow names and other flags inherit
        #[flag(hide_short_help = true)]
        pub deny_all: Option<bool>,
        /// Leave this to the host despite --deny-all, named as for --deny (repeatable)
        #[arg(value_name = "INTERFACE", value_parser = text, hide_short_help = true)]
        pub allow: Vec<String>,
        /// The network: inherit or deny [default: inherit; under run and serve, off]
        #[arg(
            value_name = "ACCESS",
            value_parser = word::<Access>(),
            hide_possible_values = true,
            hide_short_help = true
        )]
        pub sockets: Option<Access>,
        /// Outgoing http requests: inherit, deny, or allow:HOST,... (each host, host:port, *.host or *.host:port)
        /// [default: inherit; under run and serve, off]
        #[arg(value_name = "ACCESS", hide_short_help = true)]
        pub http: Option<Http>,
        /// Exiting with a code: inherit or deny; if denied, the app traps in a function named `vfs exit` and the code
        /// [default: inherit]
        #[arg(
            value_name = "ACCESS",
            value_parser = word::<Access>(),
            hide_possible_values = true,
            hide_short_help = true
        )]
        pub exit: Option<Access>,
    }

    /// How a preview1 module becomes a component.
    pub struct Adapting in "Composing" {
        /// Exit codes of a preview1 module: full, or bool for whether it is 0 [default: bool; under run, full]
        ///
        /// full needs a host with `exit-with-code` of WASI 0.2.12, which others refuse to run.
        #[arg(
            value_name = "CODES",
            value_parser = word::<ExitCode>(),
            hide_possible_values = true,
            hide_short_help = true
        )]
        pub exit_code: Option<ExitCode>,
        /// Make the core exports of a preview1 module those of a WIT world: a WIT file, a directory of them, or an
        /// encoded WIT package
        ///
        /// The module exports each function of the world by its name, those of an interface as
        /// `namespace:package/interface#function`. What has strings or lists as parameters needs `cabi_realloc` too.
        #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath, hide_short_help = true)]
        pub wit: Option<std::path::PathBuf>,
        /// Choose the world of --wit [default: the only one that it has]
        #[arg(
            value_name = "NAME",
            value_hint = clap::ValueHint::Other,
            value_parser = text,
            hide_short_help = true
        )]
        pub world: Option<String>,
    }

    /// How app and files become one component.
    pub struct Joining in "Composing" {
        /// Join app and files: auto, linked or plugged [default: auto]
        ///
        /// linked puts the files inside the app's own component: fast, and needs an engine with multi-memory. plugged
        /// puts them in a component in front of the app, which runs on every engine with components. auto links if
        /// possible.
        #[arg(
            value_name = "FORM",
            value_parser = word::<FormChoice>(),
            hide_possible_values = true,
            hide_short_help = true
        )]
        pub form: Option<FormChoice>,
        /// Compose even if the app imports no filesystem
        #[flag(hide_short_help = true)]
        pub allow_unused: Option<bool>,
        /// Compose a preview1 module even if the result exports nothing
        #[flag(hide_short_help = true)]
        pub allow_no_exports: Option<bool>,
    }
}

/// All options of a composition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the types say it")]
pub struct Options {
    #[serde(flatten)]
    pub files: Files,
    #[serde(flatten)]
    pub process: Process,
    #[serde(flatten)]
    pub host: Host,
    #[serde(flatten)]
    pub deny: Deny,
    #[serde(flatten)]
    pub adapting: Adapting,
    #[serde(flatten)]
    pub joining: Joining,
    /// The file to write, or `-` for standard output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<std::path::PathBuf>,
}

impl Options {
    /// Returns all keys of a manifest.
    pub fn keys() -> impl Iterator<Item = String> {
        let of_app = [Files::FIELDS, Process::FIELDS, Host::FIELDS, Deny::FIELDS];
        let groups = of_app.into_iter().chain([Adapting::FIELDS, Joining::FIELDS, &["output"]]);
        groups.flatten().map(|field| field.replace('_', "-"))
    }

    /// Returns the keys of what is set, except `output`.
    pub fn given(&self) -> impl Iterator<Item = String> {
        let Self { files, process, host, deny, adapting, joining, .. } = self;
        let fields = files.given().chain(process.given()).chain(host.given()).chain(deny.given());
        let fields = fields.chain(adapting.given()).chain(joining.given());
        fields.map(|field| field.replace('_', "-"))
    }

    /// Returns these options, and those of `under` where these are not set: a list that is not empty replaces another
    /// list, while a variable or a value of `config` replaces only the one of its name, and beside `none` all of `under`.
    #[must_use]
    pub fn over(mut self, mut under: Self) -> Self {
        let config = &mut self.host.config;
        let has_values = config.iter().any(|value| matches!(value, ConfigValue::Value(_)));
        if has_values && config.contains(&ConfigValue::None) && !under.host.config.is_empty() {
            under.host.config.clear();
            config.retain(|value| *value != ConfigValue::None);
        }
        // The exceptions belong to `deny-all`; without it they mean nothing.
        if self.deny.deny_all == Some(false) {
            under.deny.allow.clear();
        }
        Self {
            files: self.files.over(under.files),
            process: self.process.over(under.process),
            host: self.host.over(under.host),
            deny: self.deny.over(under.deny),
            adapting: self.adapting.over(under.adapting),
            joining: self.joining.over(under.joining),
            output: self.output.or(under.output),
        }
    }

    /// Returns these options with relative paths of this machine taken from `directory`, where a manifest lies.
    #[must_use]
    pub fn relative_to(mut self, directory: &Path) -> Self {
        let stays = |path: &Path| path.as_os_str() == "-";
        let images = self.files.image.iter_mut().map(|source| &mut source.path);
        let files = self.files.file.iter_mut().map(|file| &mut file.path);
        let paths = images.chain(files).chain(&mut self.files.ignore_file);
        let paths = paths.chain(&mut self.adapting.wit).chain(&mut self.output);
        for path in paths.filter(|path| !stays(path)) {
            *path = directory.join(&*path);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(manifest: &str) -> Options {
        Options::parse(manifest).unwrap()
    }

    #[test]
    fn what_is_set_replaces_and_what_has_a_name_replaces_its_like() {
        for (upper, under, both) in [
            ("", "max-open = 3\nstrict = true", "max-open = 3\nstrict = true"),
            ("max-open = 9", "max-open = 3\nmax-nodes = 4", "max-open = 9\nmax-nodes = 4"),
            ("strict = false", "strict = true", "strict = false"),
            ("image = ['a']", "image = ['b', 'c']\nexclude = ['d']", "image = ['a']\nexclude = ['d']"),
            ("env = { B = '3' }", "env = { A = '1', B = '2' }", "env = { A = '1', B = '3' }"),
            ("config = { b = '3' }", "config = { a = '1' }", "config = { a = '1', b = '3' }"),
            ("config = { b = '3' }", "config = 'inherit'", "config = { b = '3' }"),
            ("config = 'none'", "config = { a = '1' }", "config = 'none'"),
            ("config = { b = '3' }", "config = 'none'", "config = { b = '3' }"),
            ("inherit-env = false", "inherit-env = ['A']", "inherit-env = false"),
            ("output = 'a'", "output = 'b'", "output = 'a'"),
            ("deny-all = false", "deny-all = true\nallow = ['wasi:clocks']", "deny-all = false"),
        ] {
            assert_eq!(options(upper).over(options(under)), options(both), "{upper} over {under}");
        }
    }

    #[test]
    fn options_are_written_as_they_are_read() {
        let everything = "image = ['a::/b']\nfile = ['/x=@y']\npreopen = ['/b=c']\nenv = { A = '1' }\n\
            max-bytes = '1K'\nhttp = 'allow:a,b:1'\nconfig = { k = 'v' }\nstdin = 'null'\nmtime = 7\n\
            inherit-env = ['A']\nform = 'linked'\non-collision = 'last'\noutput = 'o'\ndeny = ['wasi:random']\n";
        let options = options(everything);
        let written = serde_json::to_value(&options).unwrap();
        assert_eq!(written["max-bytes"], 1024);
        assert_eq!(serde_json::from_value::<Options>(written.clone()).unwrap(), options);
        // What is not set is not written.
        assert_eq!(written.as_object().unwrap().len(), everything.lines().count());
    }

    #[test]
    fn paths_start_where_the_manifest_lies() {
        let options = options("image = ['a', '/abs::/b', '-']\nfile = ['/x=@y']\nignore-file = ['i']\noutput = '-'\n");
        let options = options.relative_to(Path::new("dir"));
        let images: Vec<_> = options.files.image.iter().map(ToString::to_string).collect();
        assert_eq!(images, ["dir/a::/", "/abs::/b", "-::/"]);
        assert_eq!(options.files.file[0].to_string(), "/x=@dir/y");
        assert_eq!(options.files.ignore_file, [Path::new("dir/i")]);
        assert_eq!(options.output.as_deref(), Some(Path::new("-")));
    }

    #[test]
    fn given_are_the_keys_that_are_set() {
        let given: Vec<_> = options("env = { A = '1' }\ndeny-all = false\nmax-open = 3").given().collect();
        assert_eq!(given, ["env", "max-open", "deny-all"]);
    }
}
