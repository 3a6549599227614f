//! The variants of the vfs's core module, and the choice among them.
//!
//! Tailoring removes functions, but not branches inside a function that one app never takes. So features that few apps
//! need are compiled into variants of their own, and the composer chooses the smallest variant that has everything
//! needed.

use crate::error::TailorError;

/// A variant of the vfs's core module, built by the build script.
#[derive(Debug)]
pub struct Guest {
    /// The encoded core module.
    pub module: &'static [u8],
    /// What it has.
    pub has: Needs,
}

/// Features that a vfs needs beyond changes over an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Whether the lower layer is a tree that the host provides by `vfs-compose:late/tree`.
    pub late_tree: bool,
    /// Whether it tells at the end of the program how many files were written; see [`crate::end`].
    pub end: bool,
    /// Whether it has the functions of preview1, for the linked form; see [`crate::specialize::preview1`].
    pub preview1: bool,
    /// Whether it has directories of the host in its tree.
    pub mounts: bool,
    /// Whether it can follow absolute targets of symbolic links from its root.
    pub absolute_links: bool,
    /// Whether it has those by functions of WASI 0.3, for which its tasks wait, and not by those of 0.2, which block.
    pub mounts_by_0_3: bool,
}

impl Needs {
    /// No feature.
    pub const NONE: Self = Self {
        late_tree: false,
        end: false,
        preview1: false,
        mounts: false,
        absolute_links: false,
        mounts_by_0_3: false,
    };

    fn are_in(self, has: Self) -> bool {
        let Self { late_tree, end, preview1, mounts, absolute_links, mounts_by_0_3 } = self;
        (has.late_tree || !late_tree)
            && (has.end || !end)
            && (has.preview1 || !preview1)
            && (has.mounts || !mounts)
            && (has.absolute_links || !absolute_links)
            && has.mounts_by_0_3 == mounts_by_0_3
    }

    /// Names what is needed beside directories of the host.
    fn beside_mounts(self) -> String {
        let named = [
            (self.late_tree, "a tree that the host provides"),
            (self.end, "a count of the files that were written"),
            (self.preview1, "the functions of preview1"),
        ];
        let named = named.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, name)| name);
        named.collect::<Vec<_>>().join(", ")
    }
}

/// The variant without any such feature.
pub static PLAIN: Guest = Guest { module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs.wasm")), has: Needs::NONE };

static PREVIEW1: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-preview1.wasm")),
    has: Needs { preview1: true, ..Needs::NONE },
};

#[cfg(feature = "end")]
static END: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end.wasm")),
    has: Needs { end: true, ..Needs::NONE },
};

#[cfg(feature = "end")]
static END_PREVIEW1: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end-preview1.wasm")),
    has: Needs { end: true, preview1: true, ..Needs::NONE },
};

static MOUNTS: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-mounts.wasm")),
    has: Needs { mounts: true, absolute_links: true, ..Needs::NONE },
};

#[cfg(feature = "end")]
static END_MOUNTS: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end-mounts.wasm")),
    has: Needs { end: true, mounts: true, absolute_links: true, ..Needs::NONE },
};

static LINKS: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-links.wasm")),
    has: Needs { preview1: true, absolute_links: true, ..Needs::NONE },
};

#[cfg(feature = "end")]
static END_LINKS: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end-links.wasm")),
    has: Needs { end: true, preview1: true, absolute_links: true, ..Needs::NONE },
};

static MOUNTS_3: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-mounts3.wasm")),
    has: Needs { mounts: true, absolute_links: true, mounts_by_0_3: true, ..Needs::NONE },
};

#[cfg(feature = "end")]
static END_MOUNTS_3: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end-mounts3.wasm")),
    has: Needs { end: true, mounts: true, absolute_links: true, mounts_by_0_3: true, ..Needs::NONE },
};

#[cfg(feature = "test-guest")]
static LATE: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-late.wasm")),
    has: Needs { late_tree: true, ..Needs::NONE },
};

static ALL: &[&Guest] = &[
    &PLAIN,
    &PREVIEW1,
    &MOUNTS,
    &MOUNTS_3,
    &LINKS,
    #[cfg(feature = "end")]
    &END,
    #[cfg(feature = "end")]
    &END_PREVIEW1,
    #[cfg(feature = "end")]
    &END_MOUNTS,
    #[cfg(feature = "end")]
    &END_MOUNTS_3,
    #[cfg(feature = "end")]
    &END_LINKS,
    #[cfg(feature = "test-guest")]
    &LATE,
];

impl Guest {
    /// Returns the smallest variant with all features that are needed.
    ///
    /// # Errors
    /// - [`TailorError::Mounts`]: no variant that was built has directories of the host, and all else that is needed.
    /// - [`TailorError::Module`]: no such variant was built.
    pub fn choose(needs: Needs) -> Result<&'static Self, TailorError> {
        let able = ALL.iter().copied().filter(|guest| needs.are_in(guest.has));
        let smallest = able.min_by_key(|guest| guest.module.len());
        smallest.ok_or_else(|| match needs {
            Needs { mounts: true, .. } => TailorError::Mounts { beside: needs.beside_mounts() },
            _ => TailorError::module("no variant was built that has all that is asked for"),
        })
    }

    /// Returns the smallest variant with the features of this one and the functions of preview1; `None` if there is none.
    pub fn with_preview1(&self) -> Option<&'static Self> {
        Self::choose(Needs { preview1: true, ..self.has }).ok()
    }

    /// Returns whether the asynchronous functions of WASI 0.3, other than those of streams, always finish before they
    /// return.
    pub fn answers_at_once(&self) -> bool {
        !self.has.late_tree && !self.has.mounts_by_0_3
    }

    /// Returns whether the function that starts the pump may have to wait for the host.
    pub fn starts_late(&self) -> bool {
        self.has.mounts_by_0_3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_one_is_taken_where_it_does() {
        assert!(std::ptr::eq(Guest::choose(Needs::default()).unwrap(), &PLAIN));
        assert!(std::ptr::eq(Guest::choose(Needs { preview1: true, ..Needs::default() }).unwrap(), &PREVIEW1));
        assert!(std::ptr::eq(Guest::choose(Needs { mounts: true, ..Needs::default() }).unwrap(), &MOUNTS));
        let links = Needs { absolute_links: true, ..Needs::default() };
        assert!(std::ptr::eq(Guest::choose(links).unwrap(), &LINKS));
        assert!(std::ptr::eq(Guest::choose(Needs { preview1: true, ..links }).unwrap(), &LINKS));
        assert!(std::ptr::eq(Guest::choose(Needs { mounts: true, ..links }).unwrap(), &MOUNTS));
        let by_0_3 = Needs { mounts: true, mounts_by_0_3: true, ..Needs::default() };
        assert!(std::ptr::eq(Guest::choose(by_0_3).unwrap(), &MOUNTS_3));
    }

    #[test]
    fn what_no_variant_has_is_refused() {
        let none = Needs::default();
        let chosen = Guest::choose(Needs { late_tree: true, ..none });
        assert_eq!(chosen.is_ok(), cfg!(feature = "test-guest"));
        assert!(chosen.ok().is_none_or(|guest| !guest.answers_at_once()));
        assert_eq!(Guest::choose(Needs { end: true, ..none }).is_ok(), cfg!(feature = "end"));
        assert_eq!(Guest::choose(Needs { end: true, preview1: true, ..none }).is_ok(), cfg!(feature = "end"));
        assert_eq!(Guest::choose(Needs { end: true, mounts: true, ..none }).is_ok(), cfg!(feature = "end"));
        assert_eq!(Guest::choose(Needs { end: true, absolute_links: true, ..none }).is_ok(), cfg!(feature = "end"));
        assert!(Guest::choose(Needs { late_tree: true, end: true, ..none }).is_err());
        assert!(Guest::choose(Needs { late_tree: true, absolute_links: true, ..none }).is_err());
        assert!(Guest::choose(Needs { late_tree: true, preview1: true, ..none }).is_err());
    }

    #[test]
    fn a_lack_of_mounts_names_the_flag() {
        let all = Needs {
            late_tree: true,
            end: true,
            preview1: true,
            mounts: true,
            absolute_links: true,
            mounts_by_0_3: false,
        };
        assert_eq!(
            Guest::choose(all).unwrap_err().to_string(),
            "`--host-dir`: this build has no variant of the vfs with directories of the host beside a tree that the host \
             provides, a count of the files that were written, the functions of preview1"
        );
    }
}
