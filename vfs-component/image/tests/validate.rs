//! One test for each thing that `validate` finds beyond what the reader refuses, in the order of `Problem`.

mod support;

use support::Broken;
use vfs_image::{Attributes, ImageError, Layout, Problem, Tree, Walk, validate};

fn problem(image: &Broken) -> (String, Problem) {
    let damage = validate(&image.bytes).unwrap_err();
    (damage.path, damage.problem)
}

/// Puts bytes into the inode of `path`; says where it is, too.
fn in_inode(path: &str, at: u64, bytes: &[u8]) -> (Broken, u64) {
    let image = Broken::new();
    let offset = image.inode_at(path);
    (image.put((offset + at) as usize, bytes), offset)
}

#[test]
fn sound() {
    let summary = validate(&Broken::new().bytes).unwrap();
    assert_eq!((summary.directories, summary.files, summary.symlinks, summary.others), (3, 6, 1, 0));
    assert_eq!((summary.hard_links, summary.content_bytes), (0, 100 + 5000 + 8192));
}

#[test]
fn image_errors_name_the_path() {
    let (image, offset) = in_inode("/dir/b", 4, &[0, 0]);
    assert_eq!(problem(&image), ("/dir/b".to_owned(), ImageError::InodeKind { offset }.into()));
    assert_eq!(validate(&[]).unwrap_err().to_string(), "`/`: not an EROFS image: shorter than a superblock");
}

#[test]
fn checksum() {
    let mut image = Broken::new();
    // One bit of the volume's name, which nothing else looks at.
    image.bytes[1024 + 64] ^= 1;
    let (path, Problem::Checksum { stored, computed }) = problem(&image) else { panic!() };
    assert_eq!(path, "/");
    assert_ne!(stored, computed);
}

#[test]
fn root_kind() {
    let (image, offset) = in_inode("/", 4, &0o10_0644_u16.to_le_bytes());
    assert_eq!(problem(&image), ("/".to_owned(), Problem::RootKind { offset }));
}

/// Offset of the `index`th of the entries `.`, `..`, `a`, `b`, `c` of `/dir`.
fn entry(image: &Broken, index: u64) -> usize {
    (image.inode_at("/dir") + 64 + 12 * index) as usize
}

/// Makes the `index`th entry of `/dir` name the directory at `path`.
fn directory_in_dir(index: u64, path: &str) -> Broken {
    let image = Broken::new();
    let (at, nid) = (entry(&image, index), image.inode_at(path) / 32);
    image.put(at, &nid.to_le_bytes()).put(at + 10, &[2])
}

#[test]
fn directory_twice() {
    for target in ["/", "/dir"] {
        let offset = Broken::new().inode_at(target);
        let image = directory_in_dir(3, target);
        assert_eq!(problem(&image), ("/dir/b".to_owned(), Problem::DirectoryTwice { offset }));
        // A walk ends, too.
        assert!(Walk::new(&image.image(), image.image().root()).last().unwrap().is_err());
    }
    // In two places: `validate` stumbles earlier, over its `..`.
    let image = directory_in_dir(3, "/other");
    let offset = {
        let root = image.image().inode(image.image().root()).unwrap();
        image.image().lookup(&root, b"other").unwrap().unwrap().nid.0 * 32
    };
    let damage = Walk::new(&image.image(), image.image().root()).last().unwrap().unwrap_err();
    assert_eq!((&*damage.path, damage.problem), ("/other", Problem::DirectoryTwice { offset }));
}

#[test]
fn directories_too_large() {
    // A directory of many blocks, and two that say they are in the same place.
    let mut tree = Tree::new(Attributes::default());
    let root = tree.root();
    for name in [b"a", b"b", b"c"] {
        tree.add_directory(root, name, Attributes::default()).unwrap();
    }
    let large = tree.child(root, b"a").unwrap();
    let file = tree.add_file(large, b"file", Attributes::default(), 0, ()).unwrap();
    for index in 0..5000 {
        tree.link(large, format!("{index:0100}").as_bytes(), file).unwrap();
    }
    let mut bytes = Vec::new();
    Layout::new(&tree, support::BUILD_TIME).unwrap().write(&mut bytes, |()| Ok(std::io::empty()), |_| {}).unwrap();
    let image = Broken { bytes };
    let from = image.inode_at("/a") as usize;
    let inode = image.bytes[from..from + 20].to_vec();
    let [b, c] = ["/b", "/c"].map(|path| image.inode_at(path));
    let size = u64::from_le_bytes(inode[8..16].try_into().unwrap()) & !4095;
    let mut image = image;
    for at in [b, c] {
        // Plain: whole blocks only.
        image = image.put(at as usize, &inode).put(at as usize, &[1]).put(at as usize + 8, &size.to_le_bytes());
    }
    let mut walk = Walk::new(&image.image(), image.image().root());
    assert_eq!(walk.next().unwrap().unwrap().depth, 0);
    assert_eq!(walk.next().unwrap().unwrap().path, b"a");
    let damage = walk.last().unwrap().unwrap_err();
    assert_eq!((&*damage.path, damage.problem), ("/b", Problem::DirectoriesTooLarge { offset: b }));
}

#[test]
fn too_deep() {
    let mut tree = Tree::new(Attributes::default());
    let mut at = tree.root();
    let name = [b'x'; 255];
    for _ in 0..256 {
        at = tree.add_directory(at, &name, Attributes::default()).unwrap();
    }
    let deepest = support::image_of(&tree);
    assert_eq!(validate(&deepest).unwrap().directories, 257);
    tree.add_directory(at, b"y", Attributes::default()).unwrap();
    let too_deep = support::image_of(&tree);
    assert!(matches!(validate(&too_deep).unwrap_err().problem, Problem::TooDeep { .. }));
}

#[test]
fn order() {
    for name in [b"b", b"c", b"d"] {
        let image = Broken::new();
        // `a`, before `b`.
        let at = entry(&image, 5) + 3;
        let image = image.put(at, name);
        let offset = image.inode_at("/dir") + 64;
        assert_eq!(problem(&image), ("/dir".to_owned(), Problem::Order { offset }));
    }
}

#[test]
fn dot() {
    let image = directory_in_dir(0, "/other");
    let offset = image.inode_at("/dir");
    assert_eq!(problem(&image), ("/dir".to_owned(), Problem::Dot { offset }));
    // A directory of no bytes has neither.
    let (image, offset) = in_inode("/other", 8, &[0; 8]);
    assert_eq!(problem(&image), ("/other".to_owned(), Problem::Dot { offset }));
}

#[test]
fn dot_dot() {
    let image = directory_in_dir(1, "/other");
    let offset = Broken::new().inode_at("/dir");
    assert_eq!(problem(&image), ("/dir".to_owned(), Problem::DotDot { offset }));
}

#[test]
fn entry_kind() {
    for kind in [2, 3, 4, 5, 6, 7] {
        let image = Broken::new();
        let at = entry(&image, 3);
        let image = image.put(at + 10, &[kind]);
        let offset = image.inode_at("/dir") + 64;
        assert_eq!(problem(&image), ("/dir".to_owned(), Problem::EntryKind { offset }));
    }
    // Not said at all: as the inode has it.
    let image = Broken::new();
    let at = entry(&image, 3);
    validate(&image.put(at + 10, &[0]).bytes).unwrap();
}

#[test]
fn link_target() {
    let (image, offset) = in_inode("/link", 64 + 1, &[0]);
    assert_eq!(problem(&image), ("/link".to_owned(), Problem::LinkTarget { offset }));
}

#[test]
fn links() {
    for (path, found, stored) in [("/file", 1, 2), ("/file", 1, 0), ("/dir", 2, 3), ("/", 4, 5), ("/", 4, 2)] {
        let (image, offset) = in_inode(path, 44, &u32::to_le_bytes(stored));
        assert_eq!(problem(&image), (path.to_owned(), Problem::Links { offset, stored, found }));
    }
    // How a directory says that it does not count.
    let (image, _) = in_inode("/", 44, &[1]);
    validate(&image.bytes).unwrap();
}

#[test]
fn overlap() {
    // A file's blocks in block 0.
    let (image, _) = in_inode("/large", 16, &[0; 4]);
    assert!(matches!(problem(&image), (_, Problem::Overlap { .. })));
    // Two files may have the same contents.
    let body = Broken::new().inode_at("/plain") as usize + 16;
    let image = Broken::new();
    let block: [u8; 4] = image.bytes[body..body + 4].try_into().unwrap();
    let (image, _) = in_inode("/large", 16, &block);
    validate(&image.bytes).unwrap();
}
