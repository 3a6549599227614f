//! What whoever packs or composes should hear, though nothing failed.

use std::path::PathBuf;

use serde::Serialize;

/// The number of files that a message names at most.
const LISTED: usize = 5;

/// A message about a composition that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The kind of message, for programs: lower case, with hyphens. It does not change with the wording.
    pub code: &'static str,
    /// One line for people.
    pub message: String,
    /// All files that the message is about, if it names only some of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl Remark {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), files: Vec::new() }
    }
}

/// All messages of one composition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Remarks {
    /// Something was lost, or has no effect. Under `--strict` these are errors.
    pub warnings: Vec<Remark>,
    /// Information that needs no action.
    pub notes: Vec<Remark>,
}

impl Remarks {
    /// Adds a warning.
    pub fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        self.warnings.push(Remark::new(code, message));
    }

    /// Adds a warning about files of this machine, of which a long list is named in part. `message` makes one line of
    /// these names.
    pub(crate) fn warn_of_files(&mut self, code: &'static str, files: &[PathBuf], message: impl Fn(&str) -> String) {
        let names = files.iter().map(|path| path.display().to_string()).collect();
        self.warn_of(code, names, |name| format!("`{name}`"), message);
    }

    /// Adds a warning about files, of which a long list is named in part. `message` makes one line of what `show` makes
    /// of their names.
    pub(crate) fn warn_of(
        &mut self,
        code: &'static str,
        files: Vec<String>,
        show: impl Fn(&str) -> String,
        message: impl Fn(&str) -> String,
    ) {
        let listed: Vec<_> = files.iter().take(LISTED).map(|name| show(name)).collect();
        let listed = listed.join(", ");
        let remark = match files.len().checked_sub(LISTED) {
            None | Some(0) => Remark::new(code, message(&listed)),
            Some(more) => {
                let message = message(&format!("{listed} and {more} more (`-v` lists all)"));
                Remark { files, ..Remark::new(code, message) }
            }
        };
        self.warnings.push(remark);
    }

    /// Adds a note about files of this machine, which its message does not name.
    pub(crate) fn note_of_files(&mut self, code: &'static str, files: &[PathBuf], message: impl Into<String>) {
        let files = files.iter().map(|path| path.display().to_string()).collect();
        self.notes.push(Remark { files, ..Remark::new(code, message) });
    }

    /// Adds a note.
    pub fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.notes.push(Remark::new(code, message));
    }
}
