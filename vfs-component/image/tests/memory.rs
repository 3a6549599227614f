//! The writer's memory: bounded while contents go through it, and an error where there is none.

#[path = "memory/allocator.rs"]
mod allocator;

use std::convert::Infallible;

use allocator::{peak_of, with_allocations};
use vfs_image::{
    Attributes, Image, Layout, LayoutError, NodeIndex, Sink, Source, Timestamp, Tree, TreeError, WriteError, find,
    validate,
};

const ATTRIBUTES: Attributes = Attributes { mode: 0o644, modified: Timestamp { seconds: 1, nanoseconds: 2 } };
const MIB: usize = 1 << 20;

/// So many bytes, made when they are read.
struct Made(u64);

impl Source for Made {
    type Error = Infallible;

    fn read(&mut self, room: &mut [u8]) -> Result<usize, Infallible> {
        let count = room.len().min(self.0 as usize);
        room[..count].fill(7);
        self.0 -= count as u64;
        Ok(count)
    }
}

/// Counts bytes and keeps none.
#[derive(Default)]
struct Counted(u64);

impl Sink for &mut Counted {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0 += bytes.len() as u64;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Keeps bytes in a place that is large enough.
struct Kept<'b>(&'b mut Vec<u8>);

impl Sink for Kept<'_> {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        assert!(self.0.capacity() - self.0.len() >= bytes.len());
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn add(tree: &mut Tree<u64>, directory: NodeIndex, name: &str, size: u64) -> Result<NodeIndex, TreeError> {
    tree.add_file(directory, name.as_bytes(), ATTRIBUTES, size, size)
}

/// The most memory that writing the tree's image takes besides tree and layout.
fn peak_of_writing(tree: &Tree<u64>) -> usize {
    let layout = Layout::new(tree, Timestamp::default()).unwrap();
    let mut out = Counted::default();
    let ((), peak) = peak_of(|| layout.write(&mut out, |size| Ok(Made(*size)), |_| {}).unwrap());
    assert_eq!(out.0, layout.size());
    peak
}

#[test]
fn a_large_file_takes_one_piece() {
    let mut tree = Tree::new(ATTRIBUTES);
    add(&mut tree, NodeIndex::default(), "large", (200 * MIB + 5000) as u64).unwrap();
    let peak = peak_of_writing(&tree);
    assert!(peak <= MIB / 4 + 4096, "{peak} bytes");
}

#[test]
fn the_ends_of_files_take_what_is_documented() {
    // 90 MiB in all, all of it behind inodes, at sizes that leave half of each block empty: the worst there is.
    let mut tree = Tree::new(ATTRIBUTES);
    let mut directory = tree.root();
    for index in 0..45_000 {
        if index % 500 == 0 {
            directory = tree.add_directory(tree.root(), index.to_string().as_bytes(), ATTRIBUTES).unwrap();
        }
        add(&mut tree, directory, &index.to_string(), 2020).unwrap();
    }
    let peak = peak_of_writing(&tree);
    assert!(peak > 4 * MIB && peak <= 8 * MIB + MIB / 2, "{peak} bytes");
}

#[test]
fn a_large_directory_is_not_held() {
    let mut tree = Tree::new(ATTRIBUTES);
    let directory = tree.add_directory(tree.root(), b"many", ATTRIBUTES).unwrap();
    let file = add(&mut tree, NodeIndex::default(), "file", 0).unwrap();
    for index in 0..60_000 {
        tree.link(directory, format!("{index:0100}").as_bytes(), file).unwrap();
    }
    assert!(Layout::new(&tree, Timestamp::default()).unwrap().size() > 6 * MIB as u64);
    let peak = peak_of_writing(&tree);
    assert!(peak <= MIB / 2, "{peak} bytes");
}

/// A tree whose next names need memory: one directory has a full list of names, the next has none, another a few.
fn some_tree() -> Tree<u64> {
    let mut tree = Tree::new(ATTRIBUTES);
    let full = tree.add_directory(tree.root(), b"full", ATTRIBUTES).unwrap();
    for index in 0..256 {
        add(&mut tree, full, &format!("{index:03}"), index).unwrap();
    }
    tree.add_directory(tree.root(), b"empty", ATTRIBUTES).unwrap();
    let long = "long".repeat(30);
    let deep = tree.add_directory(tree.root(), long.as_bytes(), ATTRIBUTES).unwrap();
    let deep = tree.add_directory(deep, long.as_bytes(), ATTRIBUTES).unwrap();
    add(&mut tree, deep, "large", 70_000).unwrap();
    add(&mut tree, deep, "small", 3000).unwrap();
    tree
}

type Call = fn(&mut Tree<u64>) -> Result<(), TreeError>;

/// Every call that adds something.
const CALLS: &[(&str, Call)] = &[
    ("add_directory", |tree| tree.add_directory(tree.root(), b"new", ATTRIBUTES).map(drop)),
    ("add_directory in an empty one", |tree| tree.add_directory(child(tree, "empty"), b"new", ATTRIBUTES).map(drop)),
    ("add_file at the end of a full list", |tree| add(tree, child(tree, "full"), "999", 1).map(drop)),
    ("add_file in a full list", |tree| add(tree, child(tree, "full"), "0505", 1).map(drop)),
    ("add_file between full lists", |tree| add(tree, child(tree, "full"), "1275", 1).map(drop)),
    ("add_symlink", |tree| tree.add_symlink(tree.root(), b"link", ATTRIBUTES, b"some target").map(drop)),
    ("link", |tree| {
        let node = tree.child(child(tree, "full"), b"007").unwrap();
        tree.link(tree.root(), b"linked", node)
    }),
];

fn child(tree: &Tree<u64>, name: &str) -> NodeIndex {
    tree.child(tree.root(), name.as_bytes()).unwrap()
}

/// The image of a tree.
fn image_of(tree: &Tree<u64>) -> Vec<u8> {
    let layout = Layout::new(tree, Timestamp::default()).unwrap();
    let mut bytes = Vec::with_capacity(layout.size() as usize);
    layout.write(Kept(&mut bytes), |size| Ok(Made(*size)), |_| {}).unwrap();
    bytes
}

#[test]
fn a_tree_that_cannot_grow_is_as_it_was() {
    for (name, call) in CALLS {
        let mut expected = some_tree();
        call(&mut expected).unwrap();
        for allowed in 0.. {
            assert!(allowed < 20, "{name} never succeeds");
            let mut tree = some_tree();
            let (before, length) = (image_of(&tree), tree.len());
            let result = with_allocations(allowed, || call(&mut tree));
            if result.is_ok() {
                assert!(image_of(&tree) == image_of(&expected), "{name}");
                break;
            }
            assert_eq!(result, Err(TreeError::OutOfMemory), "{name} with {allowed} allocations");
            assert!(image_of(&tree) == before && tree.len() == length, "{name} with {allowed} allocations");
            assert_eq!(call(&mut tree), Ok(()), "{name} again, after {allowed} allocations");
            assert!(image_of(&tree) == image_of(&expected), "{name} again, after {allowed} allocations");
        }
    }
    // The first node of all.
    let mut tree = with_allocations(0, || Tree::new(ATTRIBUTES));
    assert_eq!(with_allocations(0, || add(&mut tree, NodeIndex::default(), "x", 0)), Err(TreeError::OutOfMemory));
}

#[test]
fn a_layout_and_an_image_without_memory_are_errors() {
    let tree = some_tree();
    let expected = image_of(&tree);
    let mut failures = [0; 2];
    for allowed in 0.. {
        assert!(allowed < 200, "never succeeds");
        let mut bytes = Vec::with_capacity(expected.len());
        let written = with_allocations(allowed, || match Layout::new(&tree, Timestamp::default()) {
            Ok(layout) => Ok(layout.write(Kept(&mut bytes), |size| Ok(Made(*size)), |_| {})),
            Err(error) => Err(error),
        });
        match written {
            Ok(Ok(())) => break,
            Ok(Err(error)) => {
                failures[1] += 1;
                assert!(matches!(error, WriteError::OutOfMemory), "{error:?} with {allowed} allocations");
            }
            Err(error) => {
                failures[0] += 1;
                assert_eq!(error, LayoutError::OutOfMemory, "with {allowed} allocations");
            }
        }
    }
    // The piece and the group, and what a layout is made of.
    assert!(failures[0] > 5 && failures[1] == 2, "{failures:?}");
}

#[test]
fn an_error_for_whose_path_there_is_no_memory_is_that_error() {
    let mut tree = some_tree();
    let long = "long".repeat(30);
    let deep = tree.child(child(&tree, &long), long.as_bytes()).unwrap();
    let error = with_allocations(0, || add(&mut tree, deep, "large", 1)).unwrap_err();
    // The name is copied before it turns out to be there.
    assert!(matches!(&error, TreeError::OutOfMemory | TreeError::Exists { .. }), "{error:?}");
    let error = with_allocations(0, || tree.add_symlink(deep, b"link", ATTRIBUTES, b"")).unwrap_err();
    assert_eq!(error, TreeError::LinkTarget { path: String::new() });
    let error = with_allocations(0, || tree.add_directory(deep, b"a/b", ATTRIBUTES)).unwrap_err();
    assert_eq!(error, TreeError::Name { directory: String::new(), name: String::new() });
    let large = tree.child(deep, b"large").unwrap();
    assert_eq!(with_allocations(0, || tree.path(large)), "");
    assert_eq!(tree.path(large), format!("/{long}/{long}/large"));

    add(&mut tree, deep, "huge", u64::MAX).unwrap();
    // What a layout takes until then, and no more.
    let mut seen = false;
    for allowed in 0..20 {
        let error = with_allocations(allowed, || Layout::new(&tree, Timestamp::default()).map(drop)).unwrap_err();
        seen |= error == LayoutError::TooLarge { path: String::new() };
    }
    assert!(seen);

    let mut tree = some_tree();
    let wrong = tree.add_file(tree.root(), b"wrong", ATTRIBUTES, 5000, 4000).unwrap();
    let layout = Layout::new(&tree, Timestamp::default()).unwrap();
    let write = || layout.write(&mut Counted::default(), |size| Ok(Made(*size)), |_| {}).unwrap_err();
    let error = with_allocations(2, write);
    assert!(
        matches!(&error, WriteError::Shorter { path, expected: 5000, found: 4000 } if path.is_empty()),
        "{error:?}"
    );
    assert!(matches!(&write(), WriteError::Shorter { path, .. } if *path == tree.path(wrong)));
}

#[test]
fn what_is_written_can_be_read() {
    let bytes = image_of(&some_tree());
    validate(&bytes).unwrap();
    let image = Image::new(&bytes).unwrap();
    assert_eq!(find(&image, b"/full/255").unwrap().size, 255);
}
