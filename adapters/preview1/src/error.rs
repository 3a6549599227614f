//! The errors of making a component of a module.

use std::fmt;

use vfs_compose_ir::Malformed;
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
    #[error("{}", unknown(.0))]
    Unknown(Vec<Unknown>),
    /// The module imports functions of preview1 with other types.
    #[error("{}", mismatches(.0))]
    Mismatch(Vec<Mismatch>),
    /// The encoder's error, for example component types that the module does not have.
    #[error("{message}")]
    Encode {
        /// The encoder's complete message.
        message: String,
    },
    /// What was made is not valid, which is a bug in this program.
    #[error("adapting produced an incorrect component, which is a bug in vfs-compose")]
    Wrong(#[source] vfs_compose_ir::Cause),
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

/// An import that is not preview1's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The module that it is imported from.
    pub module: String,
    /// Its name there.
    pub name: String,
}

/// A function of preview1 that is imported with another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The function.
    pub name: String,
    /// The type that the module imports it with.
    pub found: String,
    /// The type that it has.
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
    let mut message = String::from("the module imports what neither preview1 nor a world of its own has:");
    let mut modules: Vec<&str> = Vec::new();
    for import in imports {
        if !modules.contains(&import.module.as_str()) {
            modules.push(&import.module);
        }
    }
    for module in modules {
        let names = imports.iter().filter(|import| import.module == module);
        let names: Vec<_> = names.map(|import| format!("`{}`", import.name)).collect();
        message += &format!("\n  from `{module}`: {}", names.join(", "));
        if let Some((_, what)) = ELSEWHERE.iter().find(|(name, _)| *name == module) {
            message += &format!("\n    (this is the interface of {what})");
        }
    }
    message
}

fn mismatches(functions: &[Mismatch]) -> String {
    let mut message = String::from("the module imports functions of preview1 with types that they do not have:");
    for Mismatch { name, found, expected } in functions {
        message += &format!("\n  `{name}`: {found}, where preview1 has {expected}");
    }
    message
}

/// A type of a function as people write it: `(i32, i64) -> i32`.
pub(crate) fn signature<T: fmt::Debug>(params: &[T], results: &[T]) -> String {
    let list = |types: &[T]| types.iter().map(|ty| format!("{ty:?}").to_lowercase()).collect::<Vec<_>>().join(", ");
    let results = if results.is_empty() { "nothing".into() } else { list(results) };
    format!("({}) -> {results}", list(params))
}
