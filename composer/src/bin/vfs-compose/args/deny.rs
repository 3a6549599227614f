//! Flags about what the app may not do.

use clap::{Args, ValueEnum};

/// Flags that deny. By default, nothing is denied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What the app may not do")]
pub struct Deny {
    /// Deny a package (wasi:sockets), an interface (wasi:random/random) or any other import by its name; repeatable
    #[arg(long, value_name = "INTERFACE")]
    pub deny: Vec<String>,
    /// Deny everything of the host except what --allow names and other flags inherit: without those, the result has no
    /// imports
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub deny_all: Option<bool>,
    /// Leave this to the host despite --deny-all, named as for --deny; repeatable
    #[arg(long, value_name = "INTERFACE")]
    pub allow: Vec<String>,
    /// The network [default: inherit]
    #[arg(long, value_name = "ACCESS")]
    pub sockets: Option<Access>,
    /// Outgoing http requests: inherit, deny, or allow:HOST,... (each host, host:port, *.host or *.host:port) [default:
    /// inherit]
    #[arg(long, value_name = "ACCESS")]
    pub http: Option<String>,
    /// Exiting with a code; if denied, the app traps in a function named `vfs exit` and the code [default: inherit]
    #[arg(long, value_name = "ACCESS")]
    pub exit: Option<Access>,
}

impl Deny {
    /// Returns whether everything is denied.
    pub fn is_all(&self) -> bool {
        self.deny_all == Some(true)
    }
}

/// Whether the host provides something or nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Access {
    /// The host provides it
    Inherit,
    /// It is denied
    Deny,
}
