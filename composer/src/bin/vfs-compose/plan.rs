//! The command line, as meant.

use std::path::{Path, PathBuf};

use vfs_compose::{Composer, FormChoice};

use crate::args::{Files, Form, Joining, Process};
use crate::report::Failure;

/// A composer for what was typed.
///
/// # Errors
/// The app cannot be read; a flag's value is not what the flag takes.
pub fn composer(app: Option<&Path>, files: &Files, process: &Process) -> Result<Composer, Failure> {
    let composer = match app {
        Some(app) => Composer::new(std::fs::read(app).map_err(|error| Failure::io("cannot read", app, error))?),
        None => Composer::for_any_app(),
    };
    let mut composer = images(composer, &files.images).strict(files.strict).read_only(process.read_only);
    for preopen in &process.preopens {
        composer = match preopen.split_once('=') {
            Some((guest, name)) => composer.preopen_as(guest, name),
            None => composer.preopen(preopen),
        };
    }
    for variable in &process.environment {
        let (key, value) = variable
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| Failure::usage(format!("`--env {variable}` is not K=V")))?;
        composer = composer.env(key, value);
    }
    for argument in &process.arguments {
        composer = composer.arg(argument);
    }
    dated(composer)
}

/// How the composer shall join app and filesystem.
pub fn joined(composer: Composer, joining: &Joining) -> Composer {
    let composer = composer.allow_unused(joining.allow_unused);
    match joining.form {
        None => composer,
        Some(Form::Auto) => composer.form(FormChoice::Auto),
        Some(Form::Linked) => composer.form(FormChoice::Linked),
        Some(Form::Plugged) => composer.form(FormChoice::Plugged),
    }
}

/// Adds the images, each with its place.
pub fn images(mut composer: Composer, images: &[String]) -> Composer {
    for image in images {
        let (path, guest) = source_and_place(image);
        composer = composer.image_at(path, guest);
    }
    composer
}

/// `SOURCE_DATE_EPOCH`, where it is set, is every file's time.
pub fn dated(composer: Composer) -> Result<Composer, Failure> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) if !seconds.is_empty() => {
            let seconds = seconds
                .parse()
                .map_err(|_| Failure::usage(format!("SOURCE_DATE_EPOCH is `{seconds}`, not a number of seconds")))?;
            Ok(composer.times(seconds))
        }
        _ => Ok(composer),
    }
}

/// `DIR::GUEST`. A path may have `::` in it; the last one divides only where an absolute path follows.
fn source_and_place(image: &str) -> (PathBuf, &str) {
    match image.rsplit_once("::") {
        Some((path, guest)) if guest.starts_with('/') => (path.into(), guest),
        _ => (image.into(), "/"),
    }
}

/// Where the result goes if nobody says so: the app's name, in this directory.
pub fn default_output(app: &Path) -> PathBuf {
    Path::new(app.file_name().unwrap_or(app.as_os_str())).with_extension("composed.wasm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_colons_before_an_absolute_path_divide() {
        for (typed, path, guest) in [
            ("dir", "dir", "/"),
            ("dir::/data", "dir", "/data"),
            ("a::b", "a::b", "/"),
            ("a::b::/c", "a::b", "/c"),
            ("a::/b::/c", "a::/b", "/c"),
            ("dir::", "dir::", "/"),
        ] {
            assert_eq!(source_and_place(typed), (PathBuf::from(path), guest), "{typed}");
        }
    }

    #[test]
    fn the_default_name_is_the_apps() {
        assert_eq!(default_output(Path::new("../build/app.wasm")), Path::new("app.composed.wasm"));
        assert_eq!(default_output(Path::new("tool")), Path::new("tool.composed.wasm"));
    }
}
