//! What can go wrong while an app is read.

use crate::InterfaceName;

/// The error of a tool that this crate builds on, as it came.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The app cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The bytes do not begin as WebAssembly does.
    #[error("the app is not WebAssembly: it does not begin with the bytes `\\0asm`")]
    NotWasm,
    /// WebAssembly in its text format.
    #[error("the app is WebAssembly in its text format")]
    Text,
    /// A package of interfaces instead of a program.
    #[error("the app is an encoded WIT package: it has interfaces but no program")]
    WitPackage,
    /// A core module where a component is required.
    #[error("the file is a core module, not a component")]
    NotAComponent,
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
    /// Threads.
    #[error("the app has a shared memory, and components have no threads: build it without threads")]
    SharedMemory,
    /// `memory64`.
    #[error("the app has a 64-bit memory, and WASI uses 32-bit addresses: build it for wasm32")]
    Memory64,
    /// A core module that neither imports preview1 nor describes its world.
    #[error("the app is a core module whose imports no component can have: build it for preview1 or as a component")]
    NotAdaptable {
        /// Why.
        #[source]
        source: Cause,
    },
    /// The app imports nothing that the vfs provides.
    #[error("the app imports no filesystem (`{what}`), so it could never see the files")]
    NoFilesystem {
        /// The interface that was looked for.
        what: &'static str,
    },
    /// Interfaces that use resources of the vfs in a way that the plugged form cannot wrap.
    #[error(
        "the app cannot be plugged: {} {} resources of {}, which the vfs provides, in a way that only `--form linked` \
         may support",
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
    /// A function named as in WASI with a different type.
    #[error("the app imports `{function}` of `{interface}` with the wrong type: WASI's is `{expected}`")]
    OtherFunction {
        /// The interface of the function.
        interface: InterfaceName,
        /// The function.
        function: String,
        /// WASI's type.
        expected: String,
    },
    /// A resource named as in WASI that the interface defines anew.
    #[error("the app's import `{interface}` defines a resource `{name}` of its own, where WASI uses {expected}")]
    OtherResource {
        /// The interface of the type.
        interface: InterfaceName,
        /// The type.
        name: String,
        /// WASI's, in words.
        expected: String,
    },
    /// A type named as in WASI with a different definition.
    #[error("the app's import `{interface}` has the wrong type `{name}`: WASI's is `{expected}`")]
    OtherType {
        /// The interface of the type.
        interface: InterfaceName,
        /// The type.
        name: String,
        /// WASI's.
        expected: String,
    },
    /// Interfaces that no supported version of WASI has.
    #[error(
        "the app imports {}, which the vfs does not provide: it supports the interfaces of WASI 0.2.0 to 0.2.12 and \
         0.3.0 to 0.3.2",
        list(.interfaces)
    )]
    OtherVersion {
        /// What the app imports.
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

/// WASI has no such interface, function or type.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WitError {
    /// A WIT file that the build should have embedded.
    #[error("WASI's WIT has no `{name}`")]
    NoWit {
        /// The file.
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
