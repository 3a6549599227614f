//! What the app may see of its host, and what it is given instead.
//!
//! ```text
//! Policy     what is wanted: typed, or by key and text as on the command line and in a manifest
//! value      texts to values and back
//! answers    which of WASI's functions the vfs then answers itself
//! ```

pub mod answers;
mod value;

use vfs_abi::settings::{Settings, Stdio};
use vfs_image::Timestamp;

pub use value::PolicyError;

/// What the app may see of its host. By default that is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The host's variables.
    pub environment: Inherited,
    /// Whether the host's arguments are not the app's.
    pub own_arguments: bool,
    /// The program's name, which is the first argument; the host's if not said, or `app` where there are no arguments of the host's.
    pub program: Option<String>,
    /// The initial directory, of the tree; the host's if not said.
    pub directory: Option<String>,
    /// Standard input.
    pub stdin: Stdio<String>,
    /// Standard output.
    pub stdout: Stdio<String>,
    /// Standard error.
    pub stderr: Stdio<String>,
    /// The wall clock stands still at this time.
    pub wall_clock: Option<Timestamp>,
    /// The monotonic clock stands still, at so many nanoseconds. Whoever waits for it does not wait: it moves to the time that is waited for.
    pub monotonic_clock: Option<u64>,
    /// Random numbers come from this seed.
    pub seed: Option<u64>,
}

/// Which of the host's variables the app has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Inherited {
    /// All.
    #[default]
    All,
    /// Those with these names.
    Only(Vec<String>),
    /// None.
    None,
}

/// Clocks that stand still by a preset do so at the beginning of 1980: no archive format has an earlier time.
const PRESET_TIME: Timestamp = Timestamp { seconds: 315_532_800, nanoseconds: 0 };

impl Policy {
    /// Each run is like the one before: clocks stand still, random numbers come from a seed, and no variable or argument is the
    /// host's. Standard input and the network stay what they are. What is set already stays as it is set, and what is set afterwards
    /// is as it is set.
    pub fn deterministic(&mut self) {
        if self.environment == Inherited::All {
            self.environment = Inherited::None;
        }
        self.own_arguments = true;
        self.directory.get_or_insert_with(|| "/".into());
        self.wall_clock.get_or_insert(PRESET_TIME);
        self.monotonic_clock.get_or_insert(0);
        self.seed.get_or_insert(0);
    }

    /// Puts what the vfs itself must know into its settings.
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
