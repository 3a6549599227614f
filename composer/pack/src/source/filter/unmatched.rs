//! Typed patterns that match nothing, and files without patterns: most are mistakes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::Gitignore;

use super::{Filter, matcher};
use crate::Remarks;
use crate::error::TreeError;

const INCLUDE: &str = "--include";
const EXCLUDE: &str = "--exclude";

/// What was typed and has had no effect yet, over all directories. A clone shares it.
#[derive(Clone, Debug)]
pub struct Unmatched(Arc<Mutex<Unused>>);

#[derive(Debug)]
struct Unused {
    patterns: Vec<Pattern>,
    /// Files without a pattern.
    files: Vec<PathBuf>,
    /// Whether patterns choose files, and none is packed.
    packs_nothing: bool,
}

#[derive(Debug)]
struct Pattern {
    flag: &'static str,
    text: String,
    /// Matches it alone; `None` before any directory is listed.
    matcher: Option<Gitignore>,
    /// Of a pattern that brings back what others leave out: those others.
    before: Option<Gitignore>,
}

impl Pattern {
    /// Returns whether it changes what is packed of a file.
    fn applies(&self, path: &Path, is_directory: bool) -> bool {
        let matches = |matcher: &Gitignore| !matcher.matched(path, is_directory).is_none();
        self.matcher.as_ref().is_some_and(matches)
            && self.before.as_ref().is_none_or(|before| before.matched(path, is_directory).is_ignore())
    }
}

impl Unmatched {
    /// Takes the typed patterns. Those in files are often written for several directories.
    pub(crate) fn new(filter: &Filter) -> Self {
        let include = filter.include.iter().map(|text| (INCLUDE, text));
        let typed = include.chain(filter.exclude.iter().map(|text| (EXCLUDE, text)));
        let patterns = typed.map(|(flag, text)| Pattern { flag, text: text.clone(), matcher: None, before: None });
        let packs_nothing = !filter.include.is_empty();
        Self(Arc::new(Mutex::new(Unused { patterns: patterns.collect(), files: Vec::new(), packs_nothing })))
    }

    /// Prepares for a directory, to which the patterns are relative.
    ///
    /// # Errors
    /// - [`TreeError::Pattern`]: a pattern is not valid.
    /// - [`TreeError::Read`]: a file of patterns cannot be read.
    pub(super) fn enter(&self, directory: &Path, filter: &Filter) -> Result<(), TreeError> {
        let Unused { patterns, files, .. } = &mut *self.unused();
        for pattern in patterns {
            pattern.matcher = Some(matcher(directory, &[], std::slice::from_ref(&pattern.text))?);
            if pattern.flag == EXCLUDE && pattern.text.starts_with('!') {
                let before = filter.exclude.iter().take_while(|text| **text != pattern.text).cloned();
                let before: Vec<_> = before.collect();
                pattern.before = Some(matcher(directory, &filter.ignore_files, &before)?);
            }
        }
        files.clear();
        for file in &filter.ignore_files {
            let is_empty = matcher(directory, std::slice::from_ref(file), &[])?.is_empty();
            files.extend(is_empty.then(|| file.clone()));
        }
        Ok(())
    }

    /// Drops the patterns that match a file of the directory. To include what is left out has no effect.
    pub(super) fn see(&self, path: &Path, is_directory: bool, is_left_out: bool) {
        self.unused()
            .patterns
            .retain(|pattern| is_left_out && pattern.flag == INCLUDE || !pattern.applies(path, is_directory));
    }

    /// Takes note that a file is packed.
    pub(super) fn pack(&self) {
        self.unused().packs_nothing = false;
    }

    /// Warns of those that are left, if a directory was listed. `directories` are those that were, each with its place
    /// in the tree.
    pub(crate) fn tell(&self, directories: &[(PathBuf, String)], remarks: &mut Remarks) {
        let unused = self.unused();
        for Pattern { flag, text, before, .. } in unused.patterns.iter().filter(|pattern| pattern.matcher.is_some()) {
            let which = match before {
                Some(_) => "another pattern leaves out, which it could bring back",
                None => "is not left out already",
            };
            let what = match *flag {
                // It leaves out all that it does not choose.
                INCLUDE => "chooses nothing",
                _ => "has no effect",
            };
            let way_out = way_out(flag, text, directories);
            let message = format!("`{flag} {text}` {what}: no file matches it that {which}; {way_out}");
            remarks.warn("no-effect", message);
        }
        let is_told = unused.patterns.iter().any(|pattern| pattern.flag == INCLUDE);
        if unused.packs_nothing && !is_told && !directories.is_empty() {
            let message = "`--include` chooses no file, so none is packed: a pattern that begins with `!` takes back \
                           what earlier ones choose, and `--exclude` leaves files out of all";
            remarks.warn("no-effect", message);
        }
        for file in &unused.files {
            let message = format!("`--ignore-file` has no effect: `{}` has no pattern", file.display());
            remarks.warn("no-effect", message);
        }
    }

    fn unused(&self) -> MutexGuard<'_, Unused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Guesses what a pattern that matches nothing was meant to be.
fn way_out(flag: &str, text: &str, directories: &[(PathBuf, String)]) -> String {
    let (sign, pattern) = text.strip_prefix('!').map_or(("", text), |pattern| ("!", pattern));
    let parts: Vec<_> = pattern.split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && !pattern.contains('{') {
        let flags: Vec<_> = parts.iter().map(|part| format!("{flag} {sign}{}", part.trim())).collect();
        return format!("each pattern has its own flag: `{}`", flags.join(" "));
    }
    let below = |start: &str| {
        let rest = pattern.strip_prefix(start.trim_end_matches('/'))?.strip_prefix('/')?;
        (!rest.is_empty()).then(|| rest.to_owned())
    };
    let in_directory = |(path, guest): &(PathBuf, String)| {
        let path = path.to_string_lossy();
        let names = [path.trim_start_matches("./"), &format!("/{path}"), guest].map(str::to_owned);
        names.iter().filter(|name| !name.trim_end_matches('/').is_empty() && **name != ".").find_map(|name| below(name))
    };
    match below(".").or_else(|| directories.iter().find_map(in_directory)) {
        Some(rest) => format!("patterns begin at the directory that is packed: `{flag} {sign}/{rest}`"),
        None => "patterns are as in `.gitignore`".into(),
    }
}
