//! Random trees, written and read back.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::io::Cursor;

use proptest::collection::vec;
use proptest::prelude::*;
use vfs_image::{
    Attributes, Content, FileKind, Image, Layout, Names, NodeIndex, Sink, Source, Timestamp, Tree, Walk, validate,
};

/// What to add next to a tree; what does not fit the tree is passed over.
#[derive(Debug, Clone)]
struct Step {
    /// Which directory, modulo their number.
    directory: usize,
    name: Vec<u8>,
    mode: u16,
    modified: Timestamp,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Directory,
    /// A directory with many files.
    Crowd(usize),
    File(usize),
    Symlink(Vec<u8>),
    /// Which of the files and symbolic links, modulo their number.
    HardLink(usize),
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>().prop_filter("a name's byte", |byte| !matches!(byte, 0 | b'/')), 1..20),
        // Names that collide, and lie around `.` and `..`.
        "[-.!a]{1,4}".prop_map(String::into_bytes),
        (200..=255_usize, any::<u8>()).prop_map(|(length, byte)| vec![byte.max(48); length]),
    ]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![
        0..200_usize,
        // Around whole blocks, and around what fits beside an inode of 64 bytes in one.
        (0..5_usize, -70..70_isize).prop_map(|(blocks, off)| (blocks * 4096).saturating_add_signed(off)),
        0..20_000_usize,
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let what = prop_oneof![
        3 => Just(What::Directory),
        1 => (100..600_usize).prop_map(What::Crowd),
        6 => size().prop_map(What::File),
        2 => vec(1..=255_u8, 1..100).prop_map(What::Symlink),
        1 => (4000..=4095_usize).prop_map(|length| What::Symlink(vec![b'x'; length])),
        2 => any::<usize>().prop_map(What::HardLink),
    ];
    let time =
        (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanoseconds)| Timestamp { seconds, nanoseconds });
    (any::<usize>(), name(), 0..=0o7777_u16, time, what).prop_map(|(directory, name, mode, modified, what)| Step {
        directory,
        name,
        mode,
        modified,
        what,
    })
}

fn grow(steps: &[Step]) -> Tree<Vec<u8>> {
    let mut tree = Tree::new(Attributes::default());
    let mut directories = vec![tree.root()];
    let mut others: Vec<NodeIndex> = Vec::new();
    for Step { directory, name, mode, modified, what } in steps {
        let parent = directories[directory % directories.len()];
        let attributes = Attributes { mode: *mode, modified: *modified };
        match what {
            What::Directory => directories.extend(tree.add_directory(parent, name, attributes)),
            What::Crowd(count) => {
                if let Ok(crowded) = tree.add_directory(parent, name, attributes) {
                    for index in 0..*count {
                        let name = [&name[..name.len().min(200)], index.to_string().as_bytes()].concat();
                        others.extend(tree.add_file(crowded, &name, attributes, 0, vec![]));
                    }
                    directories.push(crowded);
                }
            }
            What::File(size) => {
                others.extend(tree.add_file(parent, name, attributes, *size as u64, support::contents(*size)));
            }
            What::Symlink(target) => others.extend(tree.add_symlink(parent, name, attributes, target)),
            What::HardLink(_) if others.is_empty() => {}
            What::HardLink(which) => {
                let _ = tree.link(parent, name, others[which % others.len()]);
            }
        }
    }
    tree
}

fn write(tree: &Tree<Vec<u8>>) -> Vec<u8> {
    let layout = Layout::new(tree, support::BUILD_TIME).unwrap();
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |source| Ok(Cursor::new(source.clone())), |_| {}).unwrap();
    assert_eq!(bytes.len() as u64, layout.size());
    bytes
}

/// Contents that come as they would without `std`, a few bytes at a time.
struct Trickle {
    contents: Vec<u8>,
    done: usize,
}

impl Source for Trickle {
    type Error = Infallible;

    fn read(&mut self, room: &mut [u8]) -> Result<usize, Infallible> {
        let rest = &self.contents[self.done..];
        let count = room.len().min(rest.len()).min(1 + rest.len() % 1000);
        room[..count].copy_from_slice(&rest[..count]);
        self.done += count;
        Ok(count)
    }
}

/// Takes an image as it would be taken without `std`.
#[derive(Default)]
struct Taken {
    bytes: Vec<u8>,
    is_finished: bool,
}

impl Sink for &mut Taken {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Infallible> {
        self.is_finished = true;
        Ok(())
    }
}

/// Everything in the tree by path, in path order.
fn paths(tree: &Tree<Vec<u8>>) -> Vec<(Vec<u8>, NodeIndex)> {
    let mut paths = Vec::new();
    let mut waiting = vec![(Vec::new(), tree.root())];
    while let Some((path, node)) = waiting.pop() {
        for (name, child) in tree.entries(node).into_iter().flat_map(Names::iter).rev() {
            let slash: &[u8] = if path.is_empty() { b"" } else { b"/" };
            waiting.push(([&path, slash, name].concat(), child));
        }
        paths.push((path, node));
    }
    paths
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(steps in vec(step(), 0..60)) {
        let tree = grow(&steps);
        let bytes = write(&tree);
        let image = Image::new(&bytes).unwrap();
        let summary = validate(&bytes).unwrap();
        prop_assert_eq!(summary.directories + summary.files + summary.symlinks, tree.len() as u64);

        let mut nids = BTreeMap::new();
        let mut walk = Walk::new(&image, image.root());
        for (path, node) in paths(&tree) {
            let entry = walk.next().unwrap().unwrap();
            prop_assert_eq!(&entry.path, &path);
            let inode = entry.inode;
            let attributes = tree.node(node).attributes();
            prop_assert_eq!((inode.kind, inode.mode, inode.modified),
                (tree.node(node).kind(), attributes.mode, attributes.modified));
            // One node is one inode, whatever its number of names.
            prop_assert_eq!(*nids.entry(node).or_insert(inode.nid), inode.nid);
            match tree.node(node).content() {
                Content::Directory(names) => {
                    prop_assert_eq!(image.parent(&inode).unwrap(), entry.parent);
                    for (name, child) in names.iter() {
                        let found = image.lookup(&inode, name).unwrap().unwrap();
                        prop_assert_eq!(found.name, name);
                        prop_assert_eq!(found.kind, tree.node(child).kind());
                        // Its neighbours are not there, unless they are.
                        let longer = [name, b"\x01"].concat();
                        for other in [&name[..name.len() - 1], &longer] {
                            let found = image.lookup(&inode, other).unwrap();
                            prop_assert_eq!(found.is_some(), names.get(other).is_some());
                        }
                    }
                }
                Content::RegularFile { source, .. } => {
                    prop_assert!(support::read_all(&image, &inode) == *source);
                    for offset in [0, 1, source.len() / 2, source.len().saturating_sub(1), source.len(), source.len() + 1] {
                        let run = image.data(&inode, offset as u64).unwrap();
                        prop_assert_eq!(run.is_empty(), offset >= source.len());
                        prop_assert!(source[offset.min(source.len())..].starts_with(run));
                    }
                }
                Content::SymbolicLink(target) => prop_assert_eq!(image.link_target(&inode).unwrap(), &**target),
            }
        }
        prop_assert!(walk.next().is_none());
        let links = nids.keys().filter(|node| tree.node(**node).kind() != FileKind::Directory).count();
        prop_assert_eq!(summary.hard_links as usize, paths(&tree).len() - links - summary.directories as usize);
    }

    #[test]
    fn without_std_it_is_the_same_image(steps in vec(step(), 0..60)) {
        let tree = grow(&steps);
        let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
        let mut taken = Taken::default();
        layout.write(&mut taken, |source| Ok(Trickle { contents: source.clone(), done: 0 }), |_| {}).unwrap();
        prop_assert!(taken.is_finished && taken.bytes == write(&tree));
    }

    #[test]
    fn names_are_those_of_a_map(numbers in vec(0..5000_u32, 0..3000), order in 0..3) {
        let mut numbers = numbers;
        match order {
            0 => {}
            1 => numbers.sort_unstable(),
            _ => numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number)),
        }
        let mut tree = Tree::<()>::new(Attributes::default());
        let mut expected = BTreeMap::new();
        for number in &numbers {
            let name = number.to_string().into_bytes();
            match tree.add_directory(tree.root(), &name, Attributes::default()) {
                Ok(node) => prop_assert!(expected.insert(name, node).is_none()),
                Err(_) => prop_assert!(expected.contains_key(&name)),
            }
        }
        let names = tree.entries(tree.root()).unwrap();
        prop_assert_eq!((names.len(), names.is_empty()), (expected.len(), expected.is_empty()));
        prop_assert!(names.iter().eq(expected.iter().map(|(name, node)| (&name[..], *node))));
        prop_assert!(names.nodes().rev().eq(expected.values().rev().copied()));
        for number in numbers.iter().copied().chain(0..100).collect::<BTreeSet<_>>() {
            let name = number.to_string().into_bytes();
            prop_assert_eq!(names.get(&name), expected.get(&name).copied());
        }
    }

    #[test]
    fn an_image_taken_apart_and_made_again_is_the_same(steps in vec(step(), 0..40)) {
        let bytes = write(&grow(&steps));
        let image = Image::new(&bytes).unwrap();
        let mut tree = Tree::new(Attributes::default());
        let root = tree.root();
        prop_assert!(tree.import(root, &image, |inode| support::read_all(&image, inode)).unwrap().is_empty());
        prop_assert!(write(&tree) == bytes);
    }
}

proptest! {
    // Each case starts a program.
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fsck_finds_no_fault(steps in vec(step(), 0..60)) {
        support::fsck(&write(&grow(&steps)), None);
    }
}
