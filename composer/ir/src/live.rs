//! Finds the definitions that are needed, and an order in which they can be written.

use std::collections::HashSet;

use super::references::references;
use crate::Malformed;
use crate::{Component, Definition};

impl<'a> Component<'a> {
    /// Returns the definitions that `roots` accepts and all that these refer to, directly or indirectly. They keep
    /// their order, except that each comes after those that it refers to.
    ///
    /// # Errors
    /// - [`Malformed::Broken`]: a definition cannot be encoded.
    pub fn live(&self, roots: impl Fn(&Definition<'a>) -> bool) -> Result<Vec<&Definition<'a>>, Malformed> {
        let references = self.all_references()?;
        let mut live = vec![false; references.len()];
        let mut todo: Vec<usize> =
            self.definitions().iter().enumerate().filter(|(_, one)| roots(one)).map(|(place, _)| place).collect();
        while let Some(place) = todo.pop() {
            if !std::mem::replace(&mut live[place], true) {
                todo.extend(&references[place]);
            }
        }
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        for place in (0..live.len()).filter(|&place| live[place]) {
            // Pairs of a definition and how many of its references are done.
            let mut path = Vec::from_iter(seen.insert(place).then_some((place, 0)));
            while let Some((place, done)) = path.pop() {
                match references[place].get(done) {
                    Some(&next) => {
                        path.push((place, done + 1));
                        path.extend(seen.insert(next).then_some((next, 0)));
                    }
                    None => order.push(&self.definitions()[place]),
                }
            }
        }
        Ok(order)
    }

    /// Returns for each definition the positions of those that it refers to.
    fn all_references(&self) -> Result<Vec<Vec<usize>>, Malformed> {
        let places = |definition: &Definition<'a>| {
            Ok(references(&definition.item)?.names.into_iter().filter_map(|id| self.place(id)).collect())
        };
        self.definitions().iter().map(places).collect()
    }
}
