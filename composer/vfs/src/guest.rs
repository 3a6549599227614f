//! The variants of the vfs's core module, and which one is taken.
//!
//! A branch that is never taken stays in a module whatever is tailored away from it. So what not every vfs has use for is in variants
//! that are compiled apart, and the composer takes the smallest that has what is asked for.

use crate::error::TailorError;

/// A variant, as the build script has made it.
#[derive(Debug)]
pub struct Guest {
    /// Core module.
    pub module: &'static [u8],
    has: Needs,
}

/// What is asked of a vfs beyond the changes over an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Its tree stands on what the host answers to `vfs-compose:late/tree`.
    pub late_tree: bool,
}

impl Needs {
    fn are_in(self, has: Self) -> bool {
        has.late_tree || !self.late_tree
    }
}

/// The plain one.
pub static PLAIN: Guest =
    Guest { module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs.wasm")), has: Needs { late_tree: false } };

#[cfg(feature = "test-guest")]
static LATE: Guest =
    Guest { module: include_bytes!(concat!(env!("OUT_DIR"), "/vfs-late.wasm")), has: Needs { late_tree: true } };

static ALL: &[&Guest] = &[
    &PLAIN,
    #[cfg(feature = "test-guest")]
    &LATE,
];

impl Guest {
    /// The smallest that has all that is asked for.
    ///
    /// # Errors
    /// - [`TailorError::Module`]: none was built.
    pub fn choose(needs: Needs) -> Result<&'static Self, TailorError> {
        let able = ALL.iter().copied().filter(|guest| needs.are_in(guest.has));
        let smallest = able.min_by_key(|guest| guest.module.len());
        smallest.ok_or_else(|| TailorError::module("no variant was built that has all that is asked for"))
    }

    /// Whether what WASI 0.3 calls asynchronous is done when a function of it returns.
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
    }

    #[test]
    fn what_no_variant_has_is_refused() {
        let chosen = Guest::choose(Needs { late_tree: true });
        assert_eq!(chosen.is_ok(), cfg!(feature = "test-guest"));
        assert!(chosen.ok().is_none_or(|guest| !guest.answers_at_once()));
    }
}
