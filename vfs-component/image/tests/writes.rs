//! What the writer makes of a tree, said by our reader.

mod support;

use std::io::{self, Read};

use vfs_image::{Attributes, FileKind, Image, Layout, LayoutError, Timestamp, Tree, TreeError, WriteError};

const ATTRIBUTES: Attributes =
    Attributes { mode: 0o640, modified: Timestamp { seconds: 1_234_567_890, nanoseconds: 123_456_789 } };

fn write(tree: &Tree<Vec<u8>>) -> Vec<u8> {
    let layout = Layout::new(tree, support::BUILD_TIME).unwrap();
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |source| Ok(io::Cursor::new(source.clone())), |_| {}).unwrap();
    assert_eq!(bytes.len() as u64, layout.size());
    bytes
}

fn add(tree: &mut Tree<Vec<u8>>, name: &str, contents: &[u8]) {
    tree.add_file(tree.root(), name.as_bytes(), ATTRIBUTES, contents.len() as u64, contents.to_vec()).unwrap();
}

#[test]
fn an_empty_tree_is_one_block() {
    let bytes = write(&Tree::new(ATTRIBUTES));
    assert_eq!(bytes.len(), 4096);
    let image = Image::new(&bytes).unwrap();
    assert_eq!(image.build_time(), support::BUILD_TIME);
    let root = image.inode(image.root()).unwrap();
    assert_eq!((root.kind, root.mode, root.links, root.modified), (FileKind::Directory, 0o640, 2, ATTRIBUTES.modified));
    assert_eq!(image.entries(&root, 0).count(), 0);
    assert_eq!(image.parent(&root).unwrap(), image.root());
}

#[test]
fn the_root_stays_in_the_first_block_however_large_it_is() {
    // From a root whose tail fits beside the superblock to one that does not, and on to one of several blocks.
    for count in [10, 100, 125, 130, 150, 170, 180, 190, 1000] {
        let mut tree = Tree::new(ATTRIBUTES);
        for index in 0..count {
            add(&mut tree, &format!("name-{index:06}"), b"");
        }
        let bytes = write(&tree);
        let image = Image::new(&bytes).unwrap();
        assert_eq!(image.root().0, 36);
        let root = image.inode(image.root()).unwrap();
        assert_eq!(image.entries(&root, 0).map(Result::unwrap).count(), count);
    }
}

#[test]
fn the_order_in_which_a_tree_is_filled_does_not_matter() {
    let names: Vec<String> = (0..700).map(|index| format!("{}", index * 7919 % 1000)).collect();
    let images = [names.clone(), names.iter().rev().cloned().collect()].map(|names| {
        let mut tree = Tree::new(ATTRIBUTES);
        let root = tree.root();
        for name in &names {
            let size = name.parse::<usize>().unwrap() * 9;
            let directory = tree.add_directory(root, format!("d{name}").as_bytes(), ATTRIBUTES).unwrap();
            tree.add_file(directory, b"file", ATTRIBUTES, size as u64, vec![name.as_bytes()[0]; size]).unwrap();
            tree.add_symlink(directory, b"link", ATTRIBUTES, b"file").unwrap();
        }
        for (from, to) in [("1", "2"), ("2", "3")] {
            let from = tree.child(root, format!("d{from}").as_bytes()).unwrap();
            let to = tree.child(root, format!("d{to}").as_bytes()).unwrap();
            let file = tree.child(from, b"file").unwrap();
            tree.link(to, b"hard", file).unwrap();
        }
        write(&tree)
    });
    assert!(images[0] == images[1]);
}

#[test]
fn progress_is_told_and_ends_at_the_size() {
    let mut tree = Tree::new(ATTRIBUTES);
    add(&mut tree, "large", &vec![1; 3_000_000]);
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    let mut told = Vec::new();
    layout.write(io::sink(), |source| Ok(io::Cursor::new(source.clone())), |done| told.push(done)).unwrap();
    assert!(told.len() > 5 && told.is_sorted());
    assert_eq!(told.last(), Some(&layout.size()));
}

/// Writes an image of one file that is announced with a length and then gives other bytes.
fn announce(size: u64, found: usize) -> Result<(), WriteError<io::Error, io::Error>> {
    let mut tree = Tree::new(ATTRIBUTES);
    let directory = tree.add_directory(tree.root(), b"dir", ATTRIBUTES).unwrap();
    tree.add_file(directory, b"changing", ATTRIBUTES, size, found).unwrap();
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    layout.write(io::sink(), |found| Ok(io::repeat(7).take(*found as u64)), |_| {})
}

#[test]
fn error_shorter() {
    for (announced, real) in [(1, 0), (100, 99), (4096, 4095), (5000, 4096), (5000, 4999), (1_000_000, 5)] {
        let error = announce(announced, real).unwrap_err();
        assert!(
            matches!(&error, WriteError::Shorter { path, expected, found }
                if path == "/dir/changing" && *expected == announced && *found == real as u64),
            "{error}"
        );
    }
}

#[test]
fn error_longer() {
    for announced in [0, 1, 100, 4095, 4096, 4097, 1_000_000] {
        announce(announced, announced as usize).unwrap();
        let error = announce(announced, announced as usize + 1).unwrap_err();
        assert!(
            matches!(&error, WriteError::Longer { path, expected } if path == "/dir/changing" && *expected == announced),
            "{error}"
        );
    }
}

#[test]
fn error_open() {
    let mut tree = Tree::new(ATTRIBUTES);
    add(&mut tree, "gone", b"x");
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    let error = layout.write(io::sink(), |_| Err::<io::Empty, _>(io::ErrorKind::NotFound.into()), |_| {}).unwrap_err();
    assert!(matches!(&error, WriteError::Open { path, .. } if path == "/gone"), "{error}");
    assert_eq!(error.to_string(), "cannot open `/gone`");
}

struct Fails;

impl Read for Fails {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("bad sector"))
    }
}

impl io::Write for Fails {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn error_read() {
    let mut tree = Tree::new(ATTRIBUTES);
    add(&mut tree, "bad", b"x");
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    let error = layout.write(io::sink(), |_| Ok(Fails), |_| {}).unwrap_err();
    assert!(matches!(&error, WriteError::Read { path, .. } if path == "/bad"), "{error}");
}

#[test]
fn error_write() {
    let tree = Tree::<()>::new(ATTRIBUTES);
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    let error = layout.write(Fails, |()| Ok(io::empty()), |_| {}).unwrap_err();
    assert!(matches!(error, WriteError::Write { source } if source.kind() == io::ErrorKind::StorageFull));
}

#[test]
fn a_read_that_is_interrupted_goes_on() {
    struct Interrupted(bool);
    impl Read for Interrupted {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.0 = !self.0;
            if self.0 { Err(io::ErrorKind::Interrupted.into()) } else { io::empty().read(room) }
        }
    }
    let mut tree = Tree::new(ATTRIBUTES);
    tree.add_file(tree.root(), b"file", ATTRIBUTES, 0, ()).unwrap();
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    layout.write(io::sink(), |()| Ok(Interrupted(false)), |_| {}).unwrap();
}

#[test]
fn error_too_large() {
    for sizes in [&[u64::MAX][..], &[1 << 44], &[1 << 43, 1 << 43], &[(1 << 44) - 4096]] {
        let mut tree = Tree::new(ATTRIBUTES);
        for (index, size) in sizes.iter().enumerate() {
            tree.add_file(tree.root(), index.to_string().as_bytes(), ATTRIBUTES, *size, ()).unwrap();
        }
        let error = Layout::new(&tree, support::BUILD_TIME).unwrap_err();
        let LayoutError::TooLarge { path } = error else { panic!("{error}") };
        assert_eq!(path, format!("/{}", sizes.len() - 1));
    }
    let mut tree = Tree::new(ATTRIBUTES);
    tree.add_file(tree.root(), b"file", ATTRIBUTES, (1 << 44) - 3 * 4096, ()).unwrap();
    assert_eq!(Layout::new(&tree, support::BUILD_TIME).unwrap().size(), (1 << 44) - 4096);
}

#[test]
fn error_name() {
    let mut tree = Tree::<()>::new(ATTRIBUTES);
    let root = tree.root();
    let long = [b'x'; 256];
    for name in [&b""[..], b".", b"..", b"a/b", b"/", b"a\0", &long] {
        let error = tree.add_directory(root, name, ATTRIBUTES).unwrap_err();
        assert!(matches!(error, TreeError::Name { .. }), "{error}");
    }
    tree.add_directory(root, &long[1..], ATTRIBUTES).unwrap();
    assert_eq!(tree.len(), 2);
}

#[test]
fn error_exists() {
    let mut tree = Tree::<()>::new(ATTRIBUTES);
    let directory = tree.add_directory(tree.root(), b"a", ATTRIBUTES).unwrap();
    tree.add_directory(directory, b"b", ATTRIBUTES).unwrap();
    let error = tree.add_file(directory, b"b", ATTRIBUTES, 0, ()).unwrap_err();
    assert_eq!(error, TreeError::Exists { path: "/a/b".to_owned() });
}

#[test]
fn error_not_a_directory() {
    let mut tree = Tree::new(ATTRIBUTES);
    let file = tree.add_file(tree.root(), b"file", ATTRIBUTES, 0, ()).unwrap();
    let error = tree.add_directory(file, b"x", ATTRIBUTES).unwrap_err();
    assert_eq!(error, TreeError::NotADirectory { path: "/file".to_owned() });
}

#[test]
fn error_link_to_directory() {
    let mut tree = Tree::<()>::new(ATTRIBUTES);
    let directory = tree.add_directory(tree.root(), b"dir", ATTRIBUTES).unwrap();
    let error = tree.link(directory, b"loop", directory).unwrap_err();
    assert_eq!(error, TreeError::LinkToDirectory { path: "/dir".to_owned() });
}

#[test]
fn error_link_target() {
    let mut tree = Tree::<()>::new(ATTRIBUTES);
    for target in [&b""[..], b"a\0b", &[b'x'; 4096]] {
        let error = tree.add_symlink(tree.root(), b"link", ATTRIBUTES, target).unwrap_err();
        assert_eq!(error, TreeError::LinkTarget { path: "/link".to_owned() });
    }
    tree.add_symlink(tree.root(), b"link", ATTRIBUTES, &[b'x'; 4095]).unwrap();
}
