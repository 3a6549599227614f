//! A layer of which a part passes its changes through: a name cannot go from one part to the other.

use std::cell::RefCell;
use std::rc::Rc;

use vfs_core::check::Trust;
use vfs_core::{
    Component, Contents, DescriptorFlags, Effect, Error, FileKind, Layer, LayerInode, LayerNode, Limits, Listed,
    OpenFile, OpenFlags, Performed, Rights, Stat, Timestamp, Volume,
};

use crate::app::clock;
use crate::support::{FOLLOW, NO_FOLLOW, READ, READ_WRITE, TestClock};

/// Nodes from here on pass their changes through; those from [`OTHER`] on are of another filesystem than the rest.
const THROUGH: u64 = 10;
const OTHER: u64 = 20;

/// All there is: a directory, a name in it, what that is and which.
const NAMES: &[(u64, &str, FileKind, u64)] = &[
    (0, "above", FileKind::Directory, 1),
    (1, "file", FileKind::RegularFile, 2),
    (0, "through", FileKind::Directory, 10),
    (10, "file", FileKind::RegularFile, 11),
    (10, "sub", FileKind::Directory, 12),
    (0, "other", FileKind::Directory, 20),
    (20, "file", FileKind::RegularFile, 21),
];

/// The effects that were asked for, which the test looks at while the volume has the layer.
type Effects = Rc<RefCell<Vec<Effect<Vec<u8>>>>>;

/// The names above. Effects are only noted.
struct Mixed(Effects);

#[derive(Clone, Copy)]
struct Inode {
    number: u64,
    kind: FileKind,
}

impl LayerInode for Inode {
    fn number(&self) -> u64 {
        self.number
    }

    fn kind(&self) -> FileKind {
        self.kind
    }

    fn stat(&self) -> Stat {
        let [accessed, modified, changed] = [Timestamp::default(); 3];
        let size = if self.kind == FileKind::RegularFile { 5 } else { 0 };
        Stat { kind: self.kind, links: 1, size, accessed, modified, changed }
    }
}

struct Five(u64);

impl Contents for Five {
    const NOTHING: Self = Self(0);

    fn size(&self) -> u64 {
        self.0
    }

    fn truncate(&mut self, size: u64) {
        self.0 = self.0.min(size);
    }
}

fn listed(directory: u64, cursor: u64) -> Option<Listed<&'static [u8]>> {
    let rest = NAMES.iter().zip(1_u64..).skip(cursor as usize);
    let (&(_, name, kind, number), cursor) = rest.into_iter().find(|((of, ..), _)| *of == directory)?;
    Some(Listed { cursor, name: name.as_bytes(), node: LayerNode { number, kind } })
}

impl Layer for Mixed {
    type Stop = Error;
    type Inode = Inode;
    type Bytes = &'static [u8];
    type Contents = Five;
    type Hidden = ();
    type Through = u64;

    fn root(&self) -> Result<Option<u64>, Error> {
        Ok(Some(0))
    }

    fn build_time(&self) -> Timestamp {
        Timestamp::default()
    }

    fn inode(&self, number: u64) -> Result<Inode, Error> {
        let kind = NAMES.iter().find(|(.., of)| *of == number).map_or(FileKind::Directory, |(_, _, kind, _)| *kind);
        Ok(Inode { number, kind })
    }

    fn lookup(&self, directory: &Inode, name: Component<'_>) -> Result<Option<LayerNode>, Error> {
        let found = NAMES.iter().find(|(of, known, ..)| *of == directory.number && known.as_bytes() == name.text);
        Ok(found.map(|&(_, _, kind, number)| LayerNode { number, kind }))
    }

    fn entry_after(&self, directory: &Inode, cursor: u64) -> Result<Option<Listed<&[u8]>>, Error> {
        Ok(listed(directory.number, cursor))
    }

    fn entries(&self, directory: &Inode) -> Result<impl Iterator<Item = Result<Listed<&'static [u8]>, Error>>, Error> {
        let (number, mut cursor) = (directory.number, 0);
        Ok(std::iter::from_fn(move || {
            let entry = listed(number, cursor)?;
            cursor = entry.cursor;
            Some(Ok(entry))
        }))
    }

    fn parent(&self, directory: &Inode) -> Result<u64, Error> {
        Ok(NAMES.iter().find(|(.., of)| *of == directory.number).map_or(0, |(parent, ..)| *parent))
    }

    fn read_link(&self, _link: &Inode) -> Result<&[u8], Error> {
        Err(Error::Io)
    }

    fn contents(&self, _file: &Inode) -> Result<Five, Error> {
        Ok(Five(5))
    }

    fn run<'a>(&'a self, contents: &'a Five, offset: u64, length: u64) -> Result<&'a [u8], Error> {
        let end = (offset.saturating_add(length)).min(contents.0);
        Ok(b"five!".get(offset as usize..end as usize).unwrap_or(&[]))
    }

    fn lend(&self, _contents: &Five, _offset: u64, _length: u64) -> Option<&'static [u8]> {
        None
    }

    fn passes_through(&self, number: u64) -> Option<u64> {
        (number >= THROUGH).then_some(number)
    }

    fn is_live(&self, number: u64) -> Option<u64> {
        self.passes_through(number)
    }

    fn filesystem(&self, number: u64) -> u32 {
        u32::from(number >= OTHER)
    }

    fn perform(&self, _through: u64, effect: Effect<&[u8]>) -> Result<Performed<Inode>, Error> {
        self.0.borrow_mut().push(effect.to_owned()?);
        Ok(Performed::Done)
    }

    fn read(&self, through: u64, offset: u64, length: u64) -> Result<&[u8], Error> {
        let end = (offset.saturating_add(length)).min(5);
        let bytes = if through >= OTHER { b"other" } else { b"thru!" };
        Ok(bytes.get(offset as usize..end as usize).unwrap_or(&[]))
    }

    fn open(&self, through: u64, _flags: DescriptorFlags) -> Result<Inode, Error> {
        self.inode(through)
    }

    fn open_listing(&self, through: u64) -> Result<Inode, Error> {
        self.inode(through)
    }

    fn before_change(&self, through: u64) -> Result<Inode, Error> {
        self.inode(through)
    }

    fn identity(&self, through: u64) -> Result<u64, Error> {
        Ok(through)
    }
}

/// A volume over it, its root, and the effects.
struct Test {
    volume: Volume<Mixed, TestClock>,
    root: OpenFile,
    effects: Effects,
}

impl Test {
    fn new() -> Self {
        let effects = Effects::default();
        let mut volume = Volume::over(Mixed(effects.clone()), clock(), Limits::default()).unwrap();
        let root = volume.open_root(Rights::default()).unwrap();
        Self { volume, root, effects }
    }

    fn rename(&mut self, old: &str, new: &str) -> Result<(), Error> {
        self.volume.rename_at(&self.root, old, &self.root, new)
    }

    fn link(&mut self, old: &str, new: &str) -> Result<(), Error> {
        self.volume.link_at(&self.root, old, NO_FOLLOW, &self.root, new)
    }

    /// The effects since the last call.
    fn effects(&mut self) -> Vec<Effect<Vec<u8>>> {
        self.volume.check(Trust::Untrusted).unwrap();
        self.effects.take()
    }
}

#[test]
fn a_name_cannot_go_from_one_to_the_other() {
    for (from, to) in [
        ("above/file", "through/new"),
        ("above/file", "through/file"),
        ("through/file", "above/new"),
        ("through/file", "new"),
        ("through/sub", "new"),
        ("through/file", "other/new"),
        ("other/file", "through/file"),
        ("above", "through/new"),
    ] {
        let mut test = Test::new();
        let usage = test.volume.usage();
        assert_eq!(test.rename(from, to), Err(Error::CrossDevice), "{from} to {to}");
        let is_directory = ["through/sub", "above"].contains(&from);
        let wanted = match to {
            "through/file" => Error::Exist,
            _ if is_directory => Error::NotPermitted,
            _ => Error::CrossDevice,
        };
        assert_eq!(test.link(from, to), Err(wanted), "{from} to {to}");
        assert_eq!(test.effects(), []);
        assert_eq!(test.volume.usage(), usage);
    }
}

#[test]
fn within_each_it_can() {
    let mut test = Test::new();
    test.rename("through/file", "through/sub/new").unwrap();
    test.link("through/file", "through/new").unwrap();
    let (old, new) = (b"file".to_vec(), b"new".to_vec());
    assert_eq!(
        test.effects(),
        [
            Effect::Rename { from: 10, old, to: 12, new: new.clone() },
            Effect::Link { node: 11, directory: 10, name: new },
        ]
    );
    assert_eq!(test.volume.usage().nodes, 0);
    test.link("above/file", "above/new").unwrap();
    test.rename("above/file", "file").unwrap();
    assert_eq!(test.effects(), []);
    assert_eq!(test.volume.stat_at(&test.root, "file", FOLLOW).unwrap().links, 2);
}

#[test]
fn contents_are_where_they_are() {
    let mut test = Test::new();
    for (path, bytes, is_through) in [("above/file", b"five!", false), ("through/file", b"thru!", true)] {
        let file = test.volume.open_at(&test.root, path, FOLLOW, OpenFlags::NONE, READ_WRITE).unwrap();
        let mut gather = Vec::new();
        assert_eq!(test.volume.read(&file, 0, 100, &mut gather), Ok(&bytes[..]));
        test.volume.write(&file, 0, b"F").unwrap();
        let wanted = [Effect::Write { file: 11, offset: Some(0), bytes: b"F".to_vec() }];
        assert_eq!(test.effects(), &wanted[usize::from(!is_through)..]);
        test.volume.close(file);
    }
    assert_eq!(test.volume.usage().bytes, 5);
}

/// A directory that is in the tree's own one is removed by the tree, and only if it is empty.
#[test]
fn what_is_not_empty_is_not_removed() {
    let mut test = Test::new();
    assert_eq!(test.volume.remove_dir_at(&test.root, "through"), Err(Error::NotEmpty));
    assert_eq!(test.effects(), []);
    test.volume.remove_dir_at(&test.root, "through/sub").unwrap();
    assert_eq!(test.effects(), [Effect::RemoveDirectory { directory: 10, name: b"sub".to_vec() }]);
    let directory = test.volume.open_at(&test.root, "through", FOLLOW, OpenFlags::DIRECTORY, READ).unwrap();
    assert_eq!(crate::step::list(&mut test.volume, &directory).unwrap(), ["file", "sub"]);
}
