//! Walking, finding, extracting, importing and printing.

mod support;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use support::Broken;
use vfs_image::{
    Attributes, Damage, ExtractError, FileKind, FindError, Image, ImageError, ImportError, Layout, Problem, Timestamp,
    Tree, TreeError, Walk, dump, extract, find, printable,
};

const ATTRIBUTES: Attributes = Attributes { mode: 0o755, modified: Timestamp { seconds: 1, nanoseconds: 2 } };

fn write(tree: &Tree<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    Layout::new(tree, support::BUILD_TIME).unwrap().write(&mut bytes, |source| Ok(*source), |_| {}).unwrap();
    bytes
}

#[test]
fn a_walk_is_in_path_order() {
    let image = Broken::new();
    let walk = Walk::new(&image.image(), image.image().root()).map(Result::unwrap);
    let paths: Vec<String> = walk.map(|entry| String::from_utf8(entry.path).unwrap()).collect();
    assert_eq!(paths, ["", "dir", "dir/a", "dir/b", "dir/c", "file", "large", "link", "other", "plain"]);
    let mut part = Walk::new(&image.image(), image.inode("/dir").nid).map(Result::unwrap);
    assert_eq!(part.next().unwrap().name(), b"");
    let first = part.next().unwrap();
    assert_eq!((first.name(), first.depth, first.parent), (&b"a"[..], 1, image.inode("/dir").nid));
    // A file is a walk of one.
    assert_eq!(Walk::new(&image.image(), image.inode("/file").nid).count(), 1);
}

fn linked() -> Vec<u8> {
    let mut tree = Tree::new(ATTRIBUTES);
    let root = tree.root();
    let a = tree.add_directory(root, b"a", ATTRIBUTES).unwrap();
    let b = tree.add_directory(a, b"b", ATTRIBUTES).unwrap();
    tree.add_file(b, b"file", ATTRIBUTES, 2, &b"hi"[..]).unwrap();
    for (name, target) in [
        ("absolute", &b"/a/b"[..]),
        ("relative", b"a/../a//./b/"),
        ("out", b"../../../a/b/file"),
        ("loop", b"loop"),
        ("dangling", b"nowhere"),
        ("through", b"a/b/file/x"),
    ] {
        tree.add_symlink(root, name.as_bytes(), ATTRIBUTES, target).unwrap();
    }
    tree.add_symlink(b, b"up", ATTRIBUTES, b"..").unwrap();
    write(&tree)
}

#[test]
fn find_follows_links_inside_the_image() {
    let bytes = linked();
    let image = Image::new(&bytes).unwrap();
    for path in
        ["a/b/file", "/a/b/file", "//a/./b/../b/file", "absolute/file", "relative/file", "out", "a/b/up/b/up/b/file"]
    {
        let mut contents = String::new();
        image.contents(&find(&image, path.as_bytes()).unwrap()).read_to_string(&mut contents).unwrap();
        assert_eq!(contents, "hi", "{path}");
    }
    for path in ["", "/", ".", "..", "a/..", "/../.."] {
        assert_eq!(find(&image, path.as_bytes()).unwrap().nid, image.root(), "{path}");
    }
}

#[test]
fn find_errors() {
    let bytes = linked();
    let image = Image::new(&bytes).unwrap();
    let error = |path: &str| find(&image, path.as_bytes()).unwrap_err();
    for path in ["x", "a/x/y", "a/b/up/x", "absolute/x", "a/b/file\0"] {
        assert!(matches!(error(path), FindError::NotFound { .. }), "{path}");
    }
    for path in ["dangling", "dangling/x", "a/../dangling"] {
        let target = "nowhere".to_owned();
        assert_eq!(error(path), FindError::Dangling { path: path.to_owned(), target });
    }
    for path in ["a/b/file/", "a/b/file/x", "a/b/file/..", "through", "out/"] {
        assert_eq!(error(path), FindError::NotADirectory { path: path.to_owned() });
    }
    assert_eq!(error("loop"), FindError::TooManyLinks { path: "loop".to_owned() });
    let broken = Broken::new();
    let offset = broken.inode_at("/file");
    let broken = broken.put(offset as usize + 4, &[0, 0]);
    let expected = FindError::Image { path: "link".to_owned(), error: ImageError::InodeKind { offset } };
    assert_eq!(find(&broken.image(), b"link").unwrap_err(), expected);
}

#[test]
fn extract_gives_back_the_same_tree() {
    let source = tempfile::tempdir().unwrap();
    support::make_tree(source.path());
    let bytes = support::image_of(&support::tree_of(source.path()));
    let image = Image::new(&bytes).unwrap();
    let target = tempfile::tempdir().unwrap();
    let mut told = 0;
    let done = extract(&image, image.root(), target.path(), |bytes| told = bytes).unwrap();
    assert_eq!((done.names, done.bytes, done.skipped.len()), (support::NODES as u64 - 1, told, 0));
    support::assert_same(source.path(), target.path(), true);
}

#[test]
fn extract_a_part_into_a_new_directory() {
    let image = Broken::new();
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("new/deep");
    extract(&image.image(), image.inode("/dir").nid, &target, |_| {}).unwrap();
    assert_eq!(fs::read_dir(&target).unwrap().count(), 3);
}

#[test]
fn extract_errors() {
    let image = Broken::new();
    let root = image.image().root();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    let error = extract(&image.image(), image.inode("/file").nid, &file, |_| {}).unwrap_err();
    assert!(matches!(error, ExtractError::NotADirectory));
    fs::write(&file, "here").unwrap();
    let error = extract(&image.image(), root, place.path(), |_| {}).unwrap_err();
    assert!(matches!(error, ExtractError::NotEmpty { .. }), "{error}");
    let error = extract(&image.image(), root, &file.join("below"), |_| {}).unwrap_err();
    assert!(matches!(error, ExtractError::Write { .. }), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "here");
    let offset = image.inode_at("/large");
    let image = image.put(offset as usize + 4, &[0, 0]);
    let error = extract(&image.image(), root, &place.path().join("new"), |_| {}).unwrap_err();
    let expected = Problem::Image(ImageError::InodeKind { offset });
    assert!(matches!(error, ExtractError::Damage(Damage { problem, .. }) if problem == expected));
}

#[test]
fn extract_does_not_write_through_an_images_own_links() {
    // `/a`, a link to a directory outside, and `/b` with a file in it, which then is called `a` as well.
    let outside = tempfile::tempdir().unwrap();
    let mut tree = Tree::new(ATTRIBUTES);
    tree.add_symlink(tree.root(), b"a", ATTRIBUTES, outside.path().as_os_str().as_encoded_bytes()).unwrap();
    let directory = tree.add_directory(tree.root(), b"b", ATTRIBUTES).unwrap();
    tree.add_file(directory, b"file", ATTRIBUTES, 4, &b"evil"[..]).unwrap();
    let image = Broken { bytes: write(&tree) };
    let names = image.inode_at("/") + 64 + 4 * 12;
    let image = image.put(names as usize + 4, b"a");
    let place = tempfile::tempdir().unwrap();
    let error = extract(&image.image(), image.image().root(), place.path(), |_| {}).unwrap_err();
    assert!(matches!(error, ExtractError::Write { .. }), "{error}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn extract_does_not_write_to_names_that_lead_out() {
    for name in [b"..\0", b"../", b"/tm", b"./x"] {
        let mut tree = Tree::new(ATTRIBUTES);
        tree.add_file(tree.root(), b"abc", ATTRIBUTES, 4, &b"evil"[..]).unwrap();
        let image = Broken { bytes: write(&tree) };
        let names = image.inode_at("/") + 64 + 3 * 12;
        let image = image.put(names as usize + 3, name);
        let place = tempfile::tempdir().unwrap();
        let inner = place.path().join("inner");
        let result = extract(&image.image(), image.image().root(), &inner, |_| {});
        // A second `..` is no file's name and left out; the others are damage, which leaves nothing behind.
        let left_out = name == b"..\0";
        assert_eq!(result.is_ok(), left_out, "{name:?}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), usize::from(left_out), "{name:?}");
        if left_out {
            assert_eq!(fs::read_dir(&inner).unwrap().count(), 0, "{name:?}");
        }
    }
}

#[test]
fn several_images_become_one_tree() {
    let [first, second] = [linked(), Broken::new().bytes];
    let [first, second] = [&first, &second].map(|bytes| Image::new(bytes).unwrap());
    let mut tree = Tree::new(ATTRIBUTES);
    let root = tree.root();
    tree.import(root, &first, |inode| (first, *inode)).unwrap();
    let at = tree.add_directory(root, b"second", ATTRIBUTES).unwrap();
    tree.import(at, &second, |inode| (second, *inode)).unwrap();
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |(image, inode)| Ok(image.contents(inode)), |_| {}).unwrap();
    vfs_image::validate(&bytes).unwrap();
    let image = Image::new(&bytes).unwrap();
    for (path, from) in [("second/large", "large"), ("second/plain", "plain"), ("second/link", "link")] {
        let inode = find(&image, path.as_bytes()).unwrap();
        let expected = find(&second, from.as_bytes()).unwrap();
        assert_eq!(support::read_all(&image, &inode), support::read_all(&second, &expected), "{path}");
    }
    assert_eq!(find(&image, b"second/dir").unwrap().mode, 0o755);
    assert_eq!(find(&image, b"out").unwrap().size, 2);
}

#[test]
fn import_errors() {
    let image = Broken::new();
    let mut tree = Tree::new(ATTRIBUTES);
    let root = tree.root();
    let file = tree.add_file(root, b"large", ATTRIBUTES, 0, ()).unwrap();
    let error = tree.import(root, &image.image(), |_| ()).unwrap_err();
    assert!(matches!(error, ImportError::Tree(TreeError::Exists { path }) if path == "/large"));
    let error = tree.import(file, &image.image(), |_| ()).unwrap_err();
    assert!(matches!(error, ImportError::Tree(TreeError::NotADirectory { path }) if path == "/large"));
    let offset = image.inode_at("/dir/b");
    let image = image.put(offset as usize + 4, &[0, 0]);
    let at = tree.add_directory(root, b"new", ATTRIBUTES).unwrap();
    let error = tree.import(at, &image.image(), |_| ()).unwrap_err();
    assert!(matches!(error, ImportError::Damage(Damage { path, .. }) if path == "/dir/b"));
}

#[test]
fn devices_pipes_and_sockets_are_left_out_and_named() {
    let source = tempfile::tempdir().unwrap();
    let made = Command::new("mkfifo").arg(source.path().join("pipe")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(source.path().join("socket")).unwrap();
    fs::write(source.path().join("file"), "x").unwrap();
    let bytes = support::mkfs(source.path(), &[]);
    let image = Image::new(&bytes).unwrap();
    for (name, kind) in [("pipe", FileKind::Fifo), ("socket", FileKind::Socket)] {
        let inode = find(&image, name.as_bytes()).unwrap();
        assert_eq!((inode.kind, inode.size, image.data(&inode, 0)), (kind, 0, Ok(&[][..])));
    }
    assert_eq!(vfs_image::validate(&bytes).unwrap().others, 2);
    let mut tree = Tree::new(ATTRIBUTES);
    let root = tree.root();
    let skipped = tree.import(root, &image, |_| ()).unwrap();
    let target = tempfile::tempdir().unwrap();
    let extracted = extract(&image, image.root(), target.path(), |_| {}).unwrap();
    assert_eq!(skipped, extracted.skipped);
    let skipped: Vec<_> = skipped.iter().map(|skipped| (&*skipped.path, skipped.kind)).collect();
    assert_eq!(skipped, [("pipe", FileKind::Fifo), ("socket", FileKind::Socket)]);
    assert_eq!(tree.len(), 2);
}

#[test]
fn what_is_shown_does_not_reach_into_the_terminal() {
    assert_eq!(printable(b"plain \xc3\xa4"), "plain \u{e4}");
    assert_eq!(printable(b"\x1b[2J\n\xff"), "\\u{1b}[2J\\n\u{fffd}");
}

#[test]
fn the_format_is_pinned() {
    let image = Broken::new();
    let mut text = Vec::new();
    dump(&image.image(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/dump.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &text).unwrap();
    }
    assert_eq!(text, fs::read_to_string(&golden).unwrap());
}
