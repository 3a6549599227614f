//! Streams of a directory's entries.

use vfs_core::{DirStream, Error};

use super::ends::{Progress, entries};
use super::{Done, Next, World};
use crate::abi::List;
use crate::layer::{Stop, ended};
use entries::Entry;

/// Maximum number of entries offered at once. They do not show later changes of the directory.
const MOST: usize = 128;

pub struct Lister {
    /// The stream's writable end.
    pub end: u32,
    done: Done,
    directory: DirStream,
    /// The names of the offered entries.
    names: Vec<u8>,
    offered: Vec<Entry>,
    /// Number of offered entries that the app has taken.
    taken: usize,
    /// The first error. The listing continues as far as possible.
    failure: Result<(), Error>,
}

impl Lister {
    pub fn new(end: u32, done: Done, directory: DirStream) -> Self {
        Self { end, done, directory, names: Vec::new(), offered: Vec::new(), taken: 0, failure: Ok(()) }
    }

    /// Offers the next entries.
    pub(super) fn turn(&mut self, world: &mut World<'_>, progress: Option<Progress>) -> Next {
        if let Some(Progress { count, open }) = progress {
            self.taken += count;
            if !open {
                return Next::Over(Ok(()));
            }
        }
        if self.taken >= self.offered.len()
            && let Err(stop) = self.fill(world)
        {
            return stop.into();
        }
        let offered = self.offered.get(self.taken..).unwrap_or(&[]);
        if offered.is_empty() {
            return Next::Over(self.failure);
        }
        // SAFETY: entries and names are not touched before all entries were taken.
        match unsafe { entries::write(self.end, offered) } {
            None => Next::Wait,
            Some(progress) => Next::Went(progress),
        }
    }

    fn fill(&mut self, world: &mut World<'_>) -> Result<(), Stop> {
        self.taken = 0;
        self.names.clear();
        self.offered.clear();
        if let Err(error) = self.reserve() {
            self.failure = Err(error);
            return Ok(());
        }
        while self.offered.len() < MOST {
            let entry = match world.volume.next_entry(&mut self.directory) {
                Ok(Some(entry)) => entry,
                Ok(None) => break,
                Err(stop) => match ended(stop) {
                    // The listing continues after a name that is not UTF-8.
                    Ok(error @ Error::IllegalByteSequence) => {
                        self.failure = Err(error);
                        continue;
                    }
                    Ok(error) => {
                        self.failure = Err(error);
                        break;
                    }
                    Err(stop) if self.offered.is_empty() => return Err(stop),
                    // First offers the entries that it has.
                    Err(_) => break,
                },
            };
            let start = self.names.len();
            self.names.extend_from_slice(entry.name.as_bytes());
            let name = List::of(self.names.get(start..).unwrap_or(&[]));
            self.offered.push(crate::abi::Pair(entry.kind.into(), name));
        }
        Ok(())
    }

    /// Reserves room for everything, so that no name moves while others are added.
    fn reserve(&mut self) -> Result<(), Error> {
        self.names.try_reserve_exact(MOST * vfs_core::limits::MAX_NAME)?;
        self.offered.try_reserve_exact(MOST)?;
        Ok(())
    }

    pub fn close(self, world: &mut World<'_>) -> Done {
        entries::drop_writable(self.end);
        world.volume.close_dir(self.directory);
        self.done
    }
}
