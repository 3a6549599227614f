//! The errors of making a component of a module.

use std::fmt;
use std::path::PathBuf;

use vfs_compose_ir::{Cause, Malformed};
use vfs_compose_wasi::WitError;

/// The reason why a module cannot become a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdaptError {
    /// The bytes are not a whole, valid module.
    #[error("the module cannot be read")]
    Read(#[from] wasmparser::BinaryReaderError),
    /// The module imports the name that preview1 had before it was one.
    #[error(
        "the module imports `wasi_unstable`, which came before `wasi_snapshot_preview1`; compile it with a newer toolchain"
    )]
    Unstable,
    /// The module imports what no component can have.
    #[error("the module imports what neither preview1 nor a world of its own has:\n{}", unknown(.0))]
    Unknown(Vec<Unknown>),
    /// The module imports functions of preview1 with other types.
    #[error(
        "the module imports functions of preview1 with types that they do not have:\n{}",
        mismatches(.0, "where preview1 has")
    )]
    Mismatch(Vec<Mismatch>),
    /// The encoder's error, for example component types that the module does not have.
    #[error("{message}")]
    Encode {
        /// The encoder's complete message.
        message: String,
    },
    /// What was made is not valid, which is a bug in this program.
    #[error("adapting produced an incorrect component, which is a bug in vfs-compose")]
    Wrong(#[source] Cause),
}

impl From<Malformed> for AdaptError {
    fn from(error: Malformed) -> Self {
        Self::Wrong(error.into())
    }
}

impl From<WitError> for AdaptError {
    fn from(error: WitError) -> Self {
        Self::Wrong(error.into())
    }
}

/// The reason why a module cannot have the exports of a world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// The app is a component.
    #[error("the app is a component already: its exports have types, and a WIT world cannot change them")]
    Component,
    /// The module describes its world itself.
    #[error("the app describes its own world (in a section `component-type`), so it cannot be given another one")]
    Described,
    /// The module cannot be read.
    #[error("the app is not valid WebAssembly")]
    Module(#[from] wasmparser::BinaryReaderError),
    /// The WIT cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The WIT does not parse, or is none.
    #[error("`{}` is not valid WIT", path.display())]
    Parse {
        /// The file or directory.
        path: PathBuf,
        /// The parser's message, with the place.
        #[source]
        source: Cause,
    },
    /// There is no world of this name.
    #[error("`{}` has no world `{name}`: it has {}", path.display(), list(worlds))]
    NoWorld {
        /// The file or directory.
        path: PathBuf,
        /// The name that was asked for.
        name: String,
        /// The worlds that there are.
        worlds: Vec<String>,
    },
    /// There is not exactly one world, and none was named.
    #[error("`{}` has {}", path.display(), match worlds.as_slice() {
        [] => "no world".into(),
        _ => format!("several worlds: {}", list(worlds)),
    })]
    NotOneWorld {
        /// The file or directory.
        path: PathBuf,
        /// The worlds that there are.
        worlds: Vec<String>,
    },
    /// The module lacks exports.
    #[error("the app does not export {}, as the world `{world}` does: it exports {}", list(missing), list(exported))]
    Missing {
        /// The world.
        world: String,
        /// The core exports that the world needs.
        missing: Vec<String>,
        /// The functions that the module exports.
        exported: Vec<String>,
    },
    /// The module exports functions with other types.
    #[error("the app exports functions with other types than the world `{world}` has")]
    Mismatch {
        /// The world.
        world: String,
        /// The functions.
        #[source]
        functions: Mismatches,
    },
    /// Functions are passed strings or lists, and the module has no function that makes room for them.
    #[error(
        "the app exports no `cabi_realloc`, which makes room for what {} of the world `{world}` {} passed",
        list(functions),
        if functions.len() == 1 { "is" } else { "are" }
    )]
    NoRealloc {
        /// The world.
        world: String,
        /// The functions.
        functions: Vec<String>,
    },
    /// The module imports what nobody has.
    #[error("the app imports what neither preview1 nor the world `{world}` has")]
    Unknown {
        /// The world.
        world: String,
        /// The imports.
        #[source]
        imports: Unknowns,
    },
    /// Anything else that the encoder found.
    #[error("the app does not fit the world of `{}`", path.display())]
    Encode {
        /// The file or directory of the WIT.
        path: PathBuf,
        /// The encoder's message.
        #[source]
        source: Cause,
    },
}

/// An import that is not preview1's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The module that it is imported from.
    pub module: String,
    /// Its name there.
    pub name: String,
}

/// Imports that nobody has, with a line for each module that they come from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", unknown(.0).trim_start())]
pub struct Unknowns(pub Vec<Unknown>);

/// Exports of other types than those of a world, with a line for each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", mismatches(.0, "where the world has").trim_start())]
pub struct Mismatches(pub Vec<Mismatch>);

/// A function that a module has with another type than it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The function.
    pub name: String,
    /// The type that the module has for it.
    pub found: String,
    /// The type that it must have.
    pub expected: String,
}

/// Names of modules that imports of other interfaces come from, and what those are.
const ELSEWHERE: [(&str, &str); 11] = [
    ("env", "Emscripten, or a library that was not linked in"),
    ("a", "Emscripten, with short names"),
    ("wasi", "threads of WASI (`thread-spawn`)"),
    ("wasix_32v1", "WASIX"),
    ("wasix_64v1", "WASIX"),
    ("wasi_ephemeral_nn", "wasi-nn"),
    ("gojs", "Go for browsers (GOOS=js); build with GOOS=wasip1"),
    ("go", "Go for browsers (GOOS=js); build with GOOS=wasip1"),
    ("wbg", "wasm-bindgen, for JavaScript"),
    ("__wbindgen_placeholder__", "wasm-bindgen, for JavaScript"),
    ("dagger", "Dagger"),
];

fn unknown(imports: &[Unknown]) -> String {
    let mut modules: Vec<&str> = Vec::new();
    for import in imports {
        if !modules.contains(&import.module.as_str()) {
            modules.push(&import.module);
        }
    }
    let line = |module: &str| {
        let names = imports.iter().filter(|import| import.module == module);
        let names: Vec<_> = names.map(|import| format!("`{}`", import.name)).collect();
        let what = ELSEWHERE.iter().find(|(name, _)| *name == module);
        let what = what.map(|(_, what)| format!("\n    (this is the interface of {what})")).unwrap_or_default();
        format!("  from `{module}`: {}{what}", names.join(", "))
    };
    modules.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn mismatches(functions: &[Mismatch], whose: &str) -> String {
    let lines =
        functions.iter().map(|Mismatch { name, found, expected }| format!("  `{name}`: {found}, {whose} {expected}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The most names that a message lists.
const LISTED: usize = 12;

fn list(names: &[String]) -> String {
    let quoted = names.iter().take(LISTED).map(|name| format!("`{name}`"));
    let quoted = quoted.collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "nothing".into(),
        1..=LISTED => quoted,
        all => format!("{quoted} and {} more", all - LISTED),
    }
}

/// A type of a function as people write it: `(i32, i64) -> i32`.
pub(crate) fn signature<T: fmt::Debug>(params: &[T], results: &[T]) -> String {
    let list = |types: &[T]| types.iter().map(|ty| format!("{ty:?}").to_lowercase()).collect::<Vec<_>>().join(", ");
    let results = if results.is_empty() { "nothing".into() } else { list(results) };
    format!("({}) -> {results}", list(params))
}
