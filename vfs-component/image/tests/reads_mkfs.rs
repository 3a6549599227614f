//! Images that `mkfs.erofs` makes, read by our reader.

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use vfs_image::{FileKind, Image, Inode, Nid};

/// Sizes around each edge of a block, and of what fits beside an inode in one.
const SIZES: [usize; 22] = [
    0, 1, 31, 32, 33, 2048, 4000, 4031, 4032, 4033, 4064, 4065, 4095, 4096, 4097, 8128, 8191, 8192, 8193, 12287, 12288,
    100_000,
];

fn contents(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index * 31 + index / 251 + size) as u8).collect()
}

fn make_tree(root: &Path) {
    for size in SIZES {
        fs::write(root.join(format!("file-{size}")), contents(size)).unwrap();
    }
    fs::create_dir_all(root.join("one/two/three")).unwrap();
    fs::create_dir(root.join("empty")).unwrap();
    fs::create_dir(root.join("many")).unwrap();
    for index in 0..1500 {
        fs::write(root.join(format!("many/{}-{index}", "long name ".repeat(index % 20))), index.to_string()).unwrap();
    }
    // Sorted before and around `.` and `..`.
    for name in ["!", "-", "...", ".a", "..b", "~"] {
        fs::write(root.join("one").join(name), name).unwrap();
    }
    fs::hard_link(root.join("file-4097"), root.join("one/two/linked")).unwrap();
    symlink("../file-1", root.join("one/up")).unwrap();
    symlink("x".repeat(4000), root.join("one/long")).unwrap();
    fs::set_permissions(root.join("file-1"), fs::Permissions::from_mode(0o4751)).unwrap();
    fs::set_permissions(root.join("empty"), fs::Permissions::from_mode(0o1777)).unwrap();
}

fn read_all(image: &Image, inode: &Inode) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let run = image.data(inode, all.len() as u64).unwrap();
        if run.is_empty() {
            return all;
        }
        all.extend_from_slice(run);
    }
}

/// Compares a directory of the image with one on disk, both ways, and returns how many nodes it saw.
fn compare(image: &Image, nid: Nid, parent: Nid, path: &Path, times: bool) -> usize {
    let directory = image.inode(nid).unwrap();
    assert_eq!(directory.kind, FileKind::Directory, "{path:?}");
    assert_eq!(image.parent(&directory).unwrap(), parent, "{path:?}");
    let mut on_disk: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    on_disk.sort();
    let entries: Vec<_> = image.entries(&directory, 0).map(Result::unwrap).collect();
    assert_eq!(entries.len(), on_disk.len(), "{path:?}");
    let mut seen = 1;
    for (index, ((position, entry), file)) in entries.iter().zip(&on_disk).enumerate() {
        let name = file.file_name().unwrap().as_encoded_bytes();
        assert_eq!(entry.name, name);
        assert_eq!(image.lookup(&directory, name).unwrap().as_ref(), Some(entry), "{file:?}");
        let next = image.entries(&directory, *position).next().map(Result::unwrap);
        assert_eq!(next.as_ref(), entries.get(index + 1), "entries from a position");
        let inode = image.inode(entry.nid).unwrap();
        let metadata = fs::symlink_metadata(file).unwrap();
        assert_eq!(inode.kind, entry.kind, "{file:?}");
        assert_eq!(u32::from(inode.mode), metadata.mode() & 0o7777, "{file:?}");
        if times {
            let modified = (inode.modified.seconds as i64, i64::from(inode.modified.nanoseconds));
            assert_eq!(modified, (metadata.mtime(), metadata.mtime_nsec()), "{file:?}");
        } else {
            assert_eq!(inode.modified, image.build_time(), "{file:?}");
        }
        seen += 1;
        match inode.kind {
            FileKind::Directory => seen += compare(image, entry.nid, nid, file, times) - 1,
            FileKind::SymbolicLink => {
                let target = fs::read_link(file).unwrap();
                assert_eq!(image.link_target(&inode).unwrap(), target.as_os_str().as_encoded_bytes());
            }
            FileKind::RegularFile => {
                assert_eq!(u64::from(inode.links), metadata.nlink(), "{file:?}");
                assert_eq!(inode.size, metadata.len(), "{file:?}");
                assert_eq!(read_all(image, &inode), fs::read(file).unwrap(), "{file:?}");
            }
            kind => panic!("{file:?} is {kind:?}"),
        }
    }
    for absent in [&b"absent"[..], b"", b".", b"..", b"\x01", b"zzzz", b"many/0", b"file-0\0"] {
        assert_eq!(image.lookup(&directory, absent).unwrap(), None, "{absent:?} in {path:?}");
    }
    seen
}

fn check(arguments: &[&str], times: bool) {
    let source = tempfile::tempdir().unwrap();
    make_tree(source.path());
    let bytes = support::mkfs(source.path(), arguments);
    let image = Image::new(&bytes).unwrap();
    assert_eq!(compare(&image, image.root(), image.root(), source.path(), times), 1 + SIZES.len() + 1500 + 14);
}

#[test]
fn default() {
    check(&[], true);
}

#[test]
fn compact_inodes() {
    check(&["--ignore-mtime", "-Eforce-inode-compact"], false);
}

#[test]
fn extended_inodes() {
    check(&["-Eforce-inode-extended"], true);
}

#[test]
fn no_inline_data() {
    check(&["-Enoinline_data"], true);
}

#[test]
fn without_extended_attributes() {
    check(&["-x-1"], true);
}

#[test]
fn a_fixed_time() {
    let source = tempfile::tempdir().unwrap();
    make_tree(source.path());
    let bytes = support::mkfs(source.path(), &["-T1700000000", "-U00000000-0000-0000-0000-000000000000"]);
    let image = Image::new(&bytes).unwrap();
    assert_eq!(image.build_time().seconds, 1_700_000_000);
    compare(&image, image.root(), image.root(), source.path(), false);
}
