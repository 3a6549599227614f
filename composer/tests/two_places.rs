//! Law 3: the vfs is the same bytes wherever it is built.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

#[path = "../build/guest.rs"]
mod guest;

/// Copies what cargo and git need of the workspace, without anything that was built.
fn copy(from: &Path, to: &Path) {
    let skipped = ["target", ".git", "node_modules"];
    let wanted = |entry: &walkdir::DirEntry| !skipped.iter().any(|name| entry.file_name() == *name);
    for entry in WalkDir::new(from).into_iter().filter_entry(wanted) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_vfs_is_the_same_in_two_places() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let copied = elsewhere.path().join("a copy");
    copy(workspace, &copied);
    let [plain, ..] = &guest::VARIANTS;
    let here = guest::build(workspace, &elsewhere.path().join("target here"), plain).unwrap();
    let there = guest::build(&copied, &elsewhere.path().join("target there"), plain).unwrap();
    assert!(here == there);
    assert_eq!(guest::TARGET, "wasm32-unknown-unknown");
}
