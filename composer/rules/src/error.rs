//! What can go wrong with a rule.

use vfs_compose_join::ComposeError;
use vfs_compose_wasi::AppError;

/// The error of a tool that this crate builds on, as it came.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An app and what stands in front of it cannot be made one.
#[derive(Debug, thiserror::Error)]
pub enum InterposeError {
    /// A rule that cannot be applied.
    #[error(transparent)]
    Deny(#[from] DenyError),
    /// What came of it is no app.
    #[error(transparent)]
    App(#[from] AppError),
    /// The two cannot be joined.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

/// A rule of the policy cannot be applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DenyError {
    /// Neither the app nor WASI knows the name.
    #[error("neither the app nor WASI has an interface called `{pattern}`{}", meant(.nearest))]
    Unknown {
        /// What was to be denied.
        pattern: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// An interface whose resources the host passes to an export of the app.
    #[error(
        "`{interface}` cannot be denied ({because}): the host passes its resources to the app's export `{export}`; \
         name the interfaces to deny instead"
    )]
    Exported {
        /// What was to be denied.
        interface: String,
        /// The app's export.
        export: String,
        /// The line of the policy.
        because: String,
    },
    /// A resource type imported directly, not in an interface.
    #[error("the resource `{name}` cannot be denied ({because}): the app imports it directly, not in an interface")]
    Resource {
        /// The import.
        name: String,
        /// The line of the policy.
        because: String,
    },
    /// An invalid authority for http requests.
    #[error("`{authority}` is not an authority: write `host`, `host:port`, `*.host` or `*.host:port`")]
    Authority {
        /// The authority as given.
        authority: String,
    },
    /// Values for an interface named as in wasi:config with a different function.
    #[error("cannot set values for `{interface}`: wasi:config has no function `{function}` of this type")]
    Config {
        /// The app's import.
        interface: String,
        /// The function.
        function: String,
    },
    /// A rule about an interface that a vfs alone does not provide.
    #[error("a vfs alone does not provide `{interface}`, so it cannot apply the rule: use `vfs-compose APP` instead")]
    Alone {
        /// What was to be denied.
        interface: String,
    },
    /// A rule for a vfs for any app, which can deny nothing and has no values.
    #[error("a vfs for any app cannot apply this rule ({because}): {way_out}")]
    AnyApp {
        /// The line of the policy.
        because: String,
        /// The way out, in words.
        way_out: &'static str,
    },
    /// A denied version that the app does not import; it imports another.
    #[error("the app does not import `{pattern}`, only `{imported}`: name that, or omit the version")]
    Version {
        /// What was to be denied.
        pattern: String,
        /// What the app imports.
        imported: String,
    },
    /// A policy for an interface at a version that it does not support.
    #[error(
        "the policy cannot be applied to `{interface}` at this version: deny it by name, or build the app for WASI 0.2"
    )]
    NotOf02 {
        /// The import.
        interface: String,
    },
    /// Generating the component that denies calls failed.
    #[error("cannot generate the component that denies calls")]
    Front {
        /// The encoder's error.
        #[source]
        source: Cause,
    },
}

fn meant(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| format!(": did you mean `{nearest}`?"))
}
