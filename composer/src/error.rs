//! One enum for each step of the pipeline, and [`Error`] over them.

use std::path::PathBuf;

pub use crate::link::Unlinkable;
use crate::name::InterfaceName;

/// An error of a library that this crate uses, unchanged.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Any error of the pipeline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Reading the app.
    #[error(transparent)]
    App(#[from] AppError),
    /// Denying something to the app, or setting values for it.
    #[error(transparent)]
    Deny(#[from] DenyError),
    /// Collecting the sources of the tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// Fitting the vfs to the app.
    #[error(transparent)]
    Tailor(#[from] TailorError),
    /// Putting image and settings into the vfs.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// Linking the vfs into the app, when no other form is allowed.
    #[error("the app cannot be linked: try `--form plugged`")]
    Link(#[from] Unlinkable),
    /// Linking, and then plugging too.
    #[error("the app can be neither linked ({linked}) nor plugged")]
    Neither {
        /// Why it cannot be linked.
        linked: Unlinkable,
        /// Why it cannot be plugged.
        #[source]
        plugged: Box<Error>,
    },
    /// Joining the vfs and the app.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// Checking the laws on the result.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// Writing the result.
    #[error(transparent)]
    Write(#[from] WriteError),
}

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

/// A source of the tree cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A file or directory cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// Neither a directory nor an image file.
    #[error("`{}` is neither a directory nor an EROFS image", .path.display())]
    NotASource {
        /// What was given.
        path: PathBuf,
    },
    /// A name or link target that is not UTF-8.
    #[error("`{}` has a name or link target that is not UTF-8, as WASI requires: {name}", .directory.display())]
    NotUtf8 {
        /// The directory of the name, or the symbolic link.
        directory: PathBuf,
        /// The name, quoted.
        name: String,
    },
    /// A device, socket or named pipe, under `--strict`.
    #[error("`{}` is a {kind}, which an image cannot hold", .path.display())]
    Special {
        /// The file.
        path: PathBuf,
        /// Its kind, in words.
        kind: &'static str,
    },
    /// A file that changed between listing and packing.
    #[error("`{}` changed while it was packed: {detail}", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// What changed.
        detail: String,
    },
    /// Two sources at one path.
    #[error("two images collide at `{guest}`: an earlier image has something other than an empty directory there")]
    Collision {
        /// The guest path of the later image.
        guest: String,
    },
    /// A guest path that is relative, or contains `.` or `..`.
    #[error("`{guest}` is not a path in the tree: write an absolute path without `.` or `..`")]
    GuestPath {
        /// The path as given.
        guest: String,
    },
    /// An initial directory that does not exist.
    #[error("the initial directory `{guest}` is not a directory of the tree")]
    InitialDirectory {
        /// The path as given.
        guest: String,
    },
    /// A standard stream from or to an unsuitable file.
    #[error("{stream} cannot be the file `{guest}`: {detail}")]
    Stream {
        /// `stdin`, `stdout` or `stderr`.
        stream: &'static str,
        /// The path as given.
        guest: String,
        /// Why.
        detail: &'static str,
    },
    /// A preopen of something that is not a directory of the tree.
    #[error("the preopen `{guest}` is not a directory of the tree")]
    Preopen {
        /// The path as given.
        guest: String,
    },
    /// A name or link target that an image cannot hold.
    #[error("`{}` cannot be put into the image", .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// The tree's error.
        #[source]
        source: Cause,
    },
    /// The image reader's error.
    #[error("`{}` is not a usable image", .path.display())]
    Image {
        /// The image file.
        path: PathBuf,
        /// The reader's error.
        #[source]
        source: Cause,
    },
    /// The tree is larger than an image can be.
    #[error("the tree does not fit into an image")]
    Layout {
        /// The writer's error.
        #[source]
        source: Cause,
    },
    /// A file could not be packed.
    #[error("the image could not be packed")]
    Pack {
        /// The writer's error.
        #[source]
        source: Cause,
    },
}

/// The vfs cannot be fitted to the app.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TailorError {
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
    /// An import of the vfs module that belongs neither to WASI nor to this crate.
    #[error("the vfs module imports `{name}` of `{module}`, which nothing provides")]
    UnknownImport {
        /// Module.
        module: String,
        /// Name.
        name: String,
    },
    /// The vfs module reads settings of another version than this crate writes.
    #[error(
        "the vfs module reads settings of {}, but this composer writes version {composer}: build both from the \
         same sources",
        version(.module)
    )]
    SettingsVersion {
        /// The version that the module reads; `None` where it names none.
        module: Option<u32>,
        /// The version that the composer writes.
        composer: u32,
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

impl TailorError {
    /// Returns the error for a vfs module that is not as expected.
    pub(crate) fn module(source: impl Into<Cause>) -> Self {
        Self::Module { source: source.into() }
    }
}

/// The image cannot be embedded in the vfs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// Engines refuse larger modules.
    #[error(
        "the image ({image} bytes) makes the vfs module {total} bytes long, and engines load at most {limit}: use fewer or \
         smaller files"
    )]
    TooLarge {
        /// Bytes of the image.
        image: u64,
        /// Bytes of the vfs module with it.
        total: u64,
        /// The most.
        limit: u64,
    },
    /// The space reserved for the image was not found.
    #[error("the vfs component has no space reserved for the image")]
    NoPlace,
}

/// The vfs and the app cannot be composed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// One of the two is not a component.
    #[error("the {what} cannot be used in the composition")]
    Package {
        /// `vfs` or `app`.
        what: &'static str,
        /// The composer's error.
        #[source]
        source: Cause,
    },
    /// The types of one interface do not fit.
    #[error("`{interface}` of the vfs does not match the app's import")]
    Argument {
        /// The interface.
        interface: String,
        /// The composer's error.
        #[source]
        source: Cause,
    },
    /// An export of the app cannot be passed on.
    #[error("the result cannot re-export `{name}` of the app")]
    Export {
        /// The export.
        name: String,
        /// The composer's error.
        #[source]
        source: Cause,
    },
    /// The composition cannot be written down.
    #[error("the composition cannot be encoded")]
    Encode {
        /// The composer's error.
        #[source]
        source: Cause,
    },
}

/// A law does not hold for the result, which is a bug in this program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The validator refuses the result.
    #[error("the result is not a valid component")]
    Invalid {
        /// The error of the validator.
        #[source]
        source: Cause,
    },
    /// Law 1: an import that the app does not have.
    #[error("the result would import `{interface}`, which the app does not import")]
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

/// The result could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The output.
    #[error("cannot write the result")]
    Output {
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// A source of the image, while it was packed.
    #[error(transparent)]
    Source(#[from] TreeError),
}
