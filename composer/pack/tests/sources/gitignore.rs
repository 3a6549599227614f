//! What git ignores in a source, because of files in it and above it.

use std::fs;
use std::path::Path;

use vfs_compose_pack::image::Reading;
use vfs_compose_pack::source::filter::Filter;

use super::{directory, names, pack};

/// The names in the image of a directory.
fn packed(directory: &Path) -> Vec<String> {
    let filter = Filter { gitignore: true, ..Filter::default() };
    names(&pack(&[directory], Reading { filter, ..Reading::default() }))
}

#[test]
fn files_above_count_as_they_do_for_git() {
    let a = directory(&[
        (".gitignore", "not-of-the-repository"),
        ("r/.git/info/exclude", "excluded"),
        ("r/.gitignore", "*.log\n/src/only-here\nbuild/\n"),
        ("r/middle/.gitignore", "!kept-by-middle.log\n"),
        ("r/middle/src/a.log", ""),
        ("r/middle/src/kept-by-middle.log", ""),
        ("r/middle/src/kept-inside.log", ""),
        ("r/middle/src/d/.gitignore", "!deep.log"),
        ("r/middle/src/d/deep.log", ""),
        ("r/middle/src/d/other.log", ""),
        ("r/middle/src/.gitignore", "!kept-inside.log\n"),
        ("r/middle/src/build/x", ""),
        ("r/middle/src/excluded", ""),
        ("r/middle/src/only-here", ""),
        ("r/middle/src/not-of-the-repository", ""),
    ]);
    let wanted = [
        ".gitignore",
        "d",
        "d/.gitignore",
        "d/deep.log",
        "kept-by-middle.log",
        "kept-inside.log",
        "not-of-the-repository",
        "only-here",
    ];
    assert_eq!(packed(&a.path().join("r/middle/src")), wanted);
    // However the directory is named.
    assert_eq!(packed(&a.path().join("r/middle/../middle/src")), wanted);
}

#[test]
fn of_the_files_above_only_those_of_git_count() {
    let a = directory(&[
        ("r/.git/HEAD", ""),
        ("r/.vfsignore", "x"),
        ("r/.gitignore", "*.log"),
        ("r/src/.vfsignore", "y\n!z.log\n"),
        ("r/src/x", ""),
        ("r/src/y", ""),
        ("r/src/z.log", ""),
        ("r/src/other.log", ""),
    ]);
    assert_eq!(packed(&a.path().join("r/src")), ["x", "z.log"]);
}

#[test]
fn a_repository_is_not_in_another() {
    let a = directory(&[(".gitignore", "x"), ("inner/.git/HEAD", ""), ("inner/.gitignore", "y"), ("inner/x", "")]);
    fs::write(a.path().join("inner/y"), "").unwrap();
    assert_eq!(packed(&a.path().join("inner")), [".gitignore", "x"]);
}

#[test]
fn without_a_repository_nothing_above_counts() {
    let a = directory(&[(".gitignore", "*"), ("src/.gitignore", "x"), ("src/x", ""), ("src/y", "")]);
    assert_eq!(packed(&a.path().join("src")), [".gitignore", "y"]);
}
