//! Images that `mkfs.erofs` makes, read by our reader.

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use vfs_image::{FileKind, Image, Nid};

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
                assert_eq!(support::read_all(image, &inode), fs::read(file).unwrap(), "{file:?}");
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
    support::make_tree(source.path());
    let bytes = support::mkfs(source.path(), arguments);
    let image = Image::new(&bytes).unwrap();
    assert_eq!(compare(&image, image.root(), image.root(), source.path(), times), support::NODES);
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
    support::make_tree(source.path());
    let bytes = support::mkfs(source.path(), &["-T1700000000", "-U00000000-0000-0000-0000-000000000000"]);
    let image = Image::new(&bytes).unwrap();
    assert_eq!(image.build_time().seconds, 1_700_000_000);
    compare(&image, image.root(), image.root(), source.path(), false);
}
