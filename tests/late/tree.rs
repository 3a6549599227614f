//! The tree that the host answers for, and the questions as they come to it.

use wasmtime::component::{ComponentType, Lift, Lower};

/// `question` of `wit/late.wit`.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift)]
#[component(variant)]
pub enum Question {
    #[component(name = "node")]
    Node(u64),
    #[component(name = "lookup")]
    Lookup(NameIn),
    #[component(name = "list")]
    List((u64, u64)),
    #[component(name = "read-link")]
    ReadLink(u64),
    #[component(name = "read")]
    Read((u64, u64, u64)),
}

#[derive(Clone, Debug, PartialEq, ComponentType, Lift)]
#[component(record)]
pub struct NameIn {
    pub directory: u64,
    pub name: String,
}

/// `answer`.
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(variant)]
pub enum Answer {
    #[component(name = "node")]
    Node(Node),
    #[component(name = "lookup")]
    Lookup(Option<Node>),
    #[component(name = "list")]
    List((Vec<Entry>, bool)),
    #[component(name = "bytes")]
    Bytes(Vec<u8>),
}

#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub struct Node {
    number: u64,
    parent: u64,
    size: u64,
    changed: u64,
    links: u32,
    kind: Kind,
}

#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub struct Entry {
    cursor: u64,
    number: u64,
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum Kind {
    #[component(name = "directory")]
    Directory,
    #[component(name = "regular-file")]
    RegularFile,
    #[component(name = "symbolic-link")]
    SymbolicLink,
}

#[derive(Clone, Copy, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum Failure {
    #[component(name = "io")]
    Io,
    #[component(name = "not-permitted")]
    NotPermitted,
    #[component(name = "no-entry")]
    NoEntry,
}

/// Most bytes and entries of one answer.
const MOST_BYTES: u64 = 10_000;
const MOST_ENTRIES: usize = 7;

/// When everything was changed.
const CHANGED: u64 = 1_700_000_000;

/// A node. Its number is its place, from 1 on.
struct Own {
    kind: Kind,
    parent: u64,
    /// Of a directory: names and numbers in order.
    entries: Vec<(String, u64)>,
    /// Of a file or link.
    bytes: Vec<u8>,
    /// What all questions about it are answered with.
    failure: Option<Failure>,
}

pub struct Tree(Vec<Own>);

impl Tree {
    pub fn new() -> Self {
        let mut tree = Self(Vec::new());
        tree.push(Kind::Directory, 1, Vec::new());
        tree.add("dir", Kind::Directory, b"");
        tree.add("dir/file.txt", Kind::RegularFile, b"a file of the host's");
        tree.add("dir/up", Kind::RegularFile, b"up");
        let broken = tree.add("dir/broken", Kind::RegularFile, b"");
        let unreadable = tree.add("dir/unreadable", Kind::RegularFile, b"cannot be read");
        tree.add("link", Kind::SymbolicLink, b"dir/file.txt");
        tree.add("empty", Kind::RegularFile, b"");
        tree.add("big.bin", Kind::RegularFile, &(0..300_000_u32).map(|at| (at % 251) as u8).collect::<Vec<_>>());
        let secret = tree.add("secret", Kind::Directory, b"");
        tree.add("many", Kind::Directory, b"");
        for number in 0..300 {
            tree.add(&format!("many/{number:03}"), Kind::RegularFile, &vec![b'x'; number]);
        }
        for (name, size) in [("walked", 5), ("again", 6), ("other", 7)] {
            tree.add(name, Kind::Directory, b"");
            tree.add(&format!("{name}/sub"), Kind::Directory, b"");
            tree.add(&format!("{name}/sub/file"), Kind::RegularFile, &vec![b'x'; size]);
        }
        tree.own_mut(broken).failure = Some(Failure::Io);
        tree.own_mut(unreadable).failure = Some(Failure::Io);
        tree.own_mut(secret).failure = Some(Failure::NotPermitted);
        tree
    }

    fn push(&mut self, kind: Kind, parent: u64, bytes: Vec<u8>) -> u64 {
        self.0.push(Own { kind, parent, entries: Vec::new(), bytes, failure: None });
        self.0.len() as u64
    }

    fn add(&mut self, path: &str, kind: Kind, bytes: &[u8]) -> u64 {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = self.number(directory);
        let number = self.push(kind, parent, bytes.to_vec());
        let entries = &mut self.own_mut(parent).entries;
        entries.push((name.to_owned(), number));
        entries.sort();
        number
    }

    /// The number of what is at a path.
    pub fn number(&self, path: &str) -> u64 {
        let names = path.split('/').filter(|name| !name.is_empty());
        names.fold(1, |at, name| self.own(at).unwrap().entries.iter().find(|(known, _)| known == name).unwrap().1)
    }

    fn own(&self, number: u64) -> Result<&Own, Failure> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| self.0.get(place)).ok_or(Failure::NoEntry)
    }

    fn own_mut(&mut self, number: u64) -> &mut Own {
        &mut self.0[number as usize - 1]
    }

    fn node(&self, number: u64) -> Result<Node, Failure> {
        let own = self.own(number)?;
        let is_directory = |entry: &&(String, u64)| self.own(entry.1).is_ok_and(|own| own.kind == Kind::Directory);
        let links = match own.kind {
            Kind::Directory => 2 + own.entries.iter().filter(is_directory).count() as u32,
            _ => 1,
        };
        let (parent, size, kind) = (own.parent, own.bytes.len() as u64, own.kind);
        Ok(Node { number, parent, size, changed: CHANGED, links, kind })
    }

    pub fn answer(&self, question: &Question) -> Result<Answer, Failure> {
        // A node that cannot be read is found all the same, but for one.
        let usable = |number| self.own(number).and_then(|own| own.failure.map_or(Ok(own), Err));
        match question {
            Question::Node(number) => Ok(Answer::Node(self.node(*number)?)),
            Question::Lookup(NameIn { directory, name }) => {
                let found = usable(*directory)?.entries.iter().find(|(known, _)| known == name);
                if name == "broken" {
                    return Err(Failure::Io);
                }
                Ok(Answer::Lookup(found.map(|(_, number)| self.node(*number)).transpose()?))
            }
            Question::List((directory, cursor)) => {
                let entries = &usable(*directory)?.entries;
                let start = (*cursor as usize).min(entries.len());
                let some = entries[start..].iter().zip(*cursor + 1..).take(MOST_ENTRIES);
                let some: Vec<_> = some
                    .map(|((name, number), cursor)| {
                        let kind = self.own(*number)?.kind;
                        Ok(Entry { cursor, number: *number, name: name.clone(), kind })
                    })
                    .collect::<Result<_, Failure>>()?;
                let is_end = start + some.len() == entries.len();
                Ok(Answer::List((some, is_end)))
            }
            Question::ReadLink(link) => Ok(Answer::Bytes(usable(*link)?.bytes.clone())),
            Question::Read((file, offset, length)) => {
                let bytes = &usable(*file)?.bytes;
                let start = (*offset as usize).min(bytes.len());
                let end = start + (*length).min(MOST_BYTES).min((bytes.len() - start) as u64) as usize;
                Ok(Answer::Bytes(bytes[start..end].to_vec()))
            }
        }
    }
}
