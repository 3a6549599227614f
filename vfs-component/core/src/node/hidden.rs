//! Names of a layer's directory that the tree hides, because it has removed them or has others in their place.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashTable;

use crate::Error;
use crate::name::{hash, same};

/// Hidden names of one directory. A layer whose directories are copied up has none: `()`.
pub trait HiddenNames: Default + 'static {
    /// Whether there can be any.
    const ANY: bool;
    /// The names as they are lent: nothing if there are none.
    type Lent<'h>;

    /// Returns whether a name is hidden.
    fn contains(&self, name: &[u8]) -> bool;

    /// Makes sure that hiding this name, and others for which this was called since names were last hidden, needs no
    /// memory.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    fn prepare(&mut self, name: &[u8]) -> Result<(), Error>;

    /// Forgets what was prepared.
    fn begin(&mut self);

    /// Lends the names, to hide one of them.
    fn lend(&mut self) -> Self::Lent<'_>;

    /// Hides a name after [`HiddenNames::prepare`].
    fn hide(lent: &mut Self::Lent<'_>, name: &[u8]);
}

impl HiddenNames for () {
    const ANY: bool = false;
    type Lent<'h> = ();

    #[inline(always)]
    fn contains(&self, _name: &[u8]) -> bool {
        false
    }

    #[inline(always)]
    fn prepare(&mut self, _name: &[u8]) -> Result<(), Error> {
        Ok(())
    }

    #[inline(always)]
    fn begin(&mut self) {}

    #[inline(always)]
    fn lend(&mut self) {}

    #[inline(always)]
    fn hide(_lent: &mut (), _name: &[u8]) {}
}

/// A set of names.
#[derive(Debug, Default)]
pub struct Hidden {
    names: HashTable<Box<[u8]>>,
    /// Copies of names that an operation may hide.
    prepared: Vec<Box<[u8]>>,
}

impl HiddenNames for Hidden {
    const ANY: bool = true;
    type Lent<'h> = &'h mut Self;

    fn contains(&self, name: &[u8]) -> bool {
        self.names.find(hash(name), |known| same(known, name)).is_some()
    }

    fn prepare(&mut self, name: &[u8]) -> Result<(), Error> {
        let mut copy = Vec::new();
        copy.try_reserve_exact(name.len())?;
        copy.extend_from_slice(name);
        self.prepared.try_reserve(1)?;
        self.prepared.push(copy.into_boxed_slice());
        self.names.try_reserve(self.prepared.len(), |name| hash(name))?;
        Ok(())
    }

    fn begin(&mut self) {
        self.prepared.clear();
    }

    fn lend(&mut self) -> &mut Self {
        self
    }

    fn hide(lent: &mut &mut Self, name: &[u8]) {
        if lent.contains(name) {
            return;
        }
        if let Some(place) = lent.prepared.iter().position(|prepared| same(prepared, name)) {
            let name = lent.prepared.swap_remove(place);
            lent.names.insert_unique(hash(&name), name, |name| hash(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_was_prepared_since_the_begin() {
        let mut hidden = Hidden::default();
        Hidden::hide(&mut hidden.lend(), b"unprepared");
        assert!(!hidden.contains(b"unprepared"));
        hidden.prepare(b"one").unwrap();
        hidden.prepare(b"two").unwrap();
        Hidden::hide(&mut hidden.lend(), b"two");
        hidden.begin();
        Hidden::hide(&mut hidden.lend(), b"one");
        assert!(hidden.contains(b"two") && !hidden.contains(b"one"));
        hidden.prepare(b"two").unwrap();
        Hidden::hide(&mut hidden.lend(), b"two");
        assert_eq!(hidden.names.len(), 1);
    }
}
