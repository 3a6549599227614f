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
        Self(Arc::new(Mutex::new(Unused { patterns: patterns.collect(), files: Vec::new() })))
    }

    /// Prepares for a directory, to which the patterns are relative.
    ///
    /// # Errors
    /// - [`TreeError::Pattern`]: a pattern is not valid.
    /// - [`TreeError::Read`]: a file of patterns cannot be read.
    pub(super) fn enter(&self, directory: &Path, filter: &Filter) -> Result<(), TreeError> {
        let Unused { patterns, files } = &mut *self.unused();
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

    /// Warns of those that are left, if a directory was listed.
    pub(crate) fn tell(&self, remarks: &mut Remarks) {
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
            let message =
                format!("`{flag} {text}` {what}: no file matches it that {which}; patterns are as in `.gitignore`");
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
