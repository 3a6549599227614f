//! Sources of contents and sinks of images, without `std`.

/// The contents of one file, read from their start.
///
/// With the feature `std`, every `std::io::Read` is a source.
pub trait Source {
    /// The error of a failed read.
    type Error;

    /// Reads some of the next bytes, and returns their number: at least one, unless there are no more or `room` is
    /// empty.
    ///
    /// # Errors
    /// The contents cannot be read.
    fn read(&mut self, room: &mut [u8]) -> Result<usize, Self::Error>;
}

/// A destination for an image, written from start to end.
///
/// With the feature `std`, every `std::io::Write` is a sink.
pub trait Sink {
    /// The error of a failed write.
    type Error;

    /// Writes the next bytes, all of them.
    ///
    /// # Errors
    /// The bytes cannot be written.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Ends the output: there are no more bytes.
    ///
    /// # Errors
    /// Bytes written before cannot be kept.
    fn finish(&mut self) -> Result<(), Self::Error>;
}

#[cfg(feature = "std")]
mod of_std {
    use std::io::{self, ErrorKind};

    use super::{Sink, Source};

    impl<R: io::Read> Source for R {
        type Error = io::Error;

        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            loop {
                match io::Read::read(self, room) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    done => return done,
                }
            }
        }
    }

    impl<W: io::Write> Sink for W {
        type Error = io::Error;

        fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.write_all(bytes)
        }

        fn finish(&mut self) -> io::Result<()> {
            self.flush()
        }
    }
}
