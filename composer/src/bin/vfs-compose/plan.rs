//! Turns the command line into a composer.

use std::path::{Path, PathBuf};

use vfs_compose::options::{Files, ValueError};
use vfs_compose::{Composer, Options};

use crate::input::{self, Spool};
use crate::report::Failure;

/// A composer, and the temporary files that it reads.
pub struct Plan {
    pub composer: Composer,
    _spool: Spool,
}

impl Plan {
    /// Makes a composer for an app, or for any. The options are not set yet, but those of files.
    fn new(
        app: Option<&Path>,
        read: impl FnOnce(&Path) -> Result<Vec<u8>, Failure>,
        files: &mut Files,
    ) -> Result<Self, Failure> {
        let mut spool = Spool::default();
        spool.take(app, files)?;
        date(files)?;
        let composer = match app {
            Some(app) => Composer::new(read(app)?),
            None => Composer::for_any_app(),
        };
        let composer = match app.filter(|app| !input::is_stdin(app)) {
            Some(app) => composer.app_path(app),
            None => composer,
        };
        Ok(Self { composer, _spool: spool })
    }

    /// Plans the composition of an app, which `read` reads.
    ///
    /// # Errors
    /// Something cannot be read, or options exclude each other.
    pub fn of_app(
        app: &Path,
        read: impl FnOnce(&Path) -> Result<Vec<u8>, Failure>,
        options: &mut Options,
    ) -> Result<Self, Failure> {
        let plan = Self::new(Some(app), read, &mut options.files)?;
        Ok(Self { composer: options.apply(plan.composer)?, ..plan })
    }

    /// Plans a vfs alone.
    ///
    /// # Errors
    /// As [`Plan::of_app`].
    pub fn of_vfs(app: Option<&Path>, options: &mut Options) -> Result<Self, Failure> {
        let plan = Self::new(app, input::program, &mut options.files)?;
        Ok(Self { composer: options.apply_to_vfs(plan.composer)?, ..plan })
    }

    /// Plans an image alone.
    ///
    /// # Errors
    /// Something cannot be read.
    pub fn of_image(files: &mut Files) -> Result<Self, Failure> {
        let plan = Self::new(None, input::program, files)?;
        Ok(Self { composer: files.apply(plan.composer), ..plan })
    }
}

/// Sets the time of every file to `SOURCE_DATE_EPOCH`, if that is set and no option sets a time.
fn date(files: &mut Files) -> Result<(), Failure> {
    let Ok(seconds) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(()) };
    if seconds.is_empty() || files.mtime.is_some() || files.clamp_mtime.is_some() {
        return Ok(());
    }
    let failed = |why: &str| Failure::usage(format!("SOURCE_DATE_EPOCH is `{seconds}`: {why}"));
    if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(failed("set it to a number of seconds, or unset it"));
    }
    files.mtime = Some(seconds.parse().map_err(|error: ValueError| failed(&error.to_string()))?);
    Ok(())
}

/// Returns the default output of composing: the app's name, in this directory.
pub fn default_output(app: &Path) -> PathBuf {
    name_beside(app, "composed.wasm")
}

/// Returns the app's name with another extension, in this directory.
pub fn name_beside(app: &Path, extension: &str) -> PathBuf {
    let name = if input::is_stdin(app) { "app".as_ref() } else { app.file_name().unwrap_or(app.as_os_str()) };
    Path::new(name).with_extension(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_name_is_the_apps() {
        assert_eq!(default_output(Path::new("../build/app.wasm")), Path::new("app.composed.wasm"));
        assert_eq!(default_output(Path::new("tool")), Path::new("tool.composed.wasm"));
        assert_eq!(default_output(Path::new("-")), Path::new("app.composed.wasm"));
    }
}
