//! The place for something between a program and its files.

use crate::Description;

/// Is told before and after each use of a description, and may change it. Both functions do nothing by default, so `()`
/// costs nothing.
pub trait Interposer<F> {
    /// Called before a description is used by this number.
    #[inline]
    fn before(&mut self, _number: u32, _description: &mut Description<F>) {}

    /// Called after it.
    #[inline]
    fn after(&mut self, _number: u32, _description: &mut Description<F>) {}
}

impl<F> Interposer<F> for () {}

/// Lends an interposer that somebody else keeps.
impl<F, I: Interposer<F>> Interposer<F> for &mut I {
    #[inline]
    fn before(&mut self, number: u32, description: &mut Description<F>) {
        (**self).before(number, description);
    }

    #[inline]
    fn after(&mut self, number: u32, description: &mut Description<F>) {
        (**self).after(number, description);
    }
}
