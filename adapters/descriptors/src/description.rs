//! Open descriptions.

/// One open of a file. All numbers that refer to it share its position and its flags.
#[derive(Debug)]
pub struct Description<F> {
    /// What is open.
    pub file: F,
    /// Where the next read or write begins, in bytes from the start.
    pub position: u64,
    /// How it is used; a program can change these.
    pub flags: Flags,
}

impl<F> Description<F> {
    /// Makes the description of a file that was just opened.
    pub const fn new(file: F, flags: Flags) -> Self {
        Self { file, position: 0, flags }
    }
}

/// The flags of an open description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Every write goes to the end of the file.
    pub append: bool,
    /// Calls that would wait fail instead. Files never wait.
    pub nonblocking: bool,
}

impl Flags {
    /// No flag.
    pub const NONE: Self = Self { append: false, nonblocking: false };
}
