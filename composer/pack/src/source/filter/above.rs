//! What git ignores in a directory because of files above it. Of the files above, only git's count.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::IGNORE_FILE;
use crate::error::TreeError;

const GITIGNORE: &str = ".gitignore";

/// The patterns of the directories above a source, up to the one that is the repository. Without a repository there are
/// none.
pub(super) struct Above {
    /// The source, as the walk names it.
    directory: PathBuf,
    /// The same from the root of this machine.
    absolute: PathBuf,
    /// The patterns of the nearest directory first; those of the whole repository last.
    patterns: Vec<Gitignore>,
}

impl Above {
    /// Reads the patterns above a directory.
    ///
    /// # Errors
    /// - [`TreeError::Read`]: the directory cannot be found.
    /// - [`TreeError::Pattern`]: a file of patterns cannot be read, or one is not valid.
    pub(super) fn read(directory: &Path) -> Result<Self, TreeError> {
        let failed = |source| TreeError::Read { path: directory.to_owned(), source };
        let absolute = directory.canonicalize().map_err(failed)?;
        let mut patterns = Vec::new();
        let is_repository = |directory: &Path| directory.join(".git").exists();
        let mut inner = absolute.as_path();
        while let (false, Some(outer)) = (is_repository(inner), inner.parent()) {
            patterns.extend(read(outer, GITIGNORE)?);
            if is_repository(outer) {
                patterns.extend(read(outer, ".git/info/exclude")?);
            }
            inner = outer;
        }
        if !is_repository(inner) {
            patterns.clear();
        }
        Ok(Self { directory: directory.to_owned(), absolute, patterns })
    }

    /// Returns whether a file of the walk is ignored, and nothing in the directory brings it back.
    pub(super) fn ignores(&self, path: &Path, is_directory: bool) -> bool {
        let Ok(below) = path.strip_prefix(&self.directory) else { return false };
        let absolute = self.absolute.join(below);
        let matches = self.patterns.iter().map(|patterns| patterns.matched(&absolute, is_directory));
        let is_ignored = matches.into_iter().find(|found| !found.is_none()).is_some_and(|found| found.is_ignore());
        is_ignored && !self.is_brought_back(&absolute, is_directory)
    }

    /// Returns whether a `!` in the directory says that the file counts. If another pattern there ignored it all the
    /// same, the walk would have left it out.
    fn is_brought_back(&self, path: &Path, is_directory: bool) -> bool {
        path.ancestors().skip(1).take_while(|directory| directory.starts_with(&self.absolute)).any(|directory| {
            [GITIGNORE, IGNORE_FILE].iter().any(|name| {
                // A file that cannot be read is an error of the walk.
                let patterns = read(directory, name).ok().flatten();
                patterns.is_some_and(|patterns| patterns.matched(path, is_directory).is_whitelist())
            })
        })
    }
}

/// Reads a file of patterns, relative to a directory, if it is there.
fn read(directory: &Path, name: &str) -> Result<Option<Gitignore>, TreeError> {
    let file = directory.join(name);
    if !file.is_file() {
        return Ok(None);
    }
    let bad = |source: ignore::Error| TreeError::Pattern { source: Box::new(source) };
    let mut builder = GitignoreBuilder::new(directory);
    match builder.add(&file) {
        Some(error) => Err(bad(error)),
        None => builder.build().map(Some).map_err(bad),
    }
}
