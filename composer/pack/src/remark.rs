//! What whoever packs or composes should hear, though nothing failed.

use serde::Serialize;

/// A message about a composition that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The kind of message, for programs: lower case, with hyphens. It does not change with the wording.
    pub code: &'static str,
    /// One line for people.
    pub message: String,
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
        self.warnings.push(Remark { code, message: message.into() });
    }

    /// Adds a note.
    pub fn note(&mut self, code: &'static str, message: impl Into<String>) {
        self.notes.push(Remark { code, message: message.into() });
    }
}
