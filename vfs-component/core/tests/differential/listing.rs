//! A listing that goes on while its directory changes: what is there all the time is given exactly once, and what never
//! was is not.

use std::collections::BTreeSet;

use vfs_core::{DirStream, Journal, OpenFile};

use crate::support::{TestFs, list};

/// A listing, and what it may and must give.
pub struct Listing {
    stream: DirStream,
    /// An open of the directory, to see what is there.
    directory: OpenFile,
    /// There since it began.
    always: BTreeSet<String>,
    /// There at some time since it began.
    ever: BTreeSet<String>,
    given: Vec<String>,
    over: bool,
}

fn names(fs: &mut TestFs<'_, impl Journal>, directory: &OpenFile) -> BTreeSet<String> {
    list(fs, directory).unwrap().into_iter().map(|(name, _)| name).collect()
}

impl Listing {
    pub fn new(fs: &mut TestFs<'_, impl Journal>, directory: &OpenFile) -> Result<Self, vfs_core::Error> {
        let stream = fs.read_dir(directory)?;
        let directory = fs.reopen(directory)?;
        let always = names(fs, &directory);
        Ok(Self { stream, directory, ever: always.clone(), always, given: Vec::new(), over: false })
    }

    /// Something may have changed.
    pub fn observe(&mut self, fs: &mut TestFs<'_, impl Journal>) {
        let now = names(fs, &self.directory);
        self.always.retain(|name| now.contains(name));
        self.ever.extend(now);
    }

    /// Takes some entries.
    pub fn next(&mut self, fs: &mut TestFs<'_, impl Journal>, count: usize) -> Result<(), vfs_core::Error> {
        for _ in 0..count {
            // What is made after the end may be given or not.
            if self.over {
                break;
            }
            match fs.next_entry(&mut self.stream)? {
                None => self.over = true,
                Some(item) => self.given.push(item.name.to_owned()),
            }
        }
        Ok(())
    }

    /// Takes the rest, and checks all.
    pub fn end(mut self, fs: &mut TestFs<'_, impl Journal>) {
        while !self.over {
            self.next(fs, 1).unwrap();
        }
        for name in &self.always {
            assert_eq!(self.given.iter().filter(|given| *given == name).count(), 1, "`{name}` was there all the time");
        }
        assert!(self.given.iter().all(|name| self.ever.contains(name)), "{:?} of {:?}", self.given, self.ever);
        fs.close_dir(self.stream);
        fs.close(self.directory);
    }
}
