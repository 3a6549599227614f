//! Streams that the vfs reads: what the app writes to a file, or to stdout and stderr if they are not the host's.
//!
//! The vfs takes bytes only when it can write them at once: a read of length zero completes when there is a writer. So
//! when a write has completed, its bytes are in the file, for every reader.

use vfs_core::{Error, OpenFile};

use super::ends::{Progress, bytes};
use super::{Done, Next, World};
use crate::handle::Position;
use crate::layer::{self, Stop, failed};

/// Initial and maximum size of the buffer in bytes. It grows when it was filled completely.
const LEAST: usize = 64 * 1024;
const MOST: usize = 1024 * 1024;

pub struct Writer {
    /// The stream's readable end.
    pub end: u32,
    done: Done,
    sink: Sink,
    stage: Stage,
    buffer: Vec<u8>,
    /// Whether the last bytes filled the buffer.
    filled: bool,
}

enum Stage {
    New,
    /// A read of length zero is under way.
    Asking,
    /// A read of bytes is under way.
    Taking,
}

/// The destination of the bytes.
pub enum Sink {
    File {
        file: OpenFile,
        position: Position,
    },
    /// Nowhere, but with success.
    Null,
    /// Nowhere, with this error.
    Failing(Error),
}

impl Writer {
    pub fn new(end: u32, done: Done, sink: Sink) -> Self {
        Self { end, done, sink, stage: Stage::New, buffer: Vec::new(), filled: false }
    }

    /// Writes the bytes that have come, and asks for more. Each piece is written as a whole or not at all.
    pub(super) fn turn(&mut self, world: &mut World<'_>, progress: Option<Progress>) -> Next {
        let taken = match (&self.stage, progress) {
            (Stage::Taking, Some(Progress { count, .. })) => count,
            _ => 0,
        };
        if let Err(stop) = self.write(world, taken) {
            return stop.into();
        }
        if let Some(Progress { open: false, .. }) = progress {
            return Next::Over(Ok(()));
        }
        self.stage = match (&self.stage, progress) {
            (Stage::Asking, Some(_)) => Stage::Taking,
            _ => Stage::Asking,
        };
        let buffer = match self.stage {
            Stage::Taking => match self.make_room() {
                Ok(()) => self.buffer.as_mut_slice(),
                Err(error) => return Next::Over(Err(error)),
            },
            Stage::New | Stage::Asking => &mut [],
        };
        // SAFETY: nobody reads the buffer before the read is over.
        match unsafe { bytes::read(self.end, buffer) } {
            None => Next::Wait,
            Some(progress) => Next::Went(progress),
        }
    }

    fn make_room(&mut self) -> Result<(), Error> {
        if !self.buffer.is_empty() && (!self.filled || self.buffer.len() >= MOST) {
            return Ok(());
        }
        let wanted = (2 * self.buffer.len()).clamp(LEAST, MOST);
        match self.buffer.try_reserve_exact(wanted - self.buffer.len()) {
            Ok(()) => self.buffer.resize(wanted, 0),
            // Uses the smaller buffer.
            Err(_) if !self.buffer.is_empty() => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn write(&mut self, world: &mut World<'_>, count: usize) -> Result<(), Stop> {
        let bytes = self.buffer.get(..count).unwrap_or(&[]);
        self.filled = !bytes.is_empty() && count == self.buffer.len();
        match &mut self.sink {
            Sink::Null => Ok(()),
            Sink::Failing(error) => Err(failed(*error)),
            Sink::File { file, position: Position::End } => layer::append(world.volume, file, bytes),
            Sink::File { file, position: Position::At(offset) } => {
                layer::write(world.volume, file, *offset, bytes)?;
                *offset += bytes.len() as u64;
                Ok(())
            }
        }
    }

    pub fn close(self, world: &mut World<'_>) -> Done {
        bytes::drop_readable(self.end);
        if let Sink::File { file, .. } = self.sink {
            world.volume.close(file);
        }
        self.done
    }
}
