//! Streams that the app reads: a file's contents, or stdin if it is not the host's.
//!
//! The vfs offers bytes only when somebody wants some: a write of length zero completes when there is a reader. So each
//! read gets what the file holds at that time, and no offer has to be withdrawn when the file changes.

use vfs_core::{Error, OpenFile, StableBytes};

use super::ends::{Progress, bytes};
use super::{Done, Next, World};
use crate::handle::{Input, StreamFailure};
use crate::layer::{Stop, lent};
use crate::standard::Standard;
use crate::state::Volume;

pub struct Reader {
    /// The stream's writable end.
    pub end: u32,
    done: Done,
    source: Source,
    stage: Stage,
    copied: Copied,
}

/// The source of the bytes.
pub enum Source {
    File {
        file: OpenFile,
        offset: u64,
    },
    /// Stdin, whose streams all share one position.
    Stdin,
}

enum Stage {
    New,
    /// A write of length zero is under way.
    Asking,
    /// An offer of bytes is under way.
    Offering,
}

/// Bytes of a file that do not lie in the image, copied.
#[derive(Default)]
struct Copied {
    bytes: Vec<u8>,
    /// Their offset in the file, and the file's version when they were copied.
    offset: u64,
    version: Option<u32>,
}

impl Copied {
    /// Returns those from an offset on, if they are still the file's.
    fn from(&self, offset: u64, version: Option<u32>) -> Option<&[u8]> {
        let start = usize::try_from(offset.checked_sub(self.offset)?).ok()?;
        self.bytes.get(start..).filter(|bytes| !bytes.is_empty() && self.version == version)
    }
}

impl Reader {
    pub fn new(end: u32, done: Done, source: Source) -> Self {
        Self { end, done, source, stage: Stage::New, copied: Copied::default() }
    }

    pub(super) fn turn(&mut self, world: &mut World<'_>, progress: Option<Progress>) -> Next {
        let World { volume, standard } = world;
        let Some((file, offset)) = self.source.place(standard) else { return Next::Over(failure(standard)) };
        let stage = match (&self.stage, progress) {
            (_, Some(Progress { open: false, .. })) => return Next::Over(Ok(())),
            (Stage::Asking, Some(_)) => Stage::Offering,
            (Stage::Offering, Some(Progress { count, .. })) => {
                let next = *offset + count as u64;
                match volume.is_at_end(file, next) {
                    Ok(false) => *offset = next,
                    Ok(true) => return Next::Over(Ok(())),
                    Err(stop) => return stop.into(),
                }
                Stage::Asking
            }
            (_, None) | (Stage::New, _) => Stage::Asking,
        };
        let offered = match stage {
            Stage::Offering => match lend(volume, file, *offset, &mut self.copied) {
                Ok([]) => return Next::Over(Ok(())),
                Ok(bytes) => bytes,
                Err(stop) => return stop.into(),
            },
            Stage::New | Stage::Asking => &[],
        };
        self.stage = stage;
        // SAFETY: the image never changes, and copied bytes are not touched before the offer is over.
        match unsafe { bytes::write(self.end, offered) } {
            None => Next::Wait,
            Some(progress) => Next::Went(progress),
        }
    }

    pub fn close(self, world: &mut World<'_>) -> Done {
        bytes::drop_writable(self.end);
        if let Source::File { file, .. } = self.source {
            world.volume.close(file);
        }
        self.done
    }
}

/// Returns the bytes at an offset, in place if they lie in the image.
fn lend<'a>(volume: &Volume, file: &OpenFile, offset: u64, copied: &'a mut Copied) -> Result<&'a [u8], Stop> {
    let version = volume.contents_version(file);
    // Without a version, nobody knows whether they are still the file's.
    if version.is_none() || copied.from(offset, version).is_none() {
        (copied.offset, copied.version) = (offset, version);
        if let StableBytes::Layer(bytes) = volume.lend(file, offset, &mut copied.bytes)?
            && let Some(bytes) = lent(bytes, &mut copied.bytes)
        {
            return Ok(bytes);
        }
    }
    Ok(copied.from(offset, version).unwrap_or(&[]))
}

impl Source {
    /// Returns the file and the position of the next byte.
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

/// Returns the result of a stdin that is not a file.
fn failure(standard: &Standard) -> Result<(), Error> {
    match &standard.input {
        Input::Failing(StreamFailure::File(error)) => Err(*error),
        Input::Failing(_) => Err(Error::NotPermitted),
        _ => Ok(()),
    }
}
