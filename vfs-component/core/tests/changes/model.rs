//! A tree to rebuild, as simple as can be.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use vfs_core::{Change, ChangedContents, ChangedNode, FileKind, Journal, OpenFlags, Stat, Timestamp, Tracked};
use vfs_plan::read_in_pieces;

use crate::support::{NO_FOLLOW, READ, Test};

const BLOCK: u64 = 4096;

/// A tree: nodes, the root first.
#[derive(Clone)]
pub struct Model(Vec<Node>);

#[derive(Clone)]
struct Node {
    what: What,
    accessed: Timestamp,
    modified: Timestamp,
}

#[derive(Clone)]
enum What {
    Directory(BTreeMap<Vec<u8>, usize>),
    /// A size, and blocks by their numbers. Those that are not there are zeros.
    File(u64, BTreeMap<u64, Rc<[u8]>>),
    Link(Vec<u8>),
}

impl Model {
    /// The tree of a filesystem whose files are small.
    pub fn of(test: &mut Test<'_, impl Journal>) -> Self {
        let root = test.stat(".").unwrap();
        let mut model = Self(vec![node(&root, What::Directory(BTreeMap::new()))]);
        let (mut known, mut waiting) = (HashMap::new(), vec![(String::new(), 0)]);
        while let Some((prefix, directory)) = waiting.pop() {
            for name in test.names(if prefix.is_empty() { "." } else { &prefix }) {
                let path = format!("{prefix}{name}");
                let hash = test.fs.metadata_hash_at(&test.root, &path, NO_FOLLOW).unwrap();
                let stat = test.stat(&path).unwrap();
                let number = *known.entry(hash).or_insert_with(|| {
                    let what = match stat.kind {
                        FileKind::Directory => What::Directory(BTreeMap::new()),
                        FileKind::SymbolicLink => {
                            What::Link(test.fs.readlink_at(&test.root, &path).unwrap().as_bytes().to_vec())
                        }
                        _ => What::File(0, BTreeMap::new()),
                    };
                    model.0.push(node(&stat, what));
                    let number = model.0.len() - 1;
                    if stat.kind == FileKind::RegularFile {
                        let bytes = test.get(&path).unwrap();
                        model.set_size(number, bytes.len() as u64);
                        model.write(number, 0, &bytes);
                    }
                    number
                });
                if stat.kind == FileKind::Directory {
                    waiting.push((format!("{path}/"), number));
                }
                model.entries(directory).insert(name.into_bytes(), number);
            }
        }
        model
    }

    fn entries(&mut self, directory: usize) -> &mut BTreeMap<Vec<u8>, usize> {
        match &mut self.0[directory].what {
            What::Directory(entries) => entries,
            _ => panic!("it is not a directory"),
        }
    }

    fn set_size(&mut self, file: usize, new: u64) {
        let What::File(size, blocks) = &mut self.0[file].what else { panic!("it is not a file") };
        *size = new;
        blocks.split_off(&new.div_ceil(BLOCK));
        if let Some(last) = blocks.get_mut(&(new / BLOCK)) {
            let mut bytes = last.to_vec();
            bytes[(new % BLOCK) as usize..].fill(0);
            *last = bytes.into();
        }
    }

    fn write(&mut self, file: usize, offset: u64, bytes: &[u8]) {
        let What::File(_, blocks) = &mut self.0[file].what else { panic!("it is not a file") };
        let mut done = 0;
        while done < bytes.len() {
            let at = offset + done as u64;
            let inside = (at % BLOCK) as usize;
            let length = (BLOCK as usize - inside).min(bytes.len() - done);
            let block = blocks.entry(at / BLOCK).or_insert_with(|| vec![0; BLOCK as usize].into());
            let mut new = block.to_vec();
            new[inside..inside + length].copy_from_slice(&bytes[done..done + length]);
            *block = new.into();
            done += length;
        }
    }

    /// The directory of a path, and the name in it.
    fn place(&mut self, path: &[u8]) -> (usize, Vec<u8>) {
        let mut parts: Vec<_> = path.split(|byte| *byte == b'/').collect();
        let name = parts.pop().unwrap().to_vec();
        let directory = parts.iter().fold(0, |at, part| {
            *self.entries(at).get(*part).unwrap_or_else(|| panic!("`{}` has no directory", path.escape_ascii()))
        });
        (directory, name)
    }

    fn find(&mut self, path: &[u8]) -> usize {
        if path.is_empty() {
            return 0;
        }
        let (directory, name) = self.place(path);
        *self.entries(directory).get(&name).unwrap_or_else(|| panic!("`{}` is not there", path.escape_ascii()))
    }

    fn add(&mut self, path: &[u8], number: usize) {
        let (directory, name) = self.place(path);
        let old = self.entries(directory).insert(name, number);
        assert_eq!(old, None, "`{}` is there already", path.escape_ascii());
    }

    /// Rebuilds the tree: what the module's documentation says, and no more.
    pub fn apply(&mut self, changes: &[Change], test: &Test<'_, Tracked>) {
        let mut leaving = Vec::new();
        for change in changes {
            let (path, kind) = match change {
                Change::Removed { path, kind } | Change::Renamed { from: path, kind, .. } => (path, *kind),
                _ => continue,
            };
            let number = self.find(path);
            assert_eq!(self.kind(number), kind, "`{}`", path.escape_ascii());
            leaving.push((path, self.place(path), number));
        }
        let mut taken = HashMap::new();
        for (path, (directory, name), number) in leaving {
            assert_eq!(self.entries(directory).remove(&name), Some(number), "`{}` twice", path.escape_ascii());
            taken.insert(path.clone(), number);
        }
        for change in changes {
            match change {
                Change::Removed { .. } | Change::Linked { .. } => {}
                Change::Made { path, node: id, contents, kind } => {
                    let stat = test.fs.stat_changed(*id).unwrap();
                    assert_eq!(stat.kind, *kind);
                    let what = match stat.kind {
                        FileKind::Directory => What::Directory(BTreeMap::new()),
                        FileKind::SymbolicLink => What::Link(test.fs.link_target_changed(*id).unwrap().to_vec()),
                        _ => What::File(0, BTreeMap::new()),
                    };
                    self.0.push(node(&stat, what));
                    let number = self.0.len() - 1;
                    self.add(path, number);
                    assert_eq!(contents.is_some(), stat.kind == FileKind::RegularFile);
                    self.change(number, *id, true, contents.as_ref(), test);
                }
                Change::Renamed { from, path, node, attributes, contents, .. } => {
                    let number = taken[from];
                    self.add(path, number);
                    self.change(number, *node, *attributes, contents.as_ref(), test);
                }
                Change::Changed { path, node, attributes, contents, kind } => {
                    let number = self.find(path);
                    assert_eq!(self.kind(number), *kind);
                    self.change(number, *node, *attributes, contents.as_ref(), test);
                }
            }
        }
        for change in changes {
            let Change::Linked { path, first, is_new, .. } = change else { continue };
            let number = self.find(first);
            if *is_new {
                self.add(path, number);
            } else {
                assert_eq!(self.find(path), number, "`{}`", path.escape_ascii());
            }
        }
    }

    fn change(
        &mut self,
        number: usize,
        id: ChangedNode,
        attributes: bool,
        contents: Option<&ChangedContents>,
        test: &Test<'_, Tracked>,
    ) {
        if attributes {
            let stat = test.fs.stat_changed(id).unwrap();
            (self.0[number].accessed, self.0[number].modified) = (stat.accessed, stat.modified);
        }
        let Some(ChangedContents { size, kept, ranges }) = contents else { return };
        self.set_size(number, *kept);
        self.set_size(number, *size);
        let mut gather = Vec::new();
        for range in ranges {
            assert!(range.start < range.end && range.end <= *size);
            let mut at = range.start;
            while at < range.end {
                let bytes = test.fs.read_changed(id, at, range.end - at, &mut gather).unwrap();
                self.write(number, at, bytes);
                at += bytes.len() as u64;
            }
        }
    }

    fn kind(&self, number: usize) -> FileKind {
        match self.0[number].what {
            What::Directory(_) => FileKind::Directory,
            What::File(..) => FileKind::RegularFile,
            What::Link(_) => FileKind::SymbolicLink,
        }
    }

    /// A line for everything in it.
    pub fn lines(&self) -> Vec<String> {
        let (mut lines, mut first) = (Vec::new(), HashMap::new());
        self.add_lines(0, "", &mut lines, &mut first);
        lines
    }

    fn add_lines(&self, number: usize, path: &str, lines: &mut Vec<String>, first: &mut HashMap<usize, String>) {
        let Node { what, accessed, modified } = &self.0[number];
        let same = first.entry(number).or_insert_with(|| path.to_owned()).clone();
        let text = match what {
            What::Directory(_) => String::new(),
            What::Link(target) => String::from_utf8(target.clone()).unwrap(),
            What::File(size, blocks) => {
                let read = |offset: u64, length: usize| {
                    let mut all = vec![0; length];
                    let end = offset + length as u64;
                    for (block, bytes) in blocks.range(offset / BLOCK..end.div_ceil(BLOCK)) {
                        let start = (block * BLOCK).max(offset);
                        let bytes = &bytes[(start % BLOCK) as usize..];
                        let to = &mut all[(start - offset) as usize..];
                        let length = bytes.len().min(to.len());
                        to[..length].copy_from_slice(&bytes[..length]);
                    }
                    all
                };
                format!("{size}: {}", read_in_pieces(*size, read))
            }
        };
        lines.push(line(path, self.kind(number), *accessed, *modified, &text, &same));
        if let What::Directory(entries) = what {
            for (name, number) in entries {
                let name = std::str::from_utf8(name).unwrap();
                self.add_lines(*number, &join(path, name), lines, first);
            }
        }
    }
}

/// The same lines of a filesystem.
pub fn lines(test: &mut Test<'_, impl Journal>) -> Vec<String> {
    let (mut lines, mut first) = (Vec::new(), HashMap::new());
    add_lines(test, "", &mut lines, &mut first);
    lines
}

fn add_lines(
    test: &mut Test<'_, impl Journal>,
    path: &str,
    lines: &mut Vec<String>,
    first: &mut HashMap<(u64, u64), String>,
) {
    let here = if path.is_empty() { "." } else { path };
    let stat = test.stat(here).unwrap();
    let hash = test.fs.metadata_hash_at(&test.root, here, NO_FOLLOW).unwrap();
    let same = first.entry(hash).or_insert_with(|| path.to_owned()).clone();
    let text = match stat.kind {
        FileKind::Directory => String::new(),
        FileKind::SymbolicLink => test.fs.readlink_at(&test.root, here).unwrap().to_owned(),
        _ => {
            let file = test.open(here, OpenFlags::NONE, READ).unwrap();
            let mut gather = Vec::new();
            let read = |offset: u64, length: usize| {
                let mut all = Vec::new();
                while all.len() < length {
                    let (at, left) = (offset + all.len() as u64, (length - all.len()) as u64);
                    all.extend_from_slice(test.fs.read(&file, at, left, &mut gather).unwrap());
                }
                all
            };
            let text = format!("{}: {}", stat.size, read_in_pieces(stat.size, read));
            test.fs.close(file);
            text
        }
    };
    lines.push(line(path, stat.kind, stat.accessed, stat.modified, &text, &same));
    if stat.kind == FileKind::Directory {
        let mut names = test.names(here);
        names.sort_unstable();
        for name in names {
            add_lines(test, &join(path, &name), lines, first);
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn line(path: &str, kind: FileKind, accessed: Timestamp, modified: Timestamp, text: &str, same: &str) -> String {
    let time = |time: Timestamp| format!("{}.{}", time.seconds, time.nanoseconds);
    format!("{path}: {kind:?}, {}, {}, {text}, as {same}", time(accessed), time(modified))
}

fn node(stat: &Stat, what: What) -> Node {
    Node { what, accessed: stat.accessed, modified: stat.modified }
}
