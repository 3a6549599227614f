//! Which files of a directory are packed.

mod above;
mod own;
mod unmatched;

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::error::TreeError;
use above::Above;
pub use own::Own;
pub use unmatched::Unmatched;

/// Patterns in this file of a directory leave files below it out. The file itself is not packed; a directory of this
/// name is one as any other.
pub const IGNORE_FILE: &str = ".vfsignore";

/// Begins files of some editors, and is no part of the first pattern, as for git.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Patterns that choose files. All are as in `.gitignore`, relative to the directory that is packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// If there are any, only files are packed that match one, or that are in a directory that matches one.
    pub include: Vec<String>,
    /// Files and directories that are left out. A later pattern that begins with `!` brings some back.
    pub exclude: Vec<String>,
    /// Files of such patterns, one a line.
    pub ignore_files: Vec<PathBuf>,
    /// Whether `.gitignore` and what else git goes by leave files out, and `.git` itself.
    pub gitignore: bool,
}

impl Filter {
    /// Returns whether it has no pattern, besides those in [`IGNORE_FILE`].
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Names the flags that it is from, with the verb for a message: "`--exclude` has", "`--include` and `--exclude`
    /// have".
    pub(crate) fn flags_have(&self) -> String {
        let flags = [
            ("--include", !self.include.is_empty()),
            ("--exclude", !self.exclude.is_empty()),
            ("--ignore-file", !self.ignore_files.is_empty()),
            ("--gitignore", self.gitignore),
        ];
        let given: Vec<_> =
            flags.iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| format!("`{flag}`")).collect();
        let verb = if given.len() == 1 { "has" } else { "have" };
        format!("{} {verb}", given.join(" and "))
    }

    /// Lists a directory: itself first, then all below it, sorted by name. Patterns that match something are dropped
    /// from `unmatched`, and those of `include` only if it is not left out.
    ///
    /// # Errors
    /// - [`TreeError::Pattern`]: a pattern is not valid.
    /// - [`TreeError::Read`]: a file of patterns cannot be read.
    pub(crate) fn walk(
        &self,
        directory: &Path,
        unmatched: &Unmatched,
    ) -> Result<impl Iterator<Item = Result<ignore::DirEntry, ignore::Error>> + use<>, TreeError> {
        let (include, exclude) = (matcher(directory, &[], &self.include)?, self.exclude(directory)?);
        unmatched.enter(directory, self)?;
        let unmatched = unmatched.clone();
        let (has_patterns, has_include, gitignore) = (!self.is_empty(), !self.include.is_empty(), self.gitignore);
        let mut walk = WalkBuilder::new(directory);
        walk.standard_filters(false).add_custom_ignore_filename(IGNORE_FILE).sort_by_file_name(std::cmp::Ord::cmp);
        if gitignore {
            walk.git_ignore(true).git_exclude(true).require_git(false);
        }
        let above = if gitignore { Some(Above::read(directory)?) } else { None };
        walk.filter_entry(move |entry| {
            let (path, name) = (entry.path(), entry.file_name());
            let is_own = name == IGNORE_FILE && !path.is_dir();
            if entry.depth() == 0 || !has_patterns {
                return entry.depth() == 0 || !is_own;
            }
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            let is_left_out = is_own
                || gitignore && name == ".git"
                || exclude.matched(path, is_directory).is_ignore()
                || above.as_ref().is_some_and(|above| above.ignores(path, is_directory));
            unmatched.see(path, is_directory, is_left_out);
            // Files that are included may be in any directory.
            let is_included =
                || is_directory || !has_include || include.matched_path_or_any_parents(path, is_directory).is_ignore();
            let is_packed = !is_left_out && is_included();
            if is_packed && !is_directory {
                unmatched.pack();
            }
            is_packed
        });
        Ok(walk.build())
    }

    fn exclude(&self, directory: &Path) -> Result<Gitignore, TreeError> {
        matcher(directory, &self.ignore_files, &self.exclude)
    }
}

/// Makes one matcher of files of patterns, and of patterns after those.
fn matcher(directory: &Path, files: &[PathBuf], patterns: &[String]) -> Result<Gitignore, TreeError> {
    let bad = |source: ignore::Error| TreeError::Pattern { source: Box::new(source) };
    let mut builder = GitignoreBuilder::new(directory);
    builder.allow_unclosed_class(false);
    for file in files {
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|source| TreeError::Read { path: file.clone(), source })?;
        for (line, number) in text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text).lines().zip(1..) {
            builder.add_line(Some(file.clone()), line).map_err(|error| {
                let err = Box::new(ignore::Error::WithLineNumber { line: number, err: Box::new(error) });
                bad(ignore::Error::WithPath { path: file.clone(), err })
            })?;
        }
    }
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(bad)?;
    }
    builder.build().map_err(bad)
}
