//! Where the time comes from.

use vfs_image::Timestamp;

const NANOSECONDS_PER_SECOND: u32 = 1_000_000_000;

/// A source of wall-clock time.
pub trait Clock {
    /// The time now. `None`: there is no clock, and the filesystem counts up from the image's build time.
    fn now(&mut self) -> Option<Timestamp>;
}

/// A clock, and the counter that stands in where there is none.
pub(crate) struct Time<C> {
    clock: C,
    last: Timestamp,
}

impl<C: Clock> Time<C> {
    pub(crate) fn new(clock: C, start: Timestamp) -> Self {
        Self { clock, last: start }
    }

    /// The time now. Without a clock each reading is one nanosecond later than the one before, so order is visible.
    pub(crate) fn now(&mut self) -> Timestamp {
        if let Some(now) = self.clock.now() {
            return now;
        }
        let Timestamp { seconds, nanoseconds } = self.last;
        self.last = if nanoseconds + 1 < NANOSECONDS_PER_SECOND {
            Timestamp { seconds, nanoseconds: nanoseconds + 1 }
        } else {
            Timestamp { seconds: seconds.saturating_add(1), nanoseconds: 0 }
        };
        self.last
    }
}

/// What to set a timestamp to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTimestamp {
    /// Leave it as it is.
    NoChange,
    /// The time now.
    Now,
    /// This time, whose nanoseconds are less than a second.
    At(Timestamp),
}

impl NewTimestamp {
    /// # Errors
    /// - [`crate::Error::Invalid`]: the nanoseconds are a second or more.
    pub(crate) fn check(self) -> Result<(), crate::Error> {
        match self {
            Self::At(Timestamp { nanoseconds: NANOSECONDS_PER_SECOND.., .. }) => Err(crate::Error::Invalid),
            Self::At(_) | Self::Now | Self::NoChange => Ok(()),
        }
    }

    /// The same with a time in the place of now.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        if self == Self::Now { Self::At(now) } else { self }
    }

    /// The new value of a timestamp that is `old` now.
    pub(crate) fn apply(self, old: Timestamp, now: Timestamp) -> Timestamp {
        match self {
            Self::NoChange => old,
            Self::Now => now,
            Self::At(time) => time,
        }
    }
}
