//! Programs composed with directories of the host, each made once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Result, anyhow};
use tempfile::TempDir;
use vfs_tests::case::Form;
use vfs_tests::compose;

/// The forms in which a vfs has directories of the host.
pub const FORMS: [Form; 2] = [Form::Plugged, Form::Linked];

/// A test in one form.
pub type InForm = fn(Form) -> Result<()>;

type Once = Mutex<BTreeMap<String, Arc<OnceLock<Result<PathBuf, String>>>>>;

/// The path of a program that was composed with an image, which `fill` makes, and flags. `name` is known for one program
/// with one image.
///
/// # Errors
/// It cannot be composed.
pub fn composed(
    name: &str,
    app: impl FnOnce() -> Result<Vec<u8>>,
    form: Form,
    fill: impl FnOnce(&Path) -> Result<()>,
    flags: &[&str],
) -> Result<PathBuf> {
    static MADE: Once = Once::new(BTreeMap::new());
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let name = format!("{name} {} {}", form.name(), flags.join(" "));
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let slot = Arc::clone(MADE.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default());
    let make = || {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = FOLDER.get_or_init(|| TempDir::new().expect("a temporary directory can be made")).path();
        let [app_file, image, out] =
            ["app.wasm", "image", "out.wasm"].map(|name| folder.join(format!("{number}-{name}")));
        fs::write(&app_file, app()?)?;
        fs::create_dir(&image)?;
        fill(&image)?;
        vfs_tests::stage::still(&image)?;
        let make = if form == Form::Linked { compose::linked } else { compose::plugged };
        let flags: Vec<_> = flags.iter().map(|&flag| flag.to_owned()).collect();
        make(&app_file, &image, &flags, &out)?;
        Ok(out)
    };
    let made = slot.get_or_init(|| make().map_err(|error: anyhow::Error| format!("{error:#}")));
    made.clone().map_err(|error| anyhow!(error))
}
