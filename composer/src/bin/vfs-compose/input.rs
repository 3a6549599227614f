//! What is read: files, or `-` for standard input.

use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use vfs_compose::options::Files;

use crate::output::create_temporary;
use crate::report::Failure;

const STDIN: &str = "-";

/// Returns the name of an input for messages.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".into() } else { path.display().to_string() }
}

/// Returns whether an input is standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Returns the paths that options of files name.
pub fn of_files(files: &Files) -> Vec<&Path> {
    let images = files.image.iter().map(|source| source.path.as_path());
    let single = files.file.iter().map(|file| file.path.as_path());
    images.chain(single).chain(files.ignore_file.iter().map(PathBuf::as_path)).collect()
}

/// Reads a whole input.
///
/// # Errors
/// It cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read =
        if is_stdin(path) { io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes) } else { std::fs::read(path) };
    read.map_err(|error| Failure::new(format!("cannot read `{}`", name(path))).caused_by(error))
}

/// Reads a text.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes(path)?)
        .map_err(|error| Failure::new(format!("cannot read `{}`", name(path))).caused_by(error.utf8_error()))
}

/// Reads a component or a module, in the binary or the text format.
///
/// # Errors
/// It cannot be read, or its text is wrong.
pub fn program(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = bytes(path)?;
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

/// Sources that are not files of this machine as they are.
#[derive(Debug, Default)]
pub struct Spool {
    file: Option<NamedTempFile>,
}

impl Spool {
    /// Puts standard input into a temporary file, if a source is `-`, and the file in the place of `-`. It is there as
    /// long as this spool.
    ///
    /// # Errors
    /// Standard input cannot be read or written, or several options want it.
    pub fn take(&mut self, app: Option<&Path>, files: &mut Files) -> Result<(), Failure> {
        let images = files.image.iter_mut().map(|source| &mut source.path);
        let mut wanted = images.chain(files.file.iter_mut().map(|file| &mut file.path)).filter(|path| is_stdin(path));
        let Some(path) = wanted.next() else { return Ok(()) };
        if wanted.next().is_some() || app.is_some_and(is_stdin) {
            return Err(Failure::usage("standard input can be read only once, and `-` was given several times".into()));
        }
        let failed = |error| Failure::new("cannot keep standard input in a temporary file").caused_by(error);
        let mut file = create_temporary(&std::env::temp_dir(), 0o600).map_err(failed)?;
        io::copy(&mut io::stdin().lock(), &mut file).map_err(failed)?;
        file.flush().and_then(|()| file.rewind()).map_err(failed)?;
        *path = file.path().to_owned();
        self.file = Some(file);
        Ok(())
    }
}
