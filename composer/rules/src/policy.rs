//! The policy: what the app sees of its host's environment, and what the vfs provides instead.
//!
//! ```text
//! Policy     the settings: as values, or as (key, text) pairs like on the command line and in a manifest
//! value      parses and prints the texts
//! answers    which functions of WASI the vfs then serves without the host
//! ```

pub mod answers;
mod value;

use vfs_abi::settings::{Settings, Stdio};
use vfs_image::Timestamp;

pub use value::{PolicyError, seconds, time, written};

/// What the app sees of its host. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The host's environment variables.
    pub environment: Inherited,
    /// Whether the host's arguments are hidden from the app.
    pub own_arguments: bool,
    /// The program's name, which is the first argument. `None` is the host's name, or `app` if the host's arguments are
    /// hidden.
    pub program: Option<String>,
    /// The initial directory, a path of the tree; `None` is the host's.
    pub directory: Option<String>,
    /// Standard input.
    pub stdin: Stdio<String>,
    /// Standard output.
    pub stdout: Stdio<String>,
    /// Standard error.
    pub stderr: Stdio<String>,
    /// The time at which the wall clock is frozen; `None` is the host's clock.
    pub wall_clock: Option<Timestamp>,
    /// The nanoseconds at which the monotonic clock is frozen; `None` is the host's clock. Waiting for a time of a
    /// frozen clock returns at once, and sets the clock to that time.
    pub monotonic_clock: Option<u64>,
    /// The seed of the random numbers; `None` takes them from the host.
    pub seed: Option<u64>,
    /// The policy lines of what [`Policy::deterministic`] filled in.
    of_preset: Vec<(String, String)>,
}

/// Which of the host's environment variables the app sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Inherited {
    /// All variables.
    #[default]
    All,
    /// Only the variables with these names.
    Only(Vec<String>),
    /// No variables.
    None,
}

/// The time at which [`Policy::deterministic`] freezes the wall clock: the beginning of 1980, the earliest time that
/// every archive format can express.
const PRESET_TIME: Timestamp = Timestamp { seconds: 315_532_800, nanoseconds: 0 };

impl Policy {
    /// Makes every run the same: freezes the clocks, seeds the random numbers, and hides the host's variables and
    /// arguments. Standard input and the network stay the host's. Values set before or after this call take precedence.
    pub fn deterministic(&mut self) {
        let before = self.lines();
        if self.environment == Inherited::All {
            self.environment = Inherited::None;
        }
        self.own_arguments = true;
        self.directory.get_or_insert_with(|| "/".into());
        self.wall_clock.get_or_insert(PRESET_TIME);
        self.monotonic_clock.get_or_insert(0);
        self.seed.get_or_insert(0);
        self.of_preset.extend(self.lines().into_iter().filter(|line| !before.contains(line)));
    }

    /// Returns the policy lines of what was set by itself: all of [`Policy::lines`] but what [`Policy::deterministic`]
    /// filled in, for whatever app it is.
    pub fn chosen_lines(&self) -> Vec<(String, String)> {
        self.lines().into_iter().filter(|line| !self.of_preset.contains(line)).collect()
    }

    /// Copies the parts of the policy that the vfs applies at run time to its settings.
    pub fn settle(&self, settings: &mut Settings) {
        settings.inherited = match &self.environment {
            Inherited::All => None,
            Inherited::Only(names) => Some(names.clone()),
            Inherited::None => Some(Vec::new()),
        };
        settings.program = self.program.clone().or_else(|| self.own_arguments.then(|| "app".into()));
        settings.directory = self.directory.clone();
        settings.stdin = self.stdin.clone();
        settings.stdout = self.stdout.clone();
        settings.stderr = self.stderr.clone();
        settings.seed = self.seed.unwrap_or_default();
    }
}
