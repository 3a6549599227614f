//! What `run` and `serve` say: lines for people as they come or, with `--json`, objects on standard error, one a line.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use vfs_compose::Remarks;

use crate::json;
use crate::report::{Failure, note, print, tell, warn};

/// How a program ended.
#[derive(Clone, Copy)]
pub enum Ending {
    /// Its `run` returned.
    Returned,
    /// It called `exit`.
    Exited,
    Trapped,
    /// Its time was up.
    TimedOut,
    OutOfMemory,
    NotBegun,
}

impl Ending {
    /// Returns its name in the schema.
    fn name(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Exited => "exited",
            Self::Trapped => "trapped",
            Self::TimedOut => "timed-out",
            Self::OutOfMemory => "out-of-memory",
            Self::NotBegun => "not-begun",
        }
    }
}

/// What is said of one program.
pub struct Talk {
    file: String,
    is_json: bool,
    /// What was not said yet.
    remarks: Mutex<Remarks>,
    has_ended: AtomicBool,
}

impl Talk {
    pub fn new(file: String, is_json: bool) -> Self {
        Self { file, is_json, remarks: Mutex::default(), has_ended: AtomicBool::new(false) }
    }

    /// Returns the name of what runs.
    pub fn file(&self) -> &str {
        &self.file
    }

    pub fn tell(&self, remarks: &Remarks) {
        if self.is_json {
            let mut all = self.remarks();
            all.warnings.extend_from_slice(&remarks.warnings);
            all.notes.extend_from_slice(&remarks.notes);
        } else {
            tell(remarks);
        }
    }

    pub fn warn(&self, code: &'static str, message: String) {
        if self.is_json { self.remarks().warn(code, message) } else { warn(&message) }
    }

    pub fn note(&self, code: &'static str, message: String) {
        if self.is_json { self.remarks().note(code, message) } else { note(&message) }
    }

    /// Returns only to the first who says that the program has ended. This process ends soon after.
    pub fn begin_end(&self) {
        if self.has_ended.swap(true, Ordering::Relaxed) {
            loop {
                std::thread::park();
            }
        }
    }

    /// Says how the program ended: if it failed, why, and how many files it has written, if that is known.
    pub fn end(&self, ending: Ending, code: u8, failure: Option<&Failure>, files: Option<u32>) {
        if self.is_json {
            self.print(json!({
                "ended": ending.name(),
                "exit-code": code,
                "error": failure.map(with_causes),
                "files-written": files,
            }));
        } else if let Some(failure) = failure {
            failure.print();
        }
    }

    /// Says that a server listens.
    pub fn listening(&self, address: SocketAddr) {
        let url = format!("http://{address}/");
        if self.is_json {
            self.print(json!({ "event": "listening", "address": address.to_string(), "url": url }));
        } else {
            // Also if `-q` is given: with port 0, nobody knows it otherwise.
            print(&format!("serving at {url}\n"));
        }
    }

    /// Says that a request has failed.
    pub fn request_failed(&self, failure: &Failure) {
        if self.is_json {
            self.print(json!({ "event": "request-failed", "error": with_causes(failure) }));
        } else {
            failure.print();
        }
    }

    /// Says that a server ends well.
    pub fn server_ended(&self) {
        if self.is_json {
            self.print(json!({ "event": "ended", "exit-code": 0 }));
        }
    }

    /// Prints an object with the remarks since the last one.
    fn print(&self, members: Value) {
        let remarks = std::mem::take(&mut *self.remarks());
        print(&format!("{}\n", json::with_remarks(json::about(&self.file, members), &remarks)));
    }

    fn remarks(&self) -> MutexGuard<'_, Remarks> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a failure with its causes.
fn with_causes(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
