//! Typed patterns that match nothing, and files without patterns: most are mistakes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::Gitignore;

use super::{Filter, IGNORE_FILE, Own, matcher};
use crate::Remarks;
use crate::error::TreeError;

const INCLUDE: &str = "--include";
const EXCLUDE: &str = "--exclude";

/// What was typed and has had no effect yet, over all directories. A clone shares it.
#[derive(Clone, Debug)]
pub struct Unmatched(Arc<Mutex<Unused>>);

#[derive(Debug)]
struct Unused {
    patterns: Vec<Pattern>,
    files: Vec<PatternFile>,
    /// Whether patterns choose files, and none is packed.
    packs_nothing: bool,
}

#[derive(Debug)]
struct Pattern {
    flag: &'static str,
    text: String,
    /// Matches it alone; `None` before any directory is listed.
    matcher: Option<Gitignore>,
    /// Of a pattern that brings back what others leave out: those others.
    before: Option<Gitignore>,
}

/// A file of patterns.
#[derive(Debug)]
struct PatternFile {
    path: PathBuf,
    /// All its patterns; `None` before any directory is listed.
    matcher: Option<Gitignore>,
    /// Whether one of them has matched something.
    has_matched: bool,
}

impl Pattern {
    /// Returns whether it changes what is packed of a file.
    fn applies(&self, path: &Path, is_directory: bool) -> bool {
        let matches = |matcher: &Gitignore| !matcher.matched(path, is_directory).is_none();
        self.matcher.as_ref().is_some_and(matches)
            && self.before.as_ref().is_none_or(|before| before.matched(path, is_directory).is_ignore())
    }
}

impl Unmatched {
    /// Takes the typed patterns, and the files of patterns. Those are often written for several directories, so that of
    /// one some may match nothing.
    pub(crate) fn new(filter: &Filter) -> Self {
        let include = filter.include.iter().map(|text| (INCLUDE, text));
        let typed = include.chain(filter.exclude.iter().map(|text| (EXCLUDE, text)));
        let patterns = typed.map(|(flag, text)| Pattern { flag, text: text.clone(), matcher: None, before: None });
        let files = filter.ignore_files.iter().cloned();
        let files = files.map(|path| PatternFile { path, matcher: None, has_matched: false });
        let packs_nothing = !filter.include.is_empty();
        Self(Arc::new(Mutex::new(Unused { patterns: patterns.collect(), files: files.collect(), packs_nothing })))
    }

    /// Prepares for a directory, to which the patterns are relative.
    ///
    /// # Errors
    /// - [`TreeError::Pattern`]: a pattern is not valid.
    /// - [`TreeError::Read`]: a file of patterns cannot be read.
    pub(super) fn enter(&self, directory: &Path, filter: &Filter) -> Result<(), TreeError> {
        let Unused { patterns, files, .. } = &mut *self.unused();
        for pattern in patterns {
            pattern.matcher = Some(matcher(directory, &[], std::slice::from_ref(&pattern.text))?);
            if pattern.flag == EXCLUDE && pattern.text.starts_with('!') {
                let before = filter.exclude.iter().take_while(|text| **text != pattern.text).cloned();
                let before: Vec<_> = before.collect();
                pattern.before = Some(matcher(directory, &filter.ignore_files, &before)?);
            }
        }
        for file in files {
            file.matcher = Some(matcher(directory, std::slice::from_ref(&file.path), &[])?);
        }
        Ok(())
    }

    /// Drops the patterns that match a file of the directory. To include what is left out has no effect.
    pub(super) fn see(&self, path: &Path, is_directory: bool, is_left_out: bool) {
        let Unused { patterns, files, .. } = &mut *self.unused();
        patterns.retain(|pattern| is_left_out && pattern.flag == INCLUDE || !pattern.applies(path, is_directory));
        for file in files.iter_mut().filter(|file| !file.has_matched) {
            let matches = |matcher: &Gitignore| !matcher.matched(path, is_directory).is_none();
            file.has_matched = file.matcher.as_ref().is_some_and(matches);
        }
    }

    /// Takes note that a file is packed.
    pub(super) fn pack(&self) {
        self.unused().packs_nothing = false;
    }

    /// Warns of those that are left, if a directory was listed. `directories` are those that were, each with its place
    /// in the tree; `own` is what ignore files in them left out.
    pub(crate) fn tell(&self, directories: &[(PathBuf, String)], own: &Own, remarks: &mut Remarks) {
        let unused = self.unused();
        for Pattern { flag, text, before, matcher } in &unused.patterns {
            let Some(matcher) = matcher else { continue };
            if before.is_some() && own.leaves_out(matcher) {
                let message = format!(
                    "`{flag} {text}` has no effect: `{IGNORE_FILE}` leaves out what it matches, and only a \
                     pattern with `!` there brings that back"
                );
                remarks.warn("no-effect", message);
                continue;
            }
            let which = match before {
                Some(_) => "another pattern leaves out, which it could bring back",
                None => "is not left out already",
            };
            let what = match *flag {
                // It leaves out all that it does not choose.
                INCLUDE => "chooses nothing",
                _ => "has no effect",
            };
            let way_out = way_out(flag, text, directories);
            let message = format!("`{flag} {text}` {what}: no file matches it that {which}; {way_out}");
            remarks.warn("no-effect", message);
        }
        let is_told = unused.patterns.iter().any(|pattern| pattern.flag == INCLUDE);
        if unused.packs_nothing && !is_told && !directories.is_empty() {
            let message = "`--include` chooses no file, so none is packed: a pattern that begins with `!` takes back \
                           what earlier ones choose, and `--exclude` leaves files out of all";
            remarks.warn("no-effect", message);
        }
        for PatternFile { path, matcher, .. } in unused.files.iter().filter(|file| !file.has_matched) {
            let Some(matcher) = matcher else { continue };
            let why = match matcher.is_empty() {
                true => format!("`{}` has no pattern", path.display()),
                false => format!(
                    "no file matches a pattern of `{}` that is not left out already; patterns are as in \
                     `.gitignore`, and begin at the directory that is packed",
                    path.display()
                ),
            };
            remarks.warn("no-effect", format!("`--ignore-file` has no effect: {why}"));
        }
    }

    fn unused(&self) -> MutexGuard<'_, Unused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Guesses what a pattern that matches nothing was meant to be.
fn way_out(flag: &str, text: &str, directories: &[(PathBuf, String)]) -> String {
    let (sign, pattern) = text.strip_prefix('!').map_or(("", text), |pattern| ("!", pattern));
    let parts: Vec<_> = pattern.split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && !pattern.contains('{') {
        let flags: Vec<_> = parts.iter().map(|part| format!("{flag} {sign}{}", part.trim())).collect();
        return format!("each pattern has its own flag: `{}`", flags.join(" "));
    }
    let below = |start: &str| {
        let rest = pattern.strip_prefix(start.trim_end_matches('/'))?.strip_prefix('/')?;
        (!rest.is_empty()).then(|| rest.to_owned())
    };
    let in_directory = |(path, guest): &(PathBuf, String)| {
        let path = path.to_string_lossy();
        let names = [path.trim_start_matches("./"), &format!("/{path}"), guest].map(str::to_owned);
        names.iter().filter(|name| !name.trim_end_matches('/').is_empty() && **name != ".").find_map(|name| below(name))
    };
    match below(".").or_else(|| directories.iter().find_map(in_directory)) {
        Some(rest) => format!("patterns begin at the directory that is packed: `{flag} {sign}/{rest}`"),
        None => "patterns are as in `.gitignore`".into(),
    }
}
