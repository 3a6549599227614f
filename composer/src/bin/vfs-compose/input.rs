//! What is read: files, or `-` for standard input.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;
use vfs_compose::Options;
use vfs_compose::options::Files;

use crate::output::create_temporary;
use crate::report::{Failure, url_hint};

const STDIN: &str = "-";
/// The bytes that an image has at 1024.
const EROFS: [u8; 4] = [0xe2, 0xe1, 0xf5, 0xe0];
/// How much of a program is read that may have no end.
const MOST_OF_PROGRAM: u64 = 1 << 30;

/// Returns the name of an input for messages.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".into() } else { path.display().to_string() }
}

/// Returns whether an input is standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Returns the paths of the files and the WIT that options name.
pub fn of_options(options: &Options) -> Vec<&Path> {
    let Options { files, adapting, .. } = options;
    of_files(files).into_iter().chain(adapting.wit.as_deref()).collect()
}

/// Returns the paths that options of files name.
pub fn of_files(files: &Files) -> Vec<&Path> {
    let images = files.image.iter().map(|source| source.path.as_path());
    let single = files.file.iter().map(|file| file.path.as_path());
    images.chain(single).chain(files.ignore_file.iter().map(PathBuf::as_path)).collect()
}

/// What to do with a directory that was typed as an app.
pub const DIRECTORY_HINT: &str =
    "`APP --image DIR` packs a directory, and `vfs-compose image build DIR` makes an image";

/// Reads a whole input.
///
/// # Errors
/// It cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    or_failure(path, read(path))
}

fn or_failure(path: &Path, read: io::Result<Vec<u8>>) -> Result<Vec<u8>, Failure> {
    read.map_err(|error| {
        let is_directory = error.kind() == io::ErrorKind::IsADirectory;
        let failure = unreadable(path, error);
        match is_directory {
            true => failure.hint(DIRECTORY_HINT),
            false => failure,
        }
    })
}

/// Checks, before there is a name for the output, that an app is no directory.
///
/// # Errors
/// It is one.
pub fn check_app(path: &Path, hint: &str) -> Result<(), Failure> {
    if is_stdin(path) || !path.is_dir() {
        return Ok(());
    }
    std::fs::read(path).map(drop).map_err(|error| unreadable(path, error).hint(hint))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_stdin(path) { io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes) } else { std::fs::read(path) }
}

/// Reads a program or an image. Of what may have no end, such as standard input, no more than the beginning is read if
/// that is of neither: it is refused for what it is.
fn read_program(path: &Path) -> io::Result<Vec<u8>> {
    const BEGINNING: u64 = 4096;
    let mut input: Box<dyn Read> = if is_stdin(path) {
        Box::new(io::stdin().lock())
    } else if path.is_file() || path.is_dir() {
        return std::fs::read(path);
    } else {
        Box::new(File::open(path)?)
    };
    let mut bytes = Vec::new();
    input.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
    if bytes.get(1024..1028) == Some(&EROFS) {
        input.read_to_end(&mut bytes)?;
    } else if bytes.starts_with(b"\0asm") || is_text(&bytes) {
        input.take(MOST_OF_PROGRAM).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_OF_PROGRAM {
            return Err(io::Error::other("it has more than 1 GiB, the most that engines load"));
        }
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    let url = path.to_str().filter(|_| error.kind() == io::ErrorKind::NotFound);
    let hint = url.and_then(|url| url_hint(url, "wkg oci pull REFERENCE -o FILE"));
    hint.into_iter().fold(Failure::io("cannot read", Path::new(&name(path)), error), Failure::hint)
}

/// Reads a manifest.
///
/// # Errors
/// It cannot be read, or is no text, or one of another kind.
pub fn manifest(path: &Path) -> Result<String, Failure> {
    const EXAMPLE: &str = "`vfs-compose manifest` prints an example";
    let bytes = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::IsADirectory => unreadable(path, error).hint(EXAMPLE),
        _ => unreadable(path, error),
    })?;
    let is_program = bytes.starts_with(b"\0asm");
    let kind = match bytes.trim_ascii_start().first() {
        _ if is_program => Some("a WebAssembly file"),
        _ if bytes.contains(&0) => Some("a binary file"),
        Some(b'{') => Some("JSON"),
        Some(b'(') => Some("WebAssembly in its text format"),
        Some(b'<') => Some("XML or HTML"),
        _ => None,
    };
    let other =
        |kind| Failure::new(format!("`{}` is {kind}, and a manifest is text in TOML", name(path))).hint(EXAMPLE);
    match kind {
        Some(kind) => Err(other(kind)),
        None => String::from_utf8(bytes).map_err(|error| other("not UTF-8").caused_by(error.utf8_error())),
    }
}

/// Reads a component or a module, in the binary or the text format.
///
/// # Errors
/// It cannot be read, or its text is wrong.
pub fn program(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = or_failure(path, read_program(path))?;
    let is_text = path.extension().is_some_and(|extension| extension == "wat") || is_text(&bytes);
    if !is_text {
        return Ok(bytes);
    }
    wat::parse_bytes(&bytes).map(std::borrow::Cow::into_owned).map_err(|mut error| {
        error.set_path(path);
        Failure::new(format!("`{}` is no WebAssembly in its text format", name(path))).caused_by(error.to_string())
    })
}

/// Returns whether bytes begin as the text format does, with a parenthesis or a comment.
fn is_text(bytes: &[u8]) -> bool {
    let begin = bytes.trim_ascii_start();
    begin.starts_with(b"(") || begin.starts_with(b";;")
}

/// The temporary files with inputs, and what they are called in messages.
static NAMES: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Puts the names of inputs in the place of those of the temporary files that hold them.
pub fn with_names(text: &str) -> String {
    let names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.iter().fold(text.to_owned(), |text, (temporary, name)| text.replace(temporary, name))
}

/// Sources that are not files of this machine as they are.
#[derive(Debug, Default)]
pub struct Spool {
    files: Vec<NamedTempFile>,
}

impl Spool {
    /// Puts standard input, where a source is `-`, and pipes into temporary files, and these in their places. They are
    /// there as long as this spool.
    ///
    /// # Errors
    /// An input cannot be read or written, or several options want standard input.
    pub fn take(&mut self, app: Option<&Path>, files: &mut Files) -> Result<(), Failure> {
        let images = files.image.iter_mut().map(|source| &mut source.path);
        let mut is_read = app.is_some_and(is_stdin);
        let single = files.file.iter_mut().map(|file| &mut file.path);
        for path in images.chain(single).chain(&mut files.ignore_file) {
            if is_stdin(path) {
                if is_read {
                    let message = "standard input can be read only once, and `-` was given several times";
                    return Err(Failure::usage(message.into()));
                }
                is_read = true;
                *path = self.keep(io::stdin().lock(), "standard input")?;
            } else if is_pipe(path) {
                let name = format!("`{}`", path.display());
                let pipe = File::open(&*path).map_err(|error| Failure::io("cannot read", path, error))?;
                *path = self.keep(pipe, &name)?;
            }
        }
        Ok(())
    }

    /// Copies an input into a temporary file.
    fn keep(&mut self, mut input: impl Read, name: &str) -> Result<PathBuf, Failure> {
        let directory = std::env::temp_dir();
        let message = format!("cannot keep {name} in a temporary file in `{}`", directory.display());
        let failed = |error| Failure::new(message.clone()).caused_by(error);
        let mut file = create_temporary(&directory, 0o600).map_err(failed)?;
        io::copy(&mut input, &mut file).and_then(|_| file.flush()).and_then(|()| file.rewind()).map_err(failed)?;
        let path = file.path().to_owned();
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        names.push((format!("`{}`", path.display()), name.to_owned()));
        self.files.push(file);
        Ok(path)
    }
}

/// Returns whether a path is that of a pipe, such as `<(command)` of a shell.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}
