//! What a plan is made of.

/// Number of places for open files.
pub const SLOTS: usize = 4;
/// Number of places for directory streams.
pub const STREAMS: usize = 2;

/// Where a path starts: an open file, or, where nothing is open there, the root.
pub type At = Option<usize>;

/// What to set a timestamp to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewTime {
    /// Leave it.
    Keep,
    /// The time now.
    Now,
    /// Seconds, so few that nobody takes them for now.
    At(u64),
}

/// One operation. Where a slot is empty, the operation is none, and so is its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of WASI's functions; `open` and `flags` are its bits")]
pub enum Op {
    Open {
        slot: usize,
        at: At,
        path: String,
        follow: bool,
        open: u8,
        flags: u8,
    },
    Close {
        slot: usize,
    },
    Read {
        slot: usize,
        offset: u64,
        length: usize,
    },
    Write {
        slot: usize,
        offset: u64,
        length: usize,
        byte: u8,
    },
    Append {
        slot: usize,
        length: usize,
        byte: u8,
    },
    SetSize {
        slot: usize,
        size: u64,
    },
    SetTimes {
        slot: usize,
        accessed: NewTime,
        modified: NewTime,
    },
    Stat {
        slot: usize,
    },
    Flags {
        slot: usize,
    },
    Same {
        slot: usize,
        other: usize,
    },
    Sync {
        slot: usize,
    },
    /// A whole listing.
    List {
        slot: usize,
    },
    /// Starts a listing that goes on while other things happen.
    ReadDir {
        slot: usize,
        stream: usize,
    },
    /// Some entries of it.
    Next {
        stream: usize,
        count: usize,
    },
    StatAt {
        at: At,
        path: String,
        follow: bool,
    },
    SetTimesAt {
        at: At,
        path: String,
        follow: bool,
        accessed: NewTime,
        modified: NewTime,
    },
    CreateDir {
        at: At,
        path: String,
    },
    RemoveDir {
        at: At,
        path: String,
    },
    Unlink {
        at: At,
        path: String,
    },
    Symlink {
        at: At,
        target: String,
        path: String,
    },
    ReadLink {
        at: At,
        path: String,
    },
    Link {
        from: At,
        from_path: String,
        follow: bool,
        to: At,
        to_path: String,
    },
    Rename {
        from: At,
        from_path: String,
        to: At,
        to_path: String,
    },
}

impl Op {
    /// The slot of the open file that it is carried out on. `None`: it starts from paths, or opens or closes.
    #[must_use]
    pub const fn file(&self) -> Option<usize> {
        match self {
            Self::Read { slot, .. }
            | Self::Write { slot, .. }
            | Self::Append { slot, .. }
            | Self::SetSize { slot, .. }
            | Self::SetTimes { slot, .. }
            | Self::Stat { slot }
            | Self::Flags { slot }
            | Self::Same { slot, .. }
            | Self::Sync { slot }
            | Self::List { slot }
            | Self::ReadDir { slot, .. } => Some(*slot),
            _ => None,
        }
    }
}
