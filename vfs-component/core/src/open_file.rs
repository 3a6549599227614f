//! One open of a node: which node, with what flags and rights.

use vfs_image::FileKind;

use crate::{DirectoryRights, Rights};

macro_rules! flags {
    ($(#[$doc:meta])* $name:ident: $($(#[$flag_doc:meta])* $flag:ident = $bit:expr;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name(u8);

        impl $name {
            /// No flag.
            pub const NONE: Self = Self(0);
            $($(#[$flag_doc])* pub const $flag: Self = Self($bit);)*
            const ALL: u8 = $($bit |)* 0;

            /// Takes the bits that are known, and leaves out all others.
            #[must_use]
            pub const fn from_bits(bits: u8) -> Self {
                Self(bits & Self::ALL)
            }

            /// The flags as WASI numbers them.
            #[must_use]
            pub const fn bits(self) -> u8 {
                self.0
            }

            /// Whether all of `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any of `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// These and `other`.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// These without `other`.
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
    /// What `open_at` is to do beside opening. The bits are those of WASI's `open-flags`.
    OpenFlags:
    /// Make the file if it is not there.
    CREATE = 1;
    /// Fail if it is not a directory.
    DIRECTORY = 2;
    /// With [`OpenFlags::CREATE`]: fail if the name is taken.
    EXCLUSIVE = 4;
    /// Cut the file to size 0.
    TRUNCATE = 8;
}

flags! {
    /// What an open file can be used for. The bits are those of WASI's `descriptor-flags`.
    DescriptorFlags:
    /// Contents can be read.
    READ = 1;
    /// Contents can be written.
    WRITE = 2;
    /// Kept and reported; memory is always in step with itself.
    FILE_INTEGRITY_SYNC = 4;
    /// Kept and reported; memory is always in step with itself.
    DATA_INTEGRITY_SYNC = 8;
    /// Kept and reported; memory is always in step with itself.
    REQUESTED_WRITE_SYNC = 16;
    /// What lies below the directory can be changed.
    MUTATE_DIRECTORY = 32;
}

impl DescriptorFlags {
    /// The flags that ask for change.
    pub(crate) const CHANGES: Self = Self(2 | 32);
}

/// Whether an operation on a symbolic link means what it points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowFinalLink {
    /// The operation is on what the link points at.
    Yes,
    /// The operation is on the link itself.
    No,
}

/// One open of a node: which node, with what flags and rights. Give it back to [`Fs::close`](crate::Fs::close): while it
/// is not closed its node is kept, even without a name.
#[derive(Debug)]
#[must_use = "an open file that is not closed keeps its node for ever"]
pub struct OpenFile {
    pub(crate) slot: u32,
    pub(crate) kind: FileKind,
    pub(crate) flags: DescriptorFlags,
    pub(crate) changes: ChangeRight,
}

/// Whether a node, and for a directory what lies below it, can be changed through an open: the rights of the session, as
/// they have come down to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeRight {
    /// They are refused, and through what is opened from here, too.
    Refused,
    /// They are allowed, and through what is opened from here, too.
    Allowed,
    /// They are allowed; through a directory that is opened from here only with [`DescriptorFlags::MUTATE_DIRECTORY`].
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
