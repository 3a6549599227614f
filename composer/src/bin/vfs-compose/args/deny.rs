//! What the app may not do, as typed.

use clap::{Args, ValueEnum};

/// Nothing is denied that is not typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What the app may not do")]
pub struct Deny {
    /// Interfaces of the host that the app may not use: a package (wasi:sockets), an interface (wasi:random/random) or any other
    /// import by its name; may be given again
    #[arg(long, value_name = "INTERFACE")]
    pub deny: Vec<String>,
    /// Nothing of the host at all: the result has no imports. --allow and what is said to be inherited are left out
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub deny_all: Option<bool>,
    /// What --deny-all leaves to the host, in the words of --deny; may be given again
    #[arg(long, value_name = "INTERFACE")]
    pub allow: Vec<String>,
    /// The network
    #[arg(long, value_name = "ACCESS")]
    pub sockets: Option<Access>,
    /// Http requests to others: inherit, deny, or allow:HOST,... (each host, host:port, *.host or *.host:port)
    #[arg(long, value_name = "ACCESS")]
    pub http: Option<String>,
    /// Ending with a code. Denied, the app ends in a trap whose function is called `vfs exit` and the code
    #[arg(long, value_name = "ACCESS")]
    pub exit: Option<Access>,
}

impl Deny {
    /// Whether everything is denied.
    pub fn is_all(&self) -> bool {
        self.deny_all == Some(true)
    }
}

/// Whether something is the host's or nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Access {
    /// The host's.
    Inherit,
    /// Nobody's.
    Deny,
}
