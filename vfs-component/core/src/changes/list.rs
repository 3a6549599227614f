//! Makes the list of changes from the journal's notes.

use alloc::vec::Vec;

use vfs_image::FileKind;

use super::{Change, ChangedContents, ChangedNode};
use crate::Error;
use crate::journal::Tracked;
use crate::journal::ledger::NONE;
use crate::journal::tracked::NodeNote;
use crate::layer::Layer;
use crate::node::{Body, Node, NodeId};
use crate::tree::{Tree, owned};

/// Changes of a node that existed at the mark.
pub(super) struct Details {
    attributes: bool,
    contents: Option<ChangedContents>,
}

impl Details {
    const NOTHING: Self = Self { attributes: false, contents: None };

    pub fn new<L: Layer>(node: &Node<L>, note: &NodeNote, mark: u32) -> Result<Self, Error> {
        let Some(was) = note.was.at(mark) else { return Ok(Self::NOTHING) };
        let contents = match &node.body {
            Body::File(file) => ChangedContents::since(file, note, mark)?,
            _ => None,
        };
        let attributes = (was.accessed, was.modified) != (node.times.accessed, node.times.modified);
        Ok(Self { attributes, contents })
    }

    pub fn is_nothing(&self) -> bool {
        !self.attributes && !self.has_contents()
    }

    pub fn has_contents(&self) -> bool {
        self.contents.is_some()
    }
}

/// The path that a lost name had at the mark.
struct LostPath {
    path: Vec<u8>,
    kind: FileKind,
    /// Whether its directory still exists.
    is_there: bool,
}

/// A name that a node had at the mark and no longer has.
#[derive(Clone, Copy)]
struct Lost {
    node: NodeId,
    name: u32,
    kind: FileKind,
}

struct Lister<'t, L: Layer> {
    tree: &'t Tree<L, Tracked>,
    journal: &'t Tracked,
    mark: u32,
    /// Sorted by node.
    lost: Vec<Lost>,
    changes: Vec<Change>,
}

/// Lists all changes since a mark.
///
/// # Errors
/// - [`Error::InsufficientMemory`]: an allocation failed.
/// - [`Error::Io`]: the layer is damaged: a directory contains itself.
pub(super) fn list<L: Layer>(tree: &Tree<L, Tracked>, mark: u32) -> Result<Vec<Change>, Error> {
    let journal = &tree.journal;
    let (mut lost, mut nodes) = (Vec::new(), Vec::new());
    for name in journal.names.since(mark) {
        let Some(note) = journal.names.get(name) else { continue };
        let Some(&was) = note.was.at(mark).filter(|was| **was != note.now) else { continue };
        if let Some(found) = was {
            push(&mut lost, Lost { node: found.node, name, kind: found.kind })?;
            push(&mut nodes, found.node)?;
        }
        if let Some(found) = note.now {
            push(&mut nodes, found.node)?;
        }
    }
    for place in journal.nodes.since(mark) {
        if let Some(note) = journal.nodes.get(place) {
            push(&mut nodes, note.id)?;
        }
    }
    lost.sort_unstable_by_key(|lost| lost.node);
    nodes.sort_unstable();
    nodes.dedup();
    let mut lister = Lister { tree, journal, mark, lost, changes: Vec::new() };
    nodes.iter().try_for_each(|node| lister.add_node(*node))?;
    let mut changes = lister.changes;
    let rank = |change: &Change| u8::from(!matches!(change, Change::Removed { .. }));
    changes.sort_unstable_by(|a, b| components(a.path()).cmp(components(b.path())).then(rank(a).cmp(&rank(b))));
    Ok(changes)
}

/// Splits a path so that paths compare by components: a directory sorts before its contents, and these before its
/// siblings.
fn components(path: &[u8]) -> impl Iterator<Item = u8> {
    path.iter().map(|byte| if *byte == b'/' { 0 } else { *byte })
}

impl<L: Layer> Lister<'_, L> {
    fn add_node(&mut self, id: NodeId) -> Result<(), Error> {
        let place = self.journal.find_node(id);
        let note = place.and_then(|place| self.journal.nodes.get(place));
        let (mut old, mut new) = (Vec::new(), Vec::new());
        if id == self.journal.root {
            push(&mut old, Vec::new())?;
        }
        for (name, note) in place.into_iter().flat_map(|place| self.journal.names_of(place)) {
            let Some(path) = self.path(name, false)? else { continue };
            let is_new = note.was.at(self.mark).is_some_and(|was| *was != note.now);
            push(if is_new { &mut new } else { &mut old }, path)?;
        }
        old.sort_unstable();
        new.sort_unstable();
        let is_born = note.is_some_and(|note| note.born > self.mark);
        let lost = self.lost_paths(id, new.is_empty())?;

        let node = ChangedNode(id);
        let mut details = Details::NOTHING;
        let mut kind = lost.first().map(|lost| lost.kind);
        if let (Some(note), Some(state)) = (note, self.tree.present(id)) {
            kind = Some(state.kind());
            if !is_born {
                details = Details::new(state, note, self.mark)?;
            }
        }
        let Some(kind) = kind else { return Ok(()) };

        let (mut lost, mut new) = (lost.into_iter(), new.into_iter());
        let is_told = !details.is_nothing();
        let mut old = old.into_iter();
        // The name that the node's other names refer to.
        let mut first = None;
        if let Some(path) = old.next() {
            first = Some(owned(&path)?);
            if is_told {
                let Details { attributes, contents } = core::mem::replace(&mut details, Details::NOTHING);
                self.push(Change::Changed { path, kind, node, attributes, contents })?;
            }
        }
        while new.len() > 0
            && let Some(LostPath { path: from, .. }) = lost.next()
            && let Some(path) = new.next()
        {
            if first.is_none() {
                first = Some(owned(&path)?);
            }
            let Details { attributes, contents } = core::mem::replace(&mut details, Details::NOTHING);
            self.push(Change::Renamed { from, path, kind, node, attributes, contents })?;
        }
        if first.is_none()
            && let Some(path) = new.next()
        {
            first = Some(owned(&path)?);
            let contents = match self.tree.present(id).map(|state| &state.body) {
                Some(Body::File(file)) => Some(ChangedContents::new(file)?),
                _ => None,
            };
            self.push(Change::Made { path, kind, node, contents })?;
        }
        let more = new.map(|path| (path, true)).chain(old.filter(|_| is_told).map(|path| (path, false)));
        for (path, is_new) in more {
            let first = owned(first.as_deref().unwrap_or_default())?;
            self.push(Change::Linked { path, first, kind, node, is_new })?;
        }
        let mut lost = lost.filter(|lost| lost.is_there);
        lost.try_for_each(|LostPath { path, kind, .. }| self.push(Change::Removed { path, kind }))
    }

    fn push(&mut self, change: Change) -> Result<(), Error> {
        push(&mut self.changes, change)
    }

    /// Returns the paths that a node's lost names had at the mark. If the node was `removed`, skips names whose
    /// directories are gone.
    fn lost_paths(&self, id: NodeId, removed: bool) -> Result<Vec<LostPath>, Error> {
        let start = self.lost.partition_point(|lost| lost.node < id);
        let mut paths = Vec::new();
        for lost in self.lost.iter().skip(start).take_while(|lost| lost.node == id) {
            let directory = self.journal.names.get(lost.name).and_then(|note| self.journal.nodes.get(note.directory));
            let is_there = directory.is_some_and(|note| note.first_name != NONE || note.id == self.journal.root);
            if (is_there || !removed)
                && let Some(path) = self.path(lost.name, true)?
            {
                push(&mut paths, LostPath { path, kind: lost.kind, is_there })?;
            }
        }
        paths.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(paths)
    }

    /// Returns the path of a name now, or at the mark (`then`). `None`: its directory has no path.
    fn path(&self, name: u32, then: bool) -> Result<Option<Vec<u8>>, Error> {
        let (mut parts, mut length, mut next) = (Vec::new(), 0, name);
        loop {
            let Some(note) = self.journal.names.get(next) else { return Ok(None) };
            push(&mut parts, note.text.as_slice())?;
            length += note.text.len() + 1;
            let Some(directory) = self.journal.nodes.get(note.directory) else { return Ok(None) };
            if directory.id == self.journal.root {
                break;
            }
            // In a damaged layer, parents may form a cycle.
            if parts.len() > self.journal.names.len() {
                return Err(Error::Io);
            }
            let lost = if then { self.lost.binary_search_by_key(&directory.id, |lost| lost.node).ok() } else { None };
            next = lost.and_then(|lost| self.lost.get(lost)).map_or(directory.first_name, |lost| lost.name);
        }
        let mut path = Vec::new();
        path.try_reserve_exact(length)?;
        for part in parts.iter().rev() {
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(part);
        }
        Ok(Some(path))
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), Error> {
    list.try_reserve(1)?;
    list.push(item);
    Ok(())
}
