//! Leaves no temporary file behind when a signal ends this program.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tempfile::NamedTempFile;

/// The file that is being written. A program writes one result.
static TEMPORARY: Mutex<Option<PathBuf>> = Mutex::new(None);
static HANDLER: Once = Once::new();

/// Creates a file that is removed if SIGINT, SIGTERM or SIGHUP ends this program.
///
/// # Errors
/// Those of `create`.
pub(super) fn create_removable(create: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    // A signal that arrives now waits until the name of the file is known.
    let mut temporary = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
    HANDLER.call_once(handle_signals);
    let file = create()?;
    *temporary = Some(file.path().to_owned());
    Ok(file)
}

fn handle_signals() {
    // Without a handler the signal still ends the program, and only the file is left.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if let Some(file) = &*TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner) {
                // Nobody is left to tell.
                let _ = std::fs::remove_file(file);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}
