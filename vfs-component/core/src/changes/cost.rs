//! Cost of a list, measured by the notes that are looked at, not by time.

use alloc::format;
use alloc::vec::Vec;
use std::io::Cursor;

use vfs_image::{Attributes, Image, Layout, Timestamp, Tree};

use super::Mark;
use crate::{
    Clock, DescriptorFlags, FollowFinalLink, ImageLayer, Limits, OpenFile, OpenFlags, Rights, Tracked, Volume,
};

const NAMES: usize = 100_000;
/// Upper bound of notes looked at for each change, three directories deep.
const FOR_ONE: u64 = 40;

struct Still;

impl Clock for Still {
    fn now(&mut self) -> Option<Timestamp> {
        Some(Timestamp { seconds: 5, nanoseconds: 0 })
    }
}

type Tested<'i> = Volume<ImageLayer<'i>, Still, Tracked>;

/// Makes an image with a directory of many names inside a directory.
fn image() -> Vec<u8> {
    let attributes = Attributes { mode: 0o755, modified: Timestamp::default() };
    let mut tree = Tree::<Vec<u8>>::new(attributes);
    let outer = tree.add_directory(tree.root(), b"outer", attributes).unwrap();
    let inner = tree.add_directory(outer, b"inner", attributes).unwrap();
    for number in 0..NAMES {
        tree.add_file(inner, format!("{number}").as_bytes(), attributes, 0, Vec::new()).unwrap();
    }
    let mut bytes = Vec::new();
    let layout = Layout::new(&tree, Timestamp::default()).unwrap();
    layout.write(&mut bytes, |source| Ok(Cursor::new(source.clone())), |_| {}).unwrap();
    bytes
}

/// Returns the number of changes, and of notes that were looked at for them.
fn cost(fs: &mut Tested<'_>, mark: Option<&Mark>) -> (usize, u64) {
    let steps = |fs: &Tested<'_>| fs.tree.journal.names.steps.get() + fs.tree.journal.nodes.steps.get();
    fs.tree.journal.settle(&fs.tree.table);
    let before = steps(fs);
    let changes = fs.changes(mark).unwrap().len();
    (changes, steps(fs) - before)
}

fn remove(fs: &mut Tested<'_>, root: &OpenFile, numbers: core::ops::Range<usize>) {
    numbers.for_each(|number| fs.unlink_file_at(root, &format!("outer/inner/{number}")).unwrap());
}

#[test]
fn a_list_costs_what_changed() {
    let image = image();
    let layer = ImageLayer::new(Some(Image::new(&image).unwrap()));
    let mut fs = Tested::over(layer, Still, Limits::default()).unwrap();
    let root = fs.open_root(Rights::default()).unwrap();
    assert_eq!(cost(&mut fs, None).0, 0);

    // One more change: the directory itself.
    remove(&mut fs, &root, 0..1);
    let (changes, steps) = cost(&mut fs, None);
    assert_eq!(changes, 2);
    assert!(steps <= 2 * FOR_ONE, "{steps} notes");

    remove(&mut fs, &root, 1..1000);
    let (changes, steps) = cost(&mut fs, None);
    assert_eq!(changes, 1001);
    assert!(steps <= 1001 * FOR_ONE, "{steps} notes");

    // Changes before the mark cost nothing.
    let mark = fs.mark().unwrap();
    assert!(cost(&mut fs, Some(&mark)).1 <= 4);
    remove(&mut fs, &root, 1000..1001);
    let (changes, steps) = cost(&mut fs, Some(&mark));
    assert_eq!(changes, 1);
    assert!(steps <= 2 * FOR_ONE, "{steps} notes");
}

#[test]
fn what_is_made_and_removed_costs_nothing_after() {
    let image = image();
    let layer = ImageLayer::new(Some(Image::new(&image).unwrap()));
    let mut fs = Tested::over(layer, Still, Limits::default()).unwrap();
    let root = fs.open_root(Rights::default()).unwrap();
    for number in 0..10_000 {
        let path = format!("outer/inner/new-{number}");
        let flags = DescriptorFlags::WRITE;
        let file = fs.open_at(&root, &path, FollowFinalLink::Yes, OpenFlags::CREATE, flags).unwrap();
        fs.close(file);
        fs.unlink_file_at(&root, &path).unwrap();
    }
    let (changes, steps) = cost(&mut fs, None);
    assert_eq!(changes, 1);
    assert!(steps <= FOR_ONE, "{steps} notes");
    // The directory, the one above it, and the root.
    assert_eq!((fs.tree.journal.names.len(), fs.tree.journal.nodes.len()), (2, 3));
}

#[test]
fn what_is_only_open_is_forgotten_when_it_is_closed() {
    let image = image();
    let layer = ImageLayer::new(Some(Image::new(&image).unwrap()));
    let mut fs = Tested::over(layer, Still, Limits::default()).unwrap();
    let root = fs.open_root(Rights::default()).unwrap();
    let flags = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let open = |fs: &mut Tested<'_>, path: &str| {
        fs.open_at(&root, path, FollowFinalLink::Yes, OpenFlags::NONE, flags).unwrap()
    };
    let files: Vec<_> = (0..100).map(|number| open(&mut fs, &format!("outer/inner/{number}"))).collect();
    assert_eq!((fs.tree.journal.names.len(), fs.tree.journal.nodes.len()), (102, 103));
    files.into_iter().for_each(|file| fs.close(file));
    assert_eq!((fs.tree.journal.names.len(), fs.tree.journal.nodes.len()), (0, 1));
}
