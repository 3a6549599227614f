//! A stream that the app reads: a file's contents, or stdin where it is not the host's.

use vfs_core::{Error, Lent, OpenFile};

use super::ends::{Progress, bytes};
use super::{Done, Next, World};
use crate::handle::{Input, StreamFailure};
use crate::standard::Standard;

pub struct Reader {
    /// The stream's writable end.
    pub end: u32,
    done: Done,
    source: Source,
    /// Bytes that do not lie in the image, while they are offered.
    buffer: Vec<u8>,
}

/// Where the bytes come from.
pub enum Source {
    File { file: OpenFile, offset: u64 },
    /// All streams of stdin have one position.
    Stdin,
}

impl Reader {
    pub fn new(end: u32, done: Done, source: Source) -> Self {
        Self { end, done, source, buffer: Vec::new() }
    }

    /// Offers the bytes that come next.
    pub(super) fn turn(&mut self, world: &mut World<'_>, progress: Option<Progress>) -> Next {
        let World { fs, standard } = world;
        let Some((file, offset)) = self.source.place(standard) else { return Next::Over(failure(standard)) };
        if let Some(Progress { count, open }) = progress {
            *offset += count as u64;
            if !open {
                return Next::Over(Ok(()));
            }
        }
        let lent = match fs.lend(file, *offset, &mut self.buffer) {
            Ok(Lent::Image(bytes)) => bytes,
            Ok(Lent::Copied) => self.buffer.as_slice(),
            Err(error) => return Next::Over(Err(error)),
        };
        if lent.is_empty() {
            return Next::Over(Ok(()));
        }
        // SAFETY: the image never changes, and the buffer is not looked at before the offer is over.
        match unsafe { bytes::write(self.end, lent) } {
            None => Next::Wait,
            Some(progress) => Next::Went(progress),
        }
    }

    pub fn close(self, world: &mut World<'_>) -> Done {
        bytes::drop_writable(self.end);
        if let Source::File { file, .. } = self.source {
            world.fs.close(file);
        }
        self.done
    }
}

impl Source {
    /// The file, and where in it the next byte is.
    fn place<'a>(&'a mut self, standard: &'a mut Standard) -> Option<(&'a OpenFile, &'a mut u64)> {
        match self {
            Self::File { file, offset } => Some((file, offset)),
            Self::Stdin => match &mut standard.input {
                Input::File { file, offset, .. } => Some((file, offset)),
                _ => None,
            },
        }
    }
}

/// How a stdin ends that is no file.
fn failure(standard: &Standard) -> Result<(), Error> {
    match &standard.input {
        Input::Failing(StreamFailure::File(error)) => Err(*error),
        Input::Failing(_) => Err(Error::NotPermitted),
        _ => Ok(()),
    }
}
