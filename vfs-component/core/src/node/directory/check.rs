//! Checks that the entries are sorted and found.

use alloc::format;
use alloc::string::String;

use super::{Entries, Found};

impl<B: AsRef<[u8]>> Entries<B> {
    /// Returns all existing entries, in their order.
    pub fn all(&self) -> impl Iterator<Item = (&[u8], Found)> {
        self.list.iter().filter_map(|entry| Some((entry.name.bytes(), entry.found?)))
    }

    /// Checks the list against the index.
    pub fn check(&self) -> Result<(), String> {
        let mut last = 0;
        for (place, entry) in self.list.iter().enumerate() {
            let name = entry.name.bytes();
            let wrong = |what: &str| format!("entry {place}, {:?}: {what}", String::from_utf8_lossy(name));
            if entry.sequence < last || (place > 0 && entry.sequence == last) {
                return Err(wrong("it is out of order"));
            }
            last = entry.sequence;
            // The memory of a removed entry's name is freed.
            if entry.found.is_none() {
                continue;
            }
            if matches!(name, b"" | b"." | b"..") || name.len() > 255 || name.contains(&b'/') || name.contains(&0) {
                return Err(wrong("this can be no name"));
            }
            if self.place(name) != Some(place as u32) {
                return Err(wrong("the index does not lead there"));
            }
        }
        if !self.list.is_empty() && self.next_sequence <= last {
            return Err(format!("the next entry would be number {}, but {last} is there", self.next_sequence));
        }
        if self.all().count() != self.index.len() {
            return Err(format!("{} entries, but {} in the index", self.all().count(), self.index.len()));
        }
        if self.list.last().is_some_and(|entry| entry.found.is_none()) {
            return Err("the last entry was removed, but is kept".into());
        }
        Ok(())
    }
}
