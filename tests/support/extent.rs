//! How much of a suite runs. What `just test` leaves out runs in `just test-all`.

use libtest_mimic::Trial;
use serde::Deserialize;

/// What the variable `TESTS` asks for; `tests/README.md` says what each suite makes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// `TESTS=quick`: what needs nothing that `tests/setup.sh` installs.
    Quick,
    /// `TESTS=case`: the same, and what the embedded engine runs besides.
    Embedded,
    /// No `TESTS`: a representative part of each suite, on every host.
    #[default]
    Usual,
    /// `TESTS=all`: everything.
    All,
}

impl Extent {
    /// What this run was asked for.
    ///
    /// # Panics
    /// `TESTS` says something else.
    #[must_use]
    pub fn of_this_run() -> Self {
        match std::env::var("TESTS").as_deref() {
            Err(_) | Ok("") => Self::Usual,
            Ok("quick") => Self::Quick,
            Ok("case") => Self::Embedded,
            Ok("all") => Self::All,
            Ok(other) => panic!("TESTS is `quick`, `case`, `all` or nothing, and not `{other}`"),
        }
    }

    /// Whether this run goes as far as `self`.
    #[must_use]
    pub fn is_asked_for(self) -> bool {
        self <= Self::of_this_run()
    }

    /// Marks a trial as ignored unless this run goes as far as `self`; the list of trials shows it all the same.
    #[must_use]
    pub fn trial(self, trial: Trial) -> Trial {
        trial.with_ignored_flag(!self.is_asked_for())
    }
}
