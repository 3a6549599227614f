//! A walk over all of an image, in path order.

use std::collections::HashSet;
use std::iter::FusedIterator;
use std::vec::Vec;

use crate::damage::{Damage, Problem};
use crate::{Entries, FileKind, Image, Inode, Nid};

/// Maximum length of a path in a walk, in bytes: it bounds the memory that a hostile image can use up.
const MAX_PATH: usize = 65_535;

/// A node that a walk has reached.
#[derive(Debug, Clone)]
pub struct WalkEntry {
    /// Its path from the start of the walk: empty for the start itself, then `name`, `name/name`.
    pub path: Vec<u8>,
    /// Its inode.
    pub inode: Inode,
    /// Its directory; the start's is itself.
    pub parent: Nid,
    /// Number of names in the path.
    pub depth: usize,
}

impl WalkEntry {
    /// Returns the last component of the path; empty for the start.
    pub fn name(&self) -> &[u8] {
        self.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }
}

/// A walk over an image, or a part of it: a directory, then its entries sorted by name, each followed by what is in it.
/// It ends after the first error, and on every image, because a directory that occurs a second time is an error.
pub struct Walk<'a> {
    image: Image<'a>,
    start: Option<Nid>,
    levels: Vec<Level<'a>>,
    path: Vec<u8>,
    /// The directories that were entered.
    entered: HashSet<Nid>,
    /// The sum of their sizes.
    directory_bytes: u64,
}

struct Level<'a> {
    entries: Entries<'a>,
    directory: Nid,
    /// Length of the directory's own path.
    path: usize,
}

impl<'a> Walk<'a> {
    /// Makes a walk from `start`, which comes first and need not be a directory.
    pub fn new(image: &Image<'a>, start: Nid) -> Self {
        Walk {
            image: *image,
            start: Some(start),
            levels: Vec::new(),
            path: Vec::new(),
            entered: HashSet::new(),
            directory_bytes: 0,
        }
    }

    fn advance(&mut self) -> Result<Option<WalkEntry>, Problem> {
        if let Some(start) = self.start.take() {
            let inode = self.image.inode(start)?;
            self.enter(&inode)?;
            return Ok(Some(WalkEntry { path: Vec::new(), inode, parent: start, depth: 0 }));
        }
        loop {
            let depth = self.levels.len();
            let Some(level) = self.levels.last_mut() else { return Ok(None) };
            self.path.truncate(level.path);
            let Some(entry) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let (_, entry) = entry?;
            if !self.path.is_empty() {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(entry.name);
            let parent = level.directory;
            let inode = self.image.inode(entry.nid)?;
            if self.path.len() > MAX_PATH {
                return Err(Problem::TooDeep { offset: self.image.inode_offset(entry.nid) });
            }
            self.enter(&inode)?;
            return Ok(Some(WalkEntry { path: self.path.clone(), inode, parent, depth }));
        }
    }

    /// Enters an inode; a directory's entries come next.
    fn enter(&mut self, inode: &Inode) -> Result<(), Problem> {
        if inode.kind != FileKind::Directory {
            return Ok(());
        }
        let offset = self.image.inode_offset(inode.nid);
        if !self.entered.insert(inode.nid) {
            return Err(Problem::DirectoryTwice { offset });
        }
        // Many directories in the same blocks would take the walk quadratic time.
        self.directory_bytes = self.directory_bytes.saturating_add(inode.size);
        if self.directory_bytes > self.image.bytes().len() as u64 {
            return Err(Problem::DirectoriesTooLarge { offset });
        }
        let entries = self.image.entries(inode, 0);
        self.levels.push(Level { entries, directory: inode.nid, path: self.path.len() });
        Ok(())
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<WalkEntry, Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let result = self.advance();
        result.transpose().map(|item| {
            item.map_err(|problem| {
                self.levels.clear();
                Damage::new(&self.path, problem)
            })
        })
    }
}

impl FusedIterator for Walk<'_> {}
