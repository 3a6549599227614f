//! The journal that keeps notes of names and of nodes.

mod check;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use vfs_image::{FileKind, Timestamp};

use super::history::History;
use super::ledger::{Ledger, NONE};
use super::trail::{Passed, Trail};
use super::{Hooks, Journal};
use crate::layer::Layer;
use crate::node::directory::Found;
use crate::node::regular_file::CHUNK;
use crate::node::table::Table;
use crate::node::{Body, Directory, Node, NodeId, Origin};
use crate::tree::owned;
use crate::{Error, name};

/// Largest number of names that one operation changes.
const MOST_TOUCHED: usize = 4;

/// A journal that keeps what the tree forgets.
///
/// - **A note of a name** for each name that was made, removed or replaced: the node that it refers to now, and those
///   at the marks. A name that is again what it was in the layer and at all marks is forgotten. Unchanged names are
///   noted if they lead to something noted: the name by which a changed node of the layer was reached, and the names of
///   the directories above it.
/// - **A note of a node** for each node that is changed, has an open that may change it, or contains a noted name: its
///   known names, its times and size at the marks, its smallest size since, and the chunks written since the oldest
///   mark.
///
/// Time is counted in periods, from 1. A mark ends a period; the image is mark 0.
pub struct Tracked {
    pub(crate) root: NodeId,
    /// The current period.
    period: u32,
    /// Marks that are not released, sorted.
    marks: Vec<u32>,
    pub(crate) names: Ledger<NameNote>,
    pub(crate) nodes: Ledger<NodeNote>,
    /// Names that the last operation changed, or was about to change. What they refer to now is noted before the next
    /// operation.
    touched: [u32; MOST_TOUCHED],
    touched_count: usize,
    trail: RefCell<Trail>,
}

/// A note of a name.
pub(crate) struct NameNote {
    /// The note of its directory.
    pub directory: u32,
    pub text: Vec<u8>,
    /// The node that it refers to.
    pub now: Option<Found>,
    /// The nodes that it referred to at the marks. Empty: the name was not changed.
    pub was: History<Option<Found>>,
    /// The note of that node, if there is one and this name is among its names.
    pub node: u32,
    /// The previous and the next name of the same node.
    before: u32,
    after: u32,
}

/// A note of a node.
pub(crate) struct NodeNote {
    pub id: NodeId,
    /// Whether the node is changed, or has an open that may change it.
    pub is_held: bool,
    /// The period in which the app made it; 0 for a node of the layer.
    pub born: u32,
    /// Its first name.
    pub first_name: u32,
    /// Number of noted names in it.
    inside: u32,
    pub was: History<Was>,
    /// Its chunks that were written since the oldest mark: index, and the period of the last write.
    pub written: Vec<(u64, u32)>,
}

/// An earlier state of a node.
#[derive(Clone, Copy)]
pub(crate) struct Was {
    pub accessed: Timestamp,
    pub modified: Timestamp,
    pub size: u64,
    /// The smallest size after that.
    pub least: u64,
}

impl Journal for Tracked {}

fn hash_name(directory: NodeId, text: &[u8]) -> u64 {
    name::hash(text) ^ hash_node(directory)
}

fn hash_node(node: NodeId) -> u64 {
    name::hash(&node.number().to_le_bytes())
}

impl Hooks for Tracked {
    const TRACKS: bool = true;

    fn new(root: NodeId) -> Self {
        Self {
            root,
            period: 1,
            marks: Vec::new(),
            names: Ledger::new(),
            nodes: Ledger::new(),
            touched: [NONE; MOST_TOUCHED],
            touched_count: 0,
            trail: RefCell::new(Trail::new()),
        }
    }

    fn begin<L: Layer>(&mut self, table: &Table<L>) {
        self.settle(table);
        self.trail.get_mut().begin();
    }

    fn pass(&self, directory: NodeId, name: &[u8], found: Found) {
        if let Ok(mut trail) = self.trail.try_borrow_mut() {
            // Names of the app's own nodes were noted when they were made.
            if matches!(found.node.origin(), Origin::Layer(_)) {
                trail.add(directory, name, found);
            }
        }
    }

    fn touch(&mut self, directory: NodeId, names: &[(&[u8], Option<Found>)]) -> Result<(), Error> {
        let place = self.note_node(directory)?;
        let touched = names.iter().try_for_each(|(text, found)| self.touch_name(place, directory, text, *found));
        if touched.is_err() {
            self.tidy(place);
        }
        touched
    }

    fn hold(&mut self, node: NodeId) -> Result<(), Error> {
        // New nodes of the app are noted with their names.
        if matches!(node.origin(), Origin::Upper(_)) && node != self.root && self.find_node(node).is_none() {
            return Ok(());
        }
        let place = self.note_node(node)?;
        let Some(note) = self.nodes.get_mut(place) else { return Ok(()) };
        let reserved = note.was.reserve();
        note.is_held |= reserved.is_ok();
        if reserved.is_err() {
            self.tidy(place);
        }
        reserved
    }

    fn reserve(&mut self) -> Result<(), Error> {
        self.nodes.reserve(1)
    }

    fn write(&mut self, file: NodeId, offset: u64, length: u64) -> Result<(), Error> {
        let (period, Some(newest)) = (self.period, self.marks.last().copied()) else { return Ok(()) };
        let Some(place) = self.find_node(file) else { return Ok(()) };
        let Some(note) = self.nodes.get_mut(place).filter(|note| note.born <= newest) else { return Ok(()) };
        let size = CHUNK as u64;
        for chunk in offset / size..(offset + length).div_ceil(size) {
            match note.written.binary_search_by_key(&chunk, |(chunk, _)| *chunk) {
                Ok(found) => {
                    if let Some((_, last)) = note.written.get_mut(found) {
                        *last = period;
                    }
                }
                Err(at) => {
                    note.written.try_reserve(1)?;
                    note.written.insert(at, (chunk, period));
                }
            }
        }
        Ok(())
    }

    fn change<L: Layer>(&mut self, id: NodeId, node: &Node<L>) {
        let Some(place) = self.find_node(id) else { return };
        let (period, newest) = (self.period, self.newest_mark());
        let Some(note) = self.nodes.get_mut(place) else { return };
        if note.born <= newest {
            let size = if let Body::File(file) = &node.body { file.size() } else { 0 };
            let was = Was { accessed: node.times.accessed, modified: node.times.modified, size, least: size };
            note.was.note(period, newest, was);
            if let Some(last) = note.was.last_mut() {
                last.least = last.least.min(size);
            }
        }
        self.nodes.touch(place, period);
    }

    fn check<L: Layer>(&self, table: &Table<L>) -> Result<(), String> {
        self.check_notes(table)
    }

    fn let_go(&mut self, node: NodeId) {
        let Some(place) = self.find_node(node) else { return };
        if let Some(note) = self.nodes.get_mut(place) {
            note.is_held = false;
            (note.was, note.written) = (History::new(), Vec::new());
        }
        self.tidy(place);
    }
}

impl Tracked {
    fn newest_mark(&self) -> u32 {
        self.marks.last().copied().unwrap_or(0)
    }

    pub(crate) fn has_mark(&self, mark: u32) -> bool {
        self.marks.binary_search(&mark).is_ok()
    }

    /// Ends the current period.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed.
    /// - [`Error::InsufficientSpace`]: there were four billion periods.
    pub(crate) fn mark(&mut self) -> Result<u32, Error> {
        let next = self.period.checked_add(1).ok_or(Error::InsufficientSpace)?;
        self.marks.try_reserve(1)?;
        let mark = core::mem::replace(&mut self.period, next);
        self.marks.push(mark);
        Ok(mark)
    }

    /// Removes a mark, and the notes that only it needs.
    pub(crate) fn release(&mut self, mark: u32) {
        let Ok(at) = self.marks.binary_search(&mark) else { return };
        self.marks.remove(at);
        let oldest = self.marks.first().copied();
        let mut next = self.names.newest(mark);
        while let Some(place) = next {
            next = self.names.older(place, mark);
            if let Some(note) = self.names.get_mut(place) {
                note.was.trim(&self.marks, |_, _| ());
                self.forget_if_settled(place);
            }
        }
        let mut next = self.nodes.newest(mark);
        while let Some(place) = next {
            next = self.nodes.older(place, mark);
            if let Some(note) = self.nodes.get_mut(place) {
                note.was.trim(&self.marks, |was, later| was.least = was.least.min(later.least));
                note.written.retain(|(_, period)| oldest.is_some_and(|oldest| *period > oldest));
            }
        }
    }

    pub(crate) fn find_node(&self, id: NodeId) -> Option<u32> {
        self.nodes.find(hash_node(id), |note| note.id == id)
    }

    fn find_name(&self, directory: u32, id: NodeId, text: &[u8]) -> Option<u32> {
        self.names.find(hash_name(id, text), |note| note.directory == directory && name::same(&note.text, text))
    }

    /// Notes a node, and the names that lead to it, as far as the recent walks passed them.
    ///
    /// # Errors
    /// - [`Error::InsufficientMemory`]: an allocation failed. Nothing is noted.
    /// - [`Error::InsufficientSpace`]: there are too many notes.
    pub(crate) fn note_node(&mut self, id: NodeId) -> Result<u32, Error> {
        let (first, is_new) = self.find_or_note(id)?;
        let (mut place, mut at) = (first, id);
        while at != self.root {
            let above = match self.note_last_name(place, at) {
                Ok(above) => above,
                // One known name is enough.
                Err(_) if !is_new && self.names_of(first).next().is_some() => break,
                Err(error) => {
                    self.tidy(first);
                    return Err(error);
                }
            };
            let Some((directory, above)) = above else { break };
            (place, at) = (directory, above);
        }
        Ok(first)
    }

    fn find_or_note(&mut self, id: NodeId) -> Result<(u32, bool), Error> {
        if let Some(place) = self.find_node(id) {
            return Ok((place, false));
        }
        // The second place is for the node that the operation makes.
        self.nodes.reserve(2)?;
        Ok((self.nodes.insert(hash_node(id), NodeNote::new(id, 0)), true))
    }

    /// Notes the name by which a walk found a node. Returns its directory, if that is noted only now.
    fn note_last_name(&mut self, node: u32, id: NodeId) -> Result<Option<(u32, NodeId)>, Error> {
        let trail = self.trail.borrow();
        let Some(Passed { directory, text, found }) = trail.find(id)? else { return Ok(None) };
        if let Some(place) = self.find_node(directory)
            && let Some(name) = self.find_name(place, directory, text)
        {
            drop(trail);
            let Some(note) = self.names.get(name) else { return Ok(None) };
            if note.was.is_empty() && note.now != Some(found) {
                self.set_now(name, Some(found));
            } else if note.node == NONE && note.now.is_some_and(|now| now.node == id) {
                self.chain(name, node);
            }
            // A changed name is noted when the change is complete.
            return Ok(None);
        }
        let text = owned(text)?;
        drop(trail);
        // A directory has one name, but others may have moved it in a layer that they change.
        let other = self.names_of(node).next().filter(|_| found.kind == FileKind::Directory);
        let other = other.map(|(name, note)| (name, note.was.is_empty()));
        if let Some((_, false)) = other {
            return Ok(None);
        }
        self.names.reserve(1)?;
        let (place, is_new) = self.find_or_note(directory)?;
        let name = self.add_name(place, directory, text, Some(found));
        self.chain(name, node);
        if let Some((other, _)) = other {
            let directory = self.remove_name(other);
            self.tidy(directory);
        }
        Ok(is_new.then_some((place, directory)))
    }

    /// Adds a note of a name. There must be room for it.
    fn add_name(&mut self, directory: u32, id: NodeId, text: Vec<u8>, now: Option<Found>) -> u32 {
        if let Some(note) = self.nodes.get_mut(directory) {
            note.inside += 1;
        }
        let hash = hash_name(id, &text);
        let note = NameNote { directory, text, now, was: History::new(), node: NONE, before: NONE, after: NONE };
        self.names.insert(hash, note)
    }

    /// Removes a note of a name. Returns the note of its directory.
    fn remove_name(&mut self, name: u32) -> u32 {
        self.unchain(name);
        let directory = self.names.get(name).map_or(NONE, |note| note.directory);
        self.names.remove(name);
        if let Some(note) = self.nodes.get_mut(directory) {
            note.inside = note.inside.saturating_sub(1);
        }
        directory
    }

    /// Adds a name to the names of a node.
    fn chain(&mut self, name: u32, node: u32) {
        let Some(note) = self.nodes.get_mut(node) else { return };
        let first = core::mem::replace(&mut note.first_name, name);
        if let Some(first) = self.names.get_mut(first) {
            first.before = name;
        }
        if let Some(note) = self.names.get_mut(name) {
            (note.node, note.before, note.after) = (node, NONE, first);
        }
    }

    /// Removes a name from the names of its node. Returns the node.
    fn unchain(&mut self, name: u32) -> u32 {
        let Some(note) = self.names.get_mut(name) else { return NONE };
        let (before, after) = (note.before, note.after);
        let node = core::mem::replace(&mut note.node, NONE);
        if node == NONE {
            return NONE;
        }
        match self.names.get_mut(before) {
            Some(before) => before.after = after,
            None => {
                if let Some(node) = self.nodes.get_mut(node) {
                    node.first_name = after;
                }
            }
        }
        if let Some(after) = self.names.get_mut(after) {
            after.before = before;
        }
        node
    }

    /// Returns the known names of a node.
    pub(crate) fn names_of(&self, node: u32) -> impl Iterator<Item = (u32, &NameNote)> {
        let mut next = self.nodes.get(node).map_or(NONE, |note| note.first_name);
        core::iter::from_fn(move || {
            let (place, note) = (next, self.names.get(next)?);
            next = note.after;
            Some((place, note))
        })
    }

    fn touch_name(&mut self, directory: u32, id: NodeId, text: &[u8], found: Option<Found>) -> Result<(), Error> {
        let (period, newest) = (self.period, self.newest_mark());
        let place = match self.find_name(directory, id, text) {
            Some(place) => {
                // The layer is one that others change.
                if self.names.get(place).is_some_and(|note| note.was.is_empty() && note.now != found) {
                    self.set_now(place, found);
                }
                place
            }
            None => {
                let text = owned(text)?;
                self.names.reserve(1)?;
                let place = self.add_name(directory, id, text, found);
                if let Some(node) = found.and_then(|found| self.find_node(found.node)) {
                    self.chain(place, node);
                }
                place
            }
        };
        let count = self.touched_count;
        let (Some(note), Some(free)) = (self.names.get_mut(place), self.touched.get_mut(count)) else {
            return Err(Error::InsufficientSpace);
        };
        let found = note.now;
        (*free, self.touched_count) = (place, count + 1);
        note.was.reserve()?;
        note.was.note(period, newest, found);
        self.names.touch(place, period);
        Ok(())
    }

    /// Begins a path: names passed from here on belong to one walk.
    pub fn begin_path(&mut self) {
        self.trail.get_mut().clear();
    }

    /// Notes what the names that the last operation changed refer to now.
    pub(crate) fn settle<L: Layer>(&mut self, table: &Table<L>) {
        if self.touched_count == 0 {
            return;
        }
        for place in self.touched.into_iter().take(core::mem::take(&mut self.touched_count)) {
            self.settle_name(table, place);
        }
        self.trail.get_mut().clear();
    }

    fn settle_name<L: Layer>(&mut self, table: &Table<L>, place: u32) {
        let Some(note) = self.names.get(place) else { return };
        let Some(directory) = self.nodes.get(note.directory).map(|note| note.id) else { return };
        let before = note.now;
        let now = entry(table, directory, &note.text).unwrap_or(before);
        if now != before {
            if let Some(Found { node, .. }) = now
                && matches!(node.origin(), Origin::Upper(_))
                && self.find_node(node).is_none()
            {
                self.note_new(node);
            }
            self.set_now(place, now);
        }
        self.forget_if_settled(place);
    }

    /// Notes what a name refers to now.
    fn set_now(&mut self, name: u32, now: Option<Found>) {
        let old = self.unchain(name);
        if let Some(note) = self.names.get_mut(name) {
            note.now = now;
        }
        if let Some(node) = now.and_then(|found| self.find_node(found.node)) {
            self.chain(name, node);
        }
        self.tidy(old);
    }

    /// Notes a node that the app made. There must be room for it.
    fn note_new(&mut self, id: NodeId) {
        self.nodes.insert(hash_node(id), NodeNote { is_held: true, ..NodeNote::new(id, self.period) });
    }

    /// Forgets undone changes of a name; and the whole note, if nothing of it is left and nobody needs the name.
    fn forget_if_settled(&mut self, place: u32) {
        let Some(note) = self.names.get_mut(place) else { return };
        let now = note.now;
        note.was.settle(now);
        if !note.was.is_empty() {
            return;
        }
        let node = note.node;
        self.names.forget_change(place);
        if node != NONE {
            self.tidy(node);
        } else {
            let directory = self.remove_name(place);
            self.tidy(directory);
        }
    }

    /// Removes the note of a node that needs none, and the names that led to it.
    fn tidy(&mut self, place: u32) {
        // A file may have several such names, each in a directory of its own.
        while let Some(directory) = self.forget_one_name(place) {
            let mut above = directory;
            while let Some(next) = self.forget_one_name(above) {
                above = next;
            }
        }
    }

    /// Removes one name of a node that needs no note, and with its last name the note itself. Returns the name's
    /// directory.
    fn forget_one_name(&mut self, place: u32) -> Option<u32> {
        let note = self.nodes.get(place)?;
        if note.is_held || note.inside > 0 || note.id == self.root {
            return None;
        }
        let name = self.names_of(place).find(|(_, note)| note.was.is_empty()).map(|(name, _)| name);
        let directory = name.map(|name| self.remove_name(name));
        if self.nodes.get(place)?.first_name == NONE {
            self.nodes.remove(place);
        }
        directory
    }
}

impl NodeNote {
    const fn new(id: NodeId, born: u32) -> Self {
        Self { id, is_held: false, born, first_name: NONE, inside: 0, was: History::new(), written: Vec::new() }
    }
}

/// Looks up a name in a directory's own list. `None`: there is no such list.
pub(crate) fn entry<L: Layer>(table: &Table<L>, directory: NodeId, name: &[u8]) -> Option<Option<Found>> {
    let slot = table.find(directory).filter(|slot| table.id(*slot) == directory)?;
    match &table.get(slot).ok()?.body {
        Body::Directory(Directory { entries: Some(entries), .. }) => Some(entries.get(name)),
        _ => None,
    }
}
