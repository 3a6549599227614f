//! The output file, written completely or not at all.

#[cfg(unix)]
mod signals;
#[cfg(unix)]
pub use signals::{end_by_broken_pipe, survive_file_limit};

use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use tempfile::NamedTempFile;
use vfs_compose::{Composer, Progress, TEMPORARY};

use crate::report::{Failure, is_quiet};

/// Buffer size. File contents come in larger pieces and bypass the buffer.
const BUFFER: usize = 64 * 1024;
/// How long work runs before a progress bar appears.
const PATIENCE: Duration = Duration::from_millis(400);

/// A place to write to.
#[derive(Debug)]
pub enum Target {
    Stdout,
    File(PathBuf),
}

impl Target {
    /// # Errors
    /// - Standard output is a terminal.
    /// - The output is a directory, or its directory does not exist.
    pub fn new(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() != "-" {
            check_place(path)?;
            return Ok(Self::File(path.to_owned()));
        }
        if io::stdout().is_terminal() {
            return Err(Failure::new("standard output is a terminal, and the result is binary")
                .hint("write to a file with `-o FILE`, or pipe it into another program"));
        }
        Ok(Self::Stdout)
    }

    /// Calls `write` with the output, and returns what it returns. A file is written under a temporary name beside its
    /// path, then moved there.
    ///
    /// # Errors
    /// `write` fails, or the file cannot be created or moved. No temporary file stays behind.
    pub fn fill<T>(&self, write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>) -> Result<T, Failure> {
        let write = |out: &mut dyn Write| write(out).map_err(|failure| failure.of_output(self));
        let failed = |error| unwritable(Path::new(&self.name()), error);
        let path = match self {
            Self::Stdout => return write(&mut BufWriter::with_capacity(BUFFER, io::stdout().lock())),
            Self::File(path) => path,
        };
        // A device or pipe cannot be replaced. What a link of `/dev/fd` to a pipe names is no path.
        if path.exists() && !path.is_file() {
            let file = std::fs::OpenOptions::new().write(true).open(path).map_err(failed)?;
            return write(&mut BufWriter::with_capacity(BUFFER, file));
        }
        // Replaces or makes the file that a symbolic link points to, so that the link stays a link.
        let path = behind_links(path);
        let directory = directory_of(&path);
        let mut file = create_temporary(directory, 0o666).map_err(failed)?;
        // What is replaced may be for few eyes.
        if let Ok(replaced) = path.metadata() {
            file.as_file().set_permissions(replaced.permissions()).map_err(failed)?;
        }
        let written = {
            let mut out = BufWriter::with_capacity(BUFFER, file.as_file_mut());
            let written = write(&mut out)?;
            out.flush().map_err(failed)?;
            written
        };
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(written)
    }

    /// Checks that the output is none of the inputs, which it would replace. Directories are looked through while they
    /// are packed.
    ///
    /// # Errors
    /// It is one of them, by this name, another, or a link.
    pub fn check_apart(&self, inputs: &[&Path]) -> Result<(), Failure> {
        let Self::File(output) = self else { return Ok(()) };
        let is_output = |input: &&&Path| {
            // Comparing opens both: what is read from a pipe is gone, and nobody may write to one that is the output.
            input.is_file() && output.is_file() && same_file::is_same_file(input, output).is_ok_and(|is_same| is_same)
        };
        match inputs.iter().find(is_output) {
            None => Ok(()),
            Some(input) => {
                let (output, input) = (output.display(), input.display());
                let failure =
                    Failure::new(format!("the output `{output}` is the input `{input}`, which would be lost"));
                Err(failure.hint("name another file with `-o FILE`"))
            }
        }
    }

    /// Keeps the output from being packed into itself.
    pub fn exclude_from(&self, composer: Composer) -> Composer {
        match self {
            Self::Stdout => composer,
            Self::File(path) => composer.output(path),
        }
    }

    pub fn name(&self) -> String {
        match self {
            Self::Stdout => "standard output".into(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// Checks, before anything is composed, that there can be a file.
fn check_place(path: &Path) -> Result<(), Failure> {
    let name = path.display().to_string();
    if name.is_empty() {
        return Err(Failure::new("the name of the output is empty").hint("name a file with `-o FILE`"));
    }
    if path.is_dir() || name.ends_with('/') {
        let failure = Failure::new(format!("cannot write `{name}`: it is the name of a directory"));
        return Err(failure.hint(format!("name a file in it: `-o {}`", path.join("NAME").display())));
    }
    if path.is_file() {
        // Replacing a file needs no right to write it. What has none is not to be replaced.
        return std::fs::OpenOptions::new().append(true).open(path).map(drop).map_err(|error| unwritable(path, error));
    }
    if path.exists() {
        return Ok(());
    }
    let target = behind_links(path);
    let directory = directory_of(&target);
    match std::fs::metadata(directory) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(Failure::new(format!("cannot write `{name}`: `{}` is not a directory", directory.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let directory = directory.display();
            let failure = Failure::new(format!("cannot write `{name}`: the directory `{directory}` does not exist"));
            if name.contains("://") {
                return Err(failure.hint("URLs are not taken, only files of this machine: write a file, and send that"));
            }
            Err(failure.hint(format!("`mkdir -p {directory}` makes it")))
        }
        Err(error) => Err(unwritable(path, error)),
    }
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    let is_denied = error.kind() == io::ErrorKind::PermissionDenied;
    let failure = Failure::io("cannot write", path, error);
    if is_denied { failure.hint("choose another place with `-o FILE`") } else { failure }
}

/// Returns the system's error without the path that tempfile puts behind it.
fn of_system(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path ") {
        Some((text, _)) => io::Error::new(error.kind(), text),
        None => error,
    }
}

/// Returns the path that symbolic links at `path` lead to, also if nothing is there yet.
fn behind_links(path: &Path) -> PathBuf {
    // As many as Linux follows.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        let Ok(target) = std::fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Creates a temporary file, which is gone when this program ends, also by a signal.
///
/// # Errors
/// It cannot be created. The error does not name the file, which says nothing to users.
pub fn create_temporary(directory: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
    #[cfg(unix)]
    {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        signals::create_removable(|| builder.tempfile_in(directory)).map_err(of_system)
    }
    #[cfg(not(unix))]
    {
        _ = mode;
        builder.tempfile_in(directory).map_err(of_system)
    }
}

/// Returns a function that shows progress on standard error, if that is a terminal and the work is long.
pub fn progress() -> impl Fn(Progress) -> ControlFlow<()> + Send + Sync + 'static {
    let wanted = !is_quiet() && io::stderr().is_terminal();
    let start = OnceLock::new();
    let bar = OnceLock::new();
    move |progress| {
        let Progress::Writing { bytes, total } = progress else { return ControlFlow::Continue(()) };
        if wanted && (bar.get().is_some() || start.get_or_init(Instant::now).elapsed() >= PATIENCE) {
            let bar = bar.get_or_init(|| bar_of(total));
            bar.set_position(bytes);
            if bytes >= total {
                bar.finish_and_clear();
            }
        }
        ControlFlow::Continue(())
    }
}

fn bar_of(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("packing {wide_bar} {bytes}/{total_bytes} {eta}");
    let bar = ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    // Clears the bar after an error too.
    bar.with_finish(ProgressFinish::AndClear)
}
