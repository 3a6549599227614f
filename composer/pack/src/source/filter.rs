//! Which files of a directory are packed.

use std::path::{Path, PathBuf};

use ignore::overrides::OverrideBuilder;
use ignore::{Walk, WalkBuilder};

use crate::error::TreeError;

/// Patterns in this file of a directory leave files below it out. The file itself is not packed.
pub const IGNORE_FILE: &str = ".vfsignore";

/// Patterns that choose files. All are as in `.gitignore`, relative to the directory that is packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// If there are any, only files that match one are packed.
    pub include: Vec<String>,
    /// Files and directories that are left out.
    pub exclude: Vec<String>,
    /// Files of patterns, one a line, that leave files out.
    pub ignore_files: Vec<PathBuf>,
    /// Whether `.gitignore` and what else git goes by leave files out, and `.git` itself.
    pub gitignore: bool,
}

impl Filter {
    /// Returns whether it has no pattern, besides those in [`IGNORE_FILE`].
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Lists a directory: itself first, then all below it, sorted by name.
    ///
    /// # Errors
    /// - [`TreeError::Pattern`]: a pattern is not valid.
    /// - [`TreeError::Read`]: a file of patterns cannot be read.
    pub(crate) fn walk(
        &self,
        directory: &Path,
    ) -> Result<impl Iterator<Item = Result<ignore::DirEntry, ignore::Error>>, TreeError> {
        let bad = |source: ignore::Error| TreeError::Pattern { source: Box::new(source) };
        let mut overrides = OverrideBuilder::new(directory);
        for pattern in &self.include {
            overrides.add(pattern).map_err(bad)?;
        }
        for pattern in &self.exclude {
            overrides.add(&format!("!{pattern}")).map_err(bad)?;
        }
        let mut walk = WalkBuilder::new(directory);
        walk.standard_filters(false)
            .git_ignore(self.gitignore)
            .git_exclude(self.gitignore)
            .parents(self.gitignore)
            .require_git(false)
            .add_custom_ignore_filename(IGNORE_FILE)
            .overrides(overrides.build().map_err(bad)?)
            .sort_by_file_name(std::cmp::Ord::cmp);
        for file in &self.ignore_files {
            std::fs::metadata(file).map_err(|source| TreeError::Read { path: file.clone(), source })?;
            walk.add_ignore(file).map_or(Ok(()), |error| Err(bad(error)))?;
        }
        let gitignore = self.gitignore;
        walk.filter_entry(move |entry| entry.file_name() != IGNORE_FILE && !(gitignore && entry.file_name() == ".git"));
        let walk: Walk = walk.build();
        Ok(walk)
    }
}
