//! What a program asks for beside its files.

use vfs_core::{Clock, Error, Journal, Layer, Session, Volume};
use vfs_preview1_abi::{self as abi, Buffer, Errno, Program, Ready, Stream, Streams};

/// A volume, and a session on it.
pub trait State {
    /// The layer of the volume. It has every answer.
    type Layer: Layer<Stop = Error>;
    /// The clock of the volume.
    type Clock: Clock;
    /// The journal of the volume.
    type Journal: Journal;
    /// What else the session has.
    type Handle;
    /// What the session keeps of the standard streams.
    type Standard;

    /// Returns the volume, and the session of the program.
    #[expect(clippy::type_complexity, reason = "they are two, and both are generic")]
    fn parts(
        &mut self,
    ) -> (&mut Volume<Self::Layer, Self::Clock, Self::Journal>, &Session<'_, Self::Handle, Self::Standard>);
}

/// What a program asks for beside files. The functions are those of [`System`](abi::System) with the same names.
pub trait Host<P: Program>: State {
    /// See [`System::is_terminal`](abi::System::is_terminal).
    fn is_terminal(&mut self, stream: Stream) -> bool;

    /// See [`System::read_stdin`](abi::System::read_stdin).
    ///
    /// # Errors
    /// The reason why nothing was read.
    fn read_stdin(&mut self, program: &P, to: Buffer) -> Result<u32, Errno>;

    /// See [`System::write_stream`](abi::System::write_stream).
    ///
    /// # Errors
    /// The reason why nothing was written.
    fn write_stream(&mut self, stream: Stream, program: &P, from: Buffer) -> Result<u32, Errno>;

    /// See [`System::wait`](abi::System::wait).
    ///
    /// # Errors
    /// The reason why waiting is not possible.
    fn wait(&mut self, streams: Streams, limit: Option<u64>) -> Result<Ready, Errno>;

    /// See [`System::now`](abi::System::now).
    ///
    /// # Errors
    /// The time does not fit.
    fn now(&mut self, clock: abi::Clock) -> Result<u64, Errno>;

    /// See [`System::resolution`](abi::System::resolution).
    ///
    /// # Errors
    /// The resolution does not fit.
    fn resolution(&mut self, clock: abi::Clock) -> Result<u64, Errno>;

    /// See [`System::random`](abi::System::random).
    ///
    /// # Errors
    /// The reason why there are no random bytes.
    fn random(&mut self, program: &P, to: Buffer) -> Result<(), Errno>;

    /// See [`System::arguments`](abi::System::arguments).
    fn arguments(&mut self, give: impl FnMut(&[u8]));

    /// See [`System::variables`](abi::System::variables).
    fn variables(&mut self, give: impl FnMut(&[u8], &[u8]));
}
