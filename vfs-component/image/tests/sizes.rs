//! Images are as small as those of `mkfs.erofs -E force-inode-extended`, to within 1%, and made fast.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use vfs_image::{Attributes, Layout, Tree, validate};

/// Compares the image of a directory with the one `mkfs.erofs` makes with these arguments.
fn compare(directory: &Path, arguments: &[&str], skip: Option<&str>) {
    let mut all = vec!["-Eforce-inode-extended"];
    all.extend(arguments);
    let theirs = support::mkfs(directory, &all).len();
    let tree = support::tree_without(directory, skip);
    let ours = Layout::new(&tree, support::BUILD_TIME).unwrap().size();
    println!("{}: {ours} bytes, mkfs.erofs {theirs}", directory.display());
    assert!(ours as f64 <= theirs as f64 * 1.01, "{ours} bytes, mkfs.erofs makes {theirs}");
}

#[test]
fn a_thousand_files_of_1_kib() {
    let directory = tempfile::tempdir().unwrap();
    for index in 0..1000 {
        fs::write(directory.path().join(format!("file-{index}")), support::contents(1024)).unwrap();
    }
    compare(directory.path(), &[], None);
}

#[test]
fn the_library_of_cpython() {
    let output = Command::new("python3").args(["-c", "import os; print(os.path.dirname(os.__file__))"]).output();
    let output = output.expect("`python3` is missing: install it with `apt-get install python3`");
    let directory = String::from_utf8(output.stdout).unwrap();
    let directory = Path::new(directory.trim());
    // What was installed beside the library is not of it, and can be gigabytes.
    compare(directory, &["--exclude-path=site-packages"], Some("site-packages"));
}

#[test]
fn files_of_many_sizes() {
    // Ranges of sizes that pack badly: about half a block, just below one, around the edge, all sorts.
    for (low, high, count) in [
        (0, 1, 2000),
        (1, 50, 1000),
        (500, 600, 1000),
        (1300, 1400, 1000),
        (2000, 2100, 800),
        (0, 3000, 3000),
        (3900, 4100, 500),
        (3000, 9000, 500),
        (8000, 8400, 300),
        (0, 20_000, 300),
    ] {
        let directory = tempfile::tempdir().unwrap();
        for index in 0..count {
            let place = directory.path().join((index % 7).to_string());
            fs::create_dir_all(&place).unwrap();
            let size = low + index * 7919 % (high - low);
            fs::write(place.join(format!("file-{index}")), &support::contents(20_000)[..size]).unwrap();
        }
        compare(directory.path(), &[], None);
    }
}

#[test]
fn a_directory_of_many_names_and_a_tree_of_many_levels() {
    let mut tree = Tree::new(Attributes::default());
    let mut at = tree.root();
    for index in 0..20_000 {
        tree.add_file(tree.root(), format!("{index}").as_bytes(), Attributes::default(), 0, vec![]).unwrap();
        at = tree.add_directory(at, b"d", Attributes::default()).unwrap();
    }
    let start = Instant::now();
    let layout = Layout::new(&tree, support::BUILD_TIME).unwrap();
    let mut bytes = Vec::new();
    layout.write(&mut bytes, |source: &Vec<u8>| Ok(std::io::Cursor::new(source.clone())), |_| {}).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(validate(&bytes).unwrap().directories, 20_001);
}
