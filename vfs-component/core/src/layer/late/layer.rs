//! The late layer: it knows only what the current operation was told.

use alloc::vec::Vec;

use vfs_image::Timestamp;

use super::users::Users;
use super::{Answer, Answers, LateContents, LateInode, Query, Request, Stop};
use crate::layer::{Contents, Effect, Layer, LayerNode, Listed, ListedOf, Performed};
use crate::limits::MAX_NAME;
use crate::node::hidden::Hidden;
use crate::path::Component;
use crate::tree::owned;
use crate::{DescriptorFlags, Error, ZEROS};

/// A layer whose answers come from outside; see [the module](crate::late).
#[derive(Debug)]
pub struct LateLayer {
    root: u64,
    changes: ChangePolicy,
    /// The answers of the operation that is being attempted.
    pub(crate) answers: Answers,
    /// Whether an answer contradicted another.
    pub(super) contradicted: core::cell::Cell<bool>,
    /// Number of slots that are kept for operations.
    held: usize,
    users: Users,
}

/// Where changes go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangePolicy {
    /// Changes are kept above the layer, which stays as it is.
    #[default]
    Above,
    /// Changes are kept above the layer, which others may change at any time.
    AboveLive,
    /// The layer makes the changes.
    Through,
    /// Changes are refused.
    Refused,
}

/// The number of a node whose changes pass through.
#[derive(Clone, Copy, Debug)]
pub struct Through(u64);

impl Through {
    /// Makes that of a node.
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the node's number.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }
}

impl LateLayer {
    /// Makes a layer whose root is this directory.
    #[must_use]
    pub const fn new(root: u64, changes: ChangePolicy) -> Self {
        Self {
            root,
            changes,
            answers: Answers::new(),
            contradicted: core::cell::Cell::new(false),
            held: 0,
            users: Users::new(),
        }
    }

    /// Returns the numbers of nodes that nothing uses any more: neither the tree nor an operation, as far as they were
    /// told. The caller may release what it kept for them.
    pub fn take_released(&mut self) -> Vec<u64> {
        self.users.take_released()
    }

    /// Returns the nodes that the tree has changed, since the last call: their names lead to them, whatever others put
    /// there.
    pub fn take_pinned(&mut self) -> Vec<u64> {
        self.users.take_pinned()
    }

    /// Returns the nodes of which the tree needs nothing any more but their identity, since the last call. The caller may
    /// close what it has open of them; a node that is opened afterwards is asked for again.
    pub fn take_closed(&mut self) -> Vec<u64> {
        self.users.take_closed()
    }

    /// Releases the nodes that answers told of and that the tree does not keep, at the end of the operation.
    pub(super) fn release_told(&mut self) {
        self.answers.told().for_each(|number| self.users.release_unused(number));
    }

    /// Returns the answer to a question, or stops with the question.
    fn ask(&self, query: Query) -> Result<&Answer, Stop> {
        match self.answers.get(&query) {
            Some(answer) => Ok(answer?),
            None => Err(Stop::Ask(Request::Query(query))),
        }
    }

    /// Returns the entries after a cursor, as far as one answer has them. Empty: there are no more.
    fn batch(&self, directory: u64, cursor: u64) -> Result<&[Listed<Vec<u8>>], Stop> {
        if let Some((Query::List { directory: listed, .. }, answer)) =
            self.answers.last_up_to(&Query::List { directory, cursor })
            && *listed == directory
            && let Answer::Entries { entries, is_end } = answer?
        {
            let start = entries.partition_point(|entry| entry.cursor <= cursor);
            match entries.get(start..) {
                Some(rest @ [_, ..]) => return Ok(rest),
                _ if *is_end => return Ok(&[]),
                // An answer that begins before the cursor and ends before it says nothing about the next entries.
                _ => {}
            }
        }
        match self.ask(Query::List { directory, cursor })? {
            Answer::Entries { entries, .. } => Ok(entries),
            _ => Err(Error::Io.into()),
        }
    }

    /// Checks that no name is in two answers: others may have moved it from one to the other.
    fn check_names(&self, directory: u64) -> Result<(), Stop> {
        let (mut names, mut cursor) = (Vec::new(), 0);
        while let [batch @ .., last] = self.batch(directory, cursor)? {
            names.try_reserve(batch.len() + 1).map_err(Error::from)?;
            names.extend(batch.iter().chain([last]).map(|entry| entry.name.as_slice()));
            cursor = last.cursor;
        }
        names.sort_unstable();
        if names.windows(2).any(|two| matches!(two, [one, other] if one == other)) {
            return Err(self.contradiction());
        }
        Ok(())
    }

    /// Returns bytes of a file, as far as one answer has them.
    fn bytes(&self, file: u64, offset: u64, length: u64) -> Result<&[u8], Stop> {
        if length == 0 {
            return Ok(&[]);
        }
        if let Some((Query::Read { file: read, offset: start, .. }, answer)) =
            self.answers.last_up_to(&Query::Read { file, offset, length: u64::MAX })
            && *read == file
        {
            let Answer::Bytes(bytes) = answer? else { return Err(Error::Io.into()) };
            let inside = usize::try_from(offset - start).unwrap_or(usize::MAX);
            match bytes.get(inside..) {
                Some(rest @ [_, ..]) => return Ok(shortened(rest, length)),
                // The file ends here.
                _ if inside == 0 => return Ok(&[]),
                _ => {}
            }
        }
        Err(Stop::Ask(Request::Query(Query::Read { file, offset, length })))
    }
}

impl Layer for LateLayer {
    type Stop = Stop;
    type Inode = LateInode;
    type Bytes = Vec<u8>;
    type Contents = LateContents;
    type Hidden = Hidden;
    type Through = Through;

    fn root(&self) -> Result<Option<u64>, Stop> {
        Ok(Some(self.root))
    }

    fn build_time(&self) -> Timestamp {
        Timestamp::default()
    }

    fn inode(&self, number: u64) -> Result<LateInode, Stop> {
        match self.answers.inode(number) {
            Some(inode) => Ok(*inode),
            None => match self.ask(Query::Inode { node: number })? {
                Answer::Inode(inode) => Ok(*inode),
                _ => Err(Error::Io.into()),
            },
        }
    }

    fn lookup(&self, directory: &LateInode, name: Component<'_>) -> Result<Option<LayerNode>, Stop> {
        if matches!(name.text, b"." | b"..") || name.text.len() > MAX_NAME {
            return Ok(None);
        }
        match self.ask(Query::Lookup { directory: directory.number, name: owned(name.text)? })? {
            Answer::Found(found) => Ok(found.map(|inode| LayerNode { number: inode.number, kind: inode.stat.kind })),
            _ => Err(Error::Io.into()),
        }
    }

    fn entry_after(&self, directory: &LateInode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Stop> {
        let entry = self.batch(directory.number, cursor)?.first();
        Ok(entry.map(|Listed { cursor, name, node }| Listed { cursor: *cursor, name: name.as_slice(), node: *node }))
    }

    fn entries(&self, directory: &LateInode) -> Result<impl Iterator<Item = ListedOf<Self>>, Stop> {
        // All answers must be there before the first entry is copied, or each attempt would copy them again. The last
        // answer is looked at first, so an attempt costs a search and not a whole pass.
        let (number, mut cursor) = (directory.number, self.asked_last(directory));
        while let Some(last) = self.batch(number, cursor)?.last() {
            cursor = last.cursor;
        }
        self.check_names(number)?;
        let mut cursor = 0;
        Ok(core::iter::from_fn(move || {
            let entry = match self.batch(number, cursor) {
                Ok(batch) => batch.first()?,
                Err(stop) => return Some(Err(stop)),
            };
            cursor = entry.cursor;
            let copy = |name: Vec<u8>| Listed { cursor: entry.cursor, name, node: entry.node };
            Some(owned(&entry.name).map(copy).map_err(Stop::from))
        }))
    }

    fn parent(&self, directory: &LateInode) -> Result<u64, Stop> {
        Ok(self.inode(directory.number)?.parent)
    }

    fn read_link(&self, link: &LateInode) -> Result<&[u8], Stop> {
        match self.ask(Query::ReadLink { link: link.number })? {
            Answer::Bytes(target) if !target.contains(&0) => Ok(target),
            _ => Err(Error::Io.into()),
        }
    }

    fn contents(&self, file: &LateInode) -> Result<LateContents, Stop> {
        Ok(LateContents::new(file.number, file.stat.size))
    }

    fn run<'a>(&'a self, contents: &'a LateContents, offset: u64, length: u64) -> Result<&'a [u8], Stop> {
        let length = length.min(contents.size().saturating_sub(offset));
        let bytes = self.bytes(contents.file, offset, length)?;
        // Bytes that somebody else has cut off since then read as zeros, as if the file had grown again.
        Ok(if bytes.is_empty() { shortened(&ZEROS, length) } else { bytes })
    }

    fn fetch(&self, contents: &LateContents, offset: u64, length: u64) -> Result<(), Stop> {
        let mut done = 0;
        while done < length {
            match self.run(contents, offset + done, length - done)? {
                [] => break,
                bytes => done += bytes.len() as u64,
            }
        }
        Ok(())
    }

    fn lend(&self, _contents: &LateContents, _offset: u64, _length: u64) -> Option<Vec<u8>> {
        None
    }

    fn contradiction(&self) -> Stop {
        self.contradicted.set(true);
        Error::Io.into()
    }

    fn is_read_only(&self, _number: u64) -> bool {
        self.changes == ChangePolicy::Refused
    }

    fn passes_through(&self, number: u64) -> Option<Through> {
        (self.changes == ChangePolicy::Through).then_some(Through::new(number))
    }

    fn is_live(&self, number: u64) -> Option<Through> {
        matches!(self.changes, ChangePolicy::Through | ChangePolicy::AboveLive).then_some(Through::new(number))
    }

    fn perform(&self, _through: Through, effect: Effect<&[u8]>) -> Result<Performed<LateInode>, Stop> {
        Err(Stop::Ask(Request::Effect(effect.to_owned()?)))
    }

    fn performed(&mut self) -> Option<Result<Performed<LateInode>, Stop>> {
        Some(self.answers.take_performed()?.map_err(Stop::from))
    }

    fn hold(&mut self, slot: u32) {
        self.answers.held = Some(slot);
        self.held += 1;
    }

    fn take_held(&mut self) -> Option<u32> {
        let slot = self.answers.held.take()?;
        self.held -= 1;
        Some(slot)
    }

    fn held(&self) -> usize {
        self.held
    }

    fn read(&self, Through(file): Through, offset: u64, length: u64) -> Result<&[u8], Stop> {
        self.bytes(file, offset, length)
    }

    fn open(&self, Through(node): Through, flags: DescriptorFlags) -> Result<LateInode, Stop> {
        match self.ask(Query::Open { node, flags })? {
            Answer::Inode(inode) => Ok(*inode),
            _ => Err(Error::Io.into()),
        }
    }

    fn open_listing(&self, Through(directory): Through) -> Result<LateInode, Stop> {
        match self.ask(Query::OpenListing { directory })? {
            Answer::Inode(inode) => Ok(*inode),
            _ => Err(Error::Io.into()),
        }
    }

    fn asked_last(&self, directory: &LateInode) -> u64 {
        match self.answers.last_up_to(&Query::List { directory: directory.number, cursor: u64::MAX }) {
            Some((Query::List { directory: listed, cursor }, _)) if *listed == directory.number => *cursor,
            _ => 0,
        }
    }

    fn before_change(&self, Through(node): Through) -> Result<LateInode, Stop> {
        match self.ask(Query::BeforeChange { node })? {
            Answer::Inode(inode) => Ok(*inode),
            _ => Err(Error::Io.into()),
        }
    }

    fn identity(&self, Through(node): Through) -> Result<u64, Stop> {
        match self.ask(Query::Identity { node })? {
            Answer::Identity(identity) => Ok(*identity),
            _ => Err(Error::Io.into()),
        }
    }

    fn reserve_user(&mut self) -> Result<(), Error> {
        // Those that are held are sure of their places.
        self.users.reserve(self.held + 1)
    }

    fn retain(&mut self, number: u64) {
        self.users.add(number);
    }

    fn pin(&mut self, number: u64) {
        self.users.pin(number);
    }

    fn close(&mut self, number: u64) {
        self.users.close(number);
    }

    fn release(&mut self, number: u64) {
        self.users.remove(number);
    }
}

fn shortened(bytes: &[u8], length: u64) -> &[u8] {
    usize::try_from(length).ok().and_then(|length| bytes.get(..length)).unwrap_or(bytes)
}
