//! What is denied, as people say it.

use std::collections::BTreeSet;

use crate::error::DenyError;
use vfs_compose_wasi as wasi;

/// Packages of WASI that are no part of 0.2, with their interfaces.
const PROPOSALS: [(&str, &[&str]); 7] = [
    ("wasi:blobstore", &["blobstore", "container", "types"]),
    ("wasi:config", &["runtime", "store"]),
    ("wasi:keyvalue", &["atomics", "batch", "store", "watcher"]),
    ("wasi:logging", &["logging"]),
    ("wasi:messaging", &["consumer", "incoming-handler", "messaging-types", "producer", "request-reply", "types"]),
    ("wasi:nn", &["errors", "graph", "inference", "tensor"]),
    ("wasi:tls", &["client", "types"]),
];

/// How alike a name must be for it to be what was meant.
const ALIKE: f64 = 0.6;

/// How far a pattern reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It names the import.
    Import,
    /// It names the package that the import is of.
    Package,
}

/// Whether a pattern speaks of an import.
pub(super) fn reach(pattern: &str, import: &str) -> Option<Reach> {
    let path = path(import);
    if pattern == import || pattern == path {
        return Some(Reach::Import);
    }
    let package = path.split_once('/')?.0;
    let is_package = match pattern.split_once('@') {
        None => package == pattern,
        Some((name, version)) => package == name && import.split_once('@').is_some_and(|(_, of)| of == version),
    };
    is_package.then_some(Reach::Package)
}

/// # Errors
/// - [`DenyError::Version`]: the pattern speaks of imports, but at another version.
/// - [`DenyError::Unknown`]: the pattern speaks of none of these imports, nor of anything of WASI's.
pub(super) fn require_known<'a>(
    pattern: &str,
    imports: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), DenyError> {
    if imports.clone().any(|import| reach(pattern, import).is_some()) {
        return Ok(());
    }
    let without_version = path(pattern);
    if let Some(imported) = imports.clone().find(|import| reach(without_version, import).is_some()) {
        return Err(DenyError::Version { pattern: pattern.to_owned(), imported: imported.to_owned() });
    }
    let mut known: BTreeSet<String> = of_wasi().chain(of_proposals()).collect();
    if known.contains(without_version) {
        return Ok(());
    }
    known.extend(imports.map(|import| path(import).to_owned()));
    Err(DenyError::Unknown { pattern: pattern.to_owned(), nearest: nearest(pattern, &known) })
}

/// Packages and interfaces of WASI 0.2, without versions.
fn of_wasi() -> impl Iterator<Item = String> {
    wasi::FILES.iter().flat_map(|(_, text)| {
        let of = |line: &str, word: &str| Some(line.strip_prefix(word)?.split([' ', '@', ';']).next()?.to_owned());
        let package = text.lines().find_map(|line| of(line, "package ")).unwrap_or_default();
        let interfaces = text.lines().filter_map(move |line| of(line, "interface "));
        let interfaces: Vec<_> = interfaces.map(|interface| format!("{package}/{interface}")).collect();
        std::iter::once(package).chain(interfaces)
    })
}

/// The same of what is no part of WASI 0.2.
fn of_proposals() -> impl Iterator<Item = String> {
    PROPOSALS.iter().flat_map(|(package, interfaces)| {
        let interfaces = interfaces.iter().map(move |interface| format!("{package}/{interface}"));
        std::iter::once((*package).to_owned()).chain(interfaces)
    })
}

fn nearest(pattern: &str, known: &BTreeSet<String>) -> Option<String> {
    let alike = known.iter().map(|name| (strsim::normalized_damerau_levenshtein(pattern, name), name));
    let best = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name.clone())
}

/// The name without its version.
fn path(name: &str) -> &str {
    name.split_once('@').map_or(name, |(path, _)| path)
}
