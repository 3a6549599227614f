//! Where contents come from and where the image goes to, without `std`.

/// The contents of one file, read from their start.
///
/// With the feature `std` every `std::io::Read` is one.
pub trait Source {
    /// What can go wrong.
    type Error;

    /// Reads some of the bytes that come next, and says how many: at least one, unless there are no more or `room` is
    /// empty.
    ///
    /// # Errors
    /// The contents cannot be read.
    fn read(&mut self, room: &mut [u8]) -> Result<usize, Self::Error>;
}

/// What takes an image, from its start to its end.
///
/// With the feature `std` every `std::io::Write` is one.
pub trait Sink {
    /// What can go wrong.
    type Error;

    /// Takes the bytes that come next, all of them.
    ///
    /// # Errors
    /// They cannot be taken.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Is told that there are no more bytes.
    ///
    /// # Errors
    /// What was taken before cannot be kept.
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
