//! What is denied, as people say it.

use std::collections::BTreeSet;

use crate::error::DenyError;
use crate::wasi;

/// Packages of WASI that are no part of 0.2, whose interfaces may be named all the same.
const PROPOSALS: [&str; 7] =
    ["wasi:blobstore", "wasi:config", "wasi:keyvalue", "wasi:logging", "wasi:messaging", "wasi:nn", "wasi:tls"];

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
    (path.split_once('/')?.0 == pattern).then_some(Reach::Package)
}

/// # Errors
/// - [`DenyError::Unknown`]: the pattern speaks of none of these imports, nor of anything of WASI's.
pub(super) fn require_known<'a>(pattern: &str, imports: impl Iterator<Item = &'a str>) -> Result<(), DenyError> {
    let mut known: BTreeSet<String> = of_wasi().chain(PROPOSALS.map(str::to_owned)).collect();
    let package = pattern.split_once('/').map(|(package, _)| package);
    if known.contains(path(pattern)) || package.is_some_and(|package| PROPOSALS.contains(&package)) {
        return Ok(());
    }
    for import in imports {
        if reach(pattern, import).is_some() {
            return Ok(());
        }
        known.insert(path(import).to_owned());
    }
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

fn nearest(pattern: &str, known: &BTreeSet<String>) -> Option<String> {
    let alike = known.iter().map(|name| (strsim::normalized_damerau_levenshtein(pattern, name), name));
    let best = alike.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name.clone())
}

/// The name without its version.
fn path(name: &str) -> &str {
    name.split_once('@').map_or(name, |(path, _)| path)
}
