//! The app's handles: one table ([`Handles`]) for all resources of all interfaces.
//!
//! Bit 30 of a number is left to the linked form, which marks the numbers of the vfs with it.

use vfs_core::{DirStream, Error, Handles, OpenFile};

use crate::abi::trap;
use crate::state::Volume;
use crate::{host, layer};

/// The resource of a number.
pub enum Handle {
    Descriptor(OpenFile),
    DirectoryEntryStream(DirStream),
    Input(Input),
    Output(Output),
    Pollable(Pollable),
    Error(StreamFailure),
    TerminalInput(u32),
    TerminalOutput(u32),
    /// A resource of the host that the host has back.
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
    /// The app's stdin, if it is not the host's. It lies in the state, because all its streams share one position.
    Standard,
    /// Always at its end.
    Null,
    /// Fails at every call with this.
    Failing(StreamFailure),
}

pub enum Output {
    File {
        file: OpenFile,
        position: Position,
        /// The rest of what `check-write` permitted; `None`: it was not called yet.
        permit: Option<u64>,
        closed: bool,
    },
    Host(HostStream),
    /// Accepts everything and stores nothing.
    Null,
    /// Accepts nothing.
    Closed,
    /// Fails at every call with this.
    Failing(StreamFailure),
}

/// The position of an output stream.
#[derive(Clone, Copy)]
pub enum Position {
    At(u64),
    End,
}

/// A stream of the host. It outlives its pollables, as hosts require, in whatever order the app drops them.
pub struct HostStream {
    pub handle: u32,
    pollables: u32,
    dropped: bool,
}

pub enum Pollable {
    /// Always ready, because memory never blocks.
    Ready,
    /// Ready from this time of the frozen clock on, in nanoseconds.
    Timer(u64),
    /// A pollable of the host, with the number of the stream that it belongs to.
    Host { handle: u32, parent: Option<u32> },
}

/// What the vfs knows about a pollable without asking the host.
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
    /// The settings deny the stream, with this message.
    Denied(&'static str),
}

/// The handles of an app, by number and required kind. A number that is unknown, or of another kind, traps: under the
/// component model, no app can have one.
pub trait AppHandles {
    /// Stores a handle and returns its number. Traps if [`Handles::reserve`] was not called and the spare places are
    /// used up: calls that cannot fail have no other way out.
    fn add(&mut self, handle: Handle) -> u32;

    /// Removes a number, and returns its resource to the volume or the host.
    fn remove(&mut self, volume: &mut Volume, number: u32, kind: Kind);

    /// Returns the host's handle of a pollable, a stream or an error, if it is one of the host.
    fn of_host(&self, number: u32) -> Option<u32>;

    /// Gives away the host's handle of a number. Traps if there is none. A stream's pollables must be gone, as hosts
    /// require.
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
            // A stream of the host with pollables stays until the last of them is gone.
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
        layer::settle(volume);
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

/// Removes one pollable from a stream of the host. If the app has dropped the stream before, it goes with its last
/// pollable.
fn remove_pollable(handles: &mut Handles<Handle>, volume: &mut Volume, parent: u32) {
    // A stream that the host has back is gone.
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

    /// Adds a pollable to this stream.
    pub fn add_pollable(&mut self) {
        self.pollables += 1;
    }
}
