//! What packing a directory changes, and what should perhaps not be packed.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use vfs_image::{FileKind, Image, Walk};

use super::kind;
use crate::Remarks;

/// Endings of names of secrets that hold none: public halves of keys, and examples.
const PUBLIC: [&str; 4] = [".pub", ".example", ".sample", ".template"];
/// Names of files that hold secrets. `SECURITY.md` lists these, and those below.
const SECRET_NAMES: [&str; 18] = [
    ".bash_history",
    ".env",
    ".envrc",
    ".git",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".npmrc",
    ".pgpass",
    ".pypirc",
    ".zsh_history",
    "credentials.json",
    "kubeconfig",
    "secrets.json",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "_netrc",
];
/// Files of secrets that only their directories tell.
const SECRET_PATHS: [&str; 3] = [".aws/credentials", ".docker/config.json", ".kube/config"];
/// Endings of names of keys, and of stores of keys.
const SECRET_ENDINGS: [&str; 8] = [".jks", ".kdbx", ".key", ".keystore", ".p12", ".pem", ".pfx", ".tfstate"];
/// How the names of temporary files begin and end that results are written to. No such file is ever packed.
pub const TEMPORARY: (&str, &str) = (".vfs-compose-", ".tmp");

/// Whether a name is that of a temporary file of ours, which an interrupted run may have left.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// What was seen while directories were listed.
#[derive(Debug)]
pub struct Found {
    /// The app and its length.
    app: Option<(PathBuf, u64)>,
    /// Who runs this.
    user: Option<u32>,
    secrets: Vec<PathBuf>,
    /// Directories with names of secrets, from which nothing is packed so far.
    suspects: Vec<PathBuf>,
    results: Vec<PathBuf>,
    old: Vec<PathBuf>,
    others: usize,
}

impl Found {
    /// `app` is the file of the app, if it is in a file.
    pub(crate) fn new(app: Option<PathBuf>) -> Self {
        let app = app.and_then(|path| path.metadata().ok().map(|metadata| (path, metadata.len())));
        Self {
            app,
            user: user(),
            secrets: Vec::new(),
            suspects: Vec::new(),
            results: Vec::new(),
            old: Vec::new(),
            others: 0,
        }
    }

    /// Looks at one file.
    pub(crate) fn note(&mut self, path: &Path, name: &str, metadata: &Metadata) {
        if metadata.is_dir() {
            self.suspects.extend(is_secret(path, name).then(|| path.to_owned()));
        } else {
            self.secrets.extend(self.suspects.extract_if(.., |directory| path.starts_with(directory)));
            self.secrets.extend(is_secret(path, name).then(|| path.to_owned()));
        }
        let is_app = || self.app.as_ref().is_some_and(|(app, length)| is_copy(app, *length, path, metadata));
        let is_program = || kind::holds_result(path, metadata.len());
        if name.ends_with(".composed.wasm") || metadata.is_file() && (is_app() || is_program()) {
            self.results.push(path.to_owned());
        }
        self.note_changed(path, metadata);
    }

    /// Looks at what packing changes of a file or directory.
    pub(crate) fn note_changed(&mut self, path: &Path, metadata: &Metadata) {
        if metadata.modified().is_ok_and(|time| time < std::time::UNIX_EPOCH) {
            self.old.push(path.to_owned());
        }
        self.others += usize::from(owner(metadata) != self.user);
    }

    /// Tells it all. `has_one_time`: no file keeps its own time.
    pub(crate) fn tell(&self, remarks: &mut Remarks, has_one_time: bool) {
        if !self.secrets.is_empty() {
            remarks.warn_of_files("secret", &self.secrets, |files| {
                format!("{files} may hold secrets and will be in the result: `--exclude` leaves files out")
            });
        }
        if !self.results.is_empty() {
            remarks.warn_of_files("program-in-image", &self.results, |files| {
                format!("{files} will be in the image too: `--exclude` leaves files out")
            });
        }
        if !self.old.is_empty() && !has_one_time {
            let is = if self.old.len() == 1 { "is" } else { "are" };
            remarks.warn_of_files("time-before-1970", &self.old, |files| {
                format!("{files} {is} from before 1970, a time that an image cannot hold: it is packed as 1970")
            });
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

/// Warns of files in an image, or in a component with one inside, which patterns do not leave out.
pub(crate) fn tell_of_image(path: &Path, image: &Image<'_>, remarks: &mut Remarks) {
    let (mut secrets, mut suspects): (_, Vec<PathBuf>) = (Vec::new(), Vec::new());
    // Damage is an error elsewhere.
    for entry in Walk::new(image, image.root()).map_while(Result::ok) {
        let (Ok(name), Ok(inside)) = (std::str::from_utf8(entry.name()), std::str::from_utf8(&entry.path)) else {
            continue;
        };
        let inside = Path::new("/").join(inside);
        let is_directory = entry.inode.kind == FileKind::Directory;
        if !is_directory {
            secrets.extend(suspects.extract_if(.., |directory| inside.starts_with(directory)));
        }
        if is_secret(&inside, name) {
            if is_directory { &mut suspects } else { &mut secrets }.push(inside);
        }
    }
    if !secrets.is_empty() {
        remarks.warn_of_files("secret", &secrets, |files| {
            format!(
                "{files} in `{}` may hold secrets and will be in the result: `vfs-compose image extract` makes a \
                 directory of it, of which `--exclude` leaves files out",
                path.display()
            )
        });
    }
}

/// Returns whether a file has the bytes of the app. The length tells most files apart without reading them.
fn is_copy(app: &Path, length: u64, path: &Path, metadata: &Metadata) -> bool {
    length > 0
        && metadata.len() == length
        && std::fs::read(app).is_ok_and(|bytes| std::fs::read(path).is_ok_and(|other| bytes == other))
}

/// Returns whether files of this name often hold secrets.
fn is_secret(path: &Path, name: &str) -> bool {
    let ends = |endings: &[&str]| endings.iter().any(|end| name.ends_with(end));
    let is_of_secrets = SECRET_NAMES.contains(&name)
        || name.starts_with(".env.")
        || name.starts_with("id_")
        || name.starts_with("service-account") && name.ends_with(".json")
        || ends(&SECRET_ENDINGS)
        || SECRET_PATHS.iter().any(|end| path.ends_with(end));
    is_of_secrets && !ends(&PUBLIC)
}

#[cfg(unix)]
fn user() -> Option<u32> {
    Some(rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn user() -> Option<u32> {
    None
}

#[cfg(unix)]
fn owner(metadata: &Metadata) -> Option<u32> {
    Some(std::os::unix::fs::MetadataExt::uid(metadata))
}

#[cfg(not(unix))]
fn owner(_: &Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, metadata: &Metadata) -> Remarks {
        let (mut found, mut remarks) = (Found::new(None), Remarks::default());
        let path = Path::new(path);
        found.note(path, path.file_name().unwrap().to_str().unwrap(), metadata);
        found.tell(&mut remarks, false);
        remarks
    }

    #[test]
    fn names_tell_what_may_hold_secrets() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let metadata = file.as_file().metadata().unwrap();
        let others = [
            "service-account.json",
            "service-account-prod.json",
            ".env.local",
            ".env.production",
            "id_rsa",
            "home/.aws/credentials",
            "a/.kube/config",
        ];
        let endings = SECRET_ENDINGS.map(|end| format!("server{end}"));
        let named = SECRET_NAMES.into_iter().chain(SECRET_PATHS).chain(others);
        for name in named.chain(endings.iter().map(String::as_str)) {
            let [secret] = &told(name, &metadata).warnings[..] else { panic!("{name}") };
            assert!(secret.code == "secret" && secret.message.starts_with(&format!("`{name}` ")), "{secret:?}");
        }
        for name in [
            ".env.example",
            ".env.sample",
            ".env.template",
            ".npmrc.example",
            "id_rsa.pub",
            ".environment",
            ".gitignore",
            "keys",
            "credentials",
            "config.json",
            "docker/config.json",
            "aws/credentials",
        ] {
            assert_eq!(told(name, &metadata), Remarks::default(), "{name}");
        }
    }

    #[test]
    fn a_directory_of_secrets_has_files() {
        let directory = tempfile::tempdir().unwrap();
        let of_directory = directory.path().metadata().unwrap();
        let of_file = tempfile::NamedTempFile::new().unwrap().as_file().metadata().unwrap();
        let told = |files: &[&str]| {
            let (mut found, mut remarks) = (Found::new(None), Remarks::default());
            for path in ["a", "a/.git", "a/.git/hooks"] {
                found.note(Path::new(path), path.rsplit('/').next().unwrap(), &of_directory);
            }
            files.iter().for_each(|path| found.note(Path::new(path), "HEAD", &of_file));
            found.tell(&mut remarks, false);
            remarks.warnings.into_iter().map(|warning| warning.message).collect::<String>()
        };
        assert_eq!(told(&[]), "");
        assert_eq!(told(&["a/.gitignore", "b"]), "");
        let wanted = "`a/.git` may hold secrets and will be in the result: `--exclude` leaves files out";
        assert_eq!(told(&["a/.git/HEAD", "a/.git/hooks/x"]), wanted);
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
