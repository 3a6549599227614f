//! Patterns of rules, as users write them.

use std::collections::BTreeSet;

use crate::error::DenyError;
use vfs_compose_wasi as wasi;

/// Packages of WASI outside of 0.2, with their interfaces.
const PROPOSALS: [(&str, &[&str]); 7] = [
    ("wasi:blobstore", &["blobstore", "container", "types"]),
    ("wasi:config", &["runtime", "store"]),
    ("wasi:keyvalue", &["atomics", "batch", "store", "watcher"]),
    ("wasi:logging", &["logging"]),
    ("wasi:messaging", &["consumer", "incoming-handler", "messaging-types", "producer", "request-reply", "types"]),
    ("wasi:nn", &["errors", "graph", "inference", "tensor"]),
    ("wasi:tls", &["client", "types"]),
];

/// The least similarity at which a name is suggested instead of an unknown one.
const ALIKE: f64 = 0.6;

/// The kind of match between a pattern and an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The pattern names the import itself.
    Import,
    /// The pattern names the package of the import.
    Package,
}

/// Matches a pattern against an import.
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

/// Checks that a pattern names an import of the app, or something that WASI has.
///
/// # Errors
/// - [`DenyError::Version`]: the pattern matches imports only without its version.
/// - [`DenyError::Unknown`]: the pattern matches neither an import nor anything of WASI.
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

/// Returns the packages and interfaces of WASI 0.2, without versions.
fn of_wasi() -> impl Iterator<Item = String> {
    wasi::FILES.iter().flat_map(|(_, text)| {
        let of = |line: &str, word: &str| Some(line.strip_prefix(word)?.split([' ', '@', ';']).next()?.to_owned());
        let package = text.lines().find_map(|line| of(line, "package ")).unwrap_or_default();
        let interfaces = text.lines().filter_map(move |line| of(line, "interface "));
        let interfaces: Vec<_> = interfaces.map(|interface| format!("{package}/{interface}")).collect();
        std::iter::once(package).chain(interfaces)
    })
}

/// Returns the packages and interfaces of [`PROPOSALS`].
fn of_proposals() -> impl Iterator<Item = String> {
    PROPOSALS.iter().flat_map(|(package, interfaces)| {
        let interfaces = interfaces.iter().map(move |interface| format!("{package}/{interface}"));
        std::iter::once((*package).to_owned()).chain(interfaces)
    })
}

fn nearest(pattern: &str, known: &BTreeSet<String>) -> Option<String> {
    // The name without what stands before it: `clocks`, `random/random`, `outgoing-handler`.
    let ends = |name: &&String| [":", "/"].iter().any(|sign| name.ends_with(&format!("{sign}{pattern}")));
    if let Some(name) = known.iter().find(ends).filter(|_| !pattern.is_empty()) {
        return Some(name.clone());
    }
    let alike = known.iter().map(|name| (strsim::normalized_damerau_levenshtein(pattern, name), name));
    let best = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name.clone())
}

/// Returns the name without its version.
fn path(name: &str) -> &str {
    name.split_once('@').map_or(name, |(path, _)| path)
}
