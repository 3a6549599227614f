//! The other EROFS tools, and trees on disk to feed them.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output};

use vfs_image::{Attributes, Layout, Timestamp, Tree};

/// The build time of every image that the tests write.
pub const BUILD_TIME: Timestamp = Timestamp { seconds: 1_600_000_000, nanoseconds: 7 };

/// Runs a program of erofs-utils; a missing one fails the test, because these are the independent judges.
pub fn erofs_utils<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Output {
    match Command::new(program).args(arguments).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            panic!("`{program}` is missing: install it with `apt-get install erofs-utils`")
        }
        Err(error) => panic!("`{program}` does not start: {error}"),
    }
}

/// Makes an image of `directory` with `mkfs.erofs` and further arguments.
pub fn mkfs(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let place = tempfile::tempdir().expect("a temporary directory");
    let file = place.path().join("image.erofs");
    let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    all.extend([file.as_os_str(), directory.as_os_str()]);
    let output = erofs_utils("mkfs.erofs", &all);
    assert!(output.status.success(), "mkfs.erofs: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(&file).expect("mkfs.erofs wrote the image")
}

/// Where the contents of a file in a test's tree are.
pub type Source = std::path::PathBuf;

/// The tree of a directory on disk, hard links kept.
pub fn tree_of(directory: &Path) -> Tree<Source> {
    let attributes = |metadata: &std::fs::Metadata| Attributes {
        mode: metadata.mode() as u16,
        modified: Timestamp { seconds: metadata.mtime() as u64, nanoseconds: metadata.mtime_nsec() as u32 },
    };
    let mut tree = Tree::new(attributes(&std::fs::metadata(directory).unwrap()));
    let mut directories = HashMap::from([(directory.to_owned(), tree.root())]);
    let mut linked = HashMap::new();
    for entry in walkdir::WalkDir::new(directory).min_depth(1) {
        let entry = entry.unwrap();
        let parent = directories[entry.path().parent().unwrap()];
        let name = entry.file_name().as_encoded_bytes();
        let metadata = entry.metadata().unwrap();
        let attributes = attributes(&metadata);
        let kind = metadata.file_type();
        if let Some(node) = linked.get(&metadata.ino()) {
            tree.link(parent, name, *node).unwrap();
        } else if kind.is_dir() {
            directories.insert(entry.path().to_owned(), tree.add_directory(parent, name, attributes).unwrap());
        } else {
            let node = if kind.is_symlink() {
                let target = std::fs::read_link(entry.path()).unwrap();
                tree.add_symlink(parent, name, attributes, target.as_os_str().as_encoded_bytes())
            } else {
                tree.add_file(parent, name, attributes, metadata.len(), entry.path().to_owned())
            };
            if metadata.nlink() > 1 {
                linked.insert(metadata.ino(), node.unwrap());
            }
        }
    }
    tree
}

/// The image of a tree of files on disk.
pub fn image_of(tree: &Tree<Source>) -> Vec<u8> {
    let layout = Layout::new(tree, BUILD_TIME).unwrap();
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |path| std::fs::File::open(path), |_| {}).unwrap();
    assert_eq!(bytes.len() as u64, layout.size());
    bytes
}
