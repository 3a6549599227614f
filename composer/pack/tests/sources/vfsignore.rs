//! Files of patterns in a source.

use std::fs;

use vfs_compose_pack::image::{Packed, Reading};
use vfs_compose_pack::source::filter::Filter;
use vfs_compose_pack::source::{Origin, Source};
use vfs_compose_pack::{Remarks, TreeError};

use super::{directory, names, pack};

#[test]
fn a_directory_of_that_name_is_packed() {
    let a = directory(&[(".vfsignore/x", ""), ("d/.vfsignore", "x"), ("d/x", ""), ("d/y", "")]);
    assert_eq!(names(&pack(&[a.path()], Reading::default())), [".vfsignore", ".vfsignore/x", "d", "d/y"]);
    let filter = Filter { exclude: vec!["y".into()], gitignore: true, ..Filter::default() };
    let reading = Reading { filter, ..Reading::default() };
    assert_eq!(names(&pack(&[a.path()], reading)), [".vfsignore", ".vfsignore/x", "d"]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_pattern() {
    let a = directory(&[("secret", ""), ("other", "")]);
    let elsewhere = directory(&[("patterns", "\u{feff}secret\n")]);
    let filter = Filter { ignore_files: vec![elsewhere.path().join("patterns")], ..Filter::default() };
    assert_eq!(names(&pack(&[a.path()], Reading { filter, ..Reading::default() })), ["other"]);
    fs::write(a.path().join(".vfsignore"), "\u{feff}secret\n").unwrap();
    assert_eq!(names(&pack(&[a.path()], Reading::default())), ["other"]);
}

#[test]
fn a_file_that_leaves_itself_out_is_checked_too() {
    let a = directory(&[("d/.vfsignore", ".vfsignore\n[x\n"), ("d/y", "")]);
    let source = Source { origin: Origin::Path(a.path().to_owned()), guest: "/".into() };
    let error = Packed::of(&[source], Reading::default(), &mut Remarks::default()).err().unwrap();
    assert!(matches!(error, TreeError::Pattern { .. }), "{error}");
}

#[test]
fn what_it_leaves_out_of_several_directories_is_one_note() {
    let (a, b) = (directory(&[(".vfsignore", "x\n"), ("x/y", "")]), directory(&[("x", ""), ("d/.vfsignore", "*")]));
    fs::write(b.path().join("d/z"), "").unwrap();
    let sources = [a.path(), b.path()].map(|path| Source { origin: Origin::Path(path.to_owned()), guest: "/".into() });
    let mut remarks = Remarks::default();
    Packed::of(&sources, Reading::default(), &mut remarks).unwrap();
    let [note] = &remarks.notes[..] else { panic!("{remarks:?}") };
    let mut wanted = [a.path().join("x"), b.path().join("d/z")].map(|path| path.display().to_string());
    wanted.sort();
    assert_eq!((note.code, &note.files[..]), ("ignored", &wanted[..]));
}
