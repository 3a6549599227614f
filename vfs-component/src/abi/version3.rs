//! Types with another layout in WASI 0.3: error codes and kinds of nodes are variants, whose last case has a text.

use vfs_core::{Error, FileKind};

use super::{List, Opt};

/// A variant in which only the last case has a payload, an `option<string>`. That case is never used.
#[derive(Clone, Copy)]
#[repr(C)]
struct Case {
    number: u8,
    text: Opt<List>,
}

/// `wasi:filesystem/types@0.3.error-code`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct ErrorCode(Case);

/// `would-block`, which exists only in 0.2.
const WOULD_BLOCK: u8 = 1;

impl ErrorCode {
    /// Number of cases.
    pub const NUMBERS: usize = 37;

    pub fn number(self) -> u8 {
        self.0.number
    }

    /// Returns the error of the host.
    #[cfg(feature = "mounts3")]
    pub fn error(self) -> Error {
        let number = self.0.number;
        Error::from_code(if number < WOULD_BLOCK { number } else { number.saturating_add(1) })
    }
}

impl From<Error> for ErrorCode {
    fn from(error: Error) -> Self {
        let number = error as u8;
        Self(Case { number: if number > WOULD_BLOCK { number - 1 } else { number }, text: Opt::None })
    }
}

/// `wasi:filesystem/types@0.3.descriptor-type`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct DescriptorType(Case);

impl DescriptorType {
    #[cfg(feature = "tasks")]
    pub fn number(self) -> u8 {
        self.0.number
    }

    /// Returns the kind of a node. What the host does not know cannot be opened: it counts as a device.
    #[cfg(feature = "mounts3")]
    pub fn kind(self) -> FileKind {
        match self.0.number {
            0 => FileKind::BlockDevice,
            2 => FileKind::Directory,
            3 => FileKind::Fifo,
            4 => FileKind::SymbolicLink,
            5 => FileKind::RegularFile,
            6 => FileKind::Socket,
            _ => FileKind::CharacterDevice,
        }
    }
}

impl From<FileKind> for DescriptorType {
    fn from(kind: FileKind) -> Self {
        let number = match kind {
            FileKind::BlockDevice => 0,
            FileKind::CharacterDevice => 1,
            FileKind::Directory => 2,
            FileKind::Fifo => 3,
            FileKind::SymbolicLink => 4,
            FileKind::RegularFile => 5,
            FileKind::Socket => 6,
        };
        Self(Case { number, text: Opt::None })
    }
}

#[cfg(target_arch = "wasm32")]
const _: () = assert!(size_of::<Case>() == 16 && align_of::<Case>() == 4);
