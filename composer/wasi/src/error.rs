//! The errors of reading an app.

use crate::InterfaceName;

/// The error of a tool that this crate uses, unchanged.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An app that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// There are no bytes.
    #[error("the app is empty: it has no bytes")]
    Empty,
    /// The bytes do not begin like WebAssembly.
    #[error("the app is not WebAssembly: it does not begin with the bytes `\\0asm`")]
    NotWasm,
    /// The app is WebAssembly in its text format.
    #[error("the app is WebAssembly in its text format")]
    Text,
    /// The app is a package of interfaces, without code.
    #[error("the app is an encoded WIT package: it has interfaces but no program")]
    WitPackage,
    /// The file is a core module, and only a component will do.
    #[error("the file is a core module, not a component")]
    NotAComponent,
    /// The file is a component, and a core module is to become one.
    #[error("the file is a component already: nothing is left to adapt")]
    AlreadyAComponent,
    /// The bytes end too early.
    #[error("the app is truncated: {detail}")]
    Truncated {
        /// What the decoder expected.
        detail: String,
    },
    /// The bytes break a rule of the format.
    #[error("the app is not valid WebAssembly")]
    Invalid {
        /// The error of the decoder or validator.
        #[source]
        source: Cause,
    },
    /// The app has a shared memory, for threads.
    #[error("the app has a shared memory, and components have no threads: build it without threads")]
    SharedMemory,
    /// The app has a 64-bit memory (`memory64`).
    #[error("the app has a 64-bit memory, and WASI uses 32-bit addresses: build it for wasm32")]
    Memory64,
    /// The app is a core module that neither imports preview1 nor describes its world.
    #[error("the app is a core module whose imports no component can have: build it for preview1 or as a component")]
    NotAdaptable {
        /// The error of the adaptation to a component.
        #[source]
        source: Cause,
    },
    /// The app imports nothing that the vfs provides.
    #[error("the app imports no filesystem (`{what}`), so it could never see the files")]
    NoFilesystem {
        /// The interface of the filesystem.
        what: &'static str,
    },
    /// The app imports nothing at all that a vfs has.
    #[error("the app imports nothing that a vfs has, so none can be plugged into it")]
    NothingServed,
    /// Interfaces share resources of the vfs in a way that the plugged form cannot wrap.
    #[error(
        "{} {} resources of {}, which the vfs provides, in a way that the plugged form cannot wrap",
        list(.interfaces),
        share(.interfaces),
        list(.resources)
    )]
    NotPluggable {
        /// Imports or exports of the app.
        interfaces: Vec<String>,
        /// The interfaces whose resources they share.
        resources: Vec<String>,
    },
    /// The app imports a function of WASI with a different type.
    #[error("the app imports `{function}` of `{interface}` with the wrong type: WASI's is `{expected}`")]
    OtherFunction {
        /// The interface of the function.
        interface: InterfaceName,
        /// The function.
        function: String,
        /// The type in WASI.
        expected: String,
    },
    /// The app imports an interface of WASI that defines a resource of its own in place of WASI's.
    #[error("the app's import `{interface}` defines a resource `{name}` of its own, where WASI uses {expected}")]
    OtherResource {
        /// The interface of the type.
        interface: InterfaceName,
        /// The type.
        name: String,
        /// The resource of WASI, in words.
        expected: String,
    },
    /// The app imports a type of WASI with a different definition.
    #[error("the app's import `{interface}` has the wrong type `{name}`: WASI's is `{expected}`")]
    OtherType {
        /// The interface of the type.
        interface: InterfaceName,
        /// The type.
        name: String,
        /// The definition in WASI.
        expected: String,
    },
    /// The app imports interfaces of an unsupported version of WASI.
    #[error(
        "the app imports {}, which the vfs does not provide: it supports the interfaces of WASI 0.2.0 to 0.2.12 and \
         0.3.0 to 0.3.2",
        list(.interfaces)
    )]
    OtherVersion {
        /// The interfaces.
        interfaces: Vec<String>,
    },
}

fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

fn share(names: &[String]) -> &'static str {
    if names.len() == 1 { "shares" } else { "share" }
}

/// An interface, function or type that WASI's WIT does not have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitError {
    /// A WIT file that the build should have embedded.
    #[error("WASI's WIT has no `{name}`")]
    NoWit {
        /// The name of the file, or of the missing part.
        name: &'static str,
    },
    /// WASI's WIT does not parse.
    #[error("WASI's WIT does not parse")]
    Wit {
        /// The parser's error.
        #[source]
        source: Cause,
    },
    /// A function that the vfs does not know.
    #[error("the app imports `{function}` of `{interface}`, which the vfs does not provide")]
    NoFunction {
        /// The interface of the function.
        interface: InterfaceName,
        /// The function.
        function: String,
    },
    /// A type that the vfs does not know.
    #[error("the app imports the type `{name}` of `{interface}`, which the vfs does not provide")]
    NoType {
        /// The interface of the type.
        interface: InterfaceName,
        /// The type.
        name: String,
    },
}
