//! Text for people: failures with their causes and hints, and the summary.

mod hints;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use clap::ColorChoice;
use vfs_compose::error::{DenyError, Error, TreeError, WriteError};
use vfs_compose::options::OptionsError;
use vfs_compose::{Form, ImageReport, Remark, Remarks, Report};
use vfs_image::printable;

use crate::input;
use crate::output::Target;
use hints::hint;
pub use hints::{WIT_HINT, quoted, url_hint};

/// Whether messages have colors.
static COLORED: OnceLock<bool> = OnceLock::new();

/// Decides whether messages have colors: as `--color` says, else as NO_COLOR or FORCE_COLOR say, else on a terminal.
pub fn choose_colors(typed: Option<ColorChoice>) {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let chosen = match typed {
        Some(ColorChoice::Always) => true,
        Some(ColorChoice::Never) => false,
        Some(ColorChoice::Auto) | None => !is_set("NO_COLOR") && (is_set("FORCE_COLOR") || io::stderr().is_terminal()),
    };
    _ = COLORED.set(chosen);
}

/// Returns whether messages have colors.
pub fn is_colored() -> bool {
    COLORED.get().copied().unwrap_or(false)
}

/// Whether less and whether more is said than usual.
static WORDS: OnceLock<(bool, bool)> = OnceLock::new();

/// Sets how much is said, by `-q` and `-v`.
pub fn choose_words(quiet: bool, verbose: bool) {
    _ = WORDS.set((quiet, verbose));
}

/// Returns whether only errors are printed.
pub fn is_quiet() -> bool {
    WORDS.get().is_some_and(|(quiet, _)| *quiet)
}

/// Returns whether more is printed than usual.
pub fn is_verbose() -> bool {
    WORDS.get().is_some_and(|(_, verbose)| *verbose)
}

/// Prints text to standard error. That nobody can read it is no reason to stop, nor to end with another exit code.
pub fn print(text: &str) {
    _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Prints warnings and notes.
pub fn tell(remarks: &Remarks) {
    for warning in &remarks.warnings {
        warn(&warning.message);
        list_files(warning);
    }
    for remark in &remarks.notes {
        note(&remark.message);
        list_files(remark);
    }
}

fn list_files(remark: &Remark) {
    for line in files_of(remark) {
        print(&format!("{line}\n"));
    }
}

/// Lists the files of a remark, one a line, under `-v`.
fn files_of(remark: &Remark) -> impl Iterator<Item = String> {
    let is_listed = is_verbose() && !is_quiet();
    remark.files.iter().filter(move |_| is_listed).map(|file| format!("  {}", shown(file)))
}

/// Prints one warning, unless only errors are printed.
pub fn warn(message: &str) {
    print_marked("warning", "\x1b[1;33m", message);
}

/// Prints one note, unless only errors are printed.
pub fn note(message: &str) {
    print_marked("note", "\x1b[1;36m", message);
}

fn print_marked(word: &str, color: &str, message: &str) {
    if !is_quiet() {
        print(&format!("{}: {}\n", painted(word, color), shown(message)));
    }
}

/// Returns a word in a color, if messages have colors.
fn painted<'a>(word: &'a str, color: &str) -> Cow<'a, str> {
    if is_colored() { format!("{color}{word}\x1b[0m").into() } else { word.into() }
}

/// Returns text for one line of a terminal: with the names of inputs, and without control characters, which names of
/// files may have.
pub fn shown(text: &str) -> String {
    printable(input::with_names(text).as_bytes()).into_owned()
}

/// Returns a name for a list: escaped so that no other name looks like it, if it is UTF-8.
pub fn listed(name: &[u8]) -> String {
    printable(String::from_utf8_lossy(name).replace('\\', r"\\").as_bytes()).into_owned()
}

/// The reason for an exit code other than success.
#[derive(Debug)]
pub struct Failure {
    pub exit: u8,
    message: String,
    /// The warnings that are this failure under `--strict`, each a line of its own.
    warnings: Vec<Remark>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    hint: Option<String>,
}

impl Failure {
    /// Returns a failure of wrong usage, with exit code 2.
    pub fn usage(message: String) -> Self {
        Self { exit: 2, message, warnings: Vec::new(), source: None, hint: None }
    }

    /// Returns a failure of wrong usage. What follows the first colon outside of quotes is the hint.
    fn with_way_out(text: &str) -> Self {
        let is_outside = |colon: &usize| text[..*colon].matches('`').count().is_multiple_of(2);
        match text.match_indices(": ").map(|(colon, _)| colon).find(is_outside) {
            Some(colon) => Self::usage(text[..colon].to_owned()).hint(&text[colon + 2..]),
            None => Self::usage(text.to_owned()),
        }
    }

    pub fn new(message: impl Into<String>) -> Self {
        Self { exit: 1, message: message.into(), warnings: Vec::new(), source: None, hint: None }
    }

    /// Returns the failure that warnings are under `--strict`.
    pub fn strict(warnings: Vec<Remark>) -> Self {
        let messages: Vec<_> = warnings.iter().map(|warning| warning.message.as_str()).collect();
        let failure = Self::new(messages.join("; "));
        Self { warnings, ..failure }.hint("without --strict these are warnings")
    }

    /// Returns a failure to read an image.
    pub fn of_image(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new("cannot read the image").caused_by(error)
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the hint, unless there is one.
    pub fn or_hint(mut self, hint: &str) -> Self {
        self.hint.get_or_insert_with(|| hint.to_owned());
        self
    }

    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the failure of composing, which names the app.
    pub fn of_app(error: Error, app: &Path) -> Self {
        let mut failure = Self::from(error);
        if let Some(rest) = failure.message.strip_prefix("the app ") {
            failure.message = match input::is_stdin(app) {
                true => format!("the app in standard input {rest}"),
                false => format!("the app `{}` {rest}", app.display()),
            };
        }
        failure
    }

    /// Returns a failure about a file that may be no app.
    pub fn of_file(error: Error) -> Self {
        let mut failure = Self::from(error);
        if let Some(rest) = failure.message.strip_prefix("the app ") {
            failure.message = format!("the file {rest}");
        }
        failure
    }

    /// Names the output, if writing to it is what failed.
    pub fn of_output(mut self, output: &Target) -> Self {
        let cause = self.source.as_deref().and_then(|source| source.downcast_ref());
        if let Some(Causes(Error::Write(WriteError::Output { .. }))) = cause {
            self.message = match output {
                Target::Stdout => "cannot write to standard output".into(),
                Target::File(path) => format!("cannot write `{}`", path.display()),
            };
        }
        self
    }

    /// Returns the library's error, if it is one.
    pub fn error(&self) -> Option<&Error> {
        self.source.as_deref()?.downcast_ref().map(|Causes(error)| error)
    }

    /// Puts the place of a value around the message.
    pub fn within(self, place: impl FnOnce(&str) -> String) -> Self {
        Self { message: place(&self.message), ..self }
    }

    /// The same, with the exit code of a wrong file: it is not the command line that is wrong.
    pub fn in_manifest(self, place: impl FnOnce(&str) -> String) -> Self {
        Self { exit: 1, ..self.within(place) }
    }

    /// Takes the hint of the failure that caused this one.
    pub fn because_of(mut self, mut cause: Failure) -> Self {
        self.hint = cause.hint.take();
        self.caused_by(cause)
    }

    /// Returns a failure to read or write one file.
    pub fn io(what: &str, path: &Path, error: io::Error) -> Self {
        Self::new(format!("{what} `{}`", path.display())).caused_by(error)
    }

    /// Returns a failure to print a report. That its reader is gone, as `head` is, is no failure.
    pub fn of_report(error: io::Error) -> Self {
        let exit = u8::from(error.kind() != ErrorKind::BrokenPipe);
        Self { exit, ..Self::new("cannot write to standard output").caused_by(error) }
    }

    /// Prints the failure, unless the reader of a pipe is gone.
    pub fn print(&self) {
        if self.is_broken_pipe() {
            return;
        }
        print(&format!("{}\n", self.text()));
    }

    /// Returns the failure with its causes and its hint.
    fn text(&self) -> String {
        let line = |message| format!("{}: {}", painted("error", "\x1b[1;31m"), shown(message));
        let mut lines = Vec::new();
        for warning in &self.warnings {
            lines.push(line(&warning.message));
            lines.extend(files_of(warning));
        }
        if lines.is_empty() {
            lines.push(line(&self.message));
        }
        let mut text = lines.join("\n");
        let mut cause = self.source();
        while let Some(error) = cause {
            // What a parser or the engine says may have several lines.
            let lines: Vec<_> = error.to_string().lines().map(shown).collect();
            text.push_str(&format!("\n  {}: {}", painted("caused by", "\x1b[1m"), lines.join("\n")));
            cause = error.source();
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("\n  {}: {}", painted("hint", "\x1b[1;36m"), shown(hint)));
        }
        text
    }

    pub fn is_broken_pipe(&self) -> bool {
        self.source.as_deref().is_some_and(|source| is_of_kind(source, ErrorKind::BrokenPipe))
    }

    pub fn is_of_missing_file(&self) -> bool {
        self.source.as_deref().is_some_and(|source| is_of_kind(source, ErrorKind::NotFound))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if let Error::Strict { warnings } = error {
            return Self::strict(warnings);
        }
        let hint = hint(&error);
        // The message is that of the error itself; its causes follow.
        let message = error.to_string();
        let mut failure = match &error {
            Error::Mount(_) => Self::with_way_out(&message),
            error if is_usage(error) => Self::usage(message),
            _ => Self::new(message),
        };
        failure.source = Some(Box::new(Causes(error)));
        failure.hint = failure.hint.or(hint);
        failure
    }
}

impl From<OptionsError> for Failure {
    fn from(error: OptionsError) -> Self {
        Self::with_way_out(&error.to_string())
    }
}

/// Returns whether the error is a value of a flag that is wrong in itself.
fn is_usage(error: &Error) -> bool {
    matches!(
        error,
        Error::Tree(TreeError::GuestPath { .. })
            | Error::Deny(DenyError::Unknown { .. } | DenyError::Authority { .. } | DenyError::AnyApp { .. })
    )
}

/// An error whose own message is already printed.
#[derive(Debug)]
struct Causes(Error);

impl fmt::Display for Causes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Causes {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Returns whether an error, or one of its causes, is one of the system of this kind.
fn is_of_kind(error: &(dyn StdError + 'static), kind: ErrorKind) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .any(|error| error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == kind))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        match source.downcast_ref::<Causes>() {
            Some(causes) => causes.source(),
            None => Some(source),
        }
    }
}

/// Returns one line about a finished composition, and with `verbose` what it imports and exports.
pub fn summary(output: &str, report: &Report, verbose: bool) -> String {
    let mut parts = Vec::new();
    if report.app > 0 {
        parts.push(format!("app {}", size(report.app)));
    }
    parts.push(format!("vfs {}", size(report.vfs)));
    parts.push(format!("image {}", contents(&report.image)));
    let form = match (report.app, report.form) {
        (0, _) => "",
        (_, Form::Linked) => "linked (needs multi-memory; --form plugged for others), ",
        (_, Form::Plugged) => "plugged, ",
    };
    let mut text = format!("{output}: {form}{} ({})", size(report.size), parts.join(" + "));
    if verbose {
        for (title, names) in [("imports", &report.imports), ("exports", &report.exports)] {
            let names = list(names);
            text.push_str(&format!("\n  {title} {names}"));
        }
    }
    text
}

/// Returns the size of an image, and how much is in it where that is known.
pub fn contents(image: &ImageReport) -> String {
    match image.directories {
        0 => size(image.bytes),
        directories => format!(
            "{} of {}, {}",
            size(image.bytes),
            count(image.files, "file", "files"),
            count(directories, "directory", "directories")
        ),
    }
}

/// Returns names for a sentence.
pub fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

pub fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Returns a size in a readable unit, one that flags take too.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 3] = ["KiB", "MiB", "GiB"];
    if bytes < 1 << 10 {
        return format!("{bytes} B");
    }
    let unit = if bytes < 1 << 20 {
        1
    } else if bytes < 1 << 30 {
        2
    } else {
        3
    };
    let number = format!("{:.1}", bytes as f64 / f64::from(1_u32 << (10 * unit)));
    format!("{} {}", number.strip_suffix(".0").unwrap_or(&number), UNITS[unit - 1])
}
