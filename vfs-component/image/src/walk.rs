//! All of an image, in path order.

use std::collections::HashSet;
use std::iter::FusedIterator;
use std::vec::Vec;

use crate::damage::{Damage, Problem};
use crate::{Entries, FileKind, Image, Inode, Nid};

/// Longest path a walk follows, in bytes: it bounds the memory that a hostile image can ask for.
const MAX_PATH: usize = 65_535;

/// Something a walk has come to.
#[derive(Debug, Clone)]
pub struct WalkEntry {
    /// The path from the walk's start: empty for the start itself, then `name`, `name/name`.
    pub path: Vec<u8>,
    /// Its inode.
    pub inode: Inode,
    /// The directory it lies in; the start's is itself.
    pub parent: Nid,
    /// Number of names in the path.
    pub depth: usize,
}

impl WalkEntry {
    /// The last part of the path; empty for the start.
    pub fn name(&self) -> &[u8] {
        self.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }
}

/// Goes through an image, or a part of it: a directory, then what is in it by name, each with what is in it. Ends after
/// the first error, and on every image: a directory that turns up a second time is one.
pub struct Walk<'a> {
    image: Image<'a>,
    start: Option<Nid>,
    levels: Vec<Level<'a>>,
    path: Vec<u8>,
    /// Directories that were entered.
    entered: HashSet<Nid>,
    /// Their sizes together.
    directory_bytes: u64,
}

struct Level<'a> {
    entries: Entries<'a>,
    directory: Nid,
    /// Length of the directory's own path.
    path: usize,
}

impl<'a> Walk<'a> {
    /// A walk from `start`, which comes first; it need not be a directory.
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

    /// Comes to an inode; a directory's entries are next.
    fn enter(&mut self, inode: &Inode) -> Result<(), Problem> {
        if inode.kind != FileKind::Directory {
            return Ok(());
        }
        let offset = self.image.inode_offset(inode.nid);
        if !self.entered.insert(inode.nid) {
            return Err(Problem::DirectoryTwice { offset });
        }
        // Many directories in the same blocks would make the walk's time quadratic.
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
