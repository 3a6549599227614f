//! A stream that the vfs reads: what the app writes to a file, or to stdout and stderr where they are not the host's.

use vfs_core::{Error, OpenFile};

use super::ends::{Progress, bytes};
use super::{Done, Next, World};
use crate::handle::Position;

/// Bytes of the buffer at first, and at most: it grows while it is filled to its end.
const LEAST: usize = 64 * 1024;
const MOST: usize = 1024 * 1024;

pub struct Writer {
    /// The stream's readable end.
    pub end: u32,
    done: Done,
    sink: Sink,
    buffer: Vec<u8>,
}

/// Where the bytes go.
pub enum Sink {
    File { file: OpenFile, position: Position },
    /// Nowhere; it is said that they were written.
    Null,
    /// Nowhere, for this reason.
    Failing(Error),
}

impl Writer {
    pub fn new(end: u32, done: Done, sink: Sink) -> Self {
        Self { end, done, sink, buffer: Vec::new() }
    }

    /// Writes what has come, and asks for more. Each piece is written as a whole or not at all.
    pub(super) fn turn(&mut self, world: &mut World<'_>, progress: Option<Progress>) -> Next {
        if let Some(Progress { count, open }) = progress {
            if let Err(error) = self.write(world, count) {
                return Next::Over(Err(error));
            }
            if !open {
                return Next::Over(Ok(()));
            }
        }
        if let Sink::Failing(error) = self.sink {
            return Next::Over(Err(error));
        }
        let was_filled = progress.is_some_and(|progress| progress.count == self.buffer.len());
        if self.buffer.is_empty() || (was_filled && self.buffer.len() < MOST) {
            let wanted = (2 * self.buffer.len()).clamp(LEAST, MOST);
            // Without memory for a larger buffer the smaller one does.
            let room = self.buffer.try_reserve_exact(wanted - self.buffer.len());
            match room {
                Ok(()) => self.buffer.resize(wanted, 0),
                Err(_) if !self.buffer.is_empty() => {}
                Err(error) => return Next::Over(Err(error.into())),
            }
        }
        // SAFETY: the buffer is not looked at before the read is over.
        match unsafe { bytes::read(self.end, &mut self.buffer) } {
            None => Next::Wait,
            Some(progress) => Next::Went(progress),
        }
    }

    fn write(&mut self, world: &mut World<'_>, count: usize) -> Result<(), Error> {
        let bytes = self.buffer.get(..count).unwrap_or(&[]);
        match &mut self.sink {
            Sink::Null => Ok(()),
            Sink::Failing(error) => Err(*error),
            Sink::File { file, position: Position::End } => world.fs.append(file, bytes),
            Sink::File { file, position: Position::At(offset) } => {
                world.fs.write(file, *offset, bytes)?;
                *offset += bytes.len() as u64;
                Ok(())
            }
        }
    }

    pub fn close(self, world: &mut World<'_>) -> Done {
        bytes::drop_readable(self.end);
        if let Sink::File { file, .. } = self.sink {
            world.fs.close(file);
        }
        self.done
    }
}
