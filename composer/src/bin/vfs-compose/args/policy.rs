//! Flags about what the app may see of its host.

use clap::Args;
use vfs_compose::Inherited;

use super::deny::Deny;

/// The value of `--inherit-env` without names. It cannot be typed and is no variable's name.
pub const ALL: &str = "\0";

/// What the app sees of its host. By default, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What the app may see of its host")]
pub struct Host {
    /// Variables that the app inherits: all, these (`=NAME,...`) or none (`=`) [default: all]
    #[arg(
        long,
        value_name = "NAME,...",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ALL,
        overrides_with = "no_inherit_env"
    )]
    pub inherit_env: Option<String>,
    /// Inherit no variable
    #[arg(long, overrides_with = "inherit_env")]
    pub no_inherit_env: bool,
    /// Inherit the host's arguments (the default)
    #[arg(long, overrides_with = "no_inherit_args")]
    pub inherit_args: bool,
    /// Inherit no argument, nor the program's name: that is the app's file name, or --argv0
    #[arg(long, overrides_with = "inherit_args")]
    pub no_inherit_args: bool,
    /// Set the program's name, its first argument
    #[arg(long, value_name = "NAME")]
    pub argv0: Option<String>,
    /// The initial directory: one of the tree, or inherit [default: inherit]
    #[arg(long, value_name = "GUEST")]
    pub cwd: Option<String>,
    /// Standard input: inherit, null, deny, or from:/FILE of the tree [default: inherit]
    #[arg(long, value_name = "FROM")]
    pub stdin: Option<String>,
    /// Standard output: inherit, null, deny, to:/FILE of the tree (emptied first), or append:/FILE [default: inherit]
    #[arg(long, value_name = "TO")]
    pub stdout: Option<String>,
    /// Standard error: as for --stdout; both may name one file [default: inherit]
    #[arg(long, value_name = "TO")]
    pub stderr: Option<String>,
    /// The time: inherit, or frozen at frozen:2020-01-01T00:00:00Z [default: inherit]
    #[arg(long, value_name = "CLOCK")]
    pub wall_clock: Option<String>,
    /// The clock for waiting: inherit, or frozen[:NANOSECONDS], where a wait jumps to the time awaited [default:
    /// inherit]
    #[arg(long, value_name = "CLOCK")]
    pub monotonic_clock: Option<String>,
    /// Random numbers: inherit, deny, or seeded:NUMBER for the same ones at each run [default: inherit]
    #[arg(long, value_name = "SOURCE")]
    pub random: Option<String>,
    /// Set a value of wasi:config/store, replacing all of the host's; or none, or inherit [default: inherit];
    /// repeatable
    #[arg(long, value_name = "K=V")]
    pub config: Vec<String>,
    /// Make every run the same: freeze clocks, seed random numbers, inherit no variables, arguments or values of
    /// wasi:config. Other flags override it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub deterministic: Option<bool>,
    #[command(flatten)]
    pub deny: Deny,
}

impl Host {
    /// Returns which variables the app inherits, if a flag says so.
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

    /// Returns the flags that hold text, with their keys of [`vfs_compose::Policy::set`].
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
