//! The other EROFS tools, and trees on disk to feed them.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use filetime::FileTime;
use vfs_image::{Attributes, Image, Inode, Layout, Timestamp, Tree, Walk};

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
    fs::read(&file).expect("mkfs.erofs wrote the image")
}

/// Where the contents of a file in a test's tree are.
pub type Source = std::path::PathBuf;

/// The tree of a directory on disk, hard links kept.
pub fn tree_of(directory: &Path) -> Tree<Source> {
    tree_without(directory, None)
}

/// The same without what has a certain path.
pub fn tree_without(directory: &Path, skip: Option<&str>) -> Tree<Source> {
    let attributes = |metadata: &fs::Metadata| Attributes {
        mode: metadata.mode() as u16,
        modified: Timestamp { seconds: metadata.mtime() as u64, nanoseconds: metadata.mtime_nsec() as u32 },
    };
    let mut tree = Tree::new(attributes(&fs::metadata(directory).unwrap()));
    let mut directories = HashMap::from([(directory.to_owned(), tree.root())]);
    let mut linked = HashMap::new();
    let skip = skip.map(|path| directory.join(path));
    let all = walkdir::WalkDir::new(directory).min_depth(1).into_iter();
    for entry in all.filter_entry(|entry| skip.as_deref() != Some(entry.path())) {
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
                let target = fs::read_link(entry.path()).unwrap();
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
    layout.write(&mut bytes, |path| fs::File::open(path), |_| {}).unwrap();
    assert_eq!(bytes.len() as u64, layout.size());
    bytes
}

/// Sizes around each edge of a block, and of what fits beside an inode in one.
pub const SIZES: [usize; 22] = [
    0, 1, 31, 32, 33, 2048, 4000, 4031, 4032, 4033, 4064, 4065, 4095, 4096, 4097, 8128, 8191, 8192, 8193, 12287, 12288,
    100_000,
];

/// Bytes that differ from file to file.
pub fn contents(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index * 31 + index / 251 + size) as u8).collect()
}

/// Number of names that `make_tree` makes, the root included.
pub const NODES: usize = SIZES.len() + 1500 + 16;

/// Makes a tree with everything an image keeps: sizes, names and times of all sorts, modes, symbolic and hard links,
/// directories of no, one and many blocks.
pub fn make_tree(root: &Path) {
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
    symlink("x".repeat(4090), root.join("one/longest")).unwrap();
    fs::set_permissions(root.join("file-1"), fs::Permissions::from_mode(0o4751)).unwrap();
    fs::set_permissions(root.join("file-32"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(root.join("empty"), fs::Permissions::from_mode(0o1777)).unwrap();
    for (name, seconds, nanoseconds) in [
        ("file-0", 0, 0),
        ("file-1", 1, 999_999_999),
        ("one/up", 5_000_000_000, 1),
        ("one", 1_000_000_000, 500),
        ("", 7, 8),
    ] {
        let time = FileTime::from_unix_time(seconds, nanoseconds);
        filetime::set_symlink_file_times(root.join(name), time, time).unwrap();
    }
}

/// The contents of a file in an image.
pub fn read_all(image: &Image, inode: &Inode) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let run = image.data(inode, all.len() as u64).unwrap();
        if run.is_empty() {
            return all;
        }
        all.extend_from_slice(run);
    }
}

/// Compares two directories on disk: kinds, modes, times, contents, targets, and with `hard_links` which names are the
/// same file.
pub fn assert_same(left: &Path, right: &Path, hard_links: bool) {
    let names = |root: &Path| -> Vec<std::path::PathBuf> {
        let all = walkdir::WalkDir::new(root).sort_by_file_name();
        all.into_iter().map(|entry| entry.unwrap().path().strip_prefix(root).unwrap().to_owned()).collect()
    };
    let all = names(left);
    assert_eq!(all, names(right));
    let mut same_file = HashMap::new();
    for name in all {
        let (left, right) = (left.join(&name), right.join(&name));
        let (a, b) = (left.symlink_metadata().unwrap(), right.symlink_metadata().unwrap());
        assert_eq!(a.file_type(), b.file_type(), "{name:?}");
        assert_eq!((a.mtime(), a.mtime_nsec()), (b.mtime(), b.mtime_nsec()), "time of {name:?}");
        if hard_links {
            assert_eq!(*same_file.entry(a.ino()).or_insert(b.ino()), b.ino(), "hard links of {name:?}");
        }
        if a.is_symlink() {
            assert_eq!(fs::read_link(&left).unwrap(), fs::read_link(&right).unwrap());
            continue;
        }
        // Neither `fsck.erofs` nor we give set-user-id and set-group-id to files we extract.
        assert_eq!(format!("{:o}", a.mode() & !0o6000), format!("{:o}", b.mode() & !0o6000), "mode of {name:?}");
        if a.is_file() {
            assert!(!hard_links || a.nlink() == b.nlink(), "links of {name:?}");
            assert!(fs::read(&left).unwrap() == fs::read(&right).unwrap(), "contents of {name:?}");
        }
    }
}

/// What `dump.erofs` says of one path in an image.
pub fn dump_erofs(image: &[u8], path: &str) -> String {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("image.erofs");
    fs::write(&file, image).unwrap();
    let output = erofs_utils("dump.erofs", &[format!("--path={path}").as_ref(), file.as_os_str()]);
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Asks `fsck.erofs` about an image, and has it extract the files if a directory is given. Its exit code says nothing
/// of a wrong checksum, its messages do.
pub fn fsck(image: &[u8], extract: Option<&Path>) {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("image.erofs");
    fs::write(&file, image).unwrap();
    let mut arguments = vec!["-d3".into(), file.into_os_string()];
    if let Some(directory) = extract {
        arguments.extend(["--preserve".into(), format!("--extract={}", directory.display()).into()]);
    }
    let output = erofs_utils("fsck.erofs", &arguments);
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success()
            && (text.contains("No errors found") || text.contains("successfully"))
            && !text.contains("<E>"),
        "fsck.erofs: {text}"
    );
}

/// A small image to be damaged:
///
/// ```text
/// /dir/a  /dir/b  /dir/c   no bytes each
/// /file                    100 bytes behind the inode
/// /large                   5000 bytes: a block and a tail
/// /link -> file
/// /other/                  an empty directory
/// /plain                   8192 bytes: two blocks
/// ```
pub struct Broken {
    pub bytes: Vec<u8>,
}

impl Broken {
    pub fn new() -> Self {
        let attributes = Attributes { mode: 0o755, modified: Timestamp { seconds: 1, nanoseconds: 2 } };
        let mut tree = Tree::new(attributes);
        let root = tree.root();
        let directory = tree.add_directory(root, b"dir", attributes).unwrap();
        tree.add_directory(root, b"other", attributes).unwrap();
        for name in [b"a", b"b", b"c"] {
            tree.add_file(directory, name, attributes, 0, vec![]).unwrap();
        }
        for (name, size) in [("file", 100), ("large", 5000), ("plain", 8192)] {
            tree.add_file(root, name.as_bytes(), attributes, size as u64, contents(size)).unwrap();
        }
        tree.add_symlink(root, b"link", attributes, b"file").unwrap();
        let layout = Layout::new(&tree, BUILD_TIME).unwrap();
        let mut bytes = Vec::new();
        layout.write(&mut bytes, |source| Ok(std::io::Cursor::new(source.clone())), |_| {}).unwrap();
        Broken { bytes }
    }

    /// Puts other bytes at an offset. The checksum is not right then, and no longer there.
    pub fn put(mut self, at: usize, bytes: &[u8]) -> Self {
        self.bytes[1024 + 8] &= !1;
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub fn image(&self) -> Image<'_> {
        Image::new(&self.bytes).unwrap()
    }

    /// The inode of a path, links not followed.
    pub fn inode(&self, path: &str) -> Inode {
        let mut walk = Walk::new(&self.image(), self.image().root()).map(Result::unwrap);
        walk.find(|entry| entry.path == path.trim_start_matches('/').as_bytes()).expect("the path is there").inode
    }

    /// Where the inode is. In our images node numbers count from the start.
    pub fn inode_at(&self, path: &str) -> u64 {
        self.inode(path).nid.0 * 32
    }
}
