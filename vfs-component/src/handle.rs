//! One table for all resources of all interfaces.
//!
//! A number is a slot in bits 0 to 19 and the slot's generation, never 0, in bits 20 to 29. So a number is never 0, a stale one is
//! not taken for its successor, and bit 30 is free for the linked form to mark the numbers as the vfs's.

use vfs_core::{DirStream, Error, Fs, OpenFile};

use crate::abi::trap;
use crate::host;
use crate::host::wall_clock::HostClock;

/// What a number stands for.
pub enum Handle {
    Descriptor(OpenFile),
    DirectoryEntryStream(DirStream),
    Input(Input),
    Output(Output),
    Pollable(Pollable),
    Error(StreamFailure),
    TerminalInput(u32),
    TerminalOutput(u32),
    /// A resource that was the host's, which has it back.
    Released(Kind),
}

/// The resource type of a handle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Descriptor,
    DirectoryEntryStream,
    Input,
    Output,
    Pollable,
    Error,
    TerminalInput,
    TerminalOutput,
}

impl Handle {
    fn kind(&self) -> Kind {
        match self {
            Self::Descriptor(_) => Kind::Descriptor,
            Self::DirectoryEntryStream(_) => Kind::DirectoryEntryStream,
            Self::Input(_) => Kind::Input,
            Self::Output(_) => Kind::Output,
            Self::Pollable(_) => Kind::Pollable,
            Self::Error(_) => Kind::Error,
            Self::TerminalInput(_) => Kind::TerminalInput,
            Self::TerminalOutput(_) => Kind::TerminalOutput,
            Self::Released(kind) => *kind,
        }
    }
}

pub enum Input {
    File {
        file: OpenFile,
        offset: u64,
        closed: bool,
    },
    Host(HostStream),
    /// The process's stdin, where it is not the host's; it is in the state, for all streams of it have one position.
    Standard,
    /// At its end.
    Null,
    /// Every call answers this.
    Failing(StreamFailure),
}

pub enum Output {
    File {
        file: OpenFile,
        position: Position,
        /// What is left of what `check-write` permitted; `None`: it was not asked yet.
        permit: Option<u64>,
        closed: bool,
    },
    Host(HostStream),
    /// Takes everything and keeps nothing.
    Null,
    /// Takes nothing.
    Closed,
    /// Every call answers this.
    Failing(StreamFailure),
}

/// Where the next byte of an output stream goes.
#[derive(Clone, Copy)]
pub enum Position {
    At(u64),
    End,
}

/// A host stream outlives its pollables, as the host wants it, whatever the order in which the app drops them.
pub struct HostStream {
    pub handle: u32,
    pollables: u32,
    dropped: bool,
}

pub enum Pollable {
    /// What is in memory never blocks.
    Ready,
    /// Ready from this time on of a clock that stands still, in nanoseconds.
    Timer(u64),
    /// The host's, with the number of the stream that it belongs to.
    Host { handle: u32, parent: Option<u32> },
}

/// What is known of a pollable without its host.
#[derive(Clone, Copy)]
pub enum Known {
    Ready,
    Timer(u64),
    Host(u32),
}

impl Pollable {
    pub fn known(&self) -> Known {
        match *self {
            Self::Ready => Known::Ready,
            Self::Timer(when) => Known::Timer(when),
            Self::Host { handle, .. } => Known::Host(handle),
        }
    }
}

/// An error resource.
#[derive(Clone, Copy)]
pub enum StreamFailure {
    File(Error),
    Host(u32),
    /// The settings deny it, with this message.
    Denied(&'static str),
}

const SLOT_BITS: u32 = 20;
const SLOTS: usize = 1 << SLOT_BITS;
/// Places that are kept for calls that have no way to say that memory is short: those that make pollables and the errors of streams.
const SPARE: usize = 64;
const LAST_GENERATION: u16 = (1 << 10) - 1;

struct Slot {
    generation: u16,
    content: Content,
}

enum Content {
    Free { next: Option<u32> },
    Used(Handle),
}

/// The table.
#[derive(Default)]
pub struct Handles {
    slots: Vec<Slot>,
    free: Option<u32>,
    used: usize,
}

impl Handles {
    /// Makes room, so that the next [`Handles::insert`] cannot fail, and leaves [`SPARE`] places.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: the table is full or cannot grow.
    #[inline]
    pub fn reserve(&mut self) -> Result<(), Error> {
        if self.room() > SPARE { Ok(()) } else { self.grow() }
    }

    /// How many more there can be without memory.
    fn room(&self) -> usize {
        self.slots.capacity().min(SLOTS) - self.used
    }

    #[cold]
    fn grow(&mut self) -> Result<(), Error> {
        let wanted = self.used + SPARE + 1;
        if wanted > SLOTS {
            return Err(Error::InsufficientMemory);
        }
        let more = wanted.saturating_sub(self.slots.len());
        self.slots.try_reserve(more).or_else(|_| self.slots.try_reserve_exact(more)).map_err(Error::from)
    }

    /// A new number. Traps where [`Handles::reserve`] was not asked and the spare places are used up: calls that cannot fail have
    /// no other way out.
    pub fn insert(&mut self, handle: Handle) -> u32 {
        if self.room() == 0 && self.grow().is_err() {
            trap();
        }
        self.used += 1;
        if let Some(index) = self.free
            && let Some(slot) = self.slots.get_mut(index as usize)
            && let Content::Free { next } = slot.content
        {
            self.free = next;
            slot.generation = if slot.generation == LAST_GENERATION { 1 } else { slot.generation + 1 };
            slot.content = Content::Used(handle);
            return number(index, slot.generation);
        }
        let index = self.slots.len() as u32;
        self.slots.push(Slot { generation: 1, content: Content::Used(handle) });
        number(index, 1)
    }

    fn slot(&mut self, number: u32) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(number as usize & (SLOTS - 1))?;
        (u32::from(slot.generation) == number >> SLOT_BITS).then_some(slot)
    }

    fn get(&mut self, number: u32) -> &mut Handle {
        match self.slot(number) {
            Some(Slot { content: Content::Used(handle), .. }) => handle,
            _ => trap(),
        }
    }

    fn take(&mut self, number: u32) -> Handle {
        let next = self.free;
        let index = number & (SLOTS as u32 - 1);
        let content = match self.slot(number) {
            Some(slot) => core::mem::replace(&mut slot.content, Content::Free { next }),
            None => trap(),
        };
        match content {
            Content::Used(handle) => {
                self.free = Some(index);
                self.used -= 1;
                handle
            }
            Content::Free { .. } => trap(),
        }
    }

    /// Forgets a number, and gives what it stood for back to the filesystem or the host. Traps if it is not of this kind.
    pub fn remove(&mut self, fs: &mut Fs<'static, HostClock>, number: u32, kind: Kind) {
        match self.get(number) {
            handle if handle.kind() != kind => trap(),
            // A host stream with pollables stays until the last of them is gone.
            Handle::Input(Input::Host(stream)) | Handle::Output(Output::Host(stream)) if stream.pollables > 0 => {
                stream.dropped = true;
                return;
            }
            _ => {}
        }
        match self.take(number) {
            Handle::Descriptor(file)
            | Handle::Input(Input::File { file, .. })
            | Handle::Output(Output::File { file, .. }) => fs.close(file),
            Handle::DirectoryEntryStream(stream) => fs.close_dir(stream),
            Handle::Input(Input::Host(stream)) => host::streams::drop_input_stream(stream.handle),
            Handle::Output(Output::Host(stream)) => host::streams::drop_output_stream(stream.handle),
            Handle::Input(Input::Standard | Input::Null | Input::Failing(_))
            | Handle::Output(Output::Null | Output::Closed | Output::Failing(_))
            | Handle::Pollable(Pollable::Ready | Pollable::Timer(_))
            | Handle::Error(StreamFailure::File(_) | StreamFailure::Denied(_))
            | Handle::Released(_) => {}
            Handle::Pollable(Pollable::Host { handle, parent }) => {
                host::poll::drop_pollable(handle);
                if let Some(parent) = parent {
                    self.remove_pollable(fs, parent);
                }
            }
            Handle::Error(StreamFailure::Host(handle)) => host::error::drop_error(handle),
            Handle::TerminalInput(handle) => host::terminal::drop_terminal_input(handle),
            Handle::TerminalOutput(handle) => host::terminal::drop_terminal_output(handle),
        }
    }

    /// One pollable less belongs to a host stream, which goes now if the app has dropped it before.
    fn remove_pollable(&mut self, fs: &mut Fs<'static, HostClock>, parent: u32) {
        // A stream that was given back to the host is gone.
        let Some(Slot { content: Content::Used(handle), .. }) = self.slot(parent) else { return };
        let kind = handle.kind();
        if let Handle::Input(Input::Host(stream)) | Handle::Output(Output::Host(stream)) = handle {
            stream.pollables -= 1;
            if stream.pollables == 0 && stream.dropped {
                self.remove(fs, parent, kind);
            }
        }
    }

    /// The host's handle behind a pollable, a stream or an error, if it is one of the host's.
    pub fn of_host(&mut self, number: u32) -> Option<u32> {
        match self.get(number) {
            Handle::Input(Input::Host(stream)) | Handle::Output(Output::Host(stream)) => Some(stream.handle),
            Handle::Pollable(Pollable::Host { handle, .. }) | Handle::Error(StreamFailure::Host(handle)) => {
                Some(*handle)
            }
            _ => None,
        }
    }

    /// The same handle, which is given away. Traps where there is none. A stream's pollables must be gone, as the host wants it.
    pub fn release(&mut self, fs: &mut Fs<'static, HostClock>, number: u32) -> u32 {
        let Some(handle) = self.of_host(number) else { trap() };
        let own = self.get(number);
        let kind = own.kind();
        let released = core::mem::replace(own, Handle::Released(kind));
        if let Handle::Pollable(Pollable::Host { parent: Some(parent), .. }) = released {
            self.remove_pollable(fs, parent);
        }
        handle
    }

    pub fn descriptor(&mut self, number: u32) -> &mut OpenFile {
        match self.get(number) {
            Handle::Descriptor(file) => file,
            _ => trap(),
        }
    }

    pub fn two_descriptors(&mut self, one: u32, other: u32) -> (&OpenFile, &OpenFile) {
        self.descriptor(one);
        self.descriptor(other);
        let file = |number: u32| match self.slots.get(number as usize & (SLOTS - 1)) {
            Some(Slot { content: Content::Used(Handle::Descriptor(file)), .. }) => file,
            _ => trap(),
        };
        (file(one), file(other))
    }

    pub fn directory_entry_stream(&mut self, number: u32) -> &mut DirStream {
        match self.get(number) {
            Handle::DirectoryEntryStream(stream) => stream,
            _ => trap(),
        }
    }

    pub fn input(&mut self, number: u32) -> &mut Input {
        match self.get(number) {
            Handle::Input(input) => input,
            _ => trap(),
        }
    }

    pub fn output(&mut self, number: u32) -> &mut Output {
        match self.get(number) {
            Handle::Output(output) => output,
            _ => trap(),
        }
    }

    pub fn pollable(&mut self, number: u32) -> &Pollable {
        match self.get(number) {
            Handle::Pollable(pollable) => pollable,
            _ => trap(),
        }
    }

    pub fn error(&mut self, number: u32) -> StreamFailure {
        match self.get(number) {
            Handle::Error(failure) => *failure,
            _ => trap(),
        }
    }
}

impl HostStream {
    pub fn new(handle: u32) -> Self {
        Self { handle, pollables: 0, dropped: false }
    }

    /// One more pollable belongs to this stream.
    pub fn add_pollable(&mut self) {
        self.pollables += 1;
    }
}

fn number(index: u32, generation: u16) -> u32 {
    index | u32::from(generation) << SLOT_BITS
}
