//! What the app may see of its host, as typed.

use clap::Args;
use vfs_compose::Inherited;

use super::deny::Deny;

/// What `--inherit-env` has without names: no name of a variable, and nothing that can be typed.
pub const ALL: &str = "\0";

/// What is not typed stays the host's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What the app may see of its host")]
pub struct Host {
    /// The host's variables that the app has, all or these; all if not said, and none where no name is after the `=`
    #[arg(
        long,
        value_name = "NAME,...",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ALL,
        overrides_with = "no_inherit_env"
    )]
    pub inherit_env: Option<String>,
    /// No variable of the host's
    #[arg(long, overrides_with = "inherit_env")]
    pub no_inherit_env: bool,
    /// The host's arguments; they are the app's if not said
    #[arg(long, overrides_with = "no_inherit_args")]
    pub inherit_args: bool,
    /// No argument of the host's, the program's name included: it is the app's file name, or that of --argv0
    #[arg(long, overrides_with = "inherit_args")]
    pub no_inherit_args: bool,
    /// The program's name, which is its first argument
    #[arg(long, value_name = "NAME")]
    pub argv0: Option<String>,
    /// The initial directory, of the tree, or `inherit`
    #[arg(long, value_name = "GUEST")]
    pub cwd: Option<String>,
    /// Standard input: inherit, null, deny, or from:/FILE of the tree
    #[arg(long, value_name = "FROM")]
    pub stdin: Option<String>,
    /// Standard output: inherit, null, deny, to:/FILE of the tree, which is emptied first, or append:/FILE
    #[arg(long, value_name = "TO")]
    pub stdout: Option<String>,
    /// Standard error, as --stdout; both may be one file
    #[arg(long, value_name = "TO")]
    pub stderr: Option<String>,
    /// The time: inherit, or it stands still at frozen:2020-01-01T00:00:00Z
    #[arg(long, value_name = "CLOCK")]
    pub wall_clock: Option<String>,
    /// The clock that waiting goes by: inherit, or it stands still at frozen[:NANOSECONDS] but for waiting, which moves it at once to
    /// the time that is waited for
    #[arg(long, value_name = "CLOCK")]
    pub monotonic_clock: Option<String>,
    /// Random numbers: inherit, the same at each run from seeded:NUMBER, or deny
    #[arg(long, value_name = "SOURCE")]
    pub random: Option<String>,
    /// A value of wasi:config/store, which then has no other values than these; `none` for no values at all, or `inherit`. May be
    /// given again
    #[arg(long, value_name = "K=V")]
    pub config: Vec<String>,
    /// Each run as the one before: clocks stand still, random numbers are seeded, no variable, argument or value of wasi:config is the
    /// host's; other flags stand over it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub deterministic: Option<bool>,
    #[command(flatten)]
    pub deny: Deny,
}

impl Host {
    /// The host's variables that are said to be the app's, if that is said.
    pub fn inherited(&self) -> Option<Inherited> {
        if self.no_inherit_env {
            return Some(Inherited::None);
        }
        let names = self.inherit_env.as_deref()?;
        if names == ALL {
            return Some(Inherited::All);
        }
        let names: Vec<_> = names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Some(if names.is_empty() { Inherited::None } else { Inherited::Only(names) })
    }

    /// What is given by text, by the keys of [`vfs_compose::Policy::set`].
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("cwd", &self.cwd),
            ("stdin", &self.stdin),
            ("stdout", &self.stdout),
            ("stderr", &self.stderr),
            ("wall-clock", &self.wall_clock),
            ("monotonic-clock", &self.monotonic_clock),
            ("random", &self.random),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.as_deref()?)))
    }
}
