//! What packing a directory changes, and what should perhaps not be packed.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::Remarks;

/// Names of files that often hold secrets. A leading or trailing `*` stands for anything.
const SECRETS: [&str; 5] = [".git", ".env", "id_*", "*.pem", "*.key"];
/// Names that a message lists at most.
const LISTED: usize = 5;
/// How the names of temporary files begin and end that results are written to. No such file is ever packed.
pub const TEMPORARY: (&str, &str) = (".vfs-compose-", ".tmp");

/// Whether a name is that of a temporary file of ours, which an interrupted run may have left.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// What was seen while directories were listed.
#[derive(Debug, Default)]
pub struct Found {
    secrets: Vec<PathBuf>,
    results: Vec<PathBuf>,
    old: Vec<PathBuf>,
    others: usize,
}

impl Found {
    /// Looks at one file.
    pub(crate) fn note(&mut self, path: &Path, name: &str, metadata: &Metadata, app: Option<&Path>) {
        // Public halves of keys are no secret.
        if SECRETS.iter().any(|pattern| matches(pattern, name)) && !name.ends_with(".pub") {
            self.secrets.push(path.to_owned());
        }
        let is_app = || {
            app.is_some_and(|app| {
                app.file_name() == path.file_name() && path.canonicalize().is_ok_and(|path| path == app)
            })
        };
        if name.ends_with(".composed.wasm") || (metadata.is_file() && is_app()) {
            self.results.push(path.to_owned());
        }
        if metadata.modified().is_ok_and(|time| time < std::time::UNIX_EPOCH) {
            self.old.push(path.to_owned());
        }
        self.others += usize::from(is_of_another_user(metadata));
    }

    /// Tells it all. `has_one_time`: no file keeps its own time.
    pub(crate) fn tell(&self, remarks: &mut Remarks, has_one_time: bool) {
        if !self.secrets.is_empty() {
            let message = format!(
                "{} may hold secrets and will be in the result: `--exclude` leaves files out",
                list(&self.secrets)
            );
            remarks.warn("secret", message);
        }
        if !self.results.is_empty() {
            let message = format!("{} will be in the image too: `--exclude` leaves files out", list(&self.results));
            remarks.warn("program-in-image", message);
        }
        if !self.old.is_empty() && !has_one_time {
            let message =
                format!("{} are from before 1970, which an image cannot hold: they get 1970", list(&self.old));
            remarks.warn("time-before-1970", message);
        }
        if self.others > 0 {
            let files =
                if self.others == 1 { "1 file belongs".into() } else { format!("{} files belong", self.others) };
            remarks.note("owner", format!("{files} to other users: an image holds no owners"));
        }
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}

fn list(paths: &[PathBuf]) -> String {
    let shown: Vec<_> = paths.iter().take(LISTED).map(|path| format!("`{}`", path.display())).collect();
    let more = paths.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(unix)]
fn is_of_another_user(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() != rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_of_another_user(_: &Metadata) -> bool {
    false
}
