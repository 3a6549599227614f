//! Errors of tailoring the vfs to an app, and of checking the result.

pub use vfs_compose_wasi::Cause;
use vfs_compose_wasi::WitError;

/// The vfs cannot be tailored to the app.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TailorError {
    /// WASI has no interface or function of this name.
    #[error(transparent)]
    Wit(#[from] WitError),
    /// An import of the vfs module that belongs neither to WASI nor to this crate.
    #[error("the vfs module imports `{name}` of `{module}`, which nothing provides")]
    UnknownImport {
        /// The module name of the import.
        module: String,
        /// The name of the import.
        name: String,
    },
    /// The vfs module reads settings of another version than this crate writes.
    #[error(
        "the vfs module reads settings of {}, but this composer writes version {composer}: build both from the \
         same sources",
        version(.module)
    )]
    SettingsVersion {
        /// The version that the module reads; `None` if it does not declare one.
        module: Option<u32>,
        /// The version that the composer writes.
        composer: u32,
    },
    /// No variant of the vfs that was built has directories of the host, and all else that is needed.
    #[error("`--host-dir`: this build has no variant of the vfs with directories of the host{}", beside_mounts(.beside))]
    Mounts {
        /// What else is needed, in words; empty if nothing is.
        beside: String,
    },
    /// The vfs module is not as expected.
    #[error("the vfs module cannot be edited")]
    Module {
        /// The editor's error.
        #[source]
        source: Cause,
    },
    /// Encoding the component failed.
    #[error("cannot encode the vfs as a component")]
    Encode {
        /// The encoder's error.
        #[source]
        source: Cause,
    },
}

fn version(version: &Option<u32>) -> String {
    version.map_or_else(|| "no known version".into(), |version| format!("version {version}"))
}

fn beside_mounts(beside: &str) -> String {
    if beside.is_empty() { String::new() } else { format!(" beside {beside}") }
}

impl TailorError {
    /// Returns the error for a vfs module that is not as expected.
    pub fn module(source: impl Into<Cause>) -> Self {
        Self::Module { source: source.into() }
    }
}

/// A law does not hold for the result, which is a bug in this program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The validator refuses the result.
    #[error("the result is not a valid component: {reason}")]
    Invalid {
        /// What the validator says.
        reason: String,
    },
    /// Law 1: an import that neither the app has nor a flag adds.
    #[error("the result would import `{interface}`, which the app does not import and no flag adds")]
    NewImport {
        /// The import.
        interface: String,
    },
    /// Law 2: an import of the app that the vfs should provide.
    #[error("the result would still import `{interface}` from the host")]
    NotPlugged {
        /// The import.
        interface: String,
    },
    /// A flag adds imports, and none of them is there.
    #[error("the result would import nothing that `{flag}` adds ({})", names.join(", "))]
    NotAdded {
        /// The flag.
        flag: &'static str,
        /// The imports that it adds.
        names: Vec<String>,
    },
    /// An import that is denied.
    #[error("the result would import `{interface}`, which is denied")]
    NotDenied {
        /// The import.
        interface: String,
    },
    /// An export of the app is missing.
    #[error("the result would not export `{name}`, which the app exports")]
    LostExport {
        /// The export.
        name: String,
    },
}
