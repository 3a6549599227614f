//! Checks that the notes are consistent and fit the tree.

use alloc::format;
use alloc::string::String;

use super::{NONE, Tracked, entry};
use crate::layer::Layer;
use crate::node::table::Table;

impl Tracked {
    /// Checks the notes. Notes of names that the last operation changed may be out of date.
    pub(crate) fn check_notes<L: Layer>(&self, table: &Table<L>) -> Result<(), String> {
        for (place, note) in self.nodes.all() {
            let wrong = |what: &str| format!("the journal's node {:?}: {what}", note.id);
            let inside = self.names.all().filter(|(_, name)| name.directory == place).count();
            if inside != note.inside as usize {
                return Err(wrong(&format!("{inside} names are noted, {} counted", note.inside)));
            }
            let of_it = self.names.all().filter(|(_, name)| name.node == place).count();
            if self.names_of(place).count() != of_it {
                return Err(wrong("its names are not in a chain"));
            }
            if note.is_held && table.find(note.id).is_none_or(|slot| table.id(slot) != note.id) {
                return Err(wrong("it is held, but has no slot"));
            }
            let is_needed = note.is_held || inside > 0 || note.id == self.root;
            if !is_needed && self.names_of(place).all(|(_, name)| name.was.is_empty()) {
                return Err(wrong("nobody needs it"));
            }
        }
        for (place, note) in self.names.all() {
            let directory = self.nodes.get(note.directory).map(|note| note.id);
            let wrong = |what: &str| {
                format!("the journal's name {:?} in {directory:?}: {what}", String::from_utf8_lossy(&note.text))
            };
            let Some(id) = directory else { return Err(wrong("the directory is not noted")) };
            if self.touched.iter().take(self.touched_count).any(|touched| *touched == place) {
                continue;
            }
            // For an unchanged name, only the layer knows the node.
            if let Some(now) = entry(table, id, &note.text)
                && !note.was.is_empty()
                && now != note.now
            {
                return Err(wrong(&format!("it stands for {now:?}, and {:?} is noted", note.now)));
            }
            if note.was.is_empty() && note.node == NONE {
                return Err(wrong("nobody needs it"));
            }
            if let Some(node) = self.nodes.get(note.node)
                && note.now.is_none_or(|now| now.node != node.id)
            {
                return Err(wrong(&format!("it is among the names of {:?}, and stands for {:?}", node.id, note.now)));
            }
        }
        for (slot, node) in table.nodes() {
            let id = table.id(slot);
            if node.changed && id != self.root && self.find_node(id).is_none_or(|place| !self.is_held(place)) {
                let is_new = self.touched.iter().take(self.touched_count).any(|touched| {
                    let name = self.names.get(*touched);
                    let directory = name.and_then(|name| self.nodes.get(name.directory));
                    let (Some(name), Some(directory)) = (name, directory) else { return false };
                    entry(table, directory.id, &name.text).flatten().is_some_and(|found| found.node == id)
                });
                if !is_new {
                    return Err(format!("{id:?} is changed, but not held in the journal"));
                }
            }
        }
        Ok(())
    }

    fn is_held(&self, place: u32) -> bool {
        self.nodes.get(place).is_some_and(|note| note.is_held)
    }
}
