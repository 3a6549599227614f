//! Images that our writer makes, read by others: `fsck.erofs` and the crate erofs-rs.

mod support;

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use erofs_rs::EroFS;
use erofs_rs::backend::SliceImage;
use vfs_image::{Image, validate};

#[test]
fn fsck_extracts_the_same_tree() {
    let source = tempfile::tempdir().unwrap();
    support::make_tree(source.path());
    let bytes = support::image_of(&support::tree_of(source.path()));
    let target = tempfile::tempdir().unwrap();
    let target = target.path().join("extracted");
    support::fsck(&bytes, Some(&target));
    // This `fsck.erofs` makes a file of each name; `dump.erofs` shows that they are one.
    support::assert_same(source.path(), &target, false);
}

/// `fsck.erofs` 1.5 reads a little behind each inode: none may end with the image.
#[test]
fn fsck_takes_images_of_any_number_of_empty_files() {
    for count in (0..260).chain([9000]) {
        let mut tree = vfs_image::Tree::<std::path::PathBuf>::new(Default::default());
        for index in 0..count {
            let name = index.to_string();
            tree.add_file(tree.root(), name.as_bytes(), Default::default(), 0, "/dev/null".into()).unwrap();
        }
        support::fsck(&support::image_of(&tree), None);
    }
}

#[test]
fn dump_erofs_shows_hard_links() {
    let source = tempfile::tempdir().unwrap();
    support::make_tree(source.path());
    let bytes = support::image_of(&support::tree_of(source.path()));
    let [first, second] = ["/file-4097", "/one/two/linked"].map(|path| {
        let text = support::dump_erofs(&bytes, path);
        text.lines().filter(|line| !line.starts_with("File :")).collect::<Vec<_>>().join("\n")
    });
    assert!(first.contains("Links: 2"), "{first}");
    assert_eq!(first, second);
}

#[test]
fn erofs_rs_reads_the_same_tree() {
    let source = tempfile::tempdir().unwrap();
    support::make_tree(source.path());
    let bytes = support::image_of(&support::tree_of(source.path()));
    let image = EroFS::new(SliceImage::new(&bytes)).unwrap();
    let mut same_file = HashMap::new();
    let mut names = 1;
    for entry in image.walk_dir("/").unwrap() {
        let entry = entry.unwrap();
        let path = entry.dir_entry.path().to_string();
        let file = source.path().join(path.trim_start_matches('/'));
        let metadata = file.symlink_metadata().unwrap();
        let inode = entry.inode;
        assert_eq!(inode.modified_unix(), (metadata.mtime(), metadata.mtime_nsec() as u32), "{path}");
        assert_eq!(inode.permissions().mode() & 0o7777, metadata.mode() & 0o7777, "{path}");
        assert_eq!(*same_file.entry(metadata.ino()).or_insert(inode.id()), inode.id(), "{path}");
        assert_eq!((inode.uid(), inode.gid()), (0, 0));
        if metadata.is_symlink() {
            let target = fs::read_link(&file).unwrap();
            assert_eq!(image.read_link_inode(inode).unwrap().as_bytes(), target.as_os_str().as_encoded_bytes());
        } else if metadata.is_file() {
            assert_eq!(u64::from(inode.nlink()), metadata.nlink(), "{path}");
            let mut contents = Vec::new();
            image.open_inode_file(inode).unwrap().read_to_end(&mut contents).unwrap();
            assert!(contents == fs::read(&file).unwrap(), "{path}");
        } else {
            assert!(metadata.is_dir() && inode.is_dir(), "{path}");
        }
        names += 1;
    }
    assert_eq!(names, support::NODES);
}

#[test]
fn validate_accepts_images_of_mkfs_and_our_own() {
    let source = tempfile::tempdir().unwrap();
    support::make_tree(source.path());
    let own = validate(&support::image_of(&support::tree_of(source.path()))).unwrap();
    assert_eq!(own.directories + own.files + own.symlinks + own.hard_links, support::NODES as u64);
    assert_eq!(own.hard_links, 1);
    for arguments in
        [&[][..], &["-Eforce-inode-extended"], &["-Enoinline_data"], &["-Eforce-inode-compact", "--ignore-mtime"]]
    {
        assert_eq!(validate(&support::mkfs(source.path(), arguments)), Ok(own), "{arguments:?}");
    }
}

#[test]
fn what_mkfs_makes_can_be_taken_apart_and_made_again() {
    let source = tempfile::tempdir().unwrap();
    support::make_tree(source.path());
    let theirs = support::mkfs(source.path(), &[]);
    let image = Image::new(&theirs).unwrap();
    let mut tree = vfs_image::Tree::new(Default::default());
    let root = tree.root();
    let skipped = tree.import(root, &image, |inode| *inode).unwrap();
    assert!(skipped.is_empty());
    let layout = vfs_image::Layout::new(&tree, support::BUILD_TIME).unwrap();
    let mut ours = Vec::new();
    layout.write(&mut ours, |inode| Ok(image.contents(inode)), |_| {}).unwrap();
    assert!(ours == support::image_of(&support::tree_of(source.path())));
}
