//! Errors of applying rules.

/// The unchanged error of a library that this crate uses.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A rule of the policy cannot be applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DenyError {
    /// Neither the app nor WASI knows the name.
    #[error("neither the app nor WASI has an interface called `{pattern}`{}", meant(.nearest))]
    Unknown {
        /// The pattern as given.
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
        /// The denied interface.
        interface: String,
        /// The app's export.
        export: String,
        /// The policy line that denies it.
        because: String,
    },
    /// A resource type imported directly, not in an interface.
    #[error("the resource `{name}` cannot be denied ({because}): the app imports it directly, not in an interface")]
    Resource {
        /// The import.
        name: String,
        /// The policy line that denies it.
        because: String,
    },
    /// An invalid authority for http requests.
    #[error("`{authority}` is not an authority: write `host`, `host:port`, `*.host` or `*.host:port`")]
    Authority {
        /// The authority as given.
        authority: String,
    },
    /// Values for an interface that is named like wasi:config but has another function.
    #[error("cannot set values for `{interface}`: wasi:config has no function `{function}` of this type")]
    Config {
        /// The app's import.
        interface: String,
        /// The function.
        function: String,
    },
    /// A rule about an interface that a vfs alone does not provide.
    #[error(
        "a vfs alone does not provide `{interface}`, so it cannot apply `{because}`: use `vfs-compose APP` instead"
    )]
    Alone {
        /// The interface that the rule is about.
        interface: String,
        /// The policy line.
        because: String,
    },
    /// A rule for a vfs for any app. Such a vfs cannot deny anything, and has no values of wasi:config.
    #[error("a vfs for any app cannot apply `{because}`: compose the app")]
    AnyApp {
        /// The policy line.
        because: String,
    },
    /// A pattern with a version that the app does not import, although it imports another one.
    #[error("the app does not import `{pattern}`, only `{imported}`: name that, or omit the version")]
    Version {
        /// The pattern as given.
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
