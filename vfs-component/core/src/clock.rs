//! Sources of time.

use vfs_image::Timestamp;

const NANOSECONDS_PER_SECOND: u32 = 1_000_000_000;

/// A source of wall-clock time.
pub trait Clock {
    /// Returns the time now. `None`: there is no clock, and the filesystem counts up from the image's build time.
    fn now(&mut self) -> Option<Timestamp>;
}

/// A clock, or a counter if there is none.
pub(crate) struct Time<C> {
    clock: C,
    last: Timestamp,
}

impl<C: Clock> Time<C> {
    pub(crate) fn new(clock: C, start: Timestamp) -> Self {
        Self { clock, last: start }
    }

    /// Returns the time now. Without a clock, each reading is one nanosecond later than the one before, so the order
    /// stays visible.
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

/// A new value for a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTimestamp {
    /// Leaves the timestamp as it is.
    NoChange,
    /// The time now.
    Now,
    /// A given time. Its nanoseconds are less than a second.
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

    /// Replaces `Now` by a given time.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        if self == Self::Now { Self::At(now) } else { self }
    }

    /// Returns the new value of a timestamp whose value is `old`.
    pub(crate) fn apply(self, old: Timestamp, now: Timestamp) -> Timestamp {
        match self {
            Self::NoChange => old,
            Self::Now => now,
            Self::At(time) => time,
        }
    }
}
