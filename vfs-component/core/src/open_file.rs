//! Open files: a node, with flags and rights.

use vfs_image::FileKind;

use crate::{DirectoryRights, Rights};

macro_rules! flags {
    ($(#[$doc:meta])* $name:ident: $($(#[$flag_doc:meta])* $flag:ident = $bit:expr;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u8);

        impl $name {
            /// No flag.
            pub const NONE: Self = Self(0);
            $($(#[$flag_doc])* pub const $flag: Self = Self($bit);)*
            const ALL: u8 = $($bit |)* 0;

            /// Makes flags of the known bits, and ignores all others.
            #[must_use]
            pub const fn from_bits(bits: u8) -> Self {
                Self(bits & Self::ALL)
            }

            /// Returns the flags as WASI numbers them.
            #[must_use]
            pub const fn bits(self) -> u8 {
                self.0
            }

            /// Returns whether all of `other` are set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Returns whether any of `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// Returns these flags and `other`.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Returns these flags without `other`.
            #[must_use]
            pub const fn difference(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }
        }

        impl core::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                self.union(other)
            }
        }
    };
}

flags! {
    /// Flags of `open_at`. The bits are those of WASI's `open-flags`.
    OpenFlags:
    /// Makes the file if it does not exist.
    CREATE = 1;
    /// Fails if the node is not a directory.
    DIRECTORY = 2;
    /// With [`OpenFlags::CREATE`]: fails if the name is taken.
    EXCLUSIVE = 4;
    /// Cuts the file to size 0.
    TRUNCATE = 8;
}

flags! {
    /// Permitted uses of an open file. The bits are those of WASI's `descriptor-flags`.
    DescriptorFlags:
    /// Contents can be read.
    READ = 1;
    /// Contents can be written.
    WRITE = 2;
    /// Kept and reported; memory needs no synchronization.
    FILE_INTEGRITY_SYNC = 4;
    /// Kept and reported; memory needs no synchronization.
    DATA_INTEGRITY_SYNC = 8;
    /// Kept and reported; memory needs no synchronization.
    REQUESTED_WRITE_SYNC = 16;
    /// Nodes below the directory can be changed.
    MUTATE_DIRECTORY = 32;
}

impl DescriptorFlags {
    /// The flags that permit changes.
    pub(crate) const CHANGES: Self = Self(2 | 32);
}

/// Whether an operation on a symbolic link concerns the link or its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowFinalLink {
    /// The operation concerns the target.
    Yes,
    /// The operation concerns the link itself.
    No,
}

/// One open of a node, with flags and rights. Pass it to [`Fs::close`](crate::Fs::close): until then its node is kept,
/// even without a name.
#[derive(Debug)]
#[must_use = "an open file that is not closed keeps its node for ever"]
pub struct OpenFile {
    pub(crate) slot: u32,
    pub(crate) kind: FileKind,
    pub(crate) flags: DescriptorFlags,
    pub(crate) changes: ChangeRight,
}

/// Whether an open file permits changes of its node, and of nodes below a directory. It comes from the session's
/// rights, by way of the directories through which the file was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeRight {
    /// Changes are refused, also for whatever is opened from here.
    Refused,
    /// Changes are allowed, also for whatever is opened from here.
    Allowed,
    /// Changes are allowed. A directory opened from here permits them only with [`DescriptorFlags::MUTATE_DIRECTORY`].
    AllowedOnRequest,
}

impl From<Rights> for ChangeRight {
    fn from(rights: Rights) -> Self {
        match rights {
            Rights { read_only: true, .. } => Self::Refused,
            Rights { directory_rights: DirectoryRights::Inherited, .. } => Self::Allowed,
            Rights { directory_rights: DirectoryRights::AsRequested, .. } => Self::AllowedOnRequest,
        }
    }
}
