//! Leaves no temporary file behind when a signal ends this program.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tempfile::NamedTempFile;

/// The files that are gone when this program ends.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static HANDLER: Once = Once::new();
/// Signals that people, terminals and limits of the system end programs by.
const ENDING: [i32; 5] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU];

/// Makes a write above the limit for files (`ulimit -f`) fail, where SIGXFSZ would end this program in the middle of it.
pub fn survive_file_limit() {
    // The handler does what there is to do by being there.
    let _ = flag::register(SIGXFSZ, Arc::default());
}

/// Ends this program by SIGPIPE, as it ends others that write a result to a pipe without a reader. This one ignores it,
/// so that such a write fails.
pub fn end_by_broken_pipe() {
    let _ = emulate_default_handler(SIGPIPE);
}

/// Creates a file that is removed if one of the [`ENDING`] signals ends this program.
///
/// # Errors
/// Those of `create`.
pub(super) fn create_removable(create: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    // A signal that arrives now waits until the name of the file is known.
    let mut temporary = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
    HANDLER.call_once(handle_signals);
    let file = create()?;
    temporary.push(file.path().to_owned());
    Ok(file)
}

fn handle_signals() {
    // Without a handler the signal still ends the program, and only the file is left.
    let signals = ENDING.into_iter().filter(|signal| !is_ignored(*signal));
    let Ok(mut signals) = Signals::new(signals) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            for file in &*TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner) {
                // Nobody is left to tell.
                let _ = std::fs::remove_file(file);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Returns whether this program was started with a signal ignored, as by nohup(1): then it stays ignored. `SigIgn` in
/// proc_pid_status(5) has bit N - 1 for signal N.
fn is_ignored(signal: i32) -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return false };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
