//! The future beside each stream, whose value tells how the stream ended.

use vfs_core::Error;

use super::Next;
use super::ends::{Progress, results};
use crate::abi::ErrorCode;

/// The writable end of a future without a value yet.
pub struct Done {
    end: u32,
    kind: Kind,
}

/// The interface whose `error-code` is in the result.
#[derive(Clone, Copy)]
enum Kind {
    Filesystem,
    Cli,
}

/// A result on its way to the app.
pub struct Answer {
    pub end: u32,
    value: Value,
}

/// A result in memory, which stays as long as anybody may read it.
#[derive(Clone, Copy)]
enum Value {
    Filesystem(&'static [u32; 5]),
    Cli(&'static [u8; 2]),
}

impl Done {
    /// Makes the future of a stream of `wasi:filesystem`; returns its readable end too.
    pub fn of_filesystem() -> (u32, Self) {
        let (readable, end) = results::new_of_filesystem();
        (readable, Self { end, kind: Kind::Filesystem })
    }

    /// Makes the future of a stream of `wasi:cli`; returns its readable end too.
    pub fn of_cli() -> (u32, Self) {
        let (readable, end) = results::new_of_cli();
        (readable, Self { end, kind: Kind::Cli })
    }

    /// Makes a future of one of the two types: an app has streams of at least one, and no handle is 0.
    pub fn of_any() -> (u32, Self) {
        let (readable, done) = Self::of_filesystem();
        if readable == 0 { Self::of_cli() } else { (readable, done) }
    }

    /// Sets its value.
    pub fn answer(self, result: Result<(), Error>) -> Answer {
        let value = match self.kind {
            Kind::Filesystem => {
                let place = result.err().map_or(0, |error| 1 + usize::from(ErrorCode::from(error).number()));
                Value::Filesystem(FILESYSTEM.get(place).unwrap_or(&FILESYSTEM[0]))
            }
            Kind::Cli => Value::Cli(match result {
                Ok(()) => &[0, 0],
                Err(Error::IllegalByteSequence) => &[1, ILLEGAL_BYTE_SEQUENCE],
                Err(_) => &[1, IO],
            }),
        };
        Answer { end: self.end, value }
    }
}

/// Cases of `wasi:cli/types@0.3.error-code`.
const IO: u8 = 0;
const ILLEGAL_BYTE_SEQUENCE: u8 = 1;

/// Success, and each error of `wasi:filesystem`, laid out as `result<_, error-code>`: the tag, the code, and no text.
static FILESYSTEM: [[u32; 5]; 1 + ErrorCode::NUMBERS] = {
    let mut all = [[0; 5]; 1 + ErrorCode::NUMBERS];
    let mut number = 0;
    while number < ErrorCode::NUMBERS {
        all[1 + number] = [1, number as u32, 0, 0, 0];
        number += 1;
    }
    all
};

impl Answer {
    /// Drops the readable end: nobody will read the result.
    pub fn ignore(&self, readable: u32) {
        match self.value {
            Value::Filesystem(_) => results::ignore_of_filesystem(readable),
            Value::Cli(_) => results::ignore_of_cli(readable),
        }
    }

    /// Writes the result. Drops the end when it was read or nobody will read it.
    pub(super) fn turn(&mut self, progress: Option<Progress>) -> Next {
        let heard = progress.or_else(|| {
            Progress::new(match self.value {
                Value::Filesystem(value) => results::write_to_filesystem(self.end, value),
                Value::Cli(value) => results::write_to_cli(self.end, value),
            })
        });
        if heard.is_none() {
            return Next::Wait;
        }
        match self.value {
            Value::Filesystem(_) => results::drop_of_filesystem(self.end),
            Value::Cli(_) => results::drop_of_cli(self.end),
        }
        Next::Gone
    }
}
