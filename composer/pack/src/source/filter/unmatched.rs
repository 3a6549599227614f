//! Typed patterns that match nothing: most are mistakes.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::Gitignore;

use super::{Filter, matcher};
use crate::Remarks;
use crate::error::TreeError;

const INCLUDE: &str = "--include";

/// The typed patterns that have matched nothing yet, over all directories. A clone shares them.
#[derive(Clone, Debug)]
pub struct Unmatched(Arc<Mutex<Vec<Pattern>>>);

#[derive(Debug)]
struct Pattern {
    flag: &'static str,
    text: String,
    /// Matches it alone; `None` before any directory is listed.
    matcher: Option<Gitignore>,
}

impl Unmatched {
    /// Takes the typed patterns. Those in files are often written for several directories.
    pub(crate) fn new(filter: &Filter) -> Self {
        let include = filter.include.iter().map(|text| (INCLUDE, text));
        let typed = include.chain(filter.exclude.iter().map(|text| ("--exclude", text)));
        let patterns = typed.map(|(flag, text)| Pattern { flag, text: text.clone(), matcher: None });
        Self(Arc::new(Mutex::new(patterns.collect())))
    }

    /// Prepares for a directory, to which the patterns are relative.
    ///
    /// # Errors
    /// [`TreeError::Pattern`]: a pattern is not valid.
    pub(super) fn enter(&self, directory: &Path) -> Result<(), TreeError> {
        for pattern in &mut *self.patterns() {
            pattern.matcher = Some(matcher(directory, &[], std::slice::from_ref(&pattern.text))?);
        }
        Ok(())
    }

    /// Drops the patterns that match a file of the directory. To include what is left out has no effect.
    pub(super) fn see(&self, path: &Path, is_directory: bool, is_left_out: bool) {
        let is_other = |matcher: &Gitignore| matcher.matched(path, is_directory).is_none();
        self.patterns()
            .retain(|pattern| is_left_out && pattern.flag == INCLUDE || pattern.matcher.as_ref().is_none_or(is_other));
    }

    /// Warns of those that are left, if a directory was listed.
    pub(crate) fn tell(&self, remarks: &mut Remarks) {
        for Pattern { flag, text, .. } in self.patterns().iter().filter(|pattern| pattern.matcher.is_some()) {
            let message = format!(
                "`{flag} {text}` has no effect: no file matches it that is not left out already; patterns are as in \
                `.gitignore`"
            );
            remarks.warn("no-effect", message);
        }
    }

    fn patterns(&self) -> MutexGuard<'_, Vec<Pattern>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
