//! What the ignore files in directories leave out. The walk goes by them; here they are checked, and what they leave
//! out is collected.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::IGNORE_FILE;
use crate::Remarks;
use crate::error::TreeError;

/// The ignore files from a source down to the directory that is listed, and what they left out of all directories.
#[derive(Debug, Default)]
pub struct Own {
    /// The directories on the way that have such a file, the nearest last.
    patterns: Vec<Gitignore>,
    /// Each with whether it is a directory.
    left_out: Vec<(PathBuf, bool)>,
}

impl Own {
    /// Enters a directory, in the order of the walk.
    ///
    /// # Errors
    /// - [`TreeError::Pattern`]: a pattern of its ignore file is not valid.
    /// - [`TreeError::Read`]: the directory cannot be read.
    pub(crate) fn enter(&mut self, directory: &Path) -> Result<(), TreeError> {
        self.patterns.retain(|patterns| directory.starts_with(patterns.path()));
        let file = directory.join(IGNORE_FILE);
        if file.is_file() {
            self.patterns.push(read(directory, &file)?);
        }
        if self.patterns.is_empty() {
            return Ok(());
        }
        let failed = |source| TreeError::Read { path: directory.to_owned(), source };
        for entry in directory.read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let path = entry.path();
            let matches = self.patterns.iter().rev().map(|patterns| patterns.matched(&path, is_directory));
            let is_ignored = matches.into_iter().find(|found| !found.is_none()).is_some_and(|found| found.is_ignore());
            if is_ignored && path != file {
                self.left_out.push((path, is_directory));
            }
        }
        Ok(())
    }

    /// Leaves the source.
    pub(crate) fn leave(&mut self) {
        self.patterns.clear();
    }

    /// Returns whether something was left out that a pattern matches.
    pub(super) fn leaves_out(&self, pattern: &Gitignore) -> bool {
        self.left_out.iter().any(|(path, is_directory)| !pattern.matched(path, *is_directory).is_none())
    }

    /// Tells what was left out.
    pub(crate) fn tell(self, remarks: &mut Remarks) {
        let mut left_out: Vec<_> = self.left_out.into_iter().map(|(path, _)| path).collect();
        left_out.sort();
        let names = match left_out.len() {
            0 => return,
            1 => "1 file or directory".into(),
            count => format!("{count} files or directories"),
        };
        let message = format!("`{IGNORE_FILE}` leaves out {names} (`-v` lists all)");
        remarks.note_of_files("ignored", &left_out, message);
    }
}

/// Reads an ignore file. A class without its `]` is not valid: as a literal, it would leave out nothing.
fn read(directory: &Path, file: &Path) -> Result<Gitignore, TreeError> {
    let bad = |source: ignore::Error| TreeError::Pattern { source: Box::new(source) };
    let mut builder = GitignoreBuilder::new(directory);
    match builder.allow_unclosed_class(false).add(file) {
        Some(error) => Err(bad(error)),
        None => builder.build().map_err(bad),
    }
}
