//! What the app's handles stand for: one table ([`Handles`]) for all resources of all interfaces.
//!
//! Bit 30 of a number is free for the linked form to mark the numbers as the vfs's.

use vfs_core::{DirStream, Error, Handles, OpenFile};

use crate::abi::trap;
use crate::host;
use crate::state::Volume;

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

/// The handles of an app by their numbers, each as what it has to be. A number that is none, or of another kind, traps:
/// the component model lets no app have one.
pub trait AppHandles {
    /// Gives a handle a number. Traps where [`Handles::reserve`] was not asked and the spare places are used up: calls
    /// that cannot fail have no other way out.
    fn add(&mut self, handle: Handle) -> u32;

    /// Forgets a number, and gives what it stood for back to the volume or the host.
    fn remove(&mut self, volume: &mut Volume, number: u32, kind: Kind);

    /// The host's handle behind a pollable, a stream or an error, if it is one of the host's.
    fn of_host(&self, number: u32) -> Option<u32>;

    /// The same handle, which is given away. Traps where there is none. A stream's pollables must be gone, as the host
    /// wants it.
    fn release(&mut self, volume: &mut Volume, number: u32) -> u32;

    fn descriptor(&self, number: u32) -> &OpenFile;
    fn directory_entry_stream(&mut self, number: u32) -> &mut DirStream;
    fn input(&mut self, number: u32) -> &mut Input;
    fn output(&mut self, number: u32) -> &mut Output;
    fn pollable(&self, number: u32) -> &Pollable;
    fn error(&self, number: u32) -> StreamFailure;
}

impl AppHandles for Handles<Handle> {
    fn add(&mut self, handle: Handle) -> u32 {
        self.insert(handle).unwrap_or_else(|_| trap())
    }

    fn remove(&mut self, volume: &mut Volume, number: u32, kind: Kind) {
        match known_mut(self, number) {
            handle if handle.kind() != kind => trap(),
            // A host stream with pollables stays until the last of them is gone.
            Handle::Input(Input::Host(stream)) | Handle::Output(Output::Host(stream)) if stream.pollables > 0 => {
                stream.dropped = true;
                return;
            }
            _ => {}
        }
        match self.take(number) {
            Some(
                Handle::Descriptor(file)
                | Handle::Input(Input::File { file, .. })
                | Handle::Output(Output::File { file, .. }),
            ) => volume.close(file),
            Some(Handle::DirectoryEntryStream(stream)) => volume.close_dir(stream),
            Some(Handle::Input(Input::Host(stream))) => host::streams::drop_input_stream(stream.handle),
            Some(Handle::Output(Output::Host(stream))) => host::streams::drop_output_stream(stream.handle),
            Some(Handle::Pollable(Pollable::Host { handle, parent })) => {
                host::poll::drop_pollable(handle);
                if let Some(parent) = parent {
                    remove_pollable(self, volume, parent);
                }
            }
            Some(Handle::Error(StreamFailure::Host(handle))) => host::error::drop_error(handle),
            Some(Handle::TerminalInput(handle)) => host::terminal::drop_terminal_input(handle),
            Some(Handle::TerminalOutput(handle)) => host::terminal::drop_terminal_output(handle),
            Some(
                Handle::Input(Input::Standard | Input::Null | Input::Failing(_))
                | Handle::Output(Output::Null | Output::Closed | Output::Failing(_))
                | Handle::Pollable(Pollable::Ready | Pollable::Timer(_))
                | Handle::Error(StreamFailure::File(_) | StreamFailure::Denied(_))
                | Handle::Released(_),
            ) => {}
            None => trap(),
        }
    }

    fn of_host(&self, number: u32) -> Option<u32> {
        match known(self, number) {
            Handle::Input(Input::Host(stream)) | Handle::Output(Output::Host(stream)) => Some(stream.handle),
            Handle::Pollable(Pollable::Host { handle, .. }) | Handle::Error(StreamFailure::Host(handle)) => {
                Some(*handle)
            }
            _ => None,
        }
    }

    fn release(&mut self, volume: &mut Volume, number: u32) -> u32 {
        let Some(handle) = self.of_host(number) else { trap() };
        let own = known_mut(self, number);
        let kind = own.kind();
        let released = core::mem::replace(own, Handle::Released(kind));
        if let Handle::Pollable(Pollable::Host { parent: Some(parent), .. }) = released {
            remove_pollable(self, volume, parent);
        }
        handle
    }

    fn descriptor(&self, number: u32) -> &OpenFile {
        match known(self, number) {
            Handle::Descriptor(file) => file,
            _ => trap(),
        }
    }

    fn directory_entry_stream(&mut self, number: u32) -> &mut DirStream {
        match known_mut(self, number) {
            Handle::DirectoryEntryStream(stream) => stream,
            _ => trap(),
        }
    }

    fn input(&mut self, number: u32) -> &mut Input {
        match known_mut(self, number) {
            Handle::Input(input) => input,
            _ => trap(),
        }
    }

    fn output(&mut self, number: u32) -> &mut Output {
        match known_mut(self, number) {
            Handle::Output(output) => output,
            _ => trap(),
        }
    }

    fn pollable(&self, number: u32) -> &Pollable {
        match known(self, number) {
            Handle::Pollable(pollable) => pollable,
            _ => trap(),
        }
    }

    fn error(&self, number: u32) -> StreamFailure {
        match known(self, number) {
            Handle::Error(failure) => *failure,
            _ => trap(),
        }
    }
}

fn known(handles: &Handles<Handle>, number: u32) -> &Handle {
    handles.get(number).unwrap_or_else(|| trap())
}

fn known_mut(handles: &mut Handles<Handle>, number: u32) -> &mut Handle {
    handles.get_mut(number).unwrap_or_else(|| trap())
}

/// One pollable less belongs to a host stream, which goes now if the app has dropped it before.
fn remove_pollable(handles: &mut Handles<Handle>, volume: &mut Volume, parent: u32) {
    // A stream that was given back to the host is gone.
    let Some(handle) = handles.get_mut(parent) else { return };
    let kind = handle.kind();
    if let Handle::Input(Input::Host(stream)) | Handle::Output(Output::Host(stream)) = handle {
        stream.pollables -= 1;
        if stream.pollables == 0 && stream.dropped {
            handles.remove(volume, parent, kind);
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
