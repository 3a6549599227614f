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
    has: Needs,
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
}

impl Needs {
    fn are_in(self, has: Self) -> bool {
        (has.late_tree || !self.late_tree) && (has.end || !self.end) && (has.preview1 || !self.preview1)
    }
}

/// The variant without any such feature.
pub static PLAIN: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs.wasm")),
    has: Needs { late_tree: false, end: false, preview1: false },
};

static PREVIEW1: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-preview1.wasm")),
    has: Needs { late_tree: false, end: false, preview1: true },
};

#[cfg(feature = "end")]
static END: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end.wasm")),
    has: Needs { late_tree: false, end: true, preview1: false },
};

#[cfg(feature = "end")]
static END_PREVIEW1: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-end-preview1.wasm")),
    has: Needs { late_tree: false, end: true, preview1: true },
};

#[cfg(feature = "test-guest")]
static LATE: Guest = Guest {
    module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-late.wasm")),
    has: Needs { late_tree: true, end: false, preview1: false },
};

static ALL: &[&Guest] = &[
    &PLAIN,
    &PREVIEW1,
    #[cfg(feature = "end")]
    &END,
    #[cfg(feature = "end")]
    &END_PREVIEW1,
    #[cfg(feature = "test-guest")]
    &LATE,
];

impl Guest {
    /// Returns the smallest variant with all features that are needed.
    ///
    /// # Errors
    /// - [`TailorError::Module`]: no such variant was built.
    pub fn choose(needs: Needs) -> Result<&'static Self, TailorError> {
        let able = ALL.iter().copied().filter(|guest| needs.are_in(guest.has));
        let smallest = able.min_by_key(|guest| guest.module.len());
        smallest.ok_or_else(|| TailorError::module("no variant was built that has all that is asked for"))
    }

    /// Returns the smallest variant with the features of this one and the functions of preview1; `None` if there is none.
    pub fn with_preview1(&self) -> Option<&'static Self> {
        Self::choose(Needs { preview1: true, ..self.has }).ok()
    }

    /// Returns whether the asynchronous functions of WASI 0.3, other than those of streams, always finish before they
    /// return.
    pub fn answers_at_once(&self) -> bool {
        !self.has.late_tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_one_is_taken_where_it_does() {
        assert!(std::ptr::eq(Guest::choose(Needs::default()).unwrap(), &PLAIN));
        assert!(std::ptr::eq(Guest::choose(Needs { preview1: true, ..Needs::default() }).unwrap(), &PREVIEW1));
    }

    #[test]
    fn what_no_variant_has_is_refused() {
        let none = Needs::default();
        let chosen = Guest::choose(Needs { late_tree: true, ..none });
        assert_eq!(chosen.is_ok(), cfg!(feature = "test-guest"));
        assert!(chosen.ok().is_none_or(|guest| !guest.answers_at_once()));
        assert_eq!(Guest::choose(Needs { end: true, ..none }).is_ok(), cfg!(feature = "end"));
        assert_eq!(Guest::choose(Needs { end: true, preview1: true, ..none }).is_ok(), cfg!(feature = "end"));
        assert!(Guest::choose(Needs { late_tree: true, end: true, ..none }).is_err());
        assert!(Guest::choose(Needs { late_tree: true, preview1: true, ..none }).is_err());
    }
}
