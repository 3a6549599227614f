//! Waiting.

use vfs_descriptors::Interposer;

use crate::call::ObjectOf;
use crate::environment::clock;
use crate::memory::{structure, u16_at, u32_at, u64_at};
use crate::{Access, Buffer, Call, Clock, Errno, Object, Program, Ready, Stream, Streams, System};

/// Bytes of a `subscription`.
const SUBSCRIPTION: u32 = 48;
/// Bytes of an `event`.
const EVENT: u32 = 32;

/// What a program waits for.
#[derive(Clone, Copy)]
struct Subscription {
    /// What the program knows it by.
    userdata: u64,
    /// The kind of the event.
    tag: u8,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Clock { id: u32, timeout: u64, is_absolute: bool },
    Descriptor { fd: u32, is_read: bool },
}

impl Subscription {
    /// # Errors
    /// - [`Errno::Inval`]: preview1 has no such kind, or no such flag.
    fn new(bytes: &[u8; SUBSCRIPTION as usize]) -> Result<Self, Errno> {
        let tag = u16_at(bytes, 8) as u8;
        let what = match tag {
            0 => {
                let flags = u16_at(bytes, 40);
                if flags > 1 {
                    return Err(Errno::Inval);
                }
                What::Clock { id: u32_at(bytes, 16), timeout: u64_at(bytes, 24), is_absolute: flags == 1 }
            }
            1 | 2 => What::Descriptor { fd: u32_at(bytes, 16), is_read: tag == 1 },
            _ => return Err(Errno::Inval),
        };
        Ok(Self { userdata: u64_at(bytes, 0), tag, what })
    }

    /// Makes its event: it has happened, with so many bytes and these flags.
    fn event(self, bytes: u64, flags: u16) -> [u8; EVENT as usize] {
        structure(&[
            (0, &self.userdata.to_le_bytes()),
            (10, &[self.tag]),
            (16, &bytes.to_le_bytes()),
            (24, &flags.to_le_bytes()),
        ])
    }
}

/// The subscriptions of a call, in the program's memory.
struct Subscriptions<'p, P> {
    program: &'p P,
    rest: Buffer,
}

impl<P: Program> Iterator for Subscriptions<'_, P> {
    type Item = Result<Subscription, Errno>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.length() == 0 {
            return None;
        }
        let bytes = self.rest.get(self.program);
        self.rest = self.rest.after(SUBSCRIPTION);
        Some(Subscription::new(&bytes))
    }
}

/// The times that were asked for in a call. All its subscriptions count from the same.
#[derive(Default)]
struct Times {
    realtime: Option<u64>,
    monotonic: Option<u64>,
}

impl Times {
    /// Returns the nanoseconds that are left until a time. A clock is asked only for a time that counts by it.
    fn left<P: Program>(
        &mut self,
        system: &mut impl System<P>,
        id: u32,
        timeout: u64,
        is_absolute: bool,
    ) -> Result<u64, Errno> {
        // There is no waiting for processor time.
        let clock = clock(id).map_err(|_| Errno::Inval)?;
        if !is_absolute {
            return Ok(timeout);
        }
        let known = match clock {
            Clock::Realtime => &mut self.realtime,
            Clock::Monotonic => &mut self.monotonic,
        };
        let now = match *known {
            Some(now) => now,
            None => *known.insert(system.now(clock)?),
        };
        Ok(timeout.saturating_sub(now))
    }
}

/// What a descriptor is waited for.
enum Awaited {
    /// A standard stream, which the system knows about.
    Stream(Stream),
    /// A file, which is always ready: with so many bytes, and whether that is the end.
    File { bytes: u64, is_end: bool },
}

impl<P: Program, S: System<P>, I: Interposer<ObjectOf<P, S>>> Call<'_, P, S, I> {
    /// Waits until something of what is asked for has happened, and tells what: for each an event, in their order.
    /// Files are always ready.
    ///
    /// # Errors
    /// - [`Errno::Fault`]: a pointer lies outside of the memory.
    /// - [`Errno::Inval`]: nothing is asked for, or what preview1 does not have.
    /// - [`Errno::Badf`]: nothing has a number that is asked for, or it cannot be read or written.
    /// - Those of [`System::wait`].
    pub fn poll_oneoff(&mut self, input: u32, output: u32, count: u32, size: u32) -> Result<(), Errno> {
        let size = self.buffer(size, 4)?;
        let all = Buffer::list(self.program, input, count, SUBSCRIPTION)?;
        let events = Buffer::list(self.program, output, count, EVENT)?;
        if count == 0 {
            return Err(Errno::Inval);
        }
        let mut times = Times::default();
        let (mut streams, mut limit) = (Streams::default(), None::<u64>);
        for subscription in (Subscriptions { program: self.program, rest: all }) {
            let left = match subscription?.what {
                What::Clock { id, timeout, is_absolute } => times.left(self.system, id, timeout, is_absolute)?,
                What::Descriptor { fd, is_read } => match self.awaited(fd, is_read)? {
                    Awaited::Stream(stream) => {
                        streams.add(stream);
                        continue;
                    }
                    Awaited::File { .. } => 0,
                },
            };
            limit = Some(limit.map_or(left, |limit| limit.min(left)));
        }
        let is_alone = streams == Streams::default();
        let ready = match limit {
            // Nothing is to be waited for, and nobody to be asked.
            Some(0) if is_alone => Ready { streams, is_over: true },
            _ => self.system.wait(streams, limit)?,
        };
        let left = self.report(all, events, times, ready, limit)?;
        self.store_number(size, (events.length() - left) / EVENT)
    }

    /// Puts an event for each subscription that is ready, and returns how many bytes are left.
    fn report(
        &mut self,
        all: Buffer,
        mut events: Buffer,
        mut times: Times,
        ready: Ready,
        limit: Option<u64>,
    ) -> Result<u32, Errno> {
        for subscription in (Subscriptions { program: self.program, rest: all }) {
            let subscription = subscription?;
            let event = match subscription.what {
                What::Clock { id, timeout, is_absolute } => {
                    let left = times.left(self.system, id, timeout, is_absolute)?;
                    if left > 0 && !(ready.is_over && limit.is_some_and(|limit| left <= limit)) {
                        continue;
                    }
                    subscription.event(0, 0)
                }
                What::Descriptor { fd, is_read } => match self.awaited(fd, is_read)? {
                    Awaited::Stream(stream) if ready.streams.contains(stream) => subscription.event(1, 0),
                    Awaited::Stream(_) => continue,
                    Awaited::File { bytes, is_end } => subscription.event(bytes, is_end.into()),
                },
            };
            events = events.put(self.program, &event);
        }
        Ok(events.length())
    }

    /// Returns what a descriptor is waited for.
    ///
    /// # Errors
    /// - [`Errno::Badf`]: nothing has this number, or it cannot be read or written.
    fn awaited(&mut self, fd: u32, is_read: bool) -> Result<Awaited, Errno> {
        self.with(fd, |_, system, description| match &description.file {
            Object::Stream(stream) if is_read == (*stream == Stream::Stdin) => Ok(Awaited::Stream(*stream)),
            Object::File(file) => {
                let access = system.access(file)?;
                if is_read && access.contains(Access::READ) {
                    let bytes = system.size(file)?.saturating_sub(description.position);
                    Ok(Awaited::File { bytes, is_end: bytes == 0 })
                } else if !is_read && access.contains(Access::WRITE) {
                    Ok(Awaited::File { bytes: 1, is_end: false })
                } else {
                    Err(Errno::Badf)
                }
            }
            Object::Directory { .. } | Object::Stream(_) => Err(Errno::Badf),
        })
    }
}
