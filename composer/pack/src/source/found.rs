//! What packing a directory changes, and what should perhaps not be packed.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use super::kind;
use crate::Remarks;

/// Names of files that often hold secrets. A leading or trailing `*` stands for anything.
const SECRETS: [&str; 6] = [".git", ".env", ".env.*", "id_*", "*.pem", "*.key"];
/// Endings of such names that hold none: public halves of keys, and examples.
const PUBLIC: [&str; 4] = [".pub", ".example", ".sample", ".template"];
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
        let is_public = PUBLIC.iter().any(|end| name.ends_with(end));
        if SECRETS.iter().any(|pattern| matches(pattern, name)) && !is_public {
            self.secrets.push(path.to_owned());
        }
        let is_app = || app.is_some_and(|app| is_copy(app, path, metadata));
        let is_program = || name.ends_with(".wasm") && metadata.len() > 0 && kind::is_result(path).unwrap_or(false);
        if name.ends_with(".composed.wasm") || metadata.is_file() && (is_app() || is_program()) {
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
            let message = format!(
                "{} {} from before 1970, a time that an image cannot hold: it is packed as 1970",
                list(&self.old),
                if self.old.len() == 1 { "is" } else { "are" }
            );
            remarks.warn("time-before-1970", message);
        }
        if self.others > 0 {
            let files = match self.others {
                1 => "1 file belongs to another user".into(),
                count => format!("{count} files belong to other users"),
            };
            remarks.note("owner", format!("{files}: an image holds no owners"));
        }
    }
}

/// Returns whether a file has the bytes of the app. The length tells most files apart without reading them.
fn is_copy(app: &Path, path: &Path, metadata: &Metadata) -> bool {
    metadata.len() > 0
        && app.metadata().is_ok_and(|app| app.len() == metadata.len())
        && std::fs::read(app).is_ok_and(|bytes| std::fs::read(path).is_ok_and(|other| bytes == other))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, metadata: &Metadata) -> Remarks {
        let (mut found, mut remarks) = (Found::default(), Remarks::default());
        let path = Path::new(path);
        found.note(path, path.file_name().unwrap().to_str().unwrap(), metadata, None);
        found.tell(&mut remarks, false);
        remarks
    }

    #[test]
    fn names_tell_what_may_hold_secrets() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let metadata = file.as_file().metadata().unwrap();
        for name in [".git", ".env", ".env.local", ".env.production", "id_rsa", "server.pem", "server.key"] {
            let [secret] = &told(name, &metadata).warnings[..] else { panic!("{name}") };
            assert!(secret.code == "secret" && secret.message.starts_with(&format!("`{name}` ")), "{secret:?}");
        }
        for name in [".env.example", ".env.sample", ".env.template", "id_rsa.pub", ".environment", ".gitignore", "keys"]
        {
            assert_eq!(told(name, &metadata), Remarks::default(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_of_other_users_are_a_note() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(told("own", &file.as_file().metadata().unwrap()), Remarks::default());
        // Only the superuser can give a file away, and everybody else has files of the superuser.
        let other = if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(file.path(), Some(1), None).unwrap();
            file.as_file().metadata().unwrap()
        } else {
            std::fs::metadata("/etc/passwd").unwrap()
        };
        let [owner] = &told("other", &other).notes[..] else { panic!() };
        assert_eq!(
            (owner.code, owner.message.as_str()),
            ("owner", "1 file belongs to another user: an image holds no owners")
        );
    }
}
